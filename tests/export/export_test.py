"""The export recipe, from a filled bucket to the verdict.

For each case, moto's S3 server and a stub for CloudTrail listen on 127.0.0.1, in threads of the case's process, so that
they end with it. Its buckets are filled from a test vector: the objects with the metadata that CloudTrail gave them. Then
the export script runs as the other side would run it, and trailseal as the verifier would, with keys that it fetched.
"""

import concurrent.futures
import gzip
import http.server
import json
import logging
import multiprocessing
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback
import urllib.request
import zipfile
from datetime import datetime

import boto3
import botocore.config
from moto.server import ThreadedMotoServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = ROOT / "test-vectors"
SCRIPT = ROOT / "export" / "export-cloudtrail.sh"
TRAILSEAL = pathlib.Path(os.environ["TRAILSEAL"]).absolute()
SHELL = os.environ.get("EXPORT_SHELL", "sh").split()
DIGEST = re.compile(r"(?:^|/)(\d{12})_CloudTrail-Digest_([a-z0-9-]+?)_(.+)_([a-z0-9-]+)_(\d{8}T\d{6}Z)(_backfill)?\.json\.gz$")
LOG = re.compile(r"(?:^|/)\d{12}_CloudTrail(-Insight|-NetworkActivity|-Aggregated)?_.*\.json\.gz$")

checks = []  # of this process's case: whether it holds, and the lines that say so


def check(name, ok, detail=""):
    """A check that fails shows why, and the others go on."""
    lines = [f"{'ok    ' if ok else 'FAILED'} {name}"]
    if not ok:
        lines += ["       | " + line for line in str(detail).rstrip().splitlines()[-40:]]
    checks.append((bool(ok), "\n".join(lines)))


class CloudTrail(http.server.BaseHTTPRequestHandler):
    """ListPublicKeys by region and period, DescribeTrails and GetTrailStatus; everything else is refused."""

    keys = {}  # by region, as `list-public-keys` prints them
    trails = []
    refused = frozenset()  # operations that this caller may not use
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = self.headers["X-Amz-Target"].rsplit(".", 1)[-1]
        region = re.search(r"Credential=[^/]+/\d+/([^/]+)/cloudtrail/", self.headers["Authorization"])[1]
        if operation in self.refused:
            return self.answer(400, {"__type": "AccessDeniedException", "message": f"not authorized to perform {operation}"})
        match operation:
            case "ListPublicKeys":
                answer = {"PublicKeyList": [wire(key) for key in self.keys.get(region, []) if within(key, request)]}
            case "DescribeTrails":
                answer = {"trailList": self.trails}
            case "GetTrailStatus":
                answer = {"IsLogging": True, "LatestDigestDeliveryTime": 1772499520.0}
            case _:
                return self.answer(400, {"__type": "InvalidActionException", "message": operation})
        self.answer(200, answer)

    def answer(self, status, body):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def seconds(time):
    return datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()


def wire(key):
    return {**key, **{name: seconds(key[name]) for name in ("ValidityStartTime", "ValidityEndTime")}}


def within(key, request):
    return seconds(key["ValidityStartTime"]) <= request["EndTime"] and seconds(key["ValidityEndTime"]) >= request["StartTime"]


