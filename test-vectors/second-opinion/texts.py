"""Times, intervals, texts and JSON: chapter 1 of docs/specification.md."""

import hashlib
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date

from switches import reads

Span = tuple[int, int]  # seconds since 1970, half open
EPOCH = date(1970, 1, 1).toordinal()
CYCLE = date(401, 1, 1).toordinal() - 1  # the days of 400 years, after which the calendar repeats
DAY, HOUR, MINUTE = 86_400, 3_600, 60
MOST_VALUES, MOST_TEXT_BYTES = 4_194_304, 2_048
WHITE = {*range(9, 14), 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}
IGNORABLE = [(0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F)]
IGNORABLE += [(0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0)]
IGNORABLE += [(0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)]
WHITE_TEXT = "".join(map(chr, sorted(WHITE)))
DIGEST_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.A)
LOOSE_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?([Zz]|[+-]\d\d:\d\d))?", re.A)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# Times (1.1 to 1.3)


def instant(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int | None:
    """The second, or nothing if the calendar has none (1.1). The year 0, which Python lacks, is like the year 400."""
    with suppress(ValueError):
        days = date(year or 400, month, day).toordinal() - (0 if year else CYCLE) - EPOCH
        if hour < 24 and minute < 60 and second < 60:
            return days * DAY + hour * HOUR + minute * MINUTE + second
    return None


FIRST, LAST = instant(0, 1, 1), instant(9999, 12, 31, 23, 59, 59)


def within_years(time: int) -> int:
    return max(FIRST, min(LAST, time))


def day_text(time: int) -> str:
    number = time // DAY + EPOCH
    day = date.fromordinal(number if number > 0 else number + CYCLE)
    return f"{day.year if number > 0 else 0:04}-{day.month:02}-{day.day:02}"


def time_text(time: int) -> str:
    second = time % DAY
    return f"{day_text(time)}T{second // HOUR:02}:{second // MINUTE % 60:02}:{second % 60:02}Z"


def period(span: Span) -> dict:
    return {"from": time_text(span[0]), "to": time_text(span[1])}


def digest_time(text: object) -> int | None:
    """2.2"""
    match = DIGEST_TIME.fullmatch(text) if isinstance(text, str) else None
    return instant(*map(int, match.groups())) if match else None


def loose_time(text: str) -> int | None:
    """1.3"""
    match = LOOSE_TIME.fullmatch(text.strip(" \t\r\n"))
    time = instant(*(int(group or 0) for group in match.groups()[:6])) if match else None
    zone = match[7] if match else None
    if time is None or not zone or zone in "Zz":
        return time
    hours, minutes = int(zone[1:3]), int(zone[4:])
    time -= (hours * HOUR + minutes * MINUTE) * (1 if zone[0] == "+" else -1)
    return time if hours < 24 and minutes < 60 and FIRST <= time <= LAST else None


# Intervals


def meet(one: Span, other: Span) -> bool:
    """Whether some instant lies in both (1.2)."""
    until = one[0] < other[1] or one[0] == other[1] and not reads("end-of-a-period-lies-outside")
    return until and (other[0] < one[1] or other[0] == one[1] and not reads("digest-ending-at-the-start-is-outside"))


def union(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        elif start < end:
            joined.append((start, end))
    return joined


def without(spans: list[Span], taken: list[Span]) -> list[Span]:
    """What is left of some spans; both in order."""
    left = []
    for start, end in spans:
        for first, last in taken:
            if last > start and first < end:
                left += [(start, first)] if first > start else []
                start = max(start, last)
        left += [(start, end)] if start < end else []
    return left


def common(some: list[Span], others: list[Span]) -> list[Span]:
    shared = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return union((start, end) for start, end in shared if start < end)


def seconds(spans: list[Span]) -> int:
    return sum(end - start for start, end in spans)


# Texts (1.5, 1.6)


def cannot_be_seen(code: int) -> bool:
    other_space = code in WHITE and code != 32 and reads("other-white-space-is-escaped")
    ignorable = any(first <= code <= last for first, last in IGNORABLE)
    return code < 32 or 0x7F <= code <= 0x9F or other_space or ignorable or 0xFFF9 <= code <= 0xFFFB or code == 0x2800


def printable(data: bytes | str) -> str:
    """1.5"""
    text = data.decode(errors="surrogateescape") if isinstance(data, bytes) else data
    if text.isascii() and text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    escaped = []
    for at, character in enumerate(text):
        code = ord(character)
        if 0xDC80 <= code <= 0xDCFF:
            escaped.append(f"%{code - 0xDC00:02X}")
        elif cannot_be_seen(code):
            escaped += [f"%{byte:02X}" for byte in character.encode()]
        elif code == 32 and (at in (0, len(text) - 1) or " " in (text[at - 1], text[at + 1])):
            escaped.append("%20")
        else:
            escaped.append(character)
    return "".join(escaped)


def shortened(text: str, most: int = MOST_TEXT_BYTES) -> str:
    """1.6"""
    data, part = text.encode(), (most - 22) // 2
    if len(data) <= most:
        return text
    return f"{data[:part].decode(errors='ignore')}…{sha256(data)[:16]}…{data[-part:].decode(errors='ignore')}"


class Signature:
    """Bytes, or the text of one that is not hexadecimal (1.9)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.bytes = bytes.fromhex(text) if re.fullmatch("([0-9A-Fa-f]{2})+", text) else None
        self.value = None if self.bytes is not None else printable(text)[:80]
        self.identity = (0, self.bytes, "") if self.bytes is not None else (1, b"", self.value)

    def shown(self) -> str:
        return "" if self.bytes is None else self.bytes[:8].hex()

    def told(self) -> dict:
        """15.30"""
        if self.bytes is not None:
            return {"is": "signature.bytes", "bytes": len(self.bytes)}
        return {"is": "signature.no_hex", "text": self.value.rstrip(" ")} if self.text else {"is": "signature.empty"}


# JSON (1.8, 1.11, 1.12)


class Unreadable(Exception):
    """A text, or a file, that is not what it should be, and the reasons that are told."""

    def __init__(self, *reasons: dict) -> None:
        self.reasons = [*reasons]


def unreadable(name: str, **facts: object) -> Unreadable:
    return Unreadable({"is": name, **facts})


class Number:
    """A number as it is written."""

    def __init__(self, text: str) -> None:
        self.text = text
        if abs(float(text)) == float("inf"):
            raise ValueError("beyond the range of binary64")


def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a doubled key")
    return dict(pairs)


def depth_of(value: object) -> int:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if parts is None else 1 + max(map(depth_of, parts), default=0)


def parse(text: str, depth: int) -> object:
    """What has no peculiarity is left to the library, anything else to the reader that can say what is wrong."""
    if not text.strip(WHITE_TEXT):
        raise unreadable("empty")
    if "\\u" not in text and 5 * len(text) < MOST_VALUES:
        with suppress(ValueError, RecursionError):
            value = json.loads(text, object_pairs_hook=unique, parse_float=Number, parse_int=Number, parse_constant=int)
            if depth_of(value) <= depth:
                return value
    return Reader(text, depth).whole()


def parse_bytes(content: bytes, depth: int) -> object:
    try:
        return parse(content.decode(), depth)
    except UnicodeDecodeError:
        raise unreadable("no_utf8") from None


class Reader:
    """Reads JSON, and says what is met first that is none (1.11)."""

    WORDS = {"true": True, "false": False, "null": None}
    NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
    ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "/": "/"}

    def __init__(self, text: str, depth: int) -> None:
        self.text, self.at, self.depth, self.values = text, 0, depth, 0

    def whole(self) -> object:
        value = self.value(1)
        self.skip_blanks()
        if self.at < len(self.text):
            raise unreadable("json.none")
        return value

    def skip_blanks(self) -> None:
        while self.text[self.at : self.at + 1] in (" ", "\t", "\r", "\n"):
            self.at += 1

    def peek(self) -> str:
        if self.at >= len(self.text):
            raise unreadable("json.ends")
        return self.text[self.at]

    def take(self) -> str:
        character = self.peek()
        self.at += 1
        return character

    def token(self) -> str:
        self.skip_blanks()
        return self.take()

    def count(self, values: int) -> None:
        self.values += values
        if self.values > MOST_VALUES:
            raise unreadable("json.values", most=MOST_VALUES)

    def value(self, level: int) -> object:
        self.skip_blanks()
        first = self.peek()
        self.count(1)
        if first in "[{":
            if (level if reads("outermost-value-counts-as-a-level") else level - 1) > self.depth:
                raise unreadable("json.deep")
            if level >= 128:
                raise unreadable("json.none")
            self.at += 1
            return self.object(level) if first == "{" else self.list(level)
        if first == '"':
            self.at += 1
            return self.string()
        return self.word() if first in "tfn" else self.number()

    def word(self) -> object:
        for word, value in self.WORDS.items():
            found = self.text[self.at : self.at + len(word)]
            if found == word:
                self.at += len(word)
                return value
            if word.startswith(found) and self.at + len(found) == len(self.text):
                raise unreadable("json.ends")
        raise unreadable("json.none")

    def number(self) -> Number:
        if self.text.startswith("NaN", self.at) and not reads("not-a-number-is-no-json"):
            self.at += 3
            return Number("0")
        match = self.NUMBER.match(self.text, self.at)
        number, end = (match[0], match.end()) if match else ("", self.at)
        rest = self.text[end : end + 3]
        goes_on = r"\.|[eE][+-]?" if not re.search("[.eE]", number) else "[eE][+-]?" if not re.search("[eE]", number) else " "
        if end + len(rest) == len(self.text) and re.fullmatch(goes_on if number else "-", rest):
            raise unreadable("json.ends")
        if not number:
            raise unreadable("json.none")
        self.at = end
        try:
            return Number(number)
        except ValueError:
            raise unreadable("json.none") from None

    def string(self) -> str:
        parts = []
        while (character := self.take()) != '"':
            if character < " ":
                raise unreadable("json.none")
            parts.append(self.escape() if character == "\\" else character)
        return "".join(parts)

    def escape(self) -> str:
        if (kind := self.take()) != "u":
            if kind not in self.ESCAPES:
                raise unreadable("json.none")
            return self.ESCAPES[kind]
        code = self.four_digits()
        if 0xD800 <= code < 0xE000:
            if not reads("half-a-surrogate-pair-is-malformed") and not self.text.startswith("\\u", self.at):
                return "\ufffd"
            low = self.low_half() if code < 0xDC00 else 0
            if not 0xDC00 <= low < 0xE000:
                raise unreadable("json.none")
            code = 0x10000 + ((code - 0xD800) << 10) + low - 0xDC00
        return chr(code)

    def low_half(self) -> int:
        return self.four_digits() if self.take() == "\\" and self.take() == "u" else 0

    def four_digits(self) -> int:
        digits = "".join(self.take() for _ in range(4)) if self.at + 4 <= len(self.text) else self.text[self.at :]
        if not re.fullmatch("[0-9A-Fa-f]*", digits):
            raise unreadable("json.none")
        if len(digits) < 4:
            raise unreadable("json.ends")
        return int(digits, 16)

    def list(self, level: int) -> list:
        items: list[object] = []
        self.skip_blanks()
        if self.peek() == "]":
            self.at += 1
            return items
        while True:
            items.append(self.value(level + 1))
            self.count(4 if len(items) == 1 else 0)
            if self.ends("]"):
                return items

    def object(self, level: int) -> dict:
        members: dict[str, object] = {}
        twice: set[str] = set()
        self.skip_blanks()
        if self.peek() == "}":
            self.at += 1
            return members
        while True:
            if self.token() != '"':
                raise unreadable("json.none")
            key = self.string()
            self.count(0 if members else 4)
            if self.token() != ":":
                raise unreadable("json.none")
            value = self.value(level + 1)
            twice |= {key} if key in members and reads("doubled-key-is-malformed") else set()
            members[key] = value
            if self.ends("}"):
                if twice:
                    raise unreadable("json.twice", key=printable(min(twice, key=str.encode))[:80].rstrip(" "))
                return members

    def ends(self, bracket: str) -> bool:
        if (token := self.token()) not in (",", bracket):
            raise unreadable("json.none")
        return token == bracket


def parse_printed(text: str, depth: int) -> object:
    """What a command should have printed (1.12)."""
    try:
        return parse(text, depth)
    except Unreadable as error:
        raise Unreadable(looks_like(text, error.reasons[0])) from None


def looks_like(text: str, reason: dict) -> dict:
    lines = (line.rstrip(WHITE_TEXT) for line in text.split("\n"))
    line = next(filter(None, lines), "")
    words = line.lstrip(WHITE_TEXT)
    looks = [("looks.empty", not words), ("", words[:1] in ("[", "{")), ("looks.markup", words.startswith("<"))]
    errors = ("An error occurred", "aws: ", "usage: aws", "Unable to locate", "Error ")
    looks += [("looks.error", words.startswith(errors)), ("looks.table", re.match(r"---.|[+|]", words))]
    looks += [("looks.yaml", words == "---" or words.startswith("- ") or re.match(r"""\s*[A-Za-z0-9_\-'"]+:( |$)""", line))]
    looks += [("looks.columns", "\t" in line), ("looks.other", True)]
    name = next(name for name, fits in looks if fits)
    return {"is": name} if name else reason


def decoded(content: bytes) -> str | None:
    """Metadata and key lists (5.7)."""
    encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(content[:2])
    with suppress(UnicodeDecodeError):
        return content[2:].decode(encoding) if encoding else content.removeprefix(b"\xef\xbb\xbf").decode()
    return None


def canonical(value: object) -> str:
    """RFC 8785, for texts, integers, truth values, lists and objects (18.1)."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
