"""Digest files, metadata, key lists and sign files as they are read: chapters 2, 8, 9 and 20.1 of docs/specification.md."""

import base64
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from archives import Entry
from names import Folders, digest_name, is_region, last_name, log_name, object_text, parts_of, place_of
from switches import reads
from texts import FIRST, LAST, WHITE_TEXT, Number, Signature, Unreadable, decoded, digest_time, loose_time, parse, parse_bytes
from texts import parse_printed, printable, sha256, shortened, unreadable

PREVIOUS = ["previousDigest" + part for part in ("S3Bucket", "S3Object", "HashValue", "HashAlgorithm", "Signature")]
BUCKET, KEY, HASH, ALGORITHM, SIGNATURE = PREVIOUS
MOST_KEY_BYTES, LAST_EVENT_TIME, MOST_PROBLEMS = 1_024, 4_294_967_294, 1_000
RSA_ENCRYPTION = bytes.fromhex("2a864886f70d010101")
VALUES = ["signature", "signature-algorithm", "backfill-generation-timestamp"]


class Oddity:
    """What departs in a digest file that is read all the same (2.9)."""

    def __init__(self, name: str, field: str | None = None, loses: bool = True, listed: bool = False, **facts: object) -> None:
        self.loses, self.listed = loses, listed
        self.told = {"is": name} | ({"field": field} if field else {}) | facts


class Listed:
    """An entry of `logFiles` (2.5): a line of the log file that it names (12.2)."""

    def __init__(self, digest: "DigestFile", said: dict) -> None:
        self.digest, self.bucket, self.key = digest, said["s3Bucket"].encode(), said["s3Object"].encode()
        self.newest, self.oldest = (digest.event_time(said, field, listed=True) for field in ("newestEventTime", "oldestEventTime"))
        self.hash = digest.read_hash(said, "hashValue", "hashAlgorithm", listed=True)
        self.name = log_name(last_name(self.key))


class Previous:
    """The predecessor that a digest file names (2.8)."""

    def __init__(self, bucket: str, key: str, sha256: str | None, signature: str) -> None:
        self.bucket, self.key, self.hash, self.signature = bucket.encode(), key.encode(), sha256, Signature(signature)
        self.name, self.place = digest_name(last_name(self.key)), place_of(self.bucket, self.key)
        self.object = object_text(self.bucket, self.key)


