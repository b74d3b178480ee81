"""Validates the machine-readable forms of reports with tools that are not ours."""

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import traceback
import zipfile
from datetime import datetime
from pathlib import Path

import in_toto_attestation.v1.statement_pb2 as statement_pb2
import junitparser
import xmlschema
from google.protobuf import json_format
from in_toto_attestation.predicates.vsa.v1 import vsa_pb2
from in_toto_attestation.v1.statement import Statement

TRAILSEAL = os.environ["TRAILSEAL"]
VECTORS = Path("test-vectors")
TABLES = ["findings", "objects", "coverage", "chains", "keys"]
EXIT_CODES = {"passed": 0, "failed": 1, "indeterminate": 3}
EXTENSION = "https://github.com/trailseal/trailseal/report/v1"
SCHEMA = xmlschema.XMLSchema(os.environ["JUNIT_SCHEMA"])
# What spreadsheets take for the beginning of a formula, in both widths.
FORMULA = "=+-@\t\r＝＋－＠"
# Names of files that somebody made to harm whoever opens a report.
HOSTILE = [
    '=HYPERLINK("mailto:x","y")_CloudTrail.json',
    "+1+1_CloudTrail.json",
    "-2+3_CloudTrail.json",
    "@SUM(1)_CloudTrail.json",
    " \u3000=1_CloudTrail.json",
    "＝1+1_CloudTrail.json",
    "'=1_CloudTrail.json",
    "a;=1+1;b_CloudTrail.json",
    'quote"comma,_CloudTrail.json',
    "line\r\nbreak_CloudTrail.json",
    "\t=1_CloudTrail.json",
    "<script>alert(1)</script>&amp;]]>_CloudTrail.json",
    "\x1b[31m\u202e\u2028_CloudTrail.json",
    "no\ufffecharacter\uffff_CloudTrail.json",
]


def run(arguments, expected=None):
    done = subprocess.run([TRAILSEAL, *arguments], capture_output=True)
    if expected is not None:
        assert done.returncode == expected, f"exit code {done.returncode}: {done.stderr.decode()}"
    return done


class Archive:
    """One archive with its keys and its question, and the canonical report about it."""

    def __init__(self, name, paths, options):
        self.name = name
        self.arguments = ["verify", *map(str, paths), *map(str, options)]
        done = run([*self.arguments, "--format", "json"])
        self.json = done.stdout.removesuffix(b"\n")
        self.report = json.loads(self.json)
        self.code = EXIT_CODES[self.report["overall"]]
        assert done.returncode == self.code, name

    def form(self, *options):
        return run([*self.arguments, *options], self.code).stdout


def shipped(folder):
    """The example archives, the first vector of each group, and those about policies."""
    index = json.loads((VECTORS / "index.json").read_text())["vectors"]
    chosen, groups = [], set()
    for vector in index:
        group = vector["id"].split("/")[0]
        if group not in groups or group == "example" or "policy" in vector["id"]:
            chosen.append(vector)
        groups.add(group)
    for vector in chosen:
        scope = Path(folder, "scope.json")
        scope.write_text(json.dumps(vector["scope"]))
        options = ["--scope", scope]
        options += [part for key in vector["keys"] for part in ("--keys", VECTORS / key)]
        options += [part for name, value in vector.get("limits", {}).items() for part in ("--limit", f"{name.replace('_', '-')}={value}")]
        if vector.get("pins"):
            pins = Path(folder, "pins.txt")
            pins.write_text("\n".join(vector["pins"]))
            options += ["--pins", pins]
        # The scope file is read again for every form, so each vector is done before the next is yielded.
        yield Archive(vector["id"], [VECTORS / path for path in vector["archives"]], options)
    example = [VECTORS / "example/handover.zip"]
    yield Archive("example without keys", example, ["--from", "2026-03-01", "--to", "2026-03-03"])
    yield Archive("example without a period", example, ["--keys", VECTORS / "example/public-keys"])
    path = Path(folder, "hostile.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for name in HOSTILE:
            archive.writestr(name, "{}")
    yield Archive("hostile names", [path, *example], ["--keys", VECTORS / "example/public-keys"])


def read_table(archive, table):
    """Rows as dictionaries, with what `docs/reports.md` says about apostrophes and semicolons taken back."""
    raw = archive.form("--format", "csv", "--table", table).decode("utf-8")
    assert raw.endswith("\r\n") and "\n" not in raw.replace("\r\n", ""), "lines end in CRLF"
    rows = list(csv.reader(io.StringIO(raw, newline=""), strict=True))
    head, rows = rows[0], rows[1:]
    for row in rows:
        assert len(row) == len(head), row
        for cell in row:
            for part in cell.split(";"):
                assert not part.strip(' \u3000"').startswith(tuple(FORMULA)), f"a formula: {cell!r}"
            assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e]", cell), f"a control character: {cell!r}"
    original = [[cell.removeprefix("'").replace("%3B=", ";=") for cell in row] for row in rows]
    return [dict(zip(head, row)) for row in original]