class World:
    """The servers, and what one case needs."""

    def __init__(self, folder):
        self.folder = folder
        self.s3_server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.s3_server.start()
        s3_url = "http://{}:{}".format(*self.s3_server.get_host_and_port())
        # What moto holds belongs to the process, which may have run another case before.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(urllib.request.Request(f"{s3_url}/moto-api/reset", method="POST")).close()
        self.cloudtrail = http.server.ThreadingHTTPServer(("127.0.0.1", 0), CloudTrail)
        threading.Thread(target=self.cloudtrail.serve_forever, daemon=True).start()
        cloudtrail_url = f"http://127.0.0.1:{self.cloudtrail.server_port}"
        home = folder / "home"
        home.mkdir()
        # Nothing of this machine's configuration, and no endpoint but these two.
        self.environment = {
            "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(home),
            "TMPDIR": str(folder),
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_CONFIG_FILE": str(home / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(home / "none"),
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": s3_url,
            "AWS_ENDPOINT_URL_S3": s3_url,
            "AWS_ENDPOINT_URL_CLOUDTRAIL": cloudtrail_url,
            "NO_PROXY": "127.0.0.1",
        }
        self.s3 = boto3.client(
            "s3",
            endpoint_url=s3_url,
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            config=botocore.config.Config(proxies={}),
        )

    def end(self):
        self.cloudtrail.shutdown()
        self.s3_server.stop()

    def listing(self, bucket):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return {entry["Key"]: entry["ETag"] for page in pages for entry in page.get("Contents", [])}

    def put(self, bucket, key, body, metadata):
        try:
            self.s3.head_bucket(Bucket=bucket)
        except self.s3.exceptions.ClientError:
            self.s3.create_bucket(Bucket=bucket)
        self.s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=metadata, ContentEncoding="gzip", ContentType="application/json")

    def run(self, *command):
        command = [str(part) for part in command]
        return subprocess.run(command, env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, text=True, capture_output=True)

    def export(self, name, *arguments):
        """Runs the script; returns its result and the folder."""
        out = self.folder / name
        return self.run(*SHELL, SCRIPT, "--out", out, *arguments), out

    def fetch_keys(self, name, regions, start, end):
        """What the README tells the verifier to do, for other regions and another period."""
        folder = self.folder / f"{name}-keys"
        folder.mkdir()
        (line,) = re.findall(r"^aws cloudtrail list-public-keys .*$", (ROOT / "README.md").read_text(), re.MULTILINE)
        shown_start, shown_end = re.search("--start-time (\\S+) --end-time (\\S+)", line).groups()
        for region in regions:
            command = line.replace("us-east-1", region).replace(shown_start, start).replace(shown_end, end)
            result = self.run(*SHELL, "-euc", f"cd {folder}\n{command}")
            assert result.returncode == 0, result.stderr
        return folder

    def verify(self, archive, keys, scope):
        arguments = ["--keys", keys, "--from", scope["from"], "--to", scope["to"]]
        for option, field in (("--account", "accounts"), ("--region", "regions"), ("--trail", "trails")):
            if field in scope:
                arguments += [option, ",".join(scope[field])]
        return self.run(TRAILSEAL, "verify", archive, *arguments, "--format", "json")


def fill(world, archive):
    """Puts a vector's evidence into buckets as CloudTrail delivered it; returns the keys by bucket."""
    with zipfile.ZipFile(VECTORS / archive) as file:
        entries = {name: file.read(name) for name in file.namelist() if not name.endswith("/")}
    digests = {name: json.loads(gzip.decompress(body)) for name, body in entries.items() if DIGEST.search(name)}
    # A digest's signature: from its sidecar, else from the digest after it.
    signatures = {(d["previousDigestS3Bucket"], d["previousDigestS3Object"]): d["previousDigestSignature"] for d in digests.values()}
    objects, place = {}, {}
    for name, digest in digests.items():
        address = (digest["digestS3Bucket"], digest["digestS3Object"])
        if name + ".head.json" in entries:
            metadata = json.loads(entries[name + ".head.json"])["Metadata"]
        else:
            metadata = {"signature": signatures[address], "signature-algorithm": "SHA256withRSA"}
        objects[address] = (entries[name], metadata)
        for log in digest["logFiles"]:
            place[log["s3Object"].rsplit("/", 1)[-1], log["hashValue"]] = (log["s3Bucket"], log["s3Object"])
    for (file, _), address in place.items():
        body = next(body for name, body in entries.items() if name.endswith(address[1]) or name.endswith("/" + file))
        objects[address] = (body, {})
    keys = {}
    for (bucket, key), (body, metadata) in objects.items():
        world.put(bucket, key, body, metadata)
        keys.setdefault(bucket, set()).add(key)
    return keys


