"""Judges a handed-over CloudTrail archive by docs/specification.md and docs/findings.md alone."""

import base64
import csv
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate, combinations, product
from os.path import commonprefix
from pathlib import Path

from switches import reads

VECTORS, HOUR, MINUTE = Path(__file__).parents[1], timedelta(hours=1), timedelta(minutes=1)
ACCOUNT, REGION, TRAIL = r"(\d{12})", r"([a-z]+(?:-[a-z]+)+-\d+)", r"([\w.-]{1,128})"
DIGEST_STEM = rf"{ACCOUNT}_CloudTrail-Digest_{REGION}_{TRAIL}_{REGION}_(\d{{8}}T\d{{6}}Z)(_backfill)?"
ARN = re.compile(rf"arn:[\w-]+:cloudtrail:{REGION}:{ACCOUNT}:trail/{TRAIL}", re.A)
KIND = "(-Insight|-NetworkActivity|-Aggregated)?"
LOG_STEM = rf"{ACCOUNT}_CloudTrail{KIND}_{REGION}_(\d{{8}}T\d{{4}}Z)_?[A-Za-z0-9]{{16}}"
DIGEST_NAME, LOG_NAME = (re.compile(stem + r"\.json", re.A) for stem in (DIGEST_STEM, LOG_STEM))
# What begins with a whole name and goes on; of its endings those that are not judged, and those of what is packed or not whole.
LONGER = re.compile(rf"(?P<stem>{DIGEST_STEM}|{LOG_STEM})(?:\.json(?:\.gz)?(?P<rest>[^A-Za-z0-9].*)|[ (~-].*\.json)", re.A)
SUM = re.compile(r".*\.(md5|sha\d+|crc32|asc|sig|minisig|p7s)(sum)?", re.I)
UNREAD = re.compile(r".*\.(gz|zst|bz2|xz|lz4?|lzma|br|z|7z|rar|gpg|pgp|age|enc|part|partial|filepart|(cr)?download|tmp)", re.I)
LAKE_RESULT = re.compile(r"result(_.+)?\.csv\.gz|result_[0-9]+\.csv")
EVENTS = ["newestEventTime", "oldestEventTime"]
SIGNED = "awsAccountId digestS3Bucket digestS3Object digestPublicKeyFingerprint digestEndTime".split()
PREVIOUS = ["previousDigest" + part for part in ("S3Bucket", "S3Object", "HashValue", "HashAlgorithm", "Signature")]
CATALOGUE = {}  # the axis and the usual effect of each code
for section in (VECTORS.parent / "docs/findings.md").read_text().split("\n**")[1:]:
    for code, effect in re.findall(r"^\| \[`([\w.]+)`\]\S+ \| (\w+) \|", section, re.MULTILINE):
        CATALOGUE[code] = section.split("**")[0].lower(), effect


def split_key(key: str) -> tuple[list[str], str]:
    """The folders of an object's key or of a path, and the file name, of which a final `.gz` is no part."""
    *folders, name = key.split("/")
    return [folder for folder in folders if folder not in ("", ".")], name.removesuffix(".gz")


def digest_name(name: str) -> tuple[tuple, datetime] | None:
    """All of a chain but its place (account, region, trail, home region, backfill or not), and the time."""
    match = DIGEST_NAME.fullmatch(name)
    with suppress(ValueError):
        return match and ((*match.group(1, 2, 3, 4), bool(match[6])), datetime.fromisoformat(match[5]))


def log_name(name: str) -> tuple[str, str, datetime, str] | None:
    """Account, region, minute of delivery and kind."""
    match = LOG_NAME.fullmatch(name)
    with suppress(ValueError):
        return match and (match[1], match[3], datetime.fromisoformat(match[4]), match[2])


def longer_name(name: str) -> tuple[str, str] | None:
    """The whole name that a name begins with, and how it goes on."""
    match = LONGER.fullmatch(name)
    whole = match and match["stem"] + ".json"
    told = SUM.fullmatch(name) and reads("checksum-files-are-not-judged")
    return (whole, match["rest"] or "") if match and (digest_name(whole) or log_name(whole)) and not told else None


def fits(ask: str, account: str, trail: str, home: str, of_organization: bool) -> bool:
    """A trail asked by its ARN asks for name, home region and account; who owns an organization's trail is not stated."""
    arn = ARN.fullmatch(ask)
    return (trail, home) == (arn[3], arn[1]) and (of_organization or account == arn[2]) if arn else trail == ask


def place_of(folders: list[str]) -> list[str] | None:
    """What stands above `ACCOUNT/CloudTrail-Digest`, if that is there."""
    pairs = enumerate(zip(folders, folders[1:]))
    ends = [i for i, (one, other) in pairs if re.fullmatch(ACCOUNT, one, re.A) and other == "CloudTrail-Digest"]
    return folders[: ends[-1 if reads("place-by-the-last-account-folder") else 0]] if ends else None


def agree(some: list[str], others: list[str]) -> bool:
    """Folders are compared from the right, as far as both go."""
    return all(one == other for one, other in zip(reversed(some), reversed(others)))


def time(text: object) -> datetime | None:
    """A time is unknown if it has another form or is no day of the calendar."""
    if isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text, re.A):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    return None


def number(text: object) -> str | None:
    """A hash is compared as a number; one that is none is unknown."""
    return f"{int(text, 16):064x}" if isinstance(text, str) and re.fullmatch("[0-9A-Fa-f]+", text) else None


class Entry:
    """A file of the archive. `content` and `sha256` are None if it cannot be inflated, `stored` is if it cannot be read."""

    def __init__(self, path: str, stored: bytes | None) -> None:
        self.path, self.stored, self.beside = path, stored, path.removesuffix(".gz")
        self.folders, self.name = split_key(path.split("//")[-1])  # before `//` stands the way to an archive inside
        self.container = None  # the archive handed over, and that way
        no_gzip = stored in (b"", b"\x1f") and reads("empty-file-is-truncated")
        self.content, self.truncated, self.trailing = stored, no_gzip, False
        if self.truncated:
            self.content = None
        elif stored and stored[:2] == b"\x1f\x8b":
            self.inflate(stored)
        self.sha256 = None if self.content is None else hashlib.sha256(self.content).hexdigest()

    def inflate(self, stored: bytes) -> None:
        """Exactly one member, and its content even if only the trailer is wrong."""
        self.content, self.truncated = None, True
        with suppress(IndexError, ValueError, zlib.error):
            at, flags = 10, stored[3]
            at += 2 + int.from_bytes(stored[10:12], "little") if flags & 4 else 0
            for flag in (8, 16):
                at = stored.index(0, at) + 1 if flags & flag else at
            member = zlib.decompressobj(-zlib.MAX_WBITS)
            content = member.decompress(stored[at + (2 if flags & 2 else 0) :])
            if member.eof:
                sums = b"".join(n.to_bytes(4, "little") for n in (zlib.crc32(content), len(content) % 2**32))
                self.truncated, behind = member.unused_data[:8] != sums, member.unused_data[8:]
                self.content = None if self.truncated and not reads("wrong-trailer-leaves-the-content-known") else content
                self.trailing = bool(behind if reads("zeros-behind-a-member-are-bytes") else behind.strip(b"\0"))


