"""Answers the harness with the checker, and holds the evidence root against the values that docs/specification.md works out.

With `--families`: prints the codes that the checker gives, by their beginnings.
"""

import json
import sys

from checker import CATALOGUE, VECTORS, Case, Entry, evidence_root, read_vector

FAMILIES = ("digest.", "chain.", "log.", "key.", "lake.", "coverage.", "container.t")
FAMILIES += ("archive.empty", "archive.entry.duplicate", "archive.entry.unrecognised")
EXPECTED = {vector["id"]: vector["expected"] for vector in json.loads((VECTORS / "index.json").read_text())["vectors"]}
UNREADABLE = {"archive.entry.unreadable", "archive.entry.unsafe", "archive.limit"}


def reason_against(job: dict, others: list[str]) -> str | None:
    """Why a vector is not covered: for what it is, never for what the checker answers."""
    stated = job["scope"] | {"limits": job["limits"]}
    reasons = [f"{setting} given" for setting in ("limits", "expect", "policy", "relocated") if stated.get(setting)]
    return next(iter(reasons + [f"decided by {code}" for code in others if CATALOGUE[code][1] != "informs"]), None)


def others_of(job: dict) -> list[str]:
    """The codes of a vector that the checker does not give. Of other vectors than ours nothing is known that would be decided otherwise."""
    return [code for code in EXPECTED.get(job["id"], {"codes": []})["codes"] if not code.startswith(FAMILIES)]


def root_of(job: dict) -> str | None:
    """The evidence root, if the archives can be read entry by entry."""
    return None if UNREADABLE & {*others_of(job)} else evidence_root(read_vector(job))


def answer(job: dict) -> dict:
    others = others_of(job)
    root = {"evidence_root": root} if (root := root_of(job)) else {}
    if reason := reason_against(job, others):
        return {"error": reason, **root}
    try:
        return Case(job).judge() | root
    except NotImplementedError as reason:
        return {"error": str(reason), **root}


def main() -> None:
    example = Entry("111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json", b"{}")
    for root in (evidence_root([]), evidence_root([example])):
        if f"root `{root}`" not in " ".join((VECTORS.parent / "docs/specification.md").read_text().split()):
            sys.exit(f"docs/specification.md knows no evidence root {root}")
    for line in sys.stdin:
        job = json.loads(line)
        print(json.dumps({"id": job["id"], **answer(job)}), flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--families"]:
        print(",".join(FAMILIES))
    else:
        main()