def check_csv(archive):
    report = archive.report
    tables = {table: read_table(archive, table) for table in TABLES}
    plain = archive.form("--format", "csv")
    assert plain == archive.form("--format", "csv", "--table", "findings"), "findings are the default"
    assert len(tables["findings"]) == len(report["findings"])
    words = json.loads(archive.form("--format", "words"))
    assert len(words["findings"]) == len(report["findings"])
    for row, finding, said in zip(tables["findings"], report["findings"], words["findings"]):
        for name in ["code", "effect", "axis", "about", "chain", "first", "last", "entry", "from", "to", "expected", "found"]:
            assert row[name] == finding.get(name, ""), f"{name}: {row[name]!r}"
        for name in ["detail", "command"]:
            assert row[name] == said.get(name, ""), f"{name}: {row[name]!r}"
        assert int(row["count"]) == finding["count"]
        assert row["outside_scope"] == ("true" if finding.get("outside_scope") else "false")
    assert [row["chain"] for row in tables["chains"]] == [chain["id"] for chain in report["chains"]]
    for row, chain in zip(tables["chains"], report["chains"]):
        assert int(row["digests_proved"]) == chain["digests"]["proved"]
        assert int(row["gaps"]) == len(chain["gaps"])
    days = [(chain["id"], day["day"], day["hours"]) for chain in report["chains"] for day in chain["days"]]
    assert [(row["chain"], row["day"], row["hours"]) for row in tables["coverage"]] == days
    assert [row["sha256"] for row in tables["keys"]] == [key["sha256"] for key in report["keys"]]
    for kind, counts in [("digest", report["counts"]["digests"]), ("log", report["counts"]["logs"])]:
        for outcome in ["proved", "unproved"]:
            seen = sum(row["kind"] == kind and row["outcome"] == outcome and row["in_scope"] == "true" for row in tables["objects"])
            assert seen == counts[outcome], f"{kind} {outcome}: {seen}"
    for table in tables.values():
        for row in table:
            for name in ["from", "to", "proved_from", "proved_to", "digest_from", "digest_to"]:
                if row.get(name):
                    datetime.strptime(row[name], "%Y-%m-%dT%H:%M:%SZ")


def check_junit(archive):
    xml = archive.form("--format", "junit")
    SCHEMA.validate(io.BytesIO(xml))
    suites = junitparser.JUnitXml.fromstring(xml)
    cases = [case for suite in suites for case in suite]
    failures = [case for case in cases if any(isinstance(result, junitparser.Failure) for result in case.result)]
    errors = [case for case in cases if any(isinstance(result, junitparser.Error) for result in case.result)]
    assert (suites.tests, suites.failures, suites.errors) == (len(cases), len(failures), len(errors))
    report = archive.report
    assert bool(failures) == (report["overall"] == "failed")
    assert bool(failures or errors) == (report["overall"] != "passed"), "an indeterminate verdict is not green"
    verdict = next(suite for suite in suites if suite.name == "verdict")
    assert [case.name for case in verdict] == ["integrity", "authenticity", "continuity", "coverage"]
    properties = {prop.name: prop.value for prop in verdict.properties()}
    assert properties["evidence_root"] == report["evidence_root"]
    assert properties["report_digest"] == hashlib.sha256(archive.json).hexdigest()
    words = json.loads(archive.form("--format", "words"))
    assert properties["sentence"] == words["sentence"]
    names = [(suite.name, case.name) for suite in suites for case in suite]
    for chain in report["chains"]:
        for day in chain["days"]:
            assert names.count((chain["id"], day["day"])) == 1
    shown = "\n".join(result.text or "" for case in cases for result in case.result)
    for finding, said in zip(report["findings"], words["findings"], strict=True):
        if finding["effect"] != "informs":
            subject = said["first"].replace("\ufffe", "%EF%BF%BE").replace("\uffff", "%EF%BF%BF")
            assert f"{finding['effect']} {finding['code']}: {subject}" in shown, subject


