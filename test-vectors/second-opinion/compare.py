"""Holds the checker against every vector but those of not-covered.json, and that list against what is not covered."""

import json
import sys

from checker import CATALOGUE, VECTORS, Case

FAMILIES = ("digest.", "chain.", "log.", "key.", "coverage.", "archive.empty")
vectors, left_out, faults = json.loads((VECTORS / "index.json").read_text())["vectors"], {}, []
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
    if reasons:
        left_out[name] = reasons[0]
    elif found != expected:
        faults.append(f"{name}: expected {expected}, found {found}")
listed = json.loads((VECTORS / "second-opinion/not-covered.json").read_text())
for name in sorted(name for name in listed.keys() | left_out.keys() if listed.get(name) != left_out.get(name)):
    faults.append(f"{name}: not-covered.json says {listed.get(name, 'nothing')}, but it is {left_out.get(name, 'covered')}")
print(*faults, f"{len(vectors) - len(left_out)} of {len(vectors)} vectors are covered; {len(faults)} faults", sep="\n")
sys.exit(bool(faults))
