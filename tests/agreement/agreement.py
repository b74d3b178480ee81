"""Holds the answers of `aws cloudtrail validate-logs` to the test vectors against those expected of trailseal."""

import argparse
import contextlib
import io
import json
import re
import sys
from argparse import Namespace
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from buckets import CIRCLES, Buckets, Chain, CloudTrail, Endless, Organizations, Place, S3, Session, Unreadable, text, unpack

# Behind the import of awscli in buckets.
from awscli.customizations.cloudtrail.validation import CloudTrailValidateLogs

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "test-vectors"
DIFFERENCES = Path(__file__).with_name("differences.json")
DOCUMENT = ROOT / "docs" / "agreement.md"
AGREEMENTS = {("valid", "passed"), ("invalid", "failed")}
ARN = re.compile(r"arn:[^:]+:cloudtrail:(?P<home>[^:]+):(?P<owner>\d+):trail/(?P<trail>.+)")
WORST_FIRST = ("endless", "crash", "invalid", "no digests", "valid")


@dataclass(frozen=True)
class Question:
    """One run of the command."""

    chain: Chain
    trail_arn: str
    place: Place
    start: str
    end: str


@dataclass
class Run:
    result: str
    valid_digests: int
    invalid_digests: int
    valid_logs: int
    invalid_logs: int
    messages: list


@dataclass
class Judgement:
    result: str
    runs: list
    said: str


def questions(scope, buckets):
    """For every account, region and trail that was asked, the runs that somebody would make who asks the AWS CLI the same."""
    blocks = [
        {
            "accounts": [block["account"]],
            "regions": block.get("regions", scope.get("regions")),
            "trails": block.get("trails", scope.get("trails")),
            "from": block.get("from", scope.get("from")),
            "to": block.get("to", scope.get("to")),
        }
        for block in scope.get("expect", [])
    ]
    if scope.get("accounts") or not blocks:
        blocks.append(scope)
    return sorted(
        {question for block in blocks for question in questions_of(block, buckets)},
        key=lambda question: (str(question.chain), question.trail_arn, str(question.place), question.start, question.end),
    )


def questions_of(block, buckets):
    chains = {digest.chain for digest in buckets.digests}
    for account in block.get("accounts") or sorted({chain.account for chain in chains}):
        for region in block.get("regions") or sorted({chain.region for chain in chains if chain.account == account}):
            here = {chain for chain in chains if (chain.account, chain.region) == (account, region)}
            for trail in block.get("trails") or sorted({chain.trail for chain in here}):
                arn = ARN.fullmatch(trail)
                home, owner, name = arn.group("home", "owner", "trail") if arn else (None, None, trail)
                asked = {chain for chain in here if chain.trail == name and home in (None, chain.home)}
                # Nothing lies there; the command is told all the same to look.
                asked = asked or {Chain(account, region, name, home or region)}
                for chain in asked:
                    trail_arn = trail if arn else chain.trail_arn
                    for place in places(chain, owner, buckets):
                        yield Question(chain, trail_arn, place, *period(block, chain, buckets))


def places(chain, owner, buckets):
    """Where the newest digest file of a chain lies; mostly one place.

    The trail of another owner is an organisation's. Of the account's own trail and an organisation's, which bear one name, the first
    is asked by an ARN of the account.
    """
    digests = [digest for digest in buckets.digests if digest.chain == chain]
    if owner:
        of_organisations = [digest for digest in digests if digest.place.organisation]
        own = [digest for digest in digests if not digest.place.organisation]
        digests = of_organisations if owner != chain.account else own or of_organisations
    digests = [digest for digest in digests if not digest.is_backfill] or digests
    newest = max((digest.time for digest in digests), default=None)
    return {digest.place for digest in digests if digest.time == newest} or {Place(buckets.unnamed, None, None)}


def period(block, chain, buckets):
    """What was asked, else from an hour before the first digest file to the last; a second later if it begins with what was handed over.

    The command also looks for the digest file that ends with the start of the period, and what was handed over for a period need not
    hold it.
    """
    digests = [digest for digest in buckets.digests if digest.chain == chain]
    times = sorted(digest.time for digest in digests)
    first, last = (datetime.strptime(time, "%Y%m%dT%H%M%SZ") for time in (times[0], times[-1])) if times else (None, None)
    start = block.get("from") or stamp(first - timedelta(hours=1))
    if any(text(digest.content, "digestStartTime") == start and not buckets.has_predecessor(digest) for digest in digests):
        start = stamp(datetime.strptime(start, "%Y-%m-%dT%H:%M:%SZ") + timedelta(seconds=1))
    return start, block.get("to") or stamp(last)


