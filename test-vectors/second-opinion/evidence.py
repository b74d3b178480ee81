"""What one file of an archive says: zip entries, file names, gzip members, JSON, digest files, keys."""

import hashlib
import io
import json
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

REGION = r"[a-z]+(?:-[a-z]+)+-[0-9]+"
DIGEST = re.compile(rf"([0-9]{{12}})_CloudTrail-Digest_({REGION})_([A-Za-z0-9._-]{{1,128}})_({REGION})_([0-9]{{8}}T[0-9]{{6}}Z)(_backfill)?\.json")
LOG = re.compile(rf"([0-9]{{12}})_CloudTrail(-Insight|-NetworkActivity|-Aggregated)?_({REGION})_([0-9]{{8}}T[0-9]{{4}}Z)_?[0-9A-Za-z]{{16}}\.json")
PREVIOUS = ("S3Bucket", "S3Object", "HashValue", "HashAlgorithm", "Signature")


class Beyond(Exception):
    """Something that this checker does not judge."""


class Malformed(Exception):
    """A document that is not what its name says."""


def instant(text, form="%Y-%m-%dT%H:%M:%SZ", shape=r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"):
    if not isinstance(text, str) or not re.fullmatch(shape, text):
        raise Malformed(f"{text} is no time")
    try:
        return int(datetime.strptime(text, form).replace(tzinfo=timezone.utc).timestamp())
    except ValueError as error:
        raise Malformed(str(error)) from error


def named_time(text):
    return instant(text, "%Y%m%dT%H%M%SZ" if len(text) == 16 else "%Y%m%dT%H%MZ", r".*")


def plain(name):
    return name.removesuffix(".gz")


def parse_digest_name(name):
    """(account, region, trail, home, is_backfill) and the time, or None."""
    match = DIGEST.fullmatch(plain(name))
    try:
        return match and ((*match.groups()[:4], bool(match[6])), named_time(match[5]))
    except Malformed:
        return None


def parse_log_name(name):
    """(account, region, undocumented kind, time), or None."""
    match = LOG.fullmatch(plain(name))
    try:
        return match and (match[1], match[3], bool(match[2]), named_time(match[4]))
    except Malformed:
        return None


def read_json(data):
    def unique(pairs):
        if len({key for key, _ in pairs}) < len(pairs):
            raise Malformed("a doubled key")
        return dict(pairs)

    def no_number(text):
        raise Malformed(text)

    def depth(value):
        children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return 0 if children is None else 1 + max(map(depth, children), default=0)

    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig" if data[:3] == b"\xef\xbb\xbf" else "utf-8")
        value = json.loads(text, object_pairs_hook=unique, parse_constant=no_number)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from error
    if depth(value) > 64:
        raise Malformed("too deep")
    return value


def inflate(raw):
    """The content of exactly one gzip member, or None if it is unknown, and what is to be said of the bytes around it."""
    if raw[:2] != b"\x1f\x8b":
        if len(raw) == 0 or raw == b"\x1f":
            return None, {"container.truncated"}
        return raw, {"container.decoded"} if raw.lstrip()[:1] in (b"{", b"[") else set()
    codes, flags, at = set(), raw[3] if len(raw) > 9 else 0, 10
    if flags & 4:
        at += 2 + int.from_bytes(raw[at : at + 2], "little")
    for text in (8, 16):
        at = raw.find(b"\0", at) + 1 if flags & text else at
    if flags & 28:
        codes.add("container.header_payload")
    stream = zlib.decompressobj(-15)
    try:
        content = stream.decompress(raw[at + (2 if flags & 2 else 0) :])
    except zlib.error:
        return None, codes | {"container.truncated"}
    if not stream.eof:
        return None, codes | {"container.truncated"}
    if stream.unused_data[:8] != zlib.crc32(content).to_bytes(4, "little") + (len(content) & 0xFFFFFFFF).to_bytes(4, "little"):
        codes.add("container.truncated")
    return content, codes | ({"container.trailing_data"} if len(stream.unused_data) > 8 else set())


@dataclass(eq=False)
class Entry:
    container: str
    path: str
    raw: bytes | None
    content: bytes | None = None
    sha: str | None = None
    about: set = field(default_factory=set)
    wrapper: int = 0

    def __post_init__(self):
        *self.folders, self.name = self.path.split("/")
        self.place = f"{self.container}//{self.path}"
        # Of CloudTrail's own files alone the bytes around the content are spoken of.
        if self.raw is not None and re.search(r"\.json(\.gz)?$", self.name):
            self.content, self.about = inflate(self.raw)
            self.sha = self.content is not None and hashlib.sha256(self.content).hexdigest()

    def fits(self, key):
        """Its folders are those of the object, from the right, as far as both go; a wrapper of the whole archive is nobody's fault."""
        folders = list(filter(None, key.split("/")[:-1]))
        pairs = zip(reversed(range(len(self.folders))), reversed(folders))
        return all(at < self.wrapper or self.folders[at] == folder for at, folder in pairs)


def contradicts_itself(data, infos):
    """Local headers that say something else than the directory, names in Unicode, and bytes of two entries or of none."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        header = data[info.header_offset:info.header_offset + 30]
        method, size, names, extra = struct.unpack("<8xH12xIHH", header)
        described = info.flag_bits & 8
        ascii_of = lambda name: bytes(byte for byte in name if byte < 128)
        differs = method != info.compress_type or size not in (info.file_size, 0xFFFFFFFF) and not described
        renamed = info.extra[:2] == b"up" and ascii_of(info.extra[9:]) != ascii_of(info.orig_filename.encode())
        if differs or renamed or info.header_offset != end:
            return True
        end += 30 + names + extra + info.compress_size + (16 if described else 0)
    return bool(infos) and data[end:end + 4] != b"PK\x01\x02"


def read_zip(data, container, say, nested=False):
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        say("archive.entry.unreadable")
        return
    if contradicts_itself(data, archive.infolist()):
        raise Beyond("zip archives that contradict themselves")
    for info in archive.infolist():
        path, mode = info.orig_filename.replace("\\", "/"), info.external_attr >> 16
        folders = [folder for folder in path.split("/") if folder not in ("", ".")]
        if path.startswith("/") or "\0" in path or ".." in folders or re.match("[A-Za-z]:", path):
            say("archive.entry.unsafe")
        elif mode and stat.S_IFMT(mode) == stat.S_IFLNK:
            raise Beyond("links")
        elif mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            say("archive.entry.unsafe")
        elif len(path.encode()) > 1024:
            say("archive.limit")
        elif path.endswith("/"):
            pass
        elif info.flag_bits & 1:
            say("archive.entry.encrypted")
            yield Entry(container, "/".join(folders), None)
        else:
            try:
                raw = archive.read(info)
            except (zipfile.BadZipFile, zlib.error) as error:
                raise Beyond("zip archives that contradict themselves") from error
            if path.endswith(".zip") and nested:
                say("archive.limit")
            elif path.endswith(".zip"):
                yield from read_zip(raw, f"{container}//{path}", say, True)
            else:
                yield Entry(container, "/".join(folders), raw)


@dataclass(eq=False)
class Key:
    n: int
    e: int
    level: str = "enclosed"
    sources: list = field(default_factory=list)

    def verifies(self, text, signature):
        """RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2.2)."""
        size = (self.n.bit_length() + 7) // 8
        told = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(text).digest()
        wanted = b"\0\1" + b"\xff" * (size - len(told) - 3) + b"\0" + told
        number = int.from_bytes(signature, "big")
        return len(signature) == size and number < self.n and pow(number, self.e, self.n).to_bytes(size, "big") == wanted


def read_der(data):
    """Modulus and exponent of PKCS#1 or SubjectPublicKeyInfo."""

    def value(data, tag):
        if len(data) < 2 or data[0] != tag:
            raise Malformed("not DER")
        size, at = data[1], 2
        if size & 128:
            at += size & 127
            size = int.from_bytes(data[2:at], "big")
        if len(data) < at + size:
            raise Malformed("DER cut off")
        return data[at : at + size], data[at + size :]

    inside, rest = value(data, 0x30)
    if rest:
        raise Malformed("bytes after the key")
    if inside[:1] == b"\x30":
        return read_der(value(value(inside, 0x30)[1], 0x03)[0][1:])
    n, rest = value(inside, 0x02)
    e, rest = value(rest, 0x02)
    if rest:
        raise Malformed("bytes after the exponent")
    return int.from_bytes(n, "big"), int.from_bytes(e, "big")