class DigestFile:
    """A digest file (2), and what is found out about it."""

    def __init__(self, content: bytes, depth: int) -> None:
        """Raises `Unreadable` if it is malformed (2.3). What is odd is kept in the order of 2.9, what departs is met in that of 15.15."""
        said = parse_bytes(content, depth)
        if not isinstance(said, dict):
            raise unreadable("json.no_object")
        self.said, self.sha256, self.entries = said, sha256(content), []
        self.oddities: list[Oddity] = []
        self.unsupported: list[str] = []
        self.read_own()
        start = digest_time(said["digestStartTime"])
        self.note(start is None, "field.no_time", "digestStartTime")
        for field in ("newestEventTime", "oldestEventTime"):
            self.event_time(said, field, listed=False)
        self.previous = self.read_previous()
        self.lines = [line for line in map(self.read_line, said["logFiles"]) if line]
        self.note(start is not None and start >= self.end, "start_after_end")
        self.interval = (start, self.end) if start is not None and start < self.end else None
        self.start = self.interval[0] if self.interval else self.end
        self.name, self.place = digest_name(last_name(self.key)), place_of(self.bucket, self.key)
        self.object = object_text(self.bucket, self.key)
        self.is_starting = self.previous is None and self.name is not None and not self.name.backfill
        self.is_invalid = self.is_signed = self.is_authenticated = self.is_claimed = self.is_copy = self.in_scope = False

    def note(self, seen: bool, name: str, field: str | None = None, **facts: object) -> None:
        self.oddities += [Oddity(name, field, **facts)] if seen else []

    def text(self, field: str) -> str:
        if field not in self.said:
            raise unreadable("field.missing", field=field)
        if not isinstance(self.said[field], str):
            raise unreadable("field.no_text", field=field)
        return self.said[field]

    def short_text(self, field: str) -> bytes:
        text = self.text(field).encode()
        if len(text) > MOST_KEY_BYTES:
            raise unreadable("field.long", field=field)
        return text

    def read_own(self) -> None:
        """2.1"""
        self.text("digestStartTime")
        self.end_text, end = self.text("digestEndTime"), digest_time(self.said["digestEndTime"])
        if end is None:
            raise unreadable("field.no_time", field="digestEndTime")
        self.end, self.bucket, self.key = end, self.short_text("digestS3Bucket"), self.short_text("digestS3Object")
        algorithm = self.text("digestSignatureAlgorithm")
        for field in PREVIOUS:
            if field not in self.said and reads("absent-quote-leaves-no-string-to-sign"):
                raise unreadable("field.missing", field=field)
            self.said.setdefault(field)
        if not isinstance(self.said[SIGNATURE], str | None):
            raise unreadable("field.no_text_or_null", field=SIGNATURE)
        if not isinstance(self.said.get("logFiles"), list):
            raise unreadable("field.no_list" if "logFiles" in self.said else "field.missing", field="logFiles")
        self.account, self.fingerprint = self.text("awsAccountId"), self.text("digestPublicKeyFingerprint").lower()
        self.is_supported = algorithm == "SHA256withRSA"
        self.unsupported += [] if self.is_supported else [algorithm]

    def event_time(self, said: dict, field: str, listed: bool) -> int | None:
        """2.5"""
        text, time = said.get(field), digest_time(said.get(field))
        self.note(text is not None and time is None, "field.no_time" if isinstance(text, str) else "field.no_text", field, listed=listed)
        return time if time is not None and 0 <= time <= LAST_EVENT_TIME else None

    def read_hash(self, said: dict, value: str, algorithm: str, listed: bool) -> str | None:
        """2.6"""
        for field in (algorithm, value):
            if not isinstance(said.get(field), str):
                self.note(True, "field.no_text" if field in said else "field.missing", field, listed=listed)
                return None
        text = said[value]
        if said[algorithm] != "SHA-256":
            self.unsupported += [said[algorithm]] if reads("hash-algorithms-are-asked") else []
            return None
        if re.fullmatch("[0-9A-Fa-f]{64}", text):
            return text.lower() if reads("hash-is-a-number") else text
        digits = text.lstrip("0").lower()
        if not re.fullmatch("[0-9A-Fa-f]+", text) or len(digits) > 64:
            self.note(True, "field.no_hash", value, listed=listed)
            return None
        self.note(True, "field.digits", value, loses=not reads("hash-of-another-length-informs"), digits=len(text))
        return digits.rjust(64, "0")

    def read_previous(self) -> Previous | None:
        """2.8, 2.9"""
        said = [self.said[field] for field in PREVIOUS]
        bucket, key, _, _, signature = said
        if said == [None] * 5:
            return None
        self.note(None in said, "some_null")
        if not isinstance(key, str) or len(key.encode()) > MOST_KEY_BYTES:
            self.note(True, "field.long" if isinstance(key, str) else "field.no_text", KEY)
            return None
        if bucket is not None and (not isinstance(bucket, str) or len(bucket.encode()) > MOST_KEY_BYTES):
            self.note(True, "field.long" if isinstance(bucket, str) else "field.no_text", BUCKET)
            bucket = None
        own_hash = self.read_hash(self.said, HASH, ALGORITHM, listed=False)
        return Previous(bucket or "", key, own_hash, "null" if signature is None else signature)

    def read_line(self, said: object) -> Listed | None:
        """2.5"""
        loses = reads("listed-without-object-limits")
        for field in ("s3Bucket", "s3Object"):
            text = said.get(field) if isinstance(said, dict) else None
            if not isinstance(text, str) or len(text.encode()) > MOST_KEY_BYTES:
                missing = not isinstance(said, dict) or field not in said
                why = "field.missing" if missing else "field.long" if isinstance(text, str) else "field.no_text"
                self.note(True, why, field, listed=True, loses=loses)
                return None
        return Listed(self, said)

    def told_oddities(self) -> list[dict]:
        """2.9"""
        first, others = self.oddities[0], len(self.oddities) - 1
        told = [{"is": "field.log_files"}] if first.listed and reads("oddities-of-a-list-are-told-behind-its-name") else []
        return [*told, first.told] + ([{"is": "more", "count": others}] if others else [])

    @property
    def loses(self) -> bool:
        return any(oddity.loses for oddity in self.oddities)

    @property
    def signed_text(self) -> bytes:
        """10.1"""
        quoted = self.said[SIGNATURE]
        lines = self.end_text.encode(), self.bucket + b"/" + self.key, self.sha256.encode(), ("null" if quoted is None else quoted).encode()
        return b"\n".join(lines)