@cache
def stored_files(archive: Path) -> list[tuple[str, bytes | None]]:
    return [*read_zip(archive.read_bytes())]


def read_zip(archive: bytes, outer: str = "") -> Iterator[tuple[str, bytes | None]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for info in opened.infolist():
            path = outer + info.filename.replace("\\", "/")
            if path.endswith(".zip") and info.flag_bits & 1:
                continue
            if path.endswith(".zip"):
                yield from read_zip(opened.read(info), path + "//")
            elif not path.endswith("/"):
                yield path, None if info.flag_bits & 1 else opened.read(info)


def members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs) and reads("doubled-key-is-malformed"):
        raise ValueError("a doubled key")
    return dict(pairs)


def read_rows(entry: Entry) -> Iterable[dict]:
    """The rows of a listing of metadata: of `rclone lsjson`, JSON lines, or CSV."""
    if entry.name.endswith(".json"):
        return read_json(entry.stored)
    lines = decoded(entry.stored).splitlines()
    return map(json.loads, filter(str.strip, lines)) if entry.name.endswith(".jsonl") else csv.DictReader(lines)


def decoded(content: bytes) -> str:
    utf_16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    return content.decode("utf-16" if utf_16 else "utf-8-sig")


def read_json(content: bytes | str) -> dict:
    """A JSON text that can be read in one way only; a ValueError if it is anything else."""
    text = content if isinstance(content, str) else decoded(content)
    brackets = re.findall(r"[\[\]{}]", re.sub(r'"(\\.|[^"\\])*"', "", text))
    if max(accumulate(1 if bracket in "[{" else -1 for bracket in brackets), default=0) > (64 if reads("outermost-value-counts-as-a-level") else 65):
        raise ValueError("too deep")
    constant = int if reads("not-a-number-is-no-json") else float  # `int` refuses NaN and Infinity
    value = json.loads(text, object_pairs_hook=members, parse_constant=constant)
    if reads("half-a-surrogate-pair-is-malformed"):
        json.dumps(value, ensure_ascii=False).encode()  # refuses it
    return value


class Digest:
    """A digest file, known by its file name until it is read, and what is found out about it."""

    def __init__(self, entry: Entry, name: tuple, end: datetime) -> None:
        self.entries, self.sha256, self.file_name, self.name, self.chain = [entry], entry.sha256, entry.name, name, None
        self.start, self.end, self.stated, self.span, self.hour = end - HOUR, end, (None, None), None, end
        self.said, self.object, self.previous, self.predecessor, self.logs = {}, ("", ""), None, None, []
        self.signed = self.authenticated = self.invalid = self.copy = self.lost = self.starts = False
        self.odd, self.hash_algorithms, self.place, self.named_place, self.successors = set(), set(), (), None, []
        if entry.content is not None:
            with suppress(ValueError):
                self.read(read_json(entry.content.decode()))

    def read(self, said: dict) -> None:
        if not isinstance(said, dict) or not all(isinstance(said.get(name), str) for name in SIGNED):
            raise ValueError("no string to sign, no account or no fingerprint")
        self.quoted, logs = said.get("previousDigestSignature"), said.get("logFiles")
        absent = "previousDigestSignature" not in said and reads("absent-quote-leaves-no-string-to-sign")
        if absent or not isinstance(self.quoted, str | None) or not isinstance(logs, list):
            raise ValueError("no string to sign or no list")
        self.said, self.object = said, (said["digestS3Bucket"], said["digestS3Object"])
        self.folders, self.file_name = split_key(self.object[1])
        own = digest_name(self.file_name)
        if not own:
            self.lost = True
            return
        self.name, self.end = own
        self.place = self.object[0], *(place_of(self.folders) or [])
        self.start, self.stated = self.end - HOUR, (time(said.get("digestStartTime")), time(said["digestEndTime"]))
        start, end = self.stated
        if start and end and start < end:
            self.start, self.end = self.span = start, end
        self.hour = own[1] if not self.name[4] and reads("one-hour-is-one-time-in-the-name") else self.end
        known = [isinstance(said.get("digestSignatureAlgorithm"), str), self.span, all(name in said for name in PREVIOUS)]
        known += [said.get(name) is None or time(said[name]) for name in EVENTS]
        set_fields = [said[name] for name in PREVIOUS if said.get(name) is not None]
        known += [len(set_fields) in (0, 5) and all(isinstance(field, str) for field in set_fields)]
        self.odd |= {"limits" for fine in known if not fine}
        if isinstance(said.get("previousDigestS3Object"), str):
            self.previous = said.get("previousDigestS3Bucket"), said["previousDigestS3Object"]
            folders, self.previous_name = split_key(self.previous[1])
            self.previous_chain = (digest_name(self.previous_name) or [None])[0]
            bucket = self.object[0] if self.previous[0] is None else self.previous[0]
            self.named_place = bucket, *(place_of(folders) or [])
        self.previous_hash = self.hash(said.get("previousDigestHashValue"))
        self.starts = not self.previous and not self.name[4]
        self.hash_algorithms = {said[name] for name in PREVIOUS[3:4] if isinstance(said.get(name), str)}
        for log in logs:
            if not isinstance(log, dict) or not isinstance(log.get("s3Object"), str):
                self.odd.add("limits" if reads("listed-without-object-limits") else "informs")
                continue
            known = [isinstance(log.get(name), str) for name in ("s3Bucket", "hashValue", "hashAlgorithm")]
            known += [log.get(name) is None or time(log[name]) for name in EVENTS]
            self.odd |= {"limits" for fine in known if not fine}
            self.hash_algorithms |= {log["hashAlgorithm"]} if known[2] else set()
            self.logs.append(Listed(self, log, self.hash(log.get("hashValue"))))
        if self.starts and self.span and reads("starting-digest-covers-nothing-before-its-end"):
            minutes = [log.minute for log in self.logs if log.minute and reads("starting-digest-covers-from-its-first-log")]
            minutes = [max(start, minute) if reads("starting-digest-covers-nothing-before-its-start") else minute for minute in minutes]
            self.span = min([*minutes, end]), end

    def hash(self, text: object) -> str | None:
        if text is not None:
            length = "informs" if reads("hash-of-another-length-informs") else "limits"
            self.odd |= {"limits"} if number(text) is None else {length} if len(text) != 64 else set()
        return number(text) if reads("hash-is-a-number") else text

    def is_next(self, other: "Digest") -> bool:
        """Whether it is the next of a chain under its own name, at most two hours later."""
        own = digest_name(self.file_name)
        bears_it = any(entry.name == self.file_name for entry in self.entries) or not reads("next-bears-its-own-name")
        near = own[1] - other.end <= 2 * HOUR or not reads("next-is-two-hours-later-at-most")
        return bears_it and own[0] == other.name and timedelta(0) < own[1] - other.end and near

    def wrong_names(self) -> list[tuple]:
        """The names of its key and of its entries that it contradicts."""
        names, end = [digest_name(name) for name in (self.file_name, *(entry.name for entry in self.entries))], self.stated[1]
        differs = {name: not name[4] or not reads("backfill-end-is-not-in-its-name") for name, _ in filter(None, names)}
        return [(name, time) for name, time in filter(None, names) if name != self.name or end and time != end and differs[name]]


