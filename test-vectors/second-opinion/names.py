"""Names of files, folders and places: chapters 3 and 7 of docs/specification.md, as far as one name tells them."""

import re
from dataclasses import dataclass

from switches import reads
from texts import instant, printable

ACCOUNT = re.compile(rb"[0-9]{12}")
REGION = re.compile(rb"(?=.{0,32}\Z)[a-z]+(?:-[a-z]+)+-[0-9]+")
TRAIL = re.compile(rb"[A-Za-z0-9._-]{1,128}")
DIGEST_STEM = re.compile(rb"([0-9]{12})_CloudTrail-Digest_([^_]*)_(.+)_([^_]*)_([0-9]{8}T[0-9]{6})Z(_backfill)?", re.S)
KIND = rb"(CloudTrail(?:-Insight|-NetworkActivity|-Aggregated)?)"
LOG_STEM = re.compile(rb"([0-9]{12})_%s_([^_]*)_([0-9]{8}T[0-9]{4})Z_?[A-Za-z0-9]+" % KIND, re.S)
KINDS = ["CloudTrail", "CloudTrail-Insight", "CloudTrail-NetworkActivity", "CloudTrail-Aggregated"]
CHECKSUMS = "sha256 sha256sum sha512 sha512sum sha384 sha1 sha1sum md5 md5sum asc sig ots tsr".split()
# How a packed name ends, what packed it, and what unpacks it (3.8).
PACKED = [("zst zstd", "Zstandard", "zstd -d"), ("gz gzip", "gzip", "gunzip"), ("bz2", "bzip2", "bunzip2"), ("xz lzma", "xz", "xz -d")]
PACKED += [("lz4", "LZ4", "lz4 -d"), ("br", "Brotli", "brotli -d"), ("7z", "7-Zip", "7z x"), ("rar", "RAR", "unrar x")]
UNENDED = "part partial crdownload download filepart opdownload aria2 !ut tmp temp".split()
EVIDENCE = {"2", "2a", "3", "4", "5", "6", "7", "10", "11"}
HASHED = {"4", "5", "6", "10", "11"}

Folders = list[bytes]


@dataclass(frozen=True, order=True)
class DigestName:
    """3.3"""

    account: str
    region: str
    trail: str
    home: str
    backfill: bool
    time: int

    @property
    def chain(self) -> tuple:
        """The name-chain (11.4)."""
        return self.account, self.region, self.trail, self.home, self.backfill


@dataclass(frozen=True)
class LogName:
    """3.4"""

    account: str
    kind: str
    region: str
    time: int


def is_region(text: bytes) -> bool:
    return REGION.fullmatch(text) is not None


def compact_time(text: bytes) -> int | None:
    digits = text.replace(b"T", b"")
    return instant(int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, len(digits), 2)))


def digest_stem(stem: bytes) -> DigestName | None:
    match = DIGEST_STEM.fullmatch(stem)
    if not match or not is_region(match[2]) or not is_region(match[4]) or not TRAIL.fullmatch(match[3]):
        return None
    time = compact_time(match[5])
    return None if time is None else DigestName(*(match[i].decode() for i in range(1, 5)), bool(match[6]), time)


def log_stem(stem: bytes) -> LogName | None:
    match = LOG_STEM.fullmatch(stem)
    time = compact_time(match[4]) if match and is_region(match[3]) else None
    return None if time is None else LogName(*(match[i].decode() for i in range(1, 4)), time)


def stem_of(name: bytes) -> bytes | None:
    """3.2"""
    plain = name.removesuffix(b".gz")
    return plain.removesuffix(b".json") if plain.endswith(b".json") else None


def digest_name(name: bytes) -> DigestName | None:
    stem = stem_of(name)
    return None if stem is None else digest_stem(stem)


def log_name(name: bytes) -> LogName | None:
    stem = stem_of(name)
    return None if stem is None else log_stem(stem)


def last_name(key: bytes) -> bytes:
    return key[key.rfind(b"/") + 1 :]


def plain_name(name: bytes) -> bytes:
    """Names are the same if these are (7.7)."""
    return name.removesuffix(b".gz")


@dataclass
class Longer:
    """A name that goes on behind a whole one (3.7); `rest` is missing if what goes on stands before the ending."""

    stem: bytes
    name: DigestName | LogName
    rest: str | None

    def how(self) -> dict:
        """3.8"""
        rest = self.rest
        if rest is None or rest[0] in " (":
            return {"is": "name.copy"}
        last = rest[rest.rfind(".") + 1 :]
        for endings, kind, command in PACKED:
            if last in endings.split():
                return {"is": "name.packed_again", "kind": kind, "command": command}
        if last in ("gpg", "pgp", "age", "enc", "aes", "p7m"):
            return {"is": "name.encrypted"}
        if last in UNENDED or re.fullmatch(r"\.[0-9a-f]{8}", rest):
            return {"is": "name.unended"}
        copied = last in ("bak", "old", "orig", "copy") or rest.endswith("~") or re.fullmatch("[0-9]+", last)
        return {"is": "name.copy" if copied else "name.goes_on"}

    @property
    def keeps_content(self) -> bool:
        return self.how()["is"] in ("name.copy", "name.goes_on")