# Metadata (8.1 to 8.6)


class Statement:
    """What metadata says of a path (8.1)."""

    def __init__(self, folders: Folders, name: bytes, values: list[tuple[str, object]]) -> None:
        self.folders, self.name, self.path = folders, name, b"/".join([*folders, name])
        told: dict[str, str] = {}
        for key, value in values:
            key = key.lower().removeprefix("x-amz-meta-")
            if key in VALUES and isinstance(value, str):
                told.setdefault(key, value)
        signature, self.algorithm, generated = map(told.get, VALUES)
        self.signature = None if signature is None else Signature(signature)
        self.generated = None if generated is None else loose_time(generated)

    @property
    def order(self) -> tuple:
        """8.7"""
        signature = () if self.signature is None else self.signature.identity
        return self.path, signature, (self.algorithm is not None, self.algorithm or ""), (self.generated is not None, self.generated or 0)


class Metadata:
    """A metadata file: its statements, and what of it could not be read (15.9)."""

    def __init__(self, entry: Entry, depth: int) -> None:
        self.entry, self.depth, self.problems, self.stops = entry, depth, [], False
        self.statements: list[Statement] = []
        try:
            text = decoded(entry.stored)
            if text is None:
                raise unreadable("no_text")
            if entry.name.endswith(b".head.json"):
                self.read_sidecar(parse_printed(text, depth))
            elif entry.name.endswith(b".jsonl"):
                self.read_lines(text)
            elif entry.name.endswith(b".csv"):
                self.read_table(text)
            else:
                self.read_list(parse_printed(text, depth))
        except Unreadable as error:
            self.problems.append(error.reasons)

    def told(self) -> list[dict]:
        others = len(self.problems) - 1
        told = self.problems[0] + ([{"is": "more", "count": others}] if others else [])
        return told + ([{"is": "not_read_on"}] if self.stops else [])

    def is_full(self) -> bool:
        self.stops = len(self.problems) >= MOST_PROBLEMS
        return self.stops

    def read_sidecar(self, said: object) -> None:
        """8.2"""
        if not isinstance(said, dict):
            raise unreadable("json.no_object")
        if not isinstance(said.get("Metadata", {}), dict):
            raise unreadable("metadata.no_object")
        name = self.entry.name.removesuffix(b".head.json")
        self.statements.append(Statement(self.entry.folders, name, [*said.get("Metadata", {}).items()]))

    def read_list(self, said: object) -> None:
        """8.3"""
        if not isinstance(said, list | dict):
            raise unreadable("json.no_list")
        for row in [said] if isinstance(said, dict) else said:
            if self.is_full():
                return
            self.read_row(row)

    def read_lines(self, text: str) -> None:
        for number, line in enumerate(text.split("\n"), 1):
            line = line.removesuffix("\r")
            if not line.strip(WHITE_TEXT):
                continue
            if self.is_full():
                return
            try:
                row = parse(line, self.depth)
            except Unreadable as error:
                self.problems.append([{"is": "line", "number": number}, *error.reasons])
                continue
            self.read_row(row)

    def read_row(self, row: object) -> None:
        """8.3"""
        fields = row if isinstance(row, dict) else {}
        path = next((fields[name] for name in ("Path", "key", "Key") if name in fields), None)
        values = next((fields[name] for name in ("Metadata", "metadata") if name in fields), None)
        if not isinstance(path, str):
            self.problems.append([{"is": "metadata.no_key"}])
        elif not isinstance(values, dict | None):
            self.problems.append([{"is": "metadata.of_key", "key": shortened(printable(path))}])
        else:
            self.state(path, [*(values or {}).items()])

    def state(self, path: str, values: list[tuple[str, object]]) -> None:
        parts = parts_of(path.removeprefix("s3://").encode()) or [b""]
        self.statements.append(Statement(parts[:-1], parts[-1], values))

    def read_table(self, text: str) -> None:
        """8.4"""
        columns, number = None, 0
        for number, row in enumerate(table_rows(text), 1):
            if self.is_full():
                return
            if row is None:
                self.problems.append([{"is": "metadata.row_none", "number": number}])
            elif columns is None:
                columns = [column.lower() for column in row]
                self.demand(columns)
            elif columns.index("key") >= len(row):
                self.problems.append([{"is": "metadata.row_no_key", "number": number}])
            else:
                self.state(row[columns.index("key")], [(column, cell) for column, cell in zip(columns, row) if cell])
            if columns is None:
                return
        if not number:
            self.demand([])

    def demand(self, columns: list[str]) -> None:
        for column in ("key", "signature"):
            if column not in columns and (column == "key" or f"x-amz-meta-{column}" not in columns):
                raise unreadable("metadata.no_column", column=column)