def key_time(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        pass
    try:
        time = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except (AttributeError, ValueError) as error:
        raise Malformed("no readable validity") from error
    return time.timestamp()


@dataclass(eq=False)
class Digest:
    entry: Entry
    chain: tuple
    end: int
    start: int
    about: dict | None = None
    prev: tuple | None = None
    metadata: list = field(default_factory=list)

    def __post_init__(self):
        if self.entry.content is None:
            return
        try:
            self.parse(read_json(self.entry.content))
        except Malformed:
            self.entry.about.add("digest.malformed")

    def parse(self, doc):
        def text(where, *names):
            for name in names:
                if not isinstance(where, dict) or not isinstance(where.get(name), str):
                    raise Malformed(name)
            return [where[name] for name in names]

        def hashed(value):
            if not re.fullmatch("[0-9A-Fa-f]{64}", value):
                raise Malformed("no SHA-256")
            return value.lower()

        times = text(doc, "digestStartTime", "digestEndTime")
        start, end = map(instant, times)
        text(doc, "awsAccountId", "digestPublicKeyFingerprint", "digestSignatureAlgorithm")
        self.object = tuple(text(doc, "digestS3Bucket", "digestS3Object"))
        previous = [f"previousDigest{name}" for name in PREVIOUS]
        if start >= end or not all(name in doc for name in previous):
            raise Malformed("times or previous fields")
        if any(doc[name] is not None for name in previous):
            bucket, key, sha, algorithm, signature = text(doc, *previous)
            self.prev = (bucket, key, hashed(sha), algorithm, signature)
        self.logs = []
        if not isinstance(doc.get("logFiles"), list):
            raise Malformed("logFiles")
        for log in doc["logFiles"]:
            bucket, key, sha, algorithm = text(log, "s3Bucket", "s3Object", "hashValue", "hashAlgorithm")
            self.logs.append((bucket, key, hashed(sha), algorithm))
        for where in (doc, *doc["logFiles"]):
            for name in ("newestEventTime", "oldestEventTime"):
                if where.get(name) is not None:
                    instant(where[name])
        self.about, self.named = doc, (self.chain, self.start, self.end)
        parsed = parse_digest_name(self.object[1].split("/")[-1])
        self.is_itself = bool(parsed) and doc["awsAccountId"] == parsed[0][0]
        self.is_itself &= bool(parsed) and (parsed[0][4] or parsed[1] == end) and (self.chain, self.end) == parsed
        self.chain, self.start, self.end = parsed[0] if parsed else self.chain, start, end
        signature = self.prev[4] if self.prev else "null"
        self.to_sign = "\n".join((times[1], "/".join(self.object), self.entry.sha, signature)).encode()
