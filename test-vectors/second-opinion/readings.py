"""Changes each reading of switches.py by itself, and demands that a vector notices.

A vector notices if its axes, its codes or its evidence root are not what they must be; of a reading that only reports show, if its
report is not. In readings.json stands a vector for each reading, so that none is dropped without being missed; that list may only grow.
Such a vector is asked first, and the others only if it does not notice.

With `--all`: asks every vector, and counts. With `--write`: writes the vectors into readings.json.
"""

import json
import re
import sys
from contextlib import suppress
from functools import cache
from itertools import islice
from multiprocessing import Pool

import switches
from answer import answer
from findings import AXES
from findings import VECTORS as FOLDER

FEW = 3
HERE = FOLDER / "second-opinion"
MEASURES = ("overall", *AXES, "codes", "evidence_root", "report_digest")
VECTORS = {vector["id"]: {"limits": None} | vector for vector in json.loads((FOLDER / "index.json").read_text())["vectors"]}


def measured(found: dict) -> dict:
    return {name: sorted({*found[name]}) if name == "codes" else found[name] for name in MEASURES if name in found}


@cache
def as_it_is(name: str) -> tuple[dict, set[str]]:
    """What the vector must say, and the readings that it asks for: no other can change it."""
    switches.changed = set()
    switches.consulted.clear()
    covered = "error" not in answer(VECTORS[name])
    return measured(VECTORS[name]["expected"]) if covered else {}, {*switches.consulted}


def notices(name: str, reading: str) -> bool:
    expected, consulted = as_it_is(name)
    if reading not in consulted or not expected:
        return False
    switches.changed = {reading}
    with suppress(AttributeError, IndexError, KeyError, TypeError, ValueError):  # one that finds no answer notices nothing
        found = measured(answer(VECTORS[name]))
        shown = expected if reading in switches.IN_REPORTS_ALONE else expected.keys() - {"report_digest"}
        return any(found.get(measure) != expected[measure] for measure in shown)
    return False


def decided(job: tuple[str, str | None, bool]) -> tuple[str, list[str]]:
    """The vectors that notice another reading: all of them, or the first."""
    reading, known, asks_all = job
    # Those of the example are far larger than the others.
    order = sorted(VECTORS, key=lambda name: (name != known, name.startswith("example/"), name))
    found = (name for name in order if notices(name, reading))
    return reading, [*(found if asks_all else islice(found, 1))]


def main() -> None:
    path, faults = HERE / "readings.json", []
    source = "".join(file.read_text() for file in HERE.glob("*.py"))
    listed, asked = json.loads(path.read_text()), re.findall(r'reads\(["\']([\w-]+)["\']\)', source)
    faults += [f"{name}: it is asked for {asked.count(name)} times" for name in switches.READINGS if asked.count(name) != 1]
    faults += [f"{name}: it is asked for, and is no reading" for name in {*asked} - switches.READINGS.keys()]
    faults += [f"{name}: stands in readings.json, and is no reading any more" for name in listed if name not in switches.READINGS]
    jobs = [(name, listed.get(name), "--all" in sys.argv) for name in switches.READINGS]
    with Pool() as pool:
        for name, found in pool.imap(decided, jobs):
            right, other = switches.READINGS[name]
            print(f"{name}: {len(found) if '--all' in sys.argv else ''}", *found[:FEW], *["..."] * (len(found) > FEW), flush=True)
            if not found:
                faults.append(f"{name}: no vector decides that {right}, and not: {other}")
            elif "--write" in sys.argv:
                listed[name] = found[0]
            elif name not in listed:
                faults.append(f"{name}: readings.json does not know it; run readings.py --write")
    if "--write" in sys.argv:
        path.write_text(json.dumps(dict(sorted(listed.items())), indent=2) + "\n")
    print(*faults, f"{len(switches.READINGS)} readings, {len(faults)} faults", sep="\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