def longer_name(name: bytes) -> Longer | None:
    """3.7"""
    try:
        name.decode()
    except UnicodeDecodeError:
        return None
    for place in re.finditer(rb"\.json", name):
        stem = name[: place.start()]
        if named := digest_stem(stem) or log_stem(stem):
            rest = name[place.end() :].removeprefix(b".gz").decode().lower()
            is_checksum = rest[rest.rfind(".") + 1 :] in CHECKSUMS and reads("checksum-files-are-not-judged")
            if rest and not rest.startswith(".head.json") and not is_checksum:
                return Longer(stem, named, rest)
            break
    stem = re.split(rb"[ (]", stem_of(name) or b"", maxsplit=1)
    named = digest_stem(stem[0]) or log_stem(stem[0]) if len(stem) > 1 else None
    return Longer(stem[0], named, None) if named else None


def row_of(folders: Folders, name: bytes) -> str:
    """What an entry claims to be (3.5)."""
    low, ending, folder = name.lower(), name[name.rfind(b".") :] if b"." in name else b"", folders[-1] if folders else None
    is_json = low.endswith((b".json", b".json.gz"))
    hidden = b"__MACOSX" in folders and reads("macos-folders-are-ignored")
    hidden = hidden or name.startswith(b"._") and reads("apple-double-names-are-ignored")
    if hidden or name in (b".DS_Store", b"Thumbs.db", b"desktop.ini"):
        return "1"
    if name.endswith(b".head.json") or name.startswith(b"object-metadata") and ending in (b".json", b".jsonl", b".csv"):
        return "3"
    if digest_name(name):
        return "4"
    if log_name(name):
        return "5"
    if b"_cloudtrail" in low and is_json:
        return "6"
    if name == b"result_sign.json":
        return "2"
    if is_result(folders, name):
        return "2a"
    if name.endswith(b".json") and folder == b"captures":
        return "8"
    if name.endswith(b".json") and (name == b"public-keys.json" or name.startswith(b"public-keys-") or folder == b"public-keys"):
        return "7"
    if low.endswith((b".zip", b".tar", b".tar.gz", b".tgz", b".tar.zst")):
        return "9"
    return "10" if is_json else "11" if longer_name(name) else "12"


def is_result(folders: Folders, name: bytes) -> bool:
    below_lake = b"CloudTrail-Lake" in folders and name.endswith((b".csv", b".csv.gz"))
    return below_lake or re.fullmatch(rb"result\.csv\.gz|result_.+\.csv\.gz|result_[0-9]+\.csv", name, re.S) is not None


# Folders and places (7.1, 7.2)


def parts_of(path: bytes) -> Folders:
    return [part for part in path.split(b"/") if part not in (b"", b".")]


def folders_of(key: bytes) -> Folders:
    """The folders of a key: empty ones do not count (7.2)."""
    return parts_of(key[: key.rfind(b"/") + 1])


def agree(some: Folders, others: Folders) -> bool:
    """Folders are compared from the right, as far as both go (7.2)."""
    return all(one == other for one, other in zip(reversed(some), reversed(others)))


@dataclass(frozen=True)
class Place:
    """Bucket and folders (7.1)."""

    bucket: bytes
    folders: tuple[bytes, ...]

    @property
    def is_known(self) -> bool:
        return self.bucket != b""

    @property
    def is_of_organization(self) -> bool:
        return bool(self.folders) and self.folders[-1].startswith(b"o-")

    @property
    def order(self) -> tuple:
        return self.bucket, b"/".join(self.folders)

    def text(self) -> str:
        return printable(b"s3://" + b"/".join([self.bucket, *self.folders]))


def place_of(bucket: bytes, key: bytes) -> Place:
    """7.1"""
    folders = key.split(b"/")[:-1]
    ends = [at for at, folder in enumerate(folders) if folder == b"CloudTrail-Digest" and at >= 1]
    if len(folders) >= 5 and folders[-5] == b"CloudTrail-Digest":
        ends.append(len(folders) - 5)
    if not ends:
        return Place(bucket, ())
    return Place(bucket, tuple(folders[: max(0, ends[-1 if reads("place-by-the-last-account-folder") else 0] - 1)]))


def object_text(bucket: bytes, key: bytes) -> bytes:
    return b"s3://" + bucket + b"/" + key