def setup(vector, trails=("management-events",), organisation=False):
    """The stub's answers for a vector."""
    CloudTrail.keys = {}
    CloudTrail.refused = frozenset()
    for path in vector["keys"]:
        path = VECTORS / path
        CloudTrail.keys[path.stem] = json.loads(path.read_text())["PublicKeyList"]
    CloudTrail.trails = [
        {
            "Name": name,
            "HomeRegion": "us-east-1",
            "TrailARN": f"arn:aws:cloudtrail:us-east-1:111122223333:trail/{name}",
            "LogFileValidationEnabled": True,
            "IsOrganizationTrail": organisation,
        }
        for name in trails
    ]


def exported(folder):
    """The evidence in an export, as BUCKET/KEY."""
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name for name in names if DIGEST.search(name) or LOG.search(name)}


def sidecars(folder):
    return sorted(path.name.removesuffix(".head.json") for path in folder.rglob("*.head.json"))


def addresses(keys):
    return {f"{bucket}/{key}" for bucket, all_keys in keys.items() for key in all_keys}


def verdict(result):
    """The report's overall verdict, or what went wrong instead."""
    try:
        report = json.loads(result.stdout)
        return report["overall"], sorted({finding["code"] for finding in report["findings"]})
    except (json.JSONDecodeError, KeyError) as error:
        return f"no report ({error!r})", []


def expect(name, result, code, overall, codes=None):
    found = verdict(result)
    ok = result.returncode == code and found[0] == overall and (codes is None or found[1] == sorted(codes))
    check(name, ok, f"exit {result.returncode}, {found}, expected {code}, {overall}, {codes}\n{result.stderr}")


