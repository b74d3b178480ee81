"""Writes or checks docs/agreement.md, from what the AWS CLI answered to the harness of the test vectors."""

import json
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from buckets import CIRCLES

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "test-vectors"
DIFFERENCES = Path(__file__).with_name("differences.json")
DOCUMENT = ROOT / "docs" / "agreement.md"


def flag_complaint(vector, answer, explanation):
    """The index of the vectors says of some what the AWS CLI makes of them; where it is not wholly so, the table says why."""
    raises_alarm = answer["aws"] in ("invalid", "crash", "endless")
    contradicted = [
        flag
        for flag, is_so in (("ValidateLogsMissesThis", not raises_alarm), ("ValidateLogsFalseAlarm", raises_alarm))
        if flag in vector["flags"] and not is_so
    ]
    if contradicted and not explanation:
        return f"index.json says {contradicted[0]}, but the AWS CLI says {answer['aws']} ({answer['said']})"
    if explanation and not contradicted:
        return "in the table reported_in_part, but nothing contradicts the flags of index.json"
    return None


def document(vectors, answers, table):
    """docs/agreement.md."""
    by_id = {vector["id"]: vector for vector in vectors}
    differing = [id for id in sorted(by_id) if answers[id].get("overall") != by_id[id]["expected"]["overall"]]
    agreeing = Counter(answers[id]["aws"] for id in by_id if id not in differing)
    reason_of = {id: table["differences"].get(id, {}).get("reason", "unexplained") for id in differing}
    unreadable = [id for id in differing if answers[id]["aws"] == "unreadable"]
    lines = [
        "<!-- Generated from tests/agreement and test-vectors by `tests/agreement/run --write`; not to be edited. -->",
        "",
        "# Agreement with `aws cloudtrail validate-logs`",
        "",
        f"The code of the AWS CLI {version('awscli')} (version 1, the one on PyPI) runs on every [test vector](../test-vectors/README.md)",
        "that can be unpacked: the command's own flow, with clients that read the unpacked vector instead of the services.",
        "",
        "| | vectors |",
        "|---|---|",
        f"| agree: valid there, passed here | {agreeing['valid']} |",
        f"| agree: invalid there, failed here | {agreeing['invalid']} |",
        f"| differ on purpose | {len(differing) - len(unreadable)} |",
        f"| cannot be shown to the AWS CLI | {len(unreadable)} |",
        f"| all | {len(vectors)} |",
        "",
        "The test fails if any other vector differs, and also if one of these no longer does. Only the verdicts are compared: two that",
        "agree may have found different things. Where trailseal says `indeterminate`, the two always differ, because `validate-logs`",
        "has no word for what is not known. “Passed here” and “failed here” are what the vector demands; that trailseal meets it is",
        "tested elsewhere.",
        "",
        "How a vector is shown to the command:",
        "",
        "- The path of an entry is the key of its object. A folder at the top that is named like a bucket of which a digest file",
        "  speaks is that bucket; other files lie in every bucket. Of two entries with one path the last is unpacked.",
        "- There is one run for each account, region and trail that is asked (`--region` is the source region), with the asked period,",
        "  or that of the digest files if none is asked. The command also looks for the digest file that ends with the start of the",
        "  period; where that is named and was not handed over, the period begins a second later. The trail's bucket, prefix and",
        "  organisation are those of its newest digest file. The result of a vector is the worst of its runs: endless, crash, invalid,",
        "  no digests, valid.",
        "- In a bucket each digest file has its signature as metadata; in an archive mostly the newest only. Metadata that were handed",
        "  over are shown as they are. Where the signature of a digest file is not among them, but another digest file quotes it as",
        "  that of its predecessor, it is put back, with the name of the algorithm. Without this the command would refuse nearly all.",
        "- `list-public-keys` answers with the verifier's list for that region, whatever the period; never with keys out of the archive.",
        "- *No digests* is exit code 0 after “No digests found”; it never counts as agreement. *Crash* is an exception, exit code 255.",
        f"  *Endless*: one digest file was read more than {CIRCLES} times, and the run was ended from outside.",
        "",
        "| reason | vectors |",
        "|---|---|",
    ]
    used = [reason for reason in table["reasons"] if reason in reason_of.values()]
    lines += [f"| [`{reason}`](#{reason}) | {list(reason_of.values()).count(reason)} |" for reason in used]
    for reason in used:
        lines += [
            "",
            f"## {reason}",
            "",
            table["reasons"][reason],
            "",
            "| vector | AWS CLI | trailseal | what the AWS CLI counts and says |",
            "|---|---|---|---|",
        ]
        for id in (id for id in differing if reason_of[id] == reason):
            expected = by_id[id]["expected"]
            codes = f": {', '.join(f'`{code}`' for code in expected['codes'])}" if expected["codes"] else ""
            link = f"[{id}](../test-vectors/{by_id[id]['archives'][0]})"
            said = answers[id]["said"].replace("|", "\\|")
            lines.append(f"| {link} | {answers[id]['aws']} | {expected['overall']}{codes} | {said} |")
    lines += [
        "",
        "## Reported, but in part",
        "",
        "The index of the vectors says that `validate-logs` does not report what is wrong with these. It does report something:",
        "",
        "| vector | AWS CLI | what it reports |",
        "|---|---|---|",
    ]
    for id, explanation in sorted(table["reported_in_part"].items()):
        if id in by_id:
            link = f"[{id}](../test-vectors/{by_id[id]['archives'][0]})"
            lines.append(f"| {link} | {answers[id]['aws']} | {explanation} |")
    return "\n".join(lines) + "\n"


def main():
    path, *options = sys.argv[1:]
    vectors = json.loads((VECTORS / "index.json").read_text())["vectors"]
    answers = {answer["id"]: answer for answer in map(json.loads, Path(path).read_text().splitlines())}
    table = json.loads(DIFFERENCES.read_text())
    complaints = []
    for vector in vectors:
        wrong = flag_complaint(vector, answers[vector["id"]], table["reported_in_part"].get(vector["id"]))
        complaints += [f"{vector['id']}: {wrong}"] if wrong else []
    unknown = set(table["reported_in_part"]) - set(answers)
    complaints += [f"{id}: in differences.json, but no vector" for id in sorted(unknown)]
    used = {entry["reason"] for entry in table["differences"].values()}
    complaints += [f"{reason}: a reason without a vector" for reason in table["reasons"] if reason not in used]
    complaints += [f"{reason}: a reason that is not explained" for reason in sorted(used - set(table["reasons"]))]
    text = document(vectors, answers, table)
    if options == ["--write"]:
        DOCUMENT.write_text(text)
    elif not DOCUMENT.exists() or DOCUMENT.read_text() != text:
        name = DOCUMENT.relative_to(ROOT)
        complaints.append(f"{name}: out of date; `tests/agreement/run --write` writes it anew, see what changes")
    print(*complaints, f"AWS CLI {version('awscli')}: {len(complaints)} faults in what is said of it", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