def table_rows(text: str) -> Iterator[list[str] | None]:
    """The rows of RFC 4180; nothing for one that is none. Empty lines are no rows."""
    cell = re.compile(r'"((?:[^"]|"")*)"(?=,|\r?\n|\Z)|([^",\n]*?)(?=,|\r?\n|\r?\Z)')
    at = 0
    while at < len(text):
        if blank := re.compile(r"\r?\n").match(text, at):
            at = blank.end()
            continue
        row: list[str] | None = []
        while True:
            match = cell.match(text, at)
            if not match:
                row, end = None, re.compile(r"\n|\Z").search(text, at)
                at = end.end()
                break
            row.append(match[2] if match[1] is None else match[1].replace('""', '"'))
            at = match.end()
            if text[at : at + 1] != ",":
                at = re.compile(r"\r?(\n|\Z)").match(text, at).end()
                break
            at += 1
        yield row


# Key lists (9.1 to 9.5)


def key_list(content: bytes, depth: int) -> list[dict]:
    """The entries of a key list (9.1); one that is no object has nothing."""
    text = decoded(content)
    if text is None:
        raise unreadable("no_text")
    said = parse_printed(text, depth)
    fields = said if isinstance(said, dict) else {}
    items = next((fields[name] for name in ("PublicKeyList", "publicKeyList") if name in fields), None)
    if not isinstance(items, list):
        raise unreadable("key.no_list")
    return [item if isinstance(item, dict) else {} for item in items]


def list_region(name: bytes) -> str | None:
    """3.9"""
    region = name.removesuffix(b".json").removeprefix(b"public-keys-")
    return region.decode() if name.endswith(b".json") and is_region(region) else None