def example(world, vector):
    """Two days of an organisation: three accounts, four regions, a key rotation."""
    setup(vector, trails=vector["scope"]["trails"], organisation=True)
    keys = fill(world, vector["archives"][0])
    (bucket, inside), = keys.items()
    inside = {f"{bucket}/{key}" for key in inside}
    # What the export must leave where it is: other days, other services, and what stands beside.
    some = next(key for key in keys[bucket] if DIGEST.search(key))
    outside = [
        some.replace("/2026/03/0", "/2026/02/1").replace("/2026/02/2", "/2026/02/1").replace("20260", "20250"),
        "AWSLogs/o-exampleorg1/111122223333/CloudTrail/us-east-1/2026/02/27/111122223333_CloudTrail_us-east-1_20260227T2355Z_aT23bT00cT01dddd.json.gz",
        "AWSLogs/o-exampleorg1/111122223333/CloudTrail/us-east-1/2026/03/04/111122223333_CloudTrail_us-east-1_20260304T0005Z_aT23bT00cT01dddd.json.gz",
        "AWSLogs/o-exampleorg1/111122223333/CloudTrail/us-east-1/2026/03/10/111122223333_CloudTrail_us-east-1_20260310T0005Z_aaaaaaaaaaaaaaaa.json.gz",
        "AWSLogs/o-exampleorg1/111122223333/CloudTrail/us-east-1/2025/03/01/111122223333_CloudTrail_us-east-1_20250301T0005Z_aaaaaaaaaaaaaaaa.json.gz",
        "AWSLogs/111122223333/Config/us-east-1/2026/3/1/ConfigHistory/111122223333_Config_us-east-1_x.json.gz",
        "AWSLogs/111122223333/vpcflowlogs/us-east-1/2026/03/01/x.log.gz",
        "elsewhere/report.txt",
    ]
    for key in outside:
        world.put(bucket, key, gzip.compress(b'{"Records":[]}'), {})
    before = world.listing(bucket)

    result, out = world.export("example", "--from", "2026-03-01", "--to", "2026-03-03", f"s3://{bucket}")
    check("example: the script ends well", result.returncode == 0, result.stdout + result.stderr)
    found = exported(out)
    check("example: it exports the period and nothing else", found == inside, f"too much {found - inside}\ntoo little {inside - found}")
    chains = {}
    for key in keys[bucket]:
        if match := DIGEST.search(key):
            name = key.rsplit("/", 1)[-1]
            chains[match.groups()[:4]] = max(chains.get(match.groups()[:4], name), name)
    check("example: a sidecar for the newest digest of each chain and no other", sidecars(out) == sorted(chains.values()), sidecars(out))
    lists = sorted(path.name for path in (out / "public-keys").iterdir())
    check("example: a key list for each region", lists == [f"{region}.json" for region in sorted(CloudTrail.keys)], lists)
    captures = sorted(path.name for path in (out / "captures").iterdir())
    wanted = ["describe-trails-us-east-1.json", f"get-bucket-versioning-{bucket}.json", "get-trail-status-org-trail-us-east-1.json"]
    check("example: what could be captured", captures == wanted, captures)
    check("example: it says what it could not fetch", f"NOT FETCHED: captures/get-object-lock-configuration-{bucket}.json" in result.stdout, result.stdout)
    check("example: the bucket is as it was", world.listing(bucket) == before)

    own = world.fetch_keys("example", vector["scope"]["regions"], "2026-03-01T00:00:00Z", "2026-03-03T02:00:00Z")
    scope = vector["scope"]
    expect("example: the tar.gz passes", world.verify(f"{out}.tar.gz", own, scope), 0, "passed", ["archive.ignored"])
    # Keys that lie in the archive prove nothing, even if --keys points at them; a copy shows that the lists are sound.
    expect("example: the keys inside the folder do not vouch", world.verify(out, out / "public-keys", scope), 3, "indeterminate")
    copied = shutil.copytree(out / "public-keys", world.folder / "example-copied-keys")
    expect("example: their copies do", world.verify(out, copied, scope), 0, "passed", ["archive.ignored"])
    bare = world.folder / "example-bare"
    shutil.copytree(out, bare, ignore=shutil.ignore_patterns("*.head.json"))
    expect("example: without the sidecars it is indeterminate", world.verify(bare, own, scope), 3, "indeterminate")

    # One account and region of the bucket, after somebody altered a log file in it.
    account, region = "777788889999", "eu-central-1"
    log = next(key for key in sorted(keys[bucket]) if f"/{account}/CloudTrail/{region}/2026/03/02/" in key)
    body = gzip.decompress(world.s3.get_object(Bucket=bucket, Key=log)["Body"].read())
    world.put(bucket, log, gzip.compress(body.replace(b'"eventName":"', b'"eventName":"X', 1)), {})
    part, out = world.export("altered", "--archive", "zip", "--from", "2026-03-01", "--to", "2026-03-03", "--account", account, "--region", f"us-west-1,{region}", bucket)
    check("altered: the script ends well", part.returncode == 0, part.stdout + part.stderr)
    narrow = {name for name in inside if f"/{account}/" in name and f"/{region}/" in name}
    check("altered: only the account and the region asked", exported(out) == narrow, exported(out) ^ narrow)
    scope = {**scope, "accounts": [account], "regions": [region]}
    result = world.verify(f"{out}.zip", own, scope)
    expect("altered: the zip fails", result, 1, "failed")
    check("altered: because of that log", "log.hash_mismatch" in verdict(result)[1], verdict(result))


