"""Holds the checker against every vector but those of not-covered.json, and that list against what is not covered.

With `--roots`: prints the evidence root of each vector as JSON. With a file of such JSON: compares these roots, too.
"""

import json
import sys

from checker import CATALOGUE, VECTORS, Case, Entry, evidence_root, read_vector

HERE = VECTORS / "second-opinion"
FAMILIES = ("digest.", "chain.", "log.", "key.", "coverage.", "container.t")
FAMILIES += ("archive.empty", "archive.entry.duplicate", "archive.entry.unrecognised")
UNREAD = {"archive.entry.unreadable", "archive.entry.unsafe", "archive.limit"}
AXES = ("overall", "integrity", "authenticity", "continuity", "coverage")


def read_vectors() -> list[dict]:
    return json.loads((VECTORS / "index.json").read_text())["vectors"]


def why_not_covered(vector: dict) -> str | None:
    reasons = [f"{setting} given" for setting in ("limits", "expect", "policy", "relocated") if setting in vector | vector["scope"]]
    others = [code for code in vector["expected"]["codes"] if not code.startswith(FAMILIES) and CATALOGUE[code][1] != "informs"]
    return next(iter([*reasons, *(f"decided by {code}" for code in others)]), None)


def expected_of(vector: dict) -> dict:
    """What the checker must answer: the axes, and the codes of the families that it knows."""
    expected = vector["expected"]
    return {axis: expected[axis] for axis in AXES} | {"codes": [code for code in expected["codes"] if code.startswith(FAMILIES)]}


def root_of(vector: dict) -> str | None:
    """The evidence root, if the archives can be read entry by entry."""
    return None if UNREAD & {*vector["expected"]["codes"]} else evidence_root(read_vector(vector))


def compare() -> None:
    vectors, left_out, faults, roots = read_vectors(), {}, [], {}
    disagreed = json.loads((HERE / "disagreements.json").read_text())
    # The values that semantics.md works out.
    example = Entry("111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json", b"{}")
    for root in (evidence_root([]), evidence_root([example])):
        if f"root `{root}`" not in (VECTORS.parent / "docs/semantics.md").read_text():
            faults.append(f"docs/semantics.md knows no evidence root {root}")
    for vector in vectors:
        name, root = vector["id"], root_of(vector)
        if root:
            roots[name] = root
        if reason := why_not_covered(vector):
            left_out[name] = reason
        elif ((found := Case(vector).judge()) != (expected := expected_of(vector))) != (name in disagreed):
            faults.append(f"{name}: expected {expected}, found {found}")
    if sys.argv[1:] == ["--roots"]:
        print(json.dumps(roots, indent=2))
        return
    published = {vector["id"]: vector["expected"].get("evidence_root") for vector in vectors}
    for path in sys.argv[1:]:
        with open(path) as file:
            published |= json.load(file)
    given = {name: root for name, root in published.items() if root and name in roots}
    faults += [f"{name}: the root {root} is given, found {roots[name]}" for name, root in given.items() if root != roots[name]]
    print(f"{len(given)} evidence roots are compared")
    listed = json.loads((HERE / "not-covered.json").read_text())
    for name in sorted(name for name in listed.keys() | left_out.keys() if listed.get(name) != left_out.get(name)):
        faults.append(f"{name}: not-covered.json says {listed.get(name, 'nothing')}, but it is {left_out.get(name, 'covered')}")
    covered = f"{len(vectors) - len(left_out)} of {len(vectors)} vectors are covered, {len(disagreed)} of them with another answer"
    print(*faults, f"{covered}; {len(faults)} faults", sep="\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    compare()