def stamp(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def run(question, keys, buckets):
    """Runs the command's own flow, from its arguments to its exit code."""
    chain, place, trail_arn = question.chain, question.place, question.trail_arn
    command = CloudTrailValidateLogs(
        Session(
            s3=S3(buckets),
            cloudtrail=CloudTrail(keys.get(chain.region, []) + keys.get(None, []), trail_arn, place),
            organizations=Organizations(place),
        )
    )
    arguments = Namespace(
        trail_arn=trail_arn,
        start_time=question.start,
        end_time=question.end,
        s3_bucket=None,
        s3_prefix=None,
        account_id=chain.account if place.organisation else None,
        verbose=False,
    )
    global_arguments = Namespace(region=chain.region, verify_ssl=None, endpoint_url=None)
    out, err = io.StringIO(), io.StringIO()
    crash = None
    is_endless = False
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = command._run_main(arguments, global_arguments)
        except Endless:
            is_endless = True
        except NotImplementedError:
            # The command asks something of a stub that it did not ask before: the harness is out of date.
            raise
        except Exception as error:  # noqa: BLE001  (the AWS CLI prints any exception and exits with 255)
            code, crash = 255, f"{type(error).__name__}: {error}"
    valid_digests = command._valid_digests + command._valid_backfill_digests
    invalid_digests = command._invalid_digests + command._invalid_backfill_digests
    if is_endless:
        return Run("endless", 0, 0, 0, 0, ["goes round in a circle and does not end"])
    if crash:
        result = "crash"
    elif code != 0:
        result = "invalid"
    else:
        result = "valid" if valid_digests else "no digests"
    messages = [line for line in err.getvalue().splitlines() if line]
    return Run(
        result,
        valid_digests,
        invalid_digests,
        command._valid_logs,
        command._invalid_logs,
        messages + ([crash] if crash else []),
    )


def read_keys(paths):
    """The verifier's key lists by region, None where the name of the list states none."""
    keys = {}
    for path in paths:
        document = json.loads((VECTORS / path).read_text())
        region = Path(path).stem if re.fullmatch(r"[a-z]+(-[a-z]+)+-\d+", Path(path).stem) else None
        keys.setdefault(region, []).extend(document.get("PublicKeyList") or document.get("publicKeyList"))
    return keys


def judge(vector):
    try:
        files = unpack([VECTORS / archive for archive in vector["archives"]])
    except Unreadable as error:
        return Judgement("unreadable", [], str(error))
    buckets = Buckets(files)
    keys = read_keys(vector["keys"])
    runs = [run(question, keys, buckets) for question in questions(vector["scope"], buckets)]
    result = next((result for result in WORST_FIRST if any(run.result == result for run in runs)), "no digests")
    return Judgement(result, runs, summary(runs))


def summary(runs):
    """The counts and the kinds of messages of all runs, in the order of their first occurrence."""
    totals = [sum(counts) for counts in zip(*((r.valid_digests, r.invalid_digests, r.valid_logs, r.invalid_logs) for r in runs))]
    counts = ""
    if runs:
        counts = f"{totals[0]}/{totals[0] + totals[1]} digests, {totals[2]}/{totals[2] + totals[3]} logs valid"
    kinds = Counter(kind_of(message) for run in runs for message in run.messages)
    told = [kind if number == 1 else f"{kind} ({number} times)" for kind, number in kinds.items()]
    return "; ".join(part for part in [counts, *told] if part)


def kind_of(message):
    message = re.sub(r"s3://[^\t]*", "", message).replace("INVALID:", "")
    if message.startswith("No log files were delivered"):
        message = "“No log files were delivered by CloudTrail”"
    message = re.sub(r"No public keys found between .*", "No public keys found", message)
    message = re.sub(r"fingerprint [0-9a-f]{32}", "the fingerprint", message)
    message = re.sub(r"(\(backfill\) )?(Digest|Log) file\s+", lambda m: f"{m[1] or ''}{m[2].lower()}: ", message)
    return " ".join(message.split())


def differences_document():
    """The table of intended differences; a doubled key would hide one."""

    def unique(pairs):
        doubled = [name for name, number in Counter(name for name, _ in pairs).items() if number > 1]
        if doubled:
            sys.exit(f"{DIFFERENCES.relative_to(ROOT)}: doubled: {', '.join(doubled)}")
        return dict(pairs)

    return json.loads(DIFFERENCES.read_text(), object_pairs_hook=unique)


def complaint(vector, judgement, entry, reasons):
    """What is wrong with an answer, or None."""
    says = f"the AWS CLI says {judgement.result} ({judgement.said}), trailseal must say {vector['expected']['overall']}"
    agrees = (judgement.result, vector["expected"]["overall"]) in AGREEMENTS
    if agrees:
        return f"unexpected agreement: {says}; the table says that they differ" if entry else None
    if entry is None:
        return f"unexpected difference: {says}"
    if entry["aws"] != judgement.result:
        return f"another difference than the table's ({entry['aws']}): {says}"
    if entry["reason"] not in reasons:
        return f"the reason {entry['reason']} is not explained"
    return None


def flag_complaint(vector, judgement, explanation):
    """The index of the vectors says of some what the AWS CLI makes of them; where it is not wholly so, the table says why."""
    raises_alarm = judgement.result in ("invalid", "crash", "endless")
    contradicted = [
        flag
        for flag, is_so in (("ValidateLogsMissesThis", not raises_alarm), ("ValidateLogsFalseAlarm", raises_alarm))
        if flag in vector["flags"] and not is_so
    ]
    if contradicted and not explanation:
        return f"index.json says {contradicted[0]}, but the AWS CLI says {judgement.result} ({judgement.said})"
    if explanation and not contradicted:
        return "in the table reported_in_part, but nothing contradicts the flags of index.json"
    return None


def document(vectors, judgements, table):
    """docs/agreement.md."""
    by_id = {vector["id"]: vector for vector in vectors}
    differing = [id for id in sorted(by_id) if (judgements[id].result, by_id[id]["expected"]["overall"]) not in AGREEMENTS]
    agreeing = Counter(judgements[id].result for id in by_id if id not in differing)
    reason_of = {id: table["differences"].get(id, {}).get("reason", "unexplained") for id in differing}
    unreadable = [id for id in differing if judgements[id].result == "unreadable"]
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
            said = judgements[id].said.replace("|", "\\|")
            lines.append(f"| {link} | {judgements[id].result} | {expected['overall']}{codes} | {said} |")
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
            lines.append(f"| {link} | {judgements[id].result} | {explanation} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="tests/agreement/run", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.relative_to(ROOT)} instead of checking it")
    parser.add_argument("--verbose", action="store_true", help="show every vector, with the messages of every run")
    parser.add_argument("vectors", nargs="*", metavar="VECTOR", help="judge only these; nothing else is checked then")
    arguments = parser.parse_args()

    vectors = json.loads((VECTORS / "index.json").read_text())["vectors"]
    table = differences_document()
    ids = {vector["id"] for vector in vectors}
    unknown = sorted(set(arguments.vectors) - ids)
    if unknown:
        sys.exit(f"no such vector: {', '.join(unknown)}")

    judgements = {}
    passed, complaints = 0, []
    for vector in vectors:
        id = vector["id"]
        if arguments.vectors and id not in arguments.vectors:
            continue
        judgement = judgements[id] = judge(vector)
        entry = table["differences"].get(id)
        wrong = complaint(vector, judgement, entry, table["reasons"])
        wrong = wrong or flag_complaint(vector, judgement, table["reported_in_part"].get(id))
        if wrong:
            complaints.append(f"{id}: {wrong}")
        else:
            passed += 1
        if arguments.verbose:
            reason = f"differs on purpose: {entry['reason']}" if entry else "agrees"
            print(f"{id}: {judgement.result} / {vector['expected']['overall']}: {'WRONG' if wrong else reason}: {judgement.said}")
            for message in (message for run in judgement.runs for message in run.messages):
                print(f"    {message}")

    if not arguments.vectors:
        listed = set(table["differences"]) | set(table["reported_in_part"])
        complaints += [f"{id}: in differences.json, but no vector" for id in sorted(listed - ids)]
        used = {entry["reason"] for entry in table["differences"].values()}
        complaints += [f"{reason}: a reason without a vector" for reason in table["reasons"] if reason not in used]
        text = document(vectors, judgements, table)
        name = DOCUMENT.relative_to(ROOT)
        if arguments.write:
            DOCUMENT.write_text(text)
        elif not DOCUMENT.exists() or DOCUMENT.read_text() != text:
            complaints.append(f"{name}: out of date; `tests/agreement/run --write` writes it anew, see what changes")
        agreeing = sum((judgements[v["id"]].result, v["expected"]["overall"]) in AGREEMENTS for v in vectors)
        unreadable = sum(judgement.result == "unreadable" for judgement in judgements.values())
        print(f"AWS CLI {version('awscli')}: {agreeing} agree, {len(vectors) - agreeing - unreadable} differ, {unreadable} unreadable")

    for line in complaints:
        print(line)
    print(f"{passed} passed, {len(complaints)} failed")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