def simple(world, vector, heads, arguments=(), trails=("management-events",), period=("2026-03-01", "2026-03-02"), note=None):
    """A small vector: exported whole, judged as the vector, with sidecars for exactly these digests, and not without them."""
    name = vector["id"].replace("/", "-")
    overall = vector["expected"]["overall"]
    judged = {"passed": 0, "indeterminate": 3}[overall], overall, [*ALONE, *vector["expected"]["codes"]]
    setup(vector, trails=trails)
    if note:
        CloudTrail.refused = frozenset(["DescribeTrails"])
    keys = fill(world, vector["archives"][0])
    result, out = world.export(name, "--archive", "none", "--from", period[0], "--to", period[1], *(arguments or keys))
    check(f"{name}: the script ends well", result.returncode == 0, result.stdout + result.stderr)
    check(f"{name}: everything is exported", exported(out) == addresses(keys), exported(out) ^ addresses(keys))
    found = [re.search(r"(T\d{6}Z.*)\.json\.gz", sidecar)[1] for sidecar in sidecars(out)]
    check(f"{name}: the sidecars", sorted(found) == sorted(heads), found)
    if note:
        check(f"{name}: it says what was refused", note in result.stdout, result.stdout)
    regions = vector["scope"]["regions"]
    own = world.fetch_keys(name, regions, "2026-03-01T00:00:00Z", "2026-04-10T00:00:00Z")
    expect(f"{name}: {overall}", world.verify(out, own, vector["scope"]), *judged)
    copied = shutil.copytree(out / "public-keys", world.folder / f"{name}-copied-keys")
    expect(f"{name}: {overall} with a copy of the key lists inside", world.verify(out, copied, vector["scope"]), *judged)
    for sidecar in out.rglob("*.head.json"):
        sidecar.unlink()
    bare = world.verify(out, own, vector["scope"])
    expect(f"{name}: indeterminate without the sidecars", bare, 3, "indeterminate")
    check(f"{name}: because signatures are missing then", "digest.signature.missing" in verdict(bare)[1], verdict(bare))


def refusals(world):
    """Wrong calls are refused before AWS is asked, and a wrong place is not an empty export."""
    good = ["--from", "2026-03-01", "--to", "2026-03-02", "s3://bucket"]
    for name, arguments in {
        "no bucket": good[:-1],
        "no period": good[2:],
        "a day that is none": ["--from", "2026-02-29", *good[2:]],
        "an empty period": ["--from", "2026-03-02", *good[2:]],
        "a time": ["--from", "2026-03-01T00:00:00Z", *good[2:]],
        "a folder below AWSLogs": [*good[:-1], "s3://bucket/prefix/AWSLogs/111122223333"],
        "an unknown option": ["--delete", *good],
    }.items():
        result, _ = world.export("refused", *arguments)
        check(f"refused: {name}", result.returncode == 2 and "Usage:" in result.stderr, result.stdout + result.stderr)
    world.put("bucket", "elsewhere/x", b"", {})
    result, out = world.export("nothing", *good)
    check("refused: a bucket without CloudTrail", result.returncode == 1 and "is the prefix right?" in result.stderr, result.stderr)
    world.put("bucket", "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T0005Z_aaaaaaaaaaaaaaaa.json.gz", b"", {})
    result, out = world.export("no-digests", *good)
    check("refused: logs without digests", result.returncode == 1 and "no digest files" in result.stderr, result.stderr)
    check("refused: nothing is packed", not pathlib.Path(f"{out}.tar.gz").exists())


def pasted_commands(text):
    """The commands that stand behind a dollar sign, each with the lines in which it goes on."""
    commands, goes_on = [], False
    for line in text.splitlines():
        if goes_on:
            commands[-1] += f"\n{line}"
        elif line.startswith("  $ "):
            commands.append(line.removeprefix("  $ "))
        else:
            continue
        goes_on = line.endswith("\\")
    return commands


