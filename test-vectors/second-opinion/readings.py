"""Changes each reading of switches.py by itself, and demands that a vector notices.

A vector notices if its axes, its codes or its evidence root are not what they must be. In readings.json stands a vector for each reading, so that
none is dropped without being missed; that list may only grow. Such a vector is asked first, and the others only if it does not notice.

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
from answer import FAMILIES, others_of, reason_against, root_of
from checker import VECTORS as FOLDER
from checker import Case

FEW = 3
HERE = FOLDER / "second-opinion"
AXES = ("overall", "integrity", "authenticity", "continuity", "coverage")
VECTORS = {vector["id"]: {"limits": None} | vector for vector in json.loads((FOLDER / "index.json").read_text())["vectors"]}


def expected_of(vector: dict) -> dict:
    """What the checker must answer: the axes, and the codes of the families that it knows."""
    expected = vector["expected"]
    return {axis: expected[axis] for axis in AXES} | {"codes": [code for code in expected["codes"] if code.startswith(FAMILIES)]}


def answers(vector: dict) -> list[object]:
    return [None if reason_against(vector, others_of(vector)) else Case(vector).judge(), root_of(vector)]


@cache
def as_it_is(name: str) -> tuple[list[object], set[str]]:
    """What the vector must say, and the readings that it asks for: no other can change it."""
    vector, switches.changed = VECTORS[name], set()
    switches.consulted.clear()
    found = answers(vector)
    return [found[0] and expected_of(vector), vector["expected"].get("evidence_root", found[1])], {*switches.consulted}


def notices(name: str, reading: str) -> bool:
    expected, consulted = as_it_is(name)
    if reading not in consulted:
        return False
    switches.changed = {reading}
    with suppress(AttributeError, IndexError, KeyError, TypeError, ValueError):  # one that finds no answer notices nothing
        return answers(VECTORS[name]) != expected
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
    listed, asked = json.loads(path.read_text()), re.findall(r'reads\(["\']([\w-]+)["\']\)', (HERE / "checker.py").read_text())
    faults += [f"{name}: checker.py asks for it {asked.count(name)} times" for name in switches.READINGS if asked.count(name) != 1]
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