def key_bytes(value: object) -> bytes | None:
    """Base64 as it must be (9.1)."""
    text = re.sub(r"[ \t\n\f\r]", "", value) if isinstance(value, str) else ""
    if not isinstance(value, str) or not re.fullmatch(r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", text):
        return None
    data = base64.b64decode(text)
    return data if base64.b64encode(data).decode() == text else None


def key_time(value: object) -> int | None:
    """A time, or seconds since 1970, rounded down (9.1)."""
    text = value.text if isinstance(value, Number) else value.strip() if isinstance(value, str) else ""
    time = loose_time(text)
    if time is None and re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?", text):
        try:
            number = Decimal(text)
        except InvalidOperation:
            return None
        if number.adjusted() < 20:
            time = int(number.to_integral_value("ROUND_FLOOR")) if number.adjusted() > -400 else -int(number < 0)
    return time if time is not None and FIRST <= time <= LAST else None


class NoKey(Exception):
    """Bytes that are no RSA key (9.5)."""


class Der:
    """Reads DER strictly (9.5)."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def take(self, tag: int | None) -> "Der":
        """The content of the element at the beginning, which is taken away."""
        data = self.data
        if len(data) < 2 or tag not in (None, data[0]):
            raise NoKey
        length, start = data[1], 2
        if length & 0x80:
            digits = data[2 : 2 + (length & 0x7F)]
            start, length = 2 + len(digits), int.from_bytes(digits)
            if not 1 <= len(digits) <= 4 or len(digits) < data[1] & 0x7F or not digits[0] or length < 128:
                raise NoKey
        if start + length > len(data):
            raise NoKey
        self.data = data[start + length :]
        return Der(data[start : start + length])

    def end(self) -> None:
        if self.data:
            raise NoKey

    def number(self) -> int:
        digits = self.take(2).data
        if not digits or digits[0] & 0x80 or len(digits) > 1 and not digits[0] and not digits[1] & 0x80:
            raise NoKey
        return int.from_bytes(digits)


def rsa_key(der: bytes) -> tuple[int, int]:
    """Modulus and exponent of an `RSAPublicKey`, or of a `SubjectPublicKeyInfo` that holds one (9.5)."""
    try:
        return rsa_numbers(Der(der))
    except NoKey:
        outer = Der(der)
        info = outer.take(0x30)
        outer.end()
        algorithm = info.take(0x30)
        if algorithm.take(6).data != RSA_ENCRYPTION:
            raise
        if algorithm.data:
            algorithm.take(None)
        algorithm.end()
        bits = info.take(3)
        info.end()
        if bits.data[:1] != b"\0":
            raise
        return rsa_numbers(Der(bits.data[1:]))


def rsa_numbers(der: Der) -> tuple[int, int]:
    numbers = der.take(0x30)
    der.end()
    pair = numbers.number(), numbers.number()
    numbers.end()
    return pair


# Sign files (20.1)


class SignFile:
    """A list of the result files of a query; without files if it is not readable."""

    def __init__(self, entry: Entry, depth: int) -> None:
        self.entry, self.problem, self.level = entry, None, None
        self.region = self.time = self.fingerprint_text = self.fingerprint = None
        self.files: list[tuple[bytes, str]] = []
        self.was_read = not entry.refused
        if self.was_read:
            try:
                self.read(depth)
            except Unreadable as error:
                self.problem = error.reasons[0]
        self.is_readable = self.was_read and self.problem is None

    def read(self, depth: int) -> None:
        text = decoded(self.entry.stored)
        if text is None:
            raise unreadable("no_text")
        said = parse(text, depth)
        said = said if isinstance(said, dict) else {}
        files = self.listed(said.get("files"))
        signature = Signature(self.text(said, "hashSignature"))
        if signature.bytes is None:
            raise Unreadable(signature.told())
        self.fingerprint_text = self.text(said, "publicKeyFingerprint")
        self.fingerprint, self.signature = self.fingerprint_text.lower(), signature
        self.files = [(file["fileName"].encode(), file["fileHashValue"].lower()) for file in files]
        self.signed_text = " ".join(file["fileHashValue"] for file in files).encode()
        self.region, self.time = (said[name] if isinstance(said.get(name), str) else None for name in ("region", "queryCompleteTime"))
        usual = {"hashAlgorithm": "SHA-256", "signatureAlgorithm": "SHA256withRSA"}
        self.has_other_algorithm = any(said.get(field, name) != name for field, name in usual.items())

    def text(self, said: object, field: str) -> str:
        text = said.get(field) if isinstance(said, dict) else None
        if not isinstance(text, str):
            raise unreadable("field.no_text", field=field)
        return text

    def listed(self, files: object) -> list[dict]:
        if not isinstance(files, list):
            raise unreadable("field.no_list", field="files")
        if not files:
            raise unreadable("lake.lists_nothing")
        for file in files:
            self.text(file, "fileName")
            if not re.fullmatch("[0-9A-Fa-f]{64}", self.text(file, "fileHashValue")):
                raise unreadable("field.no_hash", field="fileHashValue")
        return files