def inspected(world, vector):
    """What `trailseal inspect` prints for an archive without metadata and keys is pasted into a shell, as it says."""
    name = "inspected"
    scope = vector["scope"]
    setup(vector, trails=scope["trails"], organisation=True)
    fill(world, vector["archives"][0])
    archive = world.folder / name
    with zipfile.ZipFile(VECTORS / vector["archives"][0]) as file:
        file.extractall(archive, [entry for entry in file.namelist() if not entry.endswith(".head.json")])
    heads, keys = world.folder / f"{name}-heads", world.folder / f"{name}-keys"
    heads.mkdir()
    keys.mkdir()
    arguments = ["--from", scope["from"], "--to", scope["to"], "--format", "json"]
    expect(f"{name}: indeterminate before", world.run(TRAILSEAL, "verify", archive, *arguments), 3, "indeterminate")

    result = world.run(TRAILSEAL, "inspect", archive, "--full")
    commands = pasted_commands(result.stdout)
    for_keys = [command for command in commands if "list-public-keys" in command]
    for_heads = [command for command in commands if command not in for_keys]
    chains = len(scope["accounts"]) * len(scope["regions"])
    check(f"{name}: a command for each region and each chain", (len(for_keys), len(for_heads)) == (len(scope["regions"]), chains), result.stdout)
    for folder, pasted in ((heads, for_heads), (keys, for_keys)):
        result = world.run(*SHELL, "-euc", "\n".join([f"cd {folder}", *pasted]))
        check(f"{name}: the commands run as they stand", result.returncode == 0 and not result.stderr, result.stderr)

    expect(f"{name}: with the keys alone, the newest digest files lack signatures", world.run(TRAILSEAL, "verify", archive, "--keys", keys, *arguments), 3, "indeterminate")
    for head in heads.iterdir():
        (digest,) = archive.rglob(head.name.removesuffix(".head.json"))
        head.rename(digest.with_name(head.name))
    expect(f"{name}: passed after", world.run(TRAILSEAL, "verify", archive, "--keys", keys, *arguments), 0, "passed", ["archive.ignored"])
    result = world.run(TRAILSEAL, "inspect", archive, "--keys", keys)
    check(f"{name}: nothing is missing any more", "Nothing is missing" in result.stdout, result.stdout)


ALONE, BESIDES = ["archive.ignored"], ["T020131Z_backfill", "T050131Z"]
CASES = {
    "example/handover": (example, {}),
    "links/restart": (simple, {"heads": ["T020131Z", "T040131Z"]}),
    "backfill/stand-alone": (simple, {"heads": BESIDES}),
    # Signed with the key of another month than the period's.
    "backfill/generated-after-a-rotation": (simple, {"heads": BESIDES}),
    "baseline/two-buckets": (
        simple,
        {"heads": ["T050131Z", "T050131Z"], "trails": ("management-events", "security-audit")},
    ),
    # With a key prefix, and for somebody who may not describe the trails.
    "layout/control-tower": (
        simple,
        {"heads": ["T050131Z"], "arguments": ["s3://trail-archive/o-exampleorg1"], "note": "AccessDenied"},
    ),
    # A log file that was delivered long before the digest file that lists it.
    "baseline/log-of-an-earlier-day": (
        simple,
        {"heads": ["T020131Z"], "period": ("2026-03-02", "2026-03-03")},
    ),
}


def case(name):
    """Runs one case with servers of its own."""
    checks.clear()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    try:
        with tempfile.TemporaryDirectory(prefix="export-") as folder:
            world = World(pathlib.Path(folder))
            try:
                index = json.loads((VECTORS / "index.json").read_text())
                vectors = {vector["id"]: vector for vector in (index["vectors"] if isinstance(index, dict) else index)}
                if name == "refusals":
                    refusals(world)
                elif name == "inspected":
                    inspected(world, vectors["example/handover"])
                else:
                    how, options = CASES[name]
                    how(world, vectors[name], **options)
            finally:
                world.end()
    except Exception:
        check(f"{name}: runs to its end", False, traceback.format_exc())
    return list(checks)


def main():
    passed = failed = 0
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(max_workers=4, mp_context=context) as pool:
        for found in pool.map(case, [*CASES, "refusals", "inspected"]):
            for ok, text in found:
                print(text, flush=True)
                passed += ok
                failed += not ok
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