def check_in_toto(archive):
    raw = archive.form("--format", "in-toto").removesuffix(b"\n")
    report, statement = archive.report, json.loads(raw)
    canonical = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert raw.decode() == canonical, "canonical JSON"
    message = json_format.Parse(raw, statement_pb2.Statement())
    Statement.copy_from_pb(message).validate()
    assert message.subject[0].digest["sha256"] == report["evidence_root"]
    assert message.predicate_type == "https://slsa.dev/verification_summary/v1"
    predicate = statement["predicate"]
    extension = predicate.pop(EXTENSION)
    # The library knows version 1.0 of the predicate, without the verifier's version, and takes the list of levels for one text,
    # against the specification.
    assert list(predicate["verifier"].pop("version")) == ["trailseal"]
    verified = predicate.pop("verifiedLevels")
    summary = json_format.ParseDict(predicate, vsa_pb2.VerificationSummary())
    assert summary.verifier.id and summary.resource_uri and summary.policy.uri and not summary.HasField("time_verified")
    passed = report["overall"] == "passed"
    assert summary.verification_result == ("PASSED" if passed else "FAILED")
    levels = [f"TRAILSEAL_{axis.upper()}" for axis in ["integrity", "authenticity", "continuity", "coverage"] if report["axes"][axis] == "passed"]
    assert verified == (levels if passed else ["FAILED"])
    asked = json.dumps(report["asked"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert summary.policy.digest["sha256"] == hashlib.sha256(asked).hexdigest()
    assert extension["asked"] == report["asked"] and extension["overall"] == report["overall"]
    assert extension["digest"]["sha256"] == hashlib.sha256(archive.json).hexdigest()


def check_hostile_names(archive):
    shown = {row["first"] for row in read_table(archive, "findings") if row["code"] == "archive.entry.unrecognised"}
    # Whatever cannot be seen, or mistaken for its neighbours: of blanks only single ones inside a name stand for themselves.
    unsafe = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u3000]|^ | (?= |$)|(?<= ) ")
    for name in HOSTILE:
        safe = unsafe.sub(lambda found: "".join(f"%{byte:02X}" for byte in found.group().encode()), name)
        assert safe in shown, f"{safe!r} is not among {sorted(shown)}"


def check_comparison(folder, archives):
    paths = {}
    for name, archive in archives.items():
        paths[name] = Path(folder, f"{archive.report['evidence_root']}.json")
        paths[name].write_bytes(archive.json)
    whole, tampered = paths["example/handover"], paths["example/tampered"]
    for old, new, code in [(whole, tampered, 1), (tampered, whole, 0), (whole, whole, 0)]:
        first = run(["compare", old, new, "--format", "json"], code).stdout
        assert first == run(["compare", old, new, "--format", "json"], code).stdout
        comparison = json.loads(first)
        assert comparison["schema"] == "trailseal-comparison/1" and comparison["is_worse"] == (code == 1)
        words = run(["compare", old, new], code).stdout.decode()
        assert words.startswith("WORSE" if code else "THE SAME" if old == new else "NOT WORSE"), words
    other = Path(folder, "other.json")
    other.write_bytes(whole.read_bytes().replace(b"trailseal-report/2", b"trailseal-report/9"))
    assert b"trailseal-report/9" in run(["compare", whole, other], 2).stderr


def check_signing(folder, archive):
    """The commands that `docs/reports.md` shows for openssl."""
    Path(folder, "statement.json").write_bytes(archive.form("--format", "in-toto"))
    for command in [
        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out signer.pem",
        "openssl pkey -in signer.pem -pubout -out signer.pub",
        "openssl dgst -sha256 -sign signer.pem -out statement.sig statement.json",
        "openssl dgst -sha256 -verify signer.pub -signature statement.sig statement.json",
    ]:
        page = Path("docs/reports.md").read_text()
        assert command in page, f"docs/reports.md does not show: {command}"
        done = subprocess.run(command.split(), cwd=folder, capture_output=True)
        assert done.returncode == 0, f"{command}: {done.stderr.decode()}"


def check_verdicts(verdicts):
    assert verdicts == EXIT_CODES.keys(), f"only {verdicts} were seen"


def main():
    passed, failed = 0, 0

    def check(what, function, *arguments):
        nonlocal passed, failed
        try:
            function(*arguments)
            passed += 1
        except Exception:
            failed += 1
            print(f"FAILED {what}\n{traceback.format_exc()}")

    seen = {}
    with tempfile.TemporaryDirectory() as folder:
        for archive in shipped(folder):
            seen[archive.name] = archive
            check(f"csv of {archive.name}", check_csv, archive)
            check(f"junit of {archive.name}", check_junit, archive)
            check(f"in-toto of {archive.name}", check_in_toto, archive)
        check("hostile names", check_hostile_names, seen["hostile names"])
        check("comparison", check_comparison, folder, {name: seen[name] for name in ["example/handover", "example/tampered"]})
        check("signing", check_signing, folder, seen["example without keys"])
    verdicts = {archive.report["overall"] for archive in seen.values()}
    check("every verdict was seen", check_verdicts, verdicts)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
