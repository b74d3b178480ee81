"""Answers the harness with the checker, and holds its evidence roots against those worked out in docs/specification.md."""

import json
import sys

from archives import Entry
from checker import Case, evidence_of
from findings import AXES, DOCS
from report import Report, evidence_root
from texts import canonical, sha256

WORKED = "111122223333_CloudTrail_us-east-1_20260301T0005Z_AbCdEf0123456789.json"


def report_of(vector: dict) -> str:
    """The canonical report."""
    return canonical(Report(Case(vector)).told())


def answer(job: dict) -> dict:
    try:
        text = report_of(job)
    except NotImplementedError as reason:
        return {"error": str(reason)}
    report = json.loads(text)
    codes = sorted({finding["code"] for finding in report["findings"]})
    told = {name: report[name] for name in ("overall", "evidence_root")} | {axis: report["axes"][axis] for axis in AXES}
    return told | {"codes": codes, "report_digest": sha256(text.encode()), "report": text}


def check_worked_roots() -> None:
    """19.2"""
    entry = Entry(b"", [WORKED.encode()])
    entry.stored = b"{}"
    entry.examine(evidence_of({"limits": None, "archives": []}).limits)
    words = " ".join((DOCS / "specification.md").read_text().split())
    for root in (evidence_root([]), evidence_root([entry])):
        if f"root `{root}`" not in words:
            sys.exit(f"docs/specification.md knows no evidence root {root}")


def main() -> None:
    check_worked_roots()
    for line in sys.stdin:
        job = json.loads(line)
        print(json.dumps({"id": job["id"], **answer(job)}), flush=True)


if __name__ == "__main__":
    main()