class SignFile:
    """A list of Lake result files; without hashes if it is none. `level` is that of the key that verifies it, if one does."""

    def __init__(self, entry: Entry) -> None:
        self.entry, self.hashes, self.names, self.level = entry, [], [], None
        with suppress(ValueError, TypeError):
            said = read_json(entry.stored)
            files = said["files"] if isinstance(said, dict) and isinstance(said.get("files"), list) else []
            needed = [said.get("hashSignature"), said.get("publicKeyFingerprint")]
            needed += [file.get(field) for file in files for field in ("fileName", "fileHashValue") if isinstance(file, dict)]
            hashes = needed[3::2]
            if not all(isinstance(text, str) for text in needed) or len(hashes) < len(files):
                return
            if not re.fullmatch("([0-9A-Fa-f]{2})+", needed[0]) or not all(re.fullmatch("[0-9A-Fa-f]{64}", h) for h in hashes):
                return
            self.hashes, self.names, self.text = [h.lower() for h in hashes], needed[2::2], " ".join(hashes)
            self.signature, self.fingerprint = needed[0].lower(), needed[1].lower()
            self.region, self.time = said.get("region"), time(said.get("queryCompleteTime"))
            known = ("hashAlgorithm", "SHA-256"), ("signatureAlgorithm", "SHA256withRSA")
            self.other = any(said.get(field, name) != name for field, name in known)


class Listed:
    """A log file in the list of a digest file."""

    def __init__(self, digest: Digest, log: dict, sha256: str | None) -> None:
        self.digest, self.sha256, self.object = digest, sha256, (log.get("s3Bucket"), log["s3Object"])
        self.folders, self.name = split_key(self.object[1])
        named = log_name(self.name)
        self.newest, self.oldest = (time(log.get(name)) for name in EVENTS)
        self.minute = named and named[2]
        self.foreign = not named or named[:2] != digest.name[:2]


def der_elements(data: bytes) -> Iterator[bytes]:
    while data:
        start = 2 + max(0, data[1] - 128)
        end = start + (int.from_bytes(data[2:start]) if start > 2 else data[1])
        if end > len(data):
            raise ValueError("cut off")
        yield data[start:end]
        data = data[end:]


@cache
def power(base: int, exponent: int, modulus: int) -> int:
    return pow(base, exponent, modulus)


def verifies(signature: str, text: str, modulus: int, exponent: int) -> bool:
    """RSASSA-PKCS1-v1_5 with SHA-256: the encoded message is made anew and compared as a whole."""
    length = (modulus.bit_length() + 7) // 8
    if not re.fullmatch("[0-9a-f]{%d}" % (2 * length), signature):
        return False
    if int(signature, 16) >= modulus and reads("signature-is-below-the-modulus"):
        return False
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(text.encode()).digest()
    encoded = b"\0\1" + b"\xff" * (length - len(info) - 3) + b"\0" + info
    decoded = power(int(signature, 16), exponent, modulus).to_bytes(length)
    return decoded == encoded if reads("padding-is-compared-as-a-whole") else decoded.endswith(encoded[-len(info) :])


def read_vector(vector: dict) -> Iterator[Entry]:
    for archive in vector["archives"]:
        for path, stored in stored_files(VECTORS / archive):
            entry = Entry(path, stored)
            entry.container = archive, path.rpartition("//")[0]
            hidden = "__MACOSX" in entry.folders and reads("macos-folders-are-ignored")
            if not hidden and not (entry.name.startswith("._") and reads("apple-double-names-are-ignored")):
                yield entry


def evidence_root(entries: Iterable[Entry]) -> str:
    """One hash over all digest and log files, whatever was asked."""

    def sha256(data: bytes) -> str:
        return hashlib.sha256(data).hexdigest()

    def escaped(text: str) -> str:
        return "".join(chr(b) if 0x21 <= b <= 0x7E and b != 0x25 else f"%{b:02X}" for b in text.encode())

    parts = defaultdict(set)
    for entry in entries:
        if entry.stored is None:
            state = "unread"
        elif entry.sha256:
            state = f"whole {entry.sha256 if reads('root-has-the-hash-of-inflated-bytes') else sha256(entry.stored)}"
        else:
            state = f"damaged {sha256(entry.stored)}" if reads("root-has-the-hash-of-what-is-damaged") else "damaged"
        if state == "unread" and not reads("root-holds-what-is-unread"):
            continue
        name = escaped(entry.name) + (".gz" if reads("root-names-end-in-gz") else "")
        if log := log_name(entry.name):
            parts[log[:2]].add(f"log {name} {state}\n".encode())
        elif named := digest_name(entry.name):
            file = Digest(entry, *named)
            words = ["digest", *map(escaped, file.object)] if file.said else ["digest-file", name]
            part = ("-", "-") if file.lost else (file.name if reads("root-part-by-the-own-name") else named[0])[:2]
            parts[part].add(" ".join([*words, state + "\n"]).encode())
    hashes = {part: sha256(b"".join(sorted(lines))) for part, lines in parts.items()}
    return sha256("".join(f"{account} {region} {hashes[account, region]}\n" for account, region in sorted(hashes)).encode())


