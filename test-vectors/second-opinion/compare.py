"""Holds the second opinion against the vectors: every axis, the overall verdict and every code of every vector that it covers.

`--verbose` says of each vector whether it is covered; names of vectors restrict the comparison to them.
"""

import json
import sys
from pathlib import Path

from checker import Case
from evidence import Beyond

VECTORS = Path(__file__).resolve().parents[1]
NOT_COVERED = Path(__file__).with_name("not-covered.json")


def opinion(vector):
    if vector.get("limits"):
        raise Beyond("limits other than the usual")
    archives = [(name, (VECTORS / name).read_bytes()) for name in vector["archives"]]
    keys = [(Path(name).name, (VECTORS / name).read_bytes(), True) for name in vector["keys"]]
    return Case(archives, keys, vector.get("pins"), vector["scope"]).result()


def main(arguments):
    names = {argument for argument in arguments if not argument.startswith("-")}
    vectors = json.loads((VECTORS / "index.json").read_text())["vectors"]
    pinned = json.loads(NOT_COVERED.read_text())
    if unknown := (names | set(pinned)) - {vector["id"] for vector in vectors}:
        sys.exit(f"no such vectors: {', '.join(sorted(unknown))}")
    agreeing, wrong = 0, []
    for vector in vectors:
        name, expected = vector["id"], vector["expected"]
        if names and name not in names:
            continue
        try:
            found = opinion(vector)
        except Beyond as reason:
            said = f"not covered: {reason}"
            if pinned.get(name) != str(reason):
                wrong.append(f"{name} is not covered ({reason}), and {NOT_COVERED.name} does not say so")
        else:
            said = "covered"
            agreeing += found == expected
            if name in pinned:
                wrong.append(f"{name} is covered now; take it out of {NOT_COVERED.name}")
            if found != expected:
                differences = [f"{field}: {found[field]}, expected {expected[field]}" for field in expected if found[field] != expected[field]]
                wrong.append(f"{name}: " + "; ".join(differences))
        if "--verbose" in arguments:
            print(f"{name}: {said}")
    print(f"{agreeing} of {len(names) or len(vectors)} vectors agree in every axis and code")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main(sys.argv[1:])
