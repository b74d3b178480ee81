"""Answers the harness of the test vectors with what `aws cloudtrail validate-logs` says."""

import contextlib
import io
import json
import re
import sys
from argparse import Namespace
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from buckets import Buckets, Chain, CloudTrail, Endless, Organizations, Place, S3, Session, Unreadable, text, unpack

# Behind the import of awscli in buckets.
from awscli.customizations.cloudtrail.validation import CloudTrailValidateLogs

# It has no word for what is not known: all else is no answer.
VERDICTS = {"valid": "passed", "invalid": "failed"}
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
        document = json.loads(Path(path).read_text())
        region = Path(path).stem if re.fullmatch(r"[a-z]+(-[a-z]+)+-\d+", Path(path).stem) else None
        keys.setdefault(region, []).extend(document.get("PublicKeyList") or document.get("publicKeyList"))
    return keys


def judge(vector):
    try:
        files = unpack([Path(archive) for archive in vector["archives"]])
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


def answer(judgement):
    """What it says as a verdict, and besides in its own words."""
    verdict = VERDICTS.get(judgement.result)
    messages = [message for run in judgement.runs for message in run.messages]
    own = {"aws": judgement.result, "said": judgement.said, "messages": messages}
    return own | ({"overall": verdict} if verdict else {"error": judgement.result})


def main():
    for line in sys.stdin:
        job = json.loads(line)
        print(json.dumps({"id": job["id"], **answer(judge(job))}), flush=True)


if __name__ == "__main__":
    main()