class Case:
    def __init__(self, vector: dict) -> None:
        self.asks = [vector["scope"].get(name, []) for name in ("accounts", "regions", "trails")]
        self.period = [datetime.fromisoformat(vector["scope"][name]) for name in ("from", "to") if name in vector["scope"]]
        self.findings, self.confirmed, self.pins = [], set(), vector["pins"] or []
        self.files, self.json, self.sidecars, self.keys, self.misnamed = [], [], {}, defaultdict(dict), []
        self.longer, self.sign_files, self.results = defaultdict(list), [], []
        for path in vector["keys"]:
            self.read_keys(Path(path).name, (VECTORS / path).read_bytes(), own=True)
        for entry in read_vector(vector):
            with suppress(ValueError, KeyError):  # metadata and keys that cannot be read are as if they were absent
                self.sort(entry)
        self.at_path = defaultdict(list)
        for file in self.files:
            for path in {entry.path for entry in file.entries}:
                self.at_path[path].append(file)

    def asked(self, name: tuple, start: datetime, end: datetime, above: Sequence = (), asks: list | None = None) -> bool:
        """Whether a name and its time were asked for; or, if other asks are given, whether these ask for the name at any time."""
        account, region, trail, home, *_ = (*name, None, None)
        accounts, regions, trails = asks or self.asks
        of_organization = bool(above) and above[-1].startswith("o-")
        if accounts and account not in accounts or regions and region not in regions:
            return False
        # The name of a log does not tell its trail: then any will do.
        if trail and trails and not any(fits(ask, account, trail, home, of_organization) for ask in trails):
            return False
        if trails and not trail and not reads("log-names-tell-no-trail"):
            return False
        if bool(asks) or not self.period:
            return True
        until = start < self.period[1] or start == self.period[1] and not reads("end-of-a-period-lies-outside")
        return until and (end > self.period[0] or end == self.period[0] and not reads("digest-ending-at-the-start-is-outside"))

    def file_asked(self, entry: Entry, asks: list | None = None) -> bool:
        """Whether the name of an entry was asked for: of a digest file with the hour before its time, of a log with its minute."""
        if digest := digest_name(entry.name):
            (name, end), above = digest, place_of(entry.folders) or []
            start = end - HOUR if reads("digest-name-is-placed-by-the-hour-before") else end
            return self.asked(name[:4], start, end, above, asks)
        log = log_name(entry.name)
        return bool(log) and self.asked(log[:2], log[2], log[2] + (MINUTE if reads("log-name-is-a-whole-minute") else timedelta(0)))

    def names_asked(self, digest: Digest, asks: list | None = None) -> bool:
        """Of one that nobody signed only the names of its entries count."""
        if not digest.signed and reads("unsigned-digest-is-placed-by-its-files-name"):
            return any(self.file_asked(entry, asks) for entry in digest.entries)
        names = [(digest.name, digest.start, digest.end)]
        wrong = [] if asks or not reads("contradicted-names-are-asked-too") else digest.wrong_names()
        names += [(name, end - HOUR, end) for name, end in wrong]
        return any(self.asked(name[:4], start, end, digest.place[1:], asks) for name, start, end in names)

    def is_party(self, digest: Digest) -> bool:
        """Whether it can contradict another: not if it is invalid or a copy, nor if it claims nothing of what was asked."""
        claims = digest.signed or self.names_asked(digest) or not reads("unsigned-and-not-asked-is-no-party")
        return not digest.copy and claims and not (digest.invalid and reads("invalid-is-no-party"))

    def in_scope(self, *digests: Digest) -> bool:
        """What is found about one of several contents of a path is in scope if one of them is."""
        fellows = {file for digest in digests for entry in digest.entries for file in self.at_path[entry.path]}
        return (any if reads("either-end-of-a-link-is-enough") else all)(self.names_asked(file) for file in fellows)

    def list_asked(self, log: Listed) -> bool:
        """Whether a listed log is in scope by this list: what is unknown leaves it in."""
        early = late = False
        if self.period and log.minute:
            unknown, delivered = not reads("unknown-event-time-leaves-a-log-in"), not reads("events-count-besides-delivery")
            whole = MINUTE if reads("listed-log-is-a-whole-minute") else timedelta(0)
            early = log.minute + whole <= self.period[0] and (log.newest < self.period[0] if log.newest else unknown)
            late = log.minute >= self.period[1] and (log.oldest >= self.period[1] if log.oldest else unknown)
            early, late = early or delivered and log.minute < self.period[0], late or delivered and log.minute >= self.period[1]
        return self.names_asked(log.digest) and not early and not late

    def note(self, seen: object, code: str, *digests: Digest, within: bool | None = None, effect: str | None = None) -> None:
        """Notes what was seen, if it was; what is about no digest is in scope unless it is said not to be."""
        if seen:
            self.findings.append((code, effect or CATALOGUE[code][1], digests, within))

    def sort(self, entry: Entry) -> None:
        """An entry's kind is told by its file name, wherever it stands."""
        name, named = entry.name, digest_name(entry.name)
        below_lake = "CloudTrail-Lake" in entry.folders and name.endswith(".csv")
        if entry.path.endswith("result_sign.json") and name == "result_sign.json":
            self.sign_files.append(entry)
        elif not name.startswith("object-metadata") and (below_lake or LAKE_RESULT.fullmatch(entry.path.split("/")[-1])):
            self.results.append(entry)
        elif named:
            file = Digest(entry, *named)
            same = [other for other in self.files if file.said and other.sha256 == file.sha256 and reads("equal-digests-are-one")]
            if same:
                same[0].entries.append(entry)
            else:
                self.files.append(file)
            if not file.said and entry.content is not None and reads("malformed-digest-may-be-a-log"):
                self.json.append(entry)
        elif name.endswith(".head.json"):
            self.sidecars[entry.path.removesuffix(".head.json").removesuffix(".gz")] = read_json(entry.stored)["Metadata"]
        elif name.startswith("object-metadata"):
            for row in read_rows(entry):
                row = {field.lower(): value for field, value in row.items()}
                key = re.sub("^s3://[^/]*/", "", row.get("path") or row["key"])
                self.sidecars.setdefault(key.removesuffix(".gz"), row.get("metadata") or {"signature": row["signature"]})
        elif name.endswith(".json") and (name.startswith("public-keys") or entry.folders[-1:] == ["public-keys"]):
            self.read_keys(name, entry.stored, own=False)
        elif longer := not log_name(name) and longer_name(name):
            whole, rest = longer
            self.json.append(entry)
            self.longer[whole].append((entry, not UNREAD.fullmatch(rest)))
            unread = Entry(entry.path, None)
            unread.name = whole
            within = self.file_asked(unread) or not reads("name-that-goes-on-is-placed-by-its-whole-name")
            self.note(True, "archive.entry.unrecognised", within=within)
            named = digest_name(whole)
            if named and reads("digest-whose-name-goes-on-is-there"):
                self.files.append(Digest(unread, *named))
        elif name.endswith(".json"):
            self.json.append(entry)
            if "_cloudtrail" in name.lower() and not log_name(name):
                others = self.asks[0] and re.match(r"\d{12}(?!\d)", name, re.A) and name[:12] not in self.asks[0]
                self.note(True, "archive.entry.unrecognised", within=not others or not reads("unrecognised-of-others-is-outside"))

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
                level = 2 if hashlib.sha256(der).hexdigest() in self.pins else int(own and not (self.pins and reads("pins-narrow")))
                start -= 2 * HOUR if reads("validity-has-slack-at-its-start") else timedelta(0)
                end += 2 * HOUR if reads("validity-has-slack-at-its-end") else timedelta(0)
                source = (level, own and reads("own-list-speaks-alone-under-pins")), region and region[1], start, end
                self.keys[fingerprint].setdefault((modulus, exponent, der), []).append(source)
            else:
                self.note(True, "key.weak")

    def judge(self) -> dict:
        digests = [file for file in self.files if file.said]
        wanted = {digest.said["digestPublicKeyFingerprint"].lower() for digest in digests}
        lists = [SignFile(entry) for entry in self.sign_files]
        wanted |= {file.fingerprint for file in lists if file.hashes}
        for fingerprint, own in self.misnamed:
            sent = not own or not reads("own-list-with-a-wrong-fingerprint-informs")
            self.note(True, "key.fingerprint_mismatch", effect="refutes" if fingerprint in wanted and sent else "informs")
        for fingerprint, keys in self.keys.items():
            self.note(len(keys) > 1, "key.conflict")
            self.note(len(keys) == 1 and fingerprint not in wanted, "key.unused")
        self.find_metadata([digest for digest in digests if not digest.lost])
        # Twice, because copies, and links by nothing but a name, are told by what is signed without them.
        before = len(self.findings)
        for final in (False, True):
            signed_places = {(digest.name, digest.place) for digest in digests if digest.signed} if final else None
            del self.findings[before:]
            self.digests = [digest for digest in digests if not digest.copy and not digest.lost]
            self.link_digests(signed_places)
            for digest in sorted([d for d in digests if not d.lost], key=lambda digest: digest.end, reverse=True):
                self.judge_signature(digest)
            if not final:
                self.find_copies(digests)
        evidence = [entry for file in self.files for entry in file.entries] + [e for e in self.json if log_name(e.name)]
        if reads("wrapper-by-what-was-asked"):
            evidence = [entry for entry in evidence if self.file_asked(entry)] or evidence
        containers, of_case = defaultdict(list), reads("wrapper-of-the-whole-case")
        for entry in evidence:
            containers[of_case or entry.container].append(entry.folders)
        self.wrappers = {container: commonprefix(folders) for container, folders in containers.items()}
        self.judge_duplicates()
        self.join_chains()
        for file in self.files:
            self.judge_file(file)
        for digest in self.digests:
            self.judge_link(digest)
            if digest.signed and self.names_asked(digest):
                self.confirmed |= {"integrity", "continuity", "authenticity" if digest.authenticated else ""}
        self.judge_chains()
        self.judge_logs()
        self.judge_lake(lists)
        self.judge_coverage()
        found = [(code, effect, self.in_scope(*digests) if within is None and digests else within is not False)
                 for code, effect, digests, within in self.findings]
        outcomes = {}
        for axis in ("integrity", "authenticity", "continuity", "coverage"):
            effects = {effect for code, effect, asked in found if asked and CATALOGUE[code][0] == axis}
            best = "passed" if axis in self.confirmed else "indeterminate" if self.period or axis != "coverage" else "not_assessed"
            outcomes[axis] = "failed" if "refutes" in effects else "indeterminate" if "limits" in effects else best
        overall = max(outcomes.values(), key=["not_assessed", "passed", "indeterminate", "failed"].index)
        return {"overall": overall, **outcomes, "codes": sorted({code for code, *_ in found})}

    def link_digests(self, signed_places: set | None) -> None:
        for digest in self.digests:
            digest.predecessor = None
        for file in self.files:
            file.successors = []
        for digest in self.digests:
            if not digest.previous:
                continue
            (bucket, key), named = digest.previous, []
            for other in (other for other in self.files if not other.copy and other.file_name == digest.previous_name):
                exact = other.object[1] == key and bucket in (None, other.object[0])
                equal = digest.previous_hash is not None and other.sha256 == digest.previous_hash
                stays = other.place in ((), digest.named_place) or (other.name, other.place) not in (signed_places or ())
                stays = stays or not reads("predecessor-stated-elsewhere-is-none")
                if exact or equal or signed_places is not None and stays:
                    named.append((not exact, not equal, other))
            digest.predecessor = min(named, key=lambda rank: rank[:2], default=[None])[-1]
        for digest in self.digests:
            other = digest.predecessor
            if other and (other.name == digest.name or not reads("link-into-another-chain-lends-nothing")):
                contents = [each for each in self.files if each.said and each.object == other.object]
                for each in contents or [other]:  # an heir quotes a signature for whatever claims to be the object
                    each.successors.append(digest)

    def find_metadata(self, digests: list[Digest]) -> None:
        """What stands beside a digest file or bears its key; failing that, what belongs to none so and agrees with its folders."""
        self.metadata, owned = {}, set()
        for digest in digests:
            key = "/".join([*digest.folders, digest.file_name])
            paths = [*(entry.beside for entry in digest.entries), key, f"{digest.object[0]}/{key}"]
            for path in paths if reads("metadata-beside-before-that-of-the-key") else reversed(paths):
                if path in self.sidecars:
                    owned.add(path)
                    self.metadata.setdefault(digest, self.sidecars[path])
        for digest, folders in [(d, e.folders) for d in digests for e in d.entries] + [(d, d.folders) for d in digests]:
            for path in sorted(self.sidecars.keys() - (owned if reads("metadata-of-another-digest-is-not-its-own") else set())):
                where, name = split_key(path)
                if name == digest.file_name and agree(where, folders):
                    self.metadata.setdefault(digest, self.sidecars[path])

    def judge_signature(self, digest: Digest) -> None:
        said, metadata = digest.said, self.metadata.get(digest, {})
        heirs = [heir for heir in digest.successors if heir.signed and heir.previous_hash == digest.sha256]
        digest.signed = bool(heirs) and reads("hash-link-signs")
        digest.authenticated = any(heir.authenticated for heir in heirs) and reads("hash-link-authenticates")
        digest.invalid = False
        algorithms = said.get("digestSignatureAlgorithm"), metadata.get("signature-algorithm")
        if any(named not in (None, "SHA256withRSA") for named in algorithms):
            self.note(True, "digest.algorithm.unsupported", digest)
            if reads("signature-of-another-algorithm-is-not-tried"):
                return
        keys = self.keys.get(said["digestPublicKeyFingerprint"].lower(), {})
        conflict = len(keys) > 1 and reads("conflicting-keys-are-not-used")
        key, sources = next(iter(keys.items())) if keys and not conflict else (None, [])
        lines = said["digestEndTime"], "/".join(digest.object), digest.sha256, "null" if digest.quoted is None else digest.quoted
        own = metadata.get("signature")
        asked_first = reads("asked-successors-are-asked-first")
        asked = sorted(digest.successors, key=lambda heir: (asked_first and not self.names_asked(heir), heir.end))
        offers = [(own, digest), *((heir.quoted, heir) for heir in asked[:4])]
        offers = [(signature.lower(), source) for signature, source in offers if isinstance(signature, str)]
        verified = next((signature for signature, _ in offers if key and verifies(signature, "\n".join(lines), *key[:2])), None)
        # What a successor quotes that is invalid, or neither signed nor asked for nor the next, counts only if it proves itself.
        offers = [(signature, source) for signature, source in offers if signature == verified or source is digest
                  or self.is_party(source) or source.is_next(digest) and not source.invalid and reads("quote-of-the-next-counts")]
        first = verified or str(own or "").lower()
        if not first and offers and not reads("quotes-alone-contradict-nobody"):
            first = offers[0][0]
        for signature, source in offers:
            by_unsigned = reads("unsigned-quote-can-contradict") or source.signed or source is digest
            self.note(first and signature != first and by_unsigned, "chain.link.signature_mismatch", digest, source)
        signatures, size = {signature for signature, _ in offers}, (key[0].bit_length() + 7) // 8 if key else "1,"
        tried = key or reads("malformed-signature-is-told-without-a-key")
        malformed = tried and len(signatures) == 1 and not re.fullmatch(f"([0-9a-f]{{2}}){{{size}}}", *signatures)
        self.note(not key, "digest.key.unknown", digest, effect="informs" if digest.signed and reads("unknown-key-informs-where-hash-links-sign") else None)
        self.note(not offers, "digest.signature.missing", digest)
        refuted = not heirs or reads("invalid-stays-invalid-under-a-hash-link")
        if malformed or key and offers and not verified and refuted:
            # A copy is no evidence, and is not invalid.
            digest.invalid = not (digest.copy and reads("copy-is-not-invalid"))
            digest.signed = digest.authenticated = False
            self.note(digest.invalid, "digest.signature.malformed" if malformed else "digest.signature.invalid", digest)
        elif verified:
            # The best level counts alone, and of its sources the verifier's own list alone if it is one of them.
            best = [source for source in sources if source[0] == max(level for level, *_ in sources)]
            windows = best if reads("best-sources-alone-state-windows-and-regions") else sources
            digest.signed, digest.authenticated = True, digest.authenticated or best[0][0][0] > 0
            one_is_enough = any if reads("one-stated-region-is-enough") else all
            fits_region = one_is_enough(region in (None, digest.name[1]) for _, region, _, _ in windows)
            self.note(not fits_region, "digest.key.other_region", digest)
            by_generation = digest.name[4] and reads("backfill-is-held-against-its-generation")
            made = time(metadata.get("backfill-generation-timestamp")) if by_generation else digest.stated[1]
            one_is_enough = any if reads("one-validity-window-is-enough") else all
            outside = made and not one_is_enough(start <= made <= end for *_, start, end in windows)
            self.note(outside, "digest.key.outside_validity", digest)
        self.note(digest.signed and not digest.authenticated, "key.enclosed", digest)

    def find_copies(self, digests: list[Digest]) -> None:
        """An unsigned content of an object whose signed content lies under other paths."""
        for digest in digests:
            others = [other for other in digests if other.object == digest.object and other.signed]
            alone = all(self.at_path[entry.path] == [digest] for entry in digest.entries)
            digest.copy = not digest.signed and bool(others) and alone and reads("unsigned-content-elsewhere-is-a-copy")

    def judge_duplicates(self) -> None:
        """Entries that claim one object, or lie under one path."""
        objects = defaultdict(list)
        for file in self.files:
            self.note(len(file.entries) > 1, "archive.entry.duplicate", file, effect="informs")
            self.note(file.copy, "archive.entry.duplicate", file, effect="limits")
            if file.said and not file.copy and (file.signed or self.names_asked(file)):
                objects[file.object].append(file)
            elif not file.said and not reads("unreadable-claims-no-object"):
                for claimed in {other.object for other in self.digests if other.file_name == file.file_name}:
                    objects[claimed].append(file)
        for files in [*objects.values(), *self.at_path.values()]:
            self.note(len(files) > 1, "archive.entry.duplicate", *files)

    def join_chains(self) -> None:
        """Gives each digest its chain: the name, and one of the places that links join."""
        joining = [d for d in self.digests if d.previous and d.previous_chain == d.name]
        links = [(d, (d.name, d.place), (d.name, d.named_place)) for d in joining]
        root = {place: place for _, *ends in links for place in ends} | {(d.name, d.place): (d.name, d.place) for d in self.digests}
        vouched = {(d.name, d.place) for d in self.digests if d.authenticated}
        vouched |= {named for d, _, named in links if d.authenticated}
        for digest, *ends in sorted(links, key=lambda link: (not link[0].authenticated, link[1:])):
            one, other = (root[end] for end in ends)
            firm = [any(place in vouched for place, its in root.items() if its == end) for end in (one, other)]
            if digest.authenticated or not all(firm) or not reads("only-authenticated-joins-authenticated-places"):
                root = {place: one if its == other else its for place, its in root.items()}
        self.places = defaultdict(list)
        for place, its in root.items():
            self.places[its].append(place[1])
        for digest in self.digests:
            digest.chain = root[digest.name, digest.place]

    def may_be_of(self, file: Digest, chain: tuple) -> bool:
        """Whether a file is of the chain: one that cannot be read is unless its folders say that it lay elsewhere."""
        if file.said:
            return file.chain == chain
        said = [place_of(self.unwrapped(entry)) for entry in file.entries]
        agreed = any(folders is None or agree(folders, place[1:]) for folders in said for place in self.places[chain])
        return file.name == chain[0] and (agreed or not reads("unreadable-may-have-lain-elsewhere"))

    def unwrapped(self, entry: Entry) -> list[str]:
        """The folders of an entry, without those on top that all evidence shares whose names were asked."""
        wrapper = self.wrappers.get(True) or self.wrappers.get(entry.container) or []
        return entry.folders[len(wrapper) :] if entry.folders[: len(wrapper)] == wrapper else entry.folders

    def judge_file(self, file: Digest) -> None:
        """What is said about the file itself. An invalid one is not asked for its identity and place."""
        entries = file.entries
        self.note(any(entry.truncated for entry in entries), "container.truncated", file)
        self.note(any(entry.trailing for entry in entries), "container.trailing_data", file)
        self.note(not file.said and file.sha256, "digest.malformed", file)
        if not file.said or file.invalid and reads("invalid-is-not-asked-for-its-place"):
            return
        others = file.hash_algorithms - {"SHA-256"} and reads("hash-algorithms-are-asked")
        self.note(others, "digest.algorithm.unsupported", file)
        self.note(file.odd, "digest.irregular", file, effect="limits" if "limits" in file.odd else "informs")
        other_name = file.lost or file.wrong_names() or any(entry.name != file.file_name for entry in entries)
        other_account = file.said["awsAccountId"] != file.name[0] and reads("account-inside-is-compared-with-the-key")
        self.note(other_name or other_account, "digest.identity_mismatch", file)
        if file.lost:
            return
        namesakes = [other for other in self.digests if other.object[1] == file.object[1] and self.is_party(other)]
        two_buckets = self.is_party(file) and any(other.object != file.object for other in namesakes)
        elsewhere = []
        for entry in entries:
            untold = two_buckets and file.object[0] not in entry.folders[: -len(file.folders)] and reads("two-buckets-are-told-apart")
            named = entry.name == file.file_name or not reads("relocated-is-said-under-the-own-name")
            elsewhere.append(named and (untold or not agree(self.unwrapped(entry), file.folders)))
        self.note((any if reads("each-entry-is-asked-for-its-place") else all)(elsewhere), "digest.relocated", file)

    def judge_link(self, digest: Digest) -> None:
        """One that is not signed is not asked for its link."""
        if not digest.signed and reads("unsigned-link-is-not-judged"):
            return
        other, start = digest.predecessor, digest.span and digest.span[0]
        normal = not digest.name[4] or not reads("backfill-owes-nothing")
        counted = [old for old in self.files if not old.copy and self.may_be_of(old, digest.chain)]
        counted = [old for old in counted if old.signed or self.names_asked(old) or not reads("older-ones-are-signed-or-asked")]
        if not digest.previous:
            self.note(normal and any(old.end < digest.end for old in counted), "chain.restart", digest)
        elif digest.previous_chain != digest.name:
            self.note(True, "chain.link.foreign", digest, *([other] if other else []))
        elif other:
            unknown = None in (other.sha256, digest.previous_hash) and reads("unknown-hash-differs-from-nothing")
            differ = other.sha256 != digest.previous_hash and not unknown
            self.note(differ, "chain.link.hash_mismatch", digest, other)
            until = other.stated[1] if reads("link-is-held-against-the-stated-end") else other.hour
            until = until if start and normal else None
            self.note(until and until < start, "chain.link.time_gap", digest, other)
            self.note(until and until > start, "chain.link.time_overlap", digest, other)
            self.note(other.place and other.place != digest.place, "chain.moved", digest, other)
        else:
            missing_end = digest_name(digest.previous_name)[1]
            passed_over = reads("missing-digest-is-older-than-all-or-passes-over-signed-ones")
            older = [old for old in counted if old.end < missing_end] or [
                old for old in counted if old.end < digest.end and old.signed and passed_over
            ]
            if not older:
                return
            vouched = [old for old in older if old.authenticated and reads("hole-begins-at-the-newest-authenticated")]
            newest = max(old.end for old in vouched or older)
            within = self.asked(digest.name[:4], newest, digest.start, digest.place[1:])
            self.note(True, "chain.digest_missing", within=within)

    def judge_chains(self) -> None:
        """Duplicates, forks and overlaps, to which an invalid digest is no party, and cycles."""
        groups, run = defaultdict(list), {digest: digest for digest in self.digests}
        for digest in self.digests:
            if self.is_party(digest):
                groups["digest.duplicate", digest.chain, digest.hour].append(digest)
                groups["chain.fork", digest.chain, digest.previous].append(digest)
            if digest.predecessor in run and digest.predecessor.chain == digest.chain:
                one, other = run[digest], run[digest.predecessor]
                run = {each: one if its is other else its for each, its in run.items()}
        for (code, _, shared), group in groups.items():
            by_hour = code == "chain.fork" and reads("fork-has-different-ends")
            different = {digest.hour if by_hour else digest.object for digest in group}
            all_signed = (all if reads("duplicate-limits-if-all-are-signed") else any)(digest.signed for digest in group)
            effect = "limits" if all_signed else "refutes"
            self.note(shared and len(different) > 1, code, *group, effect=effect)
        parties = [d for d in self.digests if d.span and not d.name[4]]
        parties = [d for d in parties if d.signed or not reads("overlap-is-of-signed-ones")]
        parties = [d for d in parties if not d.starts or not reads("starting-digest-overlaps-nothing")]
        for one, other in combinations(parties, 2):
            if one.chain != other.chain or not (one.start < other.end and other.start < one.end):
                continue
            apart = run[one] is not run[other] or not reads("overlap-is-of-different-runs")
            apart = apart and (one.end != other.end or not reads("overlap-is-of-different-ends"))
            shared = max(one.start, other.start), min(one.end, other.end)
            within = self.asked(one.name[:4], *shared, one.place[1:]) if reads("overlap-is-placed-by-the-time-covered-twice") else None
            self.note(apart, "chain.overlap", one, other, within=within)
        for digest in self.digests:
            passed = [digest]
            while (step := passed[-1].predecessor) and step.signed and step not in passed:
                passed.append(step)
            self.note(step is digest and digest.signed, "chain.cycle", digest)

    def judge_logs(self) -> None:
        """Lists of authenticated digests choose their entries first, then signed ones, then the rest."""
        listed, held = defaultdict(list), defaultdict(list)
        logs = [log for digest in self.digests for log in digest.logs]
        in_buckets = {log.object[1]: log.object for log in logs if log.object[0]}
        for log in logs:  # one without a bucket matches by key
            listed[log.object if log.object[0] else in_buckets.get(log.object[1], log.object)].append(log)
        worth = {place: max(log.digest.signed + log.digest.authenticated for log in logs) for place, logs in listed.items()}
        hashes = {}
        for place, logs in listed.items():
            best_alone = reads("best-lists-alone-say-what-is-right")
            best = [log.sha256 for log in logs if log.digest.signed + log.digest.authenticated == worth[place] or not best_alone]
            hashes[place] = {sha256 for sha256 in best if sha256}
        for rank, way in product((2, 1, 0) if reads("better-lists-choose-first") else (0, 1, 2), range(5)):
            for place, (log, *_) in listed.items():
                if worth[place] != rank or not log.name.endswith(".json") or held[place] and way < 4:
                    continue
                known = {entry.sha256 for entry, _ in held[place]} & hashes[place]
                for entry in [*self.json]:
                    if self.serves(entry, log, hashes[place], known)[way]:
                        held[place].append((entry, not self.lies_in_place(entry, log)))
                        if reads("entry-serves-one-object"):
                            self.json.remove(entry)
                        if way < 4:
                            break
        top = max((d.signed + d.authenticated for d in self.digests if self.names_asked(d)), default=0)
        for place, logs in listed.items():
            self.judge_log(logs, held[place], hashes[place], worth[place] < top)
        for entry in self.json:
            if named := log_name(entry.name):
                code = "log.unreferenced.undocumented_kind" if named[3] else "log.unreferenced"
                self.note(True, code, within=self.file_asked(entry))
                if reads("container-of-an-unlisted-log-is-judged"):
                    self.judge_container(entry, self.file_asked(entry))

    def lies_in_place(self, entry: Entry, log: Listed) -> bool:
        return entry.name == log.name and agree(self.unwrapped(entry), log.folders)

    def serves(self, entry: Entry, log: Listed, hashes: set[str], known: set[str]) -> list[bool]:
        """The ways, the best first, in which a listed log finds an entry; the last finds what goes with the one found before."""
        named, right, in_place = entry.name == log.name, entry.sha256 in hashes, self.lies_in_place(entry, log)
        copied = named and entry.sha256 in known and reads("equal-copies-go-with-their-log")
        first = in_place and right and reads("right-bytes-in-place-come-first")
        if not reads("place-comes-before-right-bytes-elsewhere"):
            first = first or right and named
        return [first, in_place, right, named, in_place or copied]

    def judge_container(self, entry: Entry, within: bool) -> None:
        self.note(entry.truncated, "container.truncated", within=within)
        self.note(entry.trailing, "container.trailing_data", within=within)

    def judge_log(self, logs: list[Listed], held: list[tuple[Entry, bool]], best: set[str], lesser: bool) -> None:
        signed = [log for log in logs if log.digest.signed]
        within = any(self.list_asked(log) for log in signed or logs)
        named = log_name(logs[0].name)
        kept = not within and lesser and named and self.asked(named[:2], named[2], named[2] + MINUTE)
        kept = kept and reads("lesser-list-out-of-scope-excuses-nothing")
        self.note(not signed or kept, "log.unproved", within=within or bool(kept))
        for digest in {log.digest for log in signed if log.foreign}:
            own_list = [log for log in signed if log.digest is digest or not reads("foreign-is-placed-by-its-own-list")]
            self.note(True, "log.foreign", within=any(self.list_asked(log) for log in own_list))
        hashes = {log.sha256 for log in signed if log.sha256}
        contradicted = len(hashes) > 1 and reads("two-listed-hashes-contradict")
        self.note(len(signed) > 1, "log.doubly_listed", within=within, effect="refutes" if contradicted else "informs")
        longer = self.longer[logs[0].name]
        readable = reads("copy-whose-content-is-known-is-not-the-log")
        unread = any(not copy or entry.sha256 is None or not best or not readable for entry, copy in longer)
        sought = logs[0].name.endswith(".json") or not reads("listed-without-json-is-not-looked-for")
        missing = (signed or not reads("unsigned-list-misses-nothing")) and not held and sought
        self.note(missing, "archive.entry.unrecognised" if unread else "log.missing", within=within)
        own = any(self.file_asked(entry) for entry, _ in held) and reads("entry-whose-name-is-asked-stays-in-scope")
        contents, paths = {entry.sha256 for entry, _ in held}, {entry.path for entry, _ in held}
        for entry, _ in held:
            self.judge_container(entry, within or own and self.file_asked(entry))
        if len(held) > 1:
            each_path = {(entry.path, entry.sha256) for entry, _ in held}
            one_path = len(each_path) > len(paths) or not reads("other-content-under-another-path-limits")
            refutes = one_path or not contents & best and reads("two-contents-of-which-none-is-signed-refute")
            effect = "informs" if len(contents) == 1 else "refutes" if refutes else "limits"
            self.note(True, "archive.entry.duplicate", within=within or own, effect=effect)
        settled = len(hashes) == 1 or not reads("two-listed-hashes-are-a-mismatch")
        proved = [(entry, moved) for entry, moved in held if settled and entry.sha256 in hashes]
        self.note(hashes and contents - {None} and not proved, "log.hash_mismatch", within=within or own)
        if proved:
            damaged = any(entry.truncated or entry.trailing for entry, _ in proved) and reads("damaged-log-is-not-asked-for-its-place")
            relocated = (all if reads("one-log-in-its-place-is-enough") else any)(moved for _, moved in proved) and not damaged
            renamed = any(entry.name != logs[0].name and self.file_asked(entry) for entry, _ in proved)
            self.note(relocated, "log.relocated", within=within or renamed)
            self.confirmed |= {"integrity"} if within else set()

    def judge_lake(self, lists: list[SignFile]) -> None:
        """Result sets of CloudTrail Lake: files by the hashes of their stored bytes, in lists that are signed."""

        def asked(entry: Entry) -> bool:
            at = [i for i, folder in enumerate(entry.folders) if folder == "CloudTrail-Lake"]
            account = entry.folders[at[-1] - 1] if at and at[-1] else ""
            return not self.asks[0] or account in self.asks[0]

        for file in lists:
            self.note(not file.hashes, "lake.sign_file.malformed", within=asked(file.entry))
            self.judge_list(file, asked(file.entry))
        hashes = {result: hashlib.sha256(result.stored).hexdigest() for result in self.results if result.stored is not None}
        listed = {sha256 for file in lists for sha256 in file.hashes}
        vouched = {sha256 for file in lists if file.level or asked(file.entry) for sha256 in file.hashes}
        unlisted = [result for result in self.results if hashes.get(result) not in (vouched if asked(result) else listed)]
        taken = []
        for file, place in ((file, place) for file in lists for place in range(len(file.hashes))):
            sha256, name, within = file.hashes[place], file.names[place], asked(file.entry)
            folder = file.entry.path.removesuffix("result_sign.json")
            plain = name not in ("", ".", "..") and not re.search(r"[/\\\0]", name)
            self.note(not plain, "lake.file.name_unsafe", within=within)
            alike = [result.path for result in self.results if hashes.get(result) == sha256]
            beside = [path for path in alike if path.startswith(folder) and "/" not in path[len(folder) :]]
            others = [one for one in unlisted if plain and one.path.removesuffix(".gz") == (folder + name).removesuffix(".gz")]
            if not beside and others:
                taken.append(others[0])
                stored, text = others[0].stored, others[0].stored and others[0].stored.split(b"\n")[0][:16]
                inflated = stored and stored[:2] != b"\x1f\x8b" and not any(byte < 32 and byte not in b"\t\r" or byte == 127 for byte in text)
                code = "lake.file.inflated" if inflated else "lake.file.hash_mismatch"
                effect = None if inflated or file.level is not None else "limits"
                self.note(stored is not None, code, within=within, effect=effect)
            elif alike:
                self.note(folder + name not in beside, "lake.file.renamed", within=within)
            else:
                self.note(True, "lake.file.missing", within=within, effect=None if file.level is not None else "limits")
        for result in unlisted:
            self.note(result not in taken, "lake.file.unlisted", within=asked(result))

    def judge_list(self, file: SignFile, within: bool) -> None:
        """The signature of a list, under the key that it names."""
        if not file.hashes:
            return
        keys = self.keys.get(file.fingerprint, {})
        key, sources = next(iter(keys.items())) if len(keys) == 1 else (None, [])
        if not key or not verifies(file.signature, file.text, *key[:2]):
            self.note(True, "lake.signature.unchecked" if not key or file.other else "lake.signature.invalid", within=within)
            return
        best = [source for source in sources if source[0] == max(level for level, *_ in sources)]
        file.level = best[0][0][0]
        self.note(not file.level, "lake.key.enclosed", within=within)
        fits = any(region in (None, file.region) for _, region, _, _ in best) and file.region is not None
        fits = fits and file.time and any(start <= file.time <= end for *_, start, end in best)
        self.note(file.level and not fits, "lake.key.unfit", within=within)

    def judge_coverage(self) -> None:
        self.note(not self.files, "archive.empty")
        self.note(not self.period, "coverage.period_unstated")
        normal = [digest for digest in self.digests if not digest.name[4] or not reads("backfill-covers-nothing")]
        named = [asks or [None] for asks in self.asks]
        for wanted in product(*named if all(self.asks) or reads("dimension-not-asked-drops-no-other") else [[None]] * 3):
            asks = [[ask] if ask else [] for ask in wanted]
            digests = [digest for digest in normal if self.names_asked(digest, asks)]
            there = digests or [file for file in self.files if not reads("unreadable-is-absent") and self.names_asked(file, asks)]
            self.note(any(wanted) and not there, "coverage.absent")
            arn, owners = ARN.fullmatch(wanted[2] or ""), {digest.name[0] for digest in digests}
            unstated = arn and digests and (arn[2] not in owners if reads("owner-is-stated-by-one-chain") else owners - {arn[2]})
            self.note(unstated, "coverage.owner_unstated")
            for chain in {digest.chain for digest in digests}:
                known = [d for d in normal if d.chain == chain and d.span and (d.signed or self.names_asked(d, asks))]
                spans = sorted((*d.span, d.signed) for d in known if d.signed or reads("unsigned-digest-widens-the-extent"))
                if not self.period and not reads("extent-is-of-readable-digests"):
                    spans += [(f.start, f.end, False) for f in self.files if not f.said and self.may_be_of(f, chain)]
                if not self.period and not spans:
                    continue
                reached, until = self.period or (min(spans)[0], max(end for _, end, _ in spans))
                for start, end, signed in sorted(spans):
                    reached = max(reached, end) if signed and start <= reached else reached
                self.note(reached < until, "coverage.gap")
                self.confirmed |= {"coverage"} if self.period and reached >= until else set()
