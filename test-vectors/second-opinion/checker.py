"""Judges a handed-over CloudTrail archive by docs/semantics.md and docs/findings.md alone."""

import base64
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import accumulate, product
from os.path import commonprefix
from pathlib import Path

VECTORS, HOUR = Path(__file__).parents[1], timedelta(hours=1)
ACCOUNT, REGION, TRAIL = r"(\d{12})", r"([a-z]+(?:-[a-z]+)+-\d+)", r"([\w.-]{1,128})"
DIGEST_NAME = re.compile(rf"{ACCOUNT}_CloudTrail-Digest_{REGION}_{TRAIL}_{REGION}_(\d{{8}}T\d{{6}}Z)(_backfill)?\.json", re.A)
KIND = "(-Insight|-NetworkActivity|-Aggregated)?"
LOG_NAME = re.compile(rf"{ACCOUNT}_CloudTrail{KIND}_{REGION}_(\d{{8}}T\d{{4}}Z)_?[A-Za-z0-9]{{16}}\.json", re.A)
TIMES, EVENTS = ["digestStartTime", "digestEndTime"], ["newestEventTime", "oldestEventTime"]
DIGEST = "awsAccountId digestS3Bucket digestS3Object digestPublicKeyFingerprint digestSignatureAlgorithm".split() + TIMES + EVENTS
PREVIOUS = ["previousDigest" + part for part in ("S3Bucket", "S3Object", "HashValue", "HashAlgorithm", "Signature")]
LOG = ["s3Bucket", "s3Object", "hashValue", "hashAlgorithm", *EVENTS]
PATTERNS = dict.fromkeys(TIMES + EVENTS, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
PATTERNS |= dict.fromkeys(["hashValue", "previousDigestHashValue"], "[0-9A-Fa-f]{64}")
CATALOGUE = {}  # the axis and the usual effect of each code
for section in (VECTORS.parent / "docs/findings.md").read_text().split("\n**")[1:]:
    for code, effect in re.findall(r"^\| \[`([\w.]+)`\]\S+ \| (\w+) \|", section, re.MULTILINE):
        CATALOGUE[code] = section.split("**")[0].lower(), effect


def split_key(key: str) -> tuple[list[str], str]:
    """The folders of an object's key or of a path, and the file name, of which a final `.gz` is no part."""
    *folders, name = key.split("/")
    return [folder for folder in folders if folder not in ("", ".")], name.removesuffix(".gz")


def digest_name(name: str) -> tuple[tuple, datetime] | None:
    """The chain (account, region, trail, home region, backfill or not), and the time."""
    match = DIGEST_NAME.fullmatch(name)
    return match and ((*match.group(1, 2, 3, 4), bool(match[6])), datetime.fromisoformat(match[5]))


class Entry:
    def __init__(self, path: str, stored: bytes) -> None:
        self.path, self.stored = path.removesuffix(".gz"), stored
        self.folders, self.name = split_key(path.split("//")[-1])  # before `//` stands the way to an archive inside
        self.content = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(stored) if stored[:2] == b"\x1f\x8b" else stored
        self.sha256 = hashlib.sha256(self.content).hexdigest()

    def lies_in(self, folders: list[str], wrapper: int) -> bool:
        """Folders are compared from the right, as far as both go, without those on top that all evidence shares."""
        return all(own == other for own, other in zip(reversed(self.folders[wrapper:]), reversed(folders)))


def read_zip(archive: bytes, outer: str = "") -> Iterator[Entry]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for info in opened.infolist():
            path = outer + info.filename.replace("\\", "/")
            if path.endswith(".zip"):
                yield from read_zip(opened.read(info), path + "//")
            elif not path.endswith("/"):
                yield Entry(path, opened.read(info))


def members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a doubled key")
    return dict(pairs)


def read_json(content: bytes, encoding: str = "utf-8") -> dict:
    """A JSON text that can be read in one way only; a ValueError if it is anything else."""
    text = content.decode(encoding)
    brackets = re.findall(r"[\[\]{}]", re.sub(r'"(\\.|[^"\\])*"', "", text))
    if max(accumulate(1 if bracket in "[{" else -1 for bracket in brackets), default=0) > 64:
        raise ValueError("too deep")
    value = json.loads(text, object_pairs_hook=members, parse_constant=int)  # `int` refuses NaN and Infinity
    json.dumps(value, ensure_ascii=False).encode()  # refuses half of a surrogate pair
    return value


def holds(said: object, names: list[str]) -> bool:
    """Whether the fields are there as texts of the right form; the times of events may be absent or null."""
    if not isinstance(said, dict):
        return False
    texts = {name: said.get(name) for name in names if name not in EVENTS or said.get(name) is not None}
    return all(isinstance(text, str) and re.fullmatch(PATTERNS.get(name, ".*"), text, re.A | re.S) for name, text in texts.items())


class Digest:
    """A digest file, known by its file name until it is read, and what is found out about it."""

    def __init__(self, entry: Entry, chain: tuple, end: datetime) -> None:
        self.entry, self.name, self.chain, self.start, self.end = entry, entry.name, chain, end - HOUR, end
        self.places = [(*chain[:3], end - HOUR, end)]
        self.said, self.object, self.previous, self.predecessor, self.successors = {}, ("", ""), None, None, []
        self.signed = self.authenticated = self.invalid = self.is_lost = False
        with suppress(ValueError):
            self.read()

    def read(self) -> None:
        said = read_json(self.entry.content)
        logs = said.get("logFiles") if holds(said, DIGEST) else None
        whole = isinstance(logs, list) and all(holds(log, LOG) for log in logs)
        if not whole or not holds(said, PREVIOUS) and any(said.get(name, "absent") is not None for name in PREVIOUS):
            raise ValueError("a field is missing or has another form")
        (folders, name), of_file = split_key(said["digestS3Object"]), (self.chain, self.end)
        of_events = [told[name] for told in (said, *said["logFiles"]) for name in EVENTS if told.get(name) is not None]
        start, end, *_ = map(datetime.fromisoformat, [*(said[name] for name in TIMES), *of_events])
        own = digest_name(name)
        self.is_lost = not own and start < end
        if not own or start >= end:
            raise ValueError("digestS3Object or digestEndTime")
        # One that contradicts a name is placed by that name as well.
        self.wrong_names = [(chain, time) for chain, time in (own, of_file) if chain != own[0] or time != end and not chain[4]]
        self.places = [(*own[0][:3], start, end), *((*chain[:3], time - HOUR, time) for chain, time in self.wrong_names)]
        self.said, self.folders, self.name, self.chain = said, folders, name, own[0]
        self.start, self.end, self.object = start, end, (said["digestS3Bucket"], said["digestS3Object"])
        if said["previousDigestS3Object"] is not None:
            self.previous = said["previousDigestS3Bucket"], said["previousDigestS3Object"]
            self.previous_name, self.previous_hash = split_key(self.previous[1])[1], said["previousDigestHashValue"].lower()


def der_elements(data: bytes) -> Iterator[bytes]:
    while data:
        start = 2 + max(0, data[1] - 128)
        end = start + (int.from_bytes(data[2:start]) if start > 2 else data[1])
        if end > len(data):
            raise ValueError("cut off")
        yield data[start:end]
        data = data[end:]


def verifies(signature: str, text: str, modulus: int, exponent: int) -> bool:
    """RSASSA-PKCS1-v1_5 with SHA-256: the encoded message is made anew and compared as a whole."""
    length = (modulus.bit_length() + 7) // 8
    if not re.fullmatch("[0-9a-f]{%d}" % (2 * length), signature) or int(signature, 16) >= modulus:
        return False
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(text.encode()).digest()
    encoded = b"\0\1" + b"\xff" * (length - len(info) - 3) + b"\0" + info
    return pow(int(signature, 16), exponent, modulus).to_bytes(length) == encoded


class Case:
    def __init__(self, vector: dict) -> None:
        self.asks = [vector["scope"].get(name, []) for name in ("accounts", "regions", "trails")]
        self.period = [datetime.fromisoformat(vector["scope"][name]) for name in ("from", "to") if name in vector["scope"]]
        self.findings, self.confirmed, self.pins = set(), set(), vector["pins"] or []
        self.files, self.json, self.sidecars, self.keys, self.misnamed = [], [], {}, defaultdict(dict), []
        for path in vector["keys"]:
            self.read_keys(Path(path).name, (VECTORS / path).read_bytes(), own=True)
        for entry in (entry for archive in vector["archives"] for entry in read_zip((VECTORS / archive).read_bytes())):
            if "__MACOSX" not in entry.folders and not entry.name.startswith("._"):
                with suppress(ValueError, KeyError):  # metadata and keys that cannot be read are as if they were absent
                    self.sort(entry)
        self.digests = [digest for digest in self.files if digest.said]

    def asked(self, *places: tuple) -> bool:
        """Whether one of them was asked for. The name of a log does not tell its trail: then any will do."""
        periods = [place[3:] for place in places if all(n in (None, *(a or [n])) for n, a in zip(place, self.asks))]
        return any(not self.period or start < self.period[1] and end > self.period[0] for start, end in periods)

    def note(self, seen: object, code: str, *digests: Digest, places: list[tuple] | None = None, effect: str | None = None) -> None:
        """Notes what was seen, if it was; what is about no digest and no place is always in scope."""
        if seen:
            places = places or [place for digest in digests for place in digest.places]
            self.findings.add((code, effect or CATALOGUE[code][1], not places or self.asked(*places)))

    def sort(self, entry: Entry) -> None:
        """An entry's kind is told by its file name, wherever it stands."""
        name, named = entry.name, digest_name(entry.name)
        if named:
            self.files.append(Digest(entry, *named))
            *_, file = self.files
            self.note(not file.said and not file.is_lost, "digest.malformed", file)
            self.note(file.is_lost, "digest.identity_mismatch")
        elif name.endswith(".head.json"):
            metadata = read_json(entry.stored, "utf-16" if entry.stored.startswith(b"\xff\xfe") else "utf-8")["Metadata"]
            self.sidecars[entry.path.removesuffix(".head.json").removesuffix(".gz")] = metadata
        elif name.startswith("object-metadata"):
            raise NotImplementedError("metadata in listings")
        elif name.endswith(".json") and (name.startswith("public-keys") or entry.folders[-1:] == ["public-keys"]):
            self.read_keys(name, entry.stored, own=False)
        elif name.endswith(".json"):
            self.json.append(entry)

    def read_keys(self, name: str, content: bytes, own: bool) -> None:
        region = re.fullmatch(rf"(?:public-keys-)?{REGION}\.json", name)
        (items,) = (value for field, value in read_json(content).items() if field.lower() == "publickeylist")
        for item in items:
            try:
                der = base64.b64decode(item["Value"], validate=True)
                fingerprint = hashlib.md5(der).hexdigest()
                times = [str(item[f"Validity{edge}Time"]) for edge in ("Start", "End")]
                start, end = [datetime.fromisoformat(t) if "T" in t else datetime.fromtimestamp(float(t), UTC) for t in times]
                (body,) = der_elements(der)
                if body.startswith(bytes.fromhex("300d06092a864886f70d0101010500")):  # SubjectPublicKeyInfo
                    (body,) = der_elements([*der_elements(body)][1][1:])
                modulus, exponent = (int.from_bytes(number, signed=True) for number in der_elements(body))
            except (ValueError, KeyError, IndexError):
                self.note(True, "key.malformed")
                continue
            if item.get("Fingerprint", fingerprint).lower() != fingerprint:
                self.misnamed.append((item["Fingerprint"].lower(), own))
            elif modulus & exponent & 1 and 2048 <= modulus.bit_length() <= 8192 and 65537 <= exponent < 2**33:
                level = 2 if hashlib.sha256(der).hexdigest() in self.pins else int(own and not self.pins)
                source = (level, own), region and region[1], start - 2 * HOUR, end + 2 * HOUR
                self.keys[fingerprint].setdefault((modulus, exponent, der), []).append(source)
            else:
                self.note(True, "key.weak")

    def judge(self) -> dict:
        wanted = {digest.said["digestPublicKeyFingerprint"].lower() for digest in self.digests}
        for fingerprint, own in self.misnamed:
            self.note(True, "key.fingerprint_mismatch", effect="refutes" if fingerprint in wanted and not own else "informs")
        for fingerprint, keys in self.keys.items():
            self.note(len(keys) > 1, "key.conflict")
            self.note(len(keys) == 1 and fingerprint not in wanted, "key.unused")
        self.link_digests()
        for digest in sorted(self.digests, key=lambda digest: digest.end, reverse=True):
            self.judge_signature(digest)
        evidence = [entry for entry in self.json if LOG_NAME.fullmatch(entry.name)] + [file.entry for file in self.files]
        self.wrapper = len(commonprefix([entry.folders for entry in evidence]))
        for digest in self.digests:
            self.judge_digest(digest)
            if digest.signed and self.asked(*digest.places):
                self.confirmed |= {"integrity", "continuity", "authenticity" if digest.authenticated else ""}
        self.judge_chains()
        self.judge_logs()
        self.judge_coverage()
        outcomes = {}
        for axis in ("integrity", "authenticity", "continuity", "coverage"):
            effects = {effect for code, effect, asked in self.findings if asked and CATALOGUE[code][0] == axis}
            best = "passed" if axis in self.confirmed else "indeterminate" if self.period or axis != "coverage" else "not_assessed"
            outcomes[axis] = "failed" if "refutes" in effects else "indeterminate" if "limits" in effects else best
        overall = max(outcomes.values(), key=["not_assessed", "passed", "indeterminate", "failed"].index)
        return {"overall": overall, **outcomes, "codes": sorted({code for code, _, _ in self.findings})}

    def link_digests(self) -> None:
        for digest in self.digests:
            if digest.entry.path not in self.sidecars and any(split_key(path)[1] == digest.name for path in self.sidecars):
                raise NotImplementedError("sidecars in other folders than their digest files")
            named = [other for other in self.files if digest.previous and other.name == digest.previous_name]
            nearest = min(named, key=lambda d: (d.object != digest.previous, d.entry.sha256 != digest.previous_hash), default=None)
            digest.predecessor = nearest
            if nearest and nearest.chain == digest.chain:
                nearest.successors.append(digest)

    def judge_signature(self, digest: Digest) -> None:
        said, metadata = digest.said, self.sidecars.get(digest.entry.path, {})
        heirs = [heir for heir in digest.successors if heir.signed and heir.previous_hash == digest.entry.sha256]
        digest.signed, digest.authenticated = bool(heirs), any(heir.authenticated for heir in heirs)
        if {said["digestSignatureAlgorithm"], metadata.get("signature-algorithm", "SHA256withRSA")} != {"SHA256withRSA"}:
            return self.note(True, "digest.algorithm.unsupported", digest)
        keys = self.keys.get(said["digestPublicKeyFingerprint"].lower(), {})
        key, sources = next(iter(keys.items())) if len(keys) == 1 else (None, [])
        lines = said["digestEndTime"], "/".join(digest.object), digest.entry.sha256, said["previousDigestSignature"] or "null"
        offers = [(metadata["signature"].lower(), digest)] if "signature" in metadata else []
        offers += [(heir.said["previousDigestSignature"].lower(), heir) for heir in digest.successors[:4]]
        verified = next((signature for signature, _ in offers if key and verifies(signature, "\n".join(lines), *key[:2])), None)
        # What an invalid successor quotes counts only if it proves itself.
        offers = [(signature, source) for signature, source in offers if signature == verified or not source.invalid]
        first = verified or metadata.get("signature", "").lower()
        for signature, source in offers:
            self.note(first and signature != first, "chain.link.signature_mismatch", digest, source)
        signatures, size = {signature for signature, _ in offers}, (key[0].bit_length() + 7) // 8 if key else "1,"
        malformed = len(signatures) == 1 and not re.fullmatch(f"([0-9a-f]{{2}}){{{size}}}", *signatures)
        self.note(not key, "digest.key.unknown", digest, effect="informs" if digest.signed else None)
        self.note(not offers, "digest.signature.missing", digest)
        if malformed or key and offers and not verified:
            digest.invalid, digest.signed, digest.authenticated = True, False, False
            self.note(True, "digest.signature.malformed" if malformed else "digest.signature.invalid", digest)
        elif verified:
            # The best level counts alone, and of its sources the verifier's own list alone if it is one of them.
            best = [source for source in sources if source[0] == max(level for level, *_ in sources)]
            digest.signed, digest.authenticated = True, digest.authenticated or best[0][0][0] > 0
            self.note(all(region not in (None, digest.chain[1]) for _, region, _, _ in best), "digest.key.other_region", digest)
            made = metadata.get("backfill-generation-timestamp") if digest.chain[4] else said["digestEndTime"]
            outside = made and not any(start <= datetime.fromisoformat(made) <= end for *_, start, end in best)
            self.note(outside, "digest.key.outside_validity", digest)
        self.note(digest.signed and not digest.authenticated, "key.enclosed", digest)

    def judge_digest(self, digest: Digest) -> None:
        """An invalid digest is not asked for its identity and place, one that is not signed not for its link."""
        if digest.invalid:
            return
        other_name = digest.entry.name != digest.name or digest.said["awsAccountId"] != digest.chain[0]
        self.note(other_name or digest.wrong_names, "digest.identity_mismatch", digest)
        two_buckets = any(other.object[1] == digest.object[1] and other.object != digest.object for other in self.digests)
        untold = two_buckets and digest.object[0] not in digest.entry.folders[: -len(digest.folders)]
        self.note(untold or not digest.entry.lies_in(digest.folders, self.wrapper), "digest.relocated", digest)
        if not digest.signed:
            return
        other, normal, chain = digest.predecessor, not digest.chain[4], digest.chain
        older = [old for old in self.files if old.chain == chain and old.end < digest.end]
        if not digest.previous:
            self.note(older and normal, "chain.restart", digest)
        elif (digest_name(digest.previous_name) or [None])[0] != chain:
            self.note(True, "chain.link.foreign", digest, *([other] if other else []))
        elif other:
            self.note(other.entry.sha256 != digest.previous_hash, "chain.link.hash_mismatch", digest, other)
            self.note(other.said and normal and other.end < digest.start, "chain.link.time_gap", digest, other)
            self.note(other.said and normal and other.end > digest.start, "chain.link.time_overlap", digest, other)
            moved = other.said and (other.object[0], other.folders[:-3]) != (digest.object[0], digest.folders[:-3])
            self.note(moved, "chain.moved", digest, other)
        elif older:
            newest = max(old.end for old in [old for old in older if old.authenticated] or older)
            self.note(True, "chain.digest_missing", places=[(*chain[:3], newest, digest.start)])

    def judge_chains(self) -> None:
        """Duplicates and forks, to which an invalid digest is no party, and cycles."""
        groups = defaultdict(list)
        for digest in self.digests:
            if not digest.invalid:
                groups["digest.duplicate", digest.chain, digest.end].append(digest)
                groups["chain.fork", digest.chain, digest.previous].append(digest)
        for (code, _, shared), group in groups.items():
            different = {digest.end if code == "chain.fork" else digest.object for digest in group}
            effect = "limits" if all(digest.signed for digest in group) else "refutes"
            self.note(shared and len(different) > 1, code, *group, effect=effect)
        for digest in self.digests:
            passed = [digest]
            while (step := passed[-1].predecessor) and step.signed and step not in passed:
                passed.append(step)
            self.note(step is digest and digest.signed, "chain.cycle", digest)

    def judge_logs(self) -> None:
        """Lists of authenticated digests choose their entries first, then signed ones, then the rest."""
        listed, held = defaultdict(list), {}
        for digest, log in ((digest, log) for digest in self.digests for log in digest.said["logFiles"]):
            worth = digest.signed + digest.authenticated
            listed[log["s3Bucket"], log["s3Object"]].append((worth, log["hashValue"].lower(), digest))
        for rank, way in product((2, 1, 0), range(3)):
            for place, lists in listed.items():
                (folders, name), hashes = split_key(place[1]), {sha256 for worth, sha256, _ in lists if worth == rank}
                wanted = max(worth for worth, _, _ in lists) == rank and place not in held and name.endswith(".json")
                for entry in self.json if wanted else []:
                    in_place = entry.name == name and entry.lies_in(folders, self.wrapper)
                    if (in_place, entry.sha256 in hashes, entry.name == name)[way]:
                        held[place] = entry, way > 0
                        self.json.remove(entry)
                        break
        for place, lists in listed.items():
            (_, name), (entry, moved) = split_key(place[1]), held.get(place, (None, False))
            signed, hashes = [digest for worth, _, digest in lists if worth], {sha256 for worth, sha256, _ in lists if worth}
            self.note(not signed, "log.unproved", *(digest for *_, digest in lists))
            match, proved = LOG_NAME.fullmatch(name), entry and hashes == {entry.sha256}
            self.note(len(signed) > 1, "log.doubly_listed", *signed, effect="refutes" if len(hashes) > 1 else "informs")
            foreign = [digest for digest in signed if not match or (match[1], match[3]) != digest.chain[:2]]
            self.note(foreign, "log.foreign", *signed)
            self.note(signed and not entry and name.endswith(".json"), "log.missing", *signed)
            self.note(signed and entry and not proved, "log.hash_mismatch", *signed)
            self.note(proved and moved, "log.relocated", *signed)
            self.confirmed |= {"integrity"} if proved and any(self.asked(*digest.places) for digest in signed) else set()
        for match in filter(None, (LOG_NAME.fullmatch(entry.name) for entry in self.json)):
            time, code = datetime.fromisoformat(match[4]), "log.unreferenced.undocumented_kind" if match[2] else "log.unreferenced"
            self.note(True, code, places=[(match[1], match[3], None, time, time + timedelta(seconds=1))])

    def judge_coverage(self) -> None:
        self.note(not self.files, "archive.empty")
        self.note(not self.period, "coverage.period_unstated")
        for wanted in product(*(asks or [None] for asks in self.asks)):
            digests = [d for d in self.digests if not d.chain[4] and all(a in (None, b) for a, b in zip(wanted, d.chain))]
            self.note(any(wanted) and not digests, "coverage.absent")
            for chain in {digest.chain for digest in digests}:
                spans = sorted((digest.start, digest.end, digest.signed) for digest in digests if digest.chain == chain)
                reached, until = self.period or (spans[0][0], max(end for _, end, _ in spans))
                for start, end, signed in spans:
                    reached = max(reached, end) if signed and start <= reached else reached
                self.note(reached < until, "coverage.gap")
                self.confirmed |= {"coverage"} if self.period and reached >= until else set()
