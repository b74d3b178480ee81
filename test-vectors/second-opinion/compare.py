"""Holds the checker against every vector but those of not-covered.json, and that list against what is not covered.

With `--roots`: prints the evidence root of each vector as JSON. With a file of such JSON: compares these roots, too.
"""

import json
import sys

from checker import CATALOGUE, VECTORS, Case, Entry, evidence_root, read_vector

HERE = VECTORS / "second-opinion"
FAMILIES = ("digest.", "chain.", "log.", "key.", "coverage.", "container.t")
FAMILIES += ("archive.empty", "archive.entry.duplicate", "archive.entry.unrecognised")
vectors, left_out, faults, roots = json.loads((VECTORS / "index.json").read_text())["vectors"], {}, [], {}
disagreed = json.loads((HERE / "disagreements.json").read_text())

# The values that specification.md works out.
example = Entry("111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json", b"{}")
for root in (evidence_root([]), evidence_root([example])):
    if f"root `{root}`" not in " ".join((VECTORS.parent / "docs/specification.md").read_text().split()):
        faults.append(f"docs/specification.md knows no evidence root {root}")

for vector in vectors:
    name, expected = vector["id"], vector["expected"]
    reasons = [f"{setting} given" for setting in ("limits", "expect", "policy", "relocated") if setting in vector | vector["scope"]]
    others = [code for code in expected["codes"] if not code.startswith(FAMILIES)]
    reasons += [f"decided by {code}" for code in others if CATALOGUE[code][1] != "informs"]
    expected["codes"] = [code for code in expected["codes"] if code not in others]
    try:
        found = reasons or Case(vector).judge()
    except NotImplementedError as reason:
        found = reasons = [str(reason)]
    if not {"archive.entry.unreadable", "archive.entry.unsafe", "archive.limit"} & {*others}:
        roots[name] = evidence_root(read_vector(vector))
    if reasons:
        left_out[name] = reasons[0]
    elif (found != expected) != (name in disagreed):
        faults.append(f"{name}: expected {expected}, found {found}")

if sys.argv[1:] == ["--roots"]:
    print(json.dumps(roots, indent=2))
    sys.exit()
if sys.argv[1:]:
    with open(sys.argv[1]) as file:
        given = {name: root for name, root in json.load(file).items() if name in roots}
    faults += [f"{name}: the root {root} is given, found {roots[name]}" for name, root in given.items() if root != roots[name]]
    print(f"{len(given)} evidence roots are compared")
listed = json.loads((HERE / "not-covered.json").read_text())
for name in sorted(name for name in listed.keys() | left_out.keys() if listed.get(name) != left_out.get(name)):
    faults.append(f"{name}: not-covered.json says {listed.get(name, 'nothing')}, but it is {left_out.get(name, 'covered')}")
covered = f"{len(vectors) - len(left_out)} of {len(vectors)} vectors are covered, {len(disagreed)} of them with another answer"
print(*faults, f"{covered}; {len(faults)} faults", sep="\n")
sys.exit(bool(faults))
