"""What comes in: archives, their entries and the contents of these; chapters 4 and 5 of docs/specification.md.

Left out: tar, Zstandard, folders and the sums of 4.32. What holds one of the first two is not judged at all.
"""

import re
import struct
import zlib
from bisect import bisect_right
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass

from names import EVIDENCE, HASHED, Folders, LogName, digest_name, log_name, longer_name, parts_of, row_of
from switches import reads
from texts import sha256

UNREADABLE, UNSAFE = "archive.entry.unreadable", "archive.entry.unsafe"
ENCRYPTED, LIMIT = "archive.entry.encrypted", "archive.limit"
LIMITS = {"digest_bytes": 67_108_864, "log_bytes": 1_073_741_824, "entry_bytes": 4_294_967_296, "entries": 100_000_000}
LIMITS |= {"json_depth": 64, "path_bytes": 1_024, "unpacked_ratio": 512}
END_WITHIN, MOST_END, MOST_NESTED, MOST_DATA, MOST_GZIP_TEXT = 1_048_576, 131_072, 268_435_456, 67_108_864, 1_048_576
LOCAL, CENTRAL, END, END64, LOCATOR, DESCRIPTOR = b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\7\x08"
KINDS_BY_NAME = [("bzip2", ".bz2 .tbz .tbz2"), ("xz", ".xz .txz"), ("LZMA", ".lzma"), ("lzip", ".lz .tlz"), ("LZ4", ".lz4")]
KINDS_BY_NAME += [("lzop", ".lzo"), ("Brotli", ".br"), ("Zstandard", ".tzst .zst"), ("compress", ".z .taz"), ("7-Zip", ".7z")]
KINDS_BY_NAME += [("RAR", ".rar"), ("cabinet", ".cab"), ("disk", ".iso .dmg"), ("cpio", ".cpio"), ("xar", ".xar")]
KINDS_BY_BYTES = [("bzip2", rb"BZh.(?:1AY&SY|\x17rE8P\x90)"), ("xz", rb"\xfd7zXZ\0"), ("lzip", rb"LZIP\x01"), ("LZ4", rb'\x04"M\x18')]
KINDS_BY_BYTES += [("lzop", rb"\x89LZO\0\r\n\x1a\n"), ("compress", rb"\x1f\x9d"), ("7-Zip", rb"7z\xbc\xaf'\x1c"), ("RAR", rb"Rar!\x1a\x07")]
KINDS_BY_BYTES += [("cabinet", rb"MSCF\0\0\0\0"), ("cpio", rb"07070[17]"), ("xar", rb"xar!\0\x1c")]
KINDS_BY_BYTES += [("Zstandard", rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")]
# The first names of what is a zip archive and no archive: documents, and programs of Java (4.9).
DOCUMENTS = (b"[Content_Types].xml", b"_rels/", b"mimetype", b"META-INF/", b"docProps/")
CONTENT_CODES = ["container.trailing_data", "container.truncated", "container.header_payload", "container.decoded"]  # by 15


def reason(name: str, **facts: object) -> dict:
    return {"is": name, **facts}


class Entry:
    """An entry (4.3), and what is noted of it (4.29). Its content is whole, damaged, unread, or nobody's concern (5.1)."""

    def __init__(self, prefix: bytes, parts: Folders) -> None:
        self.inner = b"/".join(parts)
        self.path, self.folders, self.name = prefix + self.inner, parts[:-1], parts[-1] if parts else b""
        self.row = row_of(self.folders, self.name)
        self.stored: bytes | None = None
        self.notes: list[tuple[str, dict]] = []
        self.remarks: list[dict] = []
        self.refused, self.counted, self.target = False, None, None
        self.content: str | None = None
        self.data: bytes | None = None
        self.sha256: str | None = None
        self.codes: list[str] = []
        self.digest_name = digest_name(self.name) if self.row == "4" else None
        self.log_name = log_name(self.name) if self.row == "5" else None
        self.longer = longer_name(self.name) if self.row in ("6", "11") else None
        # What is found out about it later.
        self.asked, self.digest, self.malformed, self.serves, self.copies, self.named_by = False, None, [], None, None, None

    @property
    def is_free(self) -> bool:
        """12.5"""
        serves = self.serves is not None and reads("entry-serves-one-object")
        return not serves and self.copies is None

    @property
    def hash(self) -> str | None:
        """5.1"""
        return self.sha256 if self.content == "whole" else None

    def longer_digest(self):
        """The digest file's name behind which its own goes on."""
        return self.longer.name if self.longer and not isinstance(self.longer.name, LogName) else None

    def refuse(self, code: str, why: dict) -> None:
        self.refused = True
        self.notes.append((code, why))

    def examine(self, limits: dict[str, int]) -> None:
        """Its content, as far as it counts (4.31, 4.33, 5.2 to 5.4)."""
        if self.refused:
            self.content = "unread"
        elif self.row in HASHED:
            self.read_content(limits)
        elif self.row in ("2", "3", "7") and len(self.stored) > limits["digest_bytes"]:
            self.refuse(LIMIT, limit_reason("digest_bytes", limits))

    def read_content(self, limits: dict[str, int]) -> None:
        option = "digest_bytes" if self.row == "4" else "log_bytes"
        if self.stored in (b"", b"\x1f") and reads("empty-file-is-truncated"):
            self.content, self.sha256, self.codes = "damaged", sha256(self.stored), ["container.truncated"]
        elif self.stored[:2] == b"\x1f\x8b":
            member = Member(self.stored, limits[option])
            self.content, self.data, self.codes = member.content, member.data, member.codes
            ratio = max(65_536, limits["unpacked_ratio"] // 4 * member.length)
            if self.row == "4" and self.data is not None and len(self.data) > ratio:
                self.content, option = "unread", "unpacked_ratio"
            self.sha256 = sha256(self.stored if self.data is None else self.data)
        elif len(self.stored) > limits[option]:
            self.content = "unread"
        else:
            self.content, self.data, self.sha256 = "whole", self.stored, sha256(self.stored)
            self.codes = ["container.decoded"] if self.stored.lstrip(b" \t\n\f\r")[:1] in (b"{", b"[") else []
        if self.content == "unread":
            self.data, self.codes = None, []
            if self.row != "10":  # that stray JSON is too long is not told (5.6)
                self.notes.append((LIMIT, limit_reason(option, limits)))

    @property
    def order(self) -> tuple:
        """4.30"""
        known = self.content in ("whole", "damaged")
        rank = {"whole": 0, "damaged": 1}.get(self.content, 2)
        return self.path, rank, self.sha256 if known else "", [CONTENT_CODES.index(code) for code in self.codes]


def limit_reason(option: str, limits: dict[str, int]) -> dict:
    return reason("limit", option=option, most=limits[option])


class Member:
    """The one gzip member of a content (5.3, 5.4)."""

    def __init__(self, stored: bytes, most: int) -> None:
        self.content, self.data, self.codes, self.length = "damaged", None, ["container.truncated"], 0
        with suppress(IndexError, ValueError, zlib.error):
            start, has_texts = self.header(stored)
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            data = inflater.decompress(stored[start:], most + 1)
            if len(data) > most:
                self.content, self.codes = "unread", []
            elif inflater.eof:
                self.end(data, inflater.unused_data, has_texts)
                self.length = len(stored) - max(0, len(inflater.unused_data) - 8)

    def header(self, stored: bytes) -> tuple[int, bool]:
        """Where the deflate stream begins, and whether there are texts or fields before it; a ValueError if it is not whole."""
        flags, at = stored[3], 10
        if len(stored) < 10 or stored[2] != 8 or flags & 0xE0:
            raise ValueError("no header")
        at += 2 + stored[10] + 256 * stored[11] if flags & 4 else 0
        for flag in (8, 16):
            end = stored.index(0, at) if flags & flag else at - 1
            if end - at > MOST_GZIP_TEXT:
                raise ValueError("a text that is too long")
            at = end + 1
        if at > len(stored) or flags & 2 and int.from_bytes(stored[at : at + 2], "little") != zlib.crc32(stored[:at]) & 0xFFFF:
            raise ValueError("cut off, or a wrong checksum")
        return at + (2 if flags & 2 else 0), bool(flags & 28)

    def end(self, data: bytes, rest: bytes, has_texts: bool) -> None:
        trailer, behind = rest[:8], rest[8:]
        torn = trailer != struct.pack("<II", zlib.crc32(data), len(data) % 2**32)
        trails = bool(behind if reads("zeros-behind-a-member-are-bytes") else behind.strip(b"\0"))
        told = [("container.truncated", torn), ("container.trailing_data", trails), ("container.header_payload", has_texts)]
        self.codes = [code for code, seen in told if seen]
        if not torn or reads("wrong-trailer-leaves-the-content-known"):
            self.content, self.data = "whole", data


# Kinds of archives (4.1, 4.9)


def is_zip(data: bytes) -> bool:
    return data[(4 if data[:4] in (b"PK00", DESCRIPTOR) else 0) :][:4] in (LOCAL, END)


def is_tar(data: bytes) -> bool:
    block, stated = data[:512], data[148:156].strip(b" \0")
    if len(block) < 512 or not any(block):
        return len(block) == 512
    return re.fullmatch(b"[0-7]+", stated) is not None and sum(block) - sum(block[148:156]) + 256 == int(stated, 8)


def kind_by_bytes(data: bytes) -> str | None:
    return next((kind for kind, begins in KINDS_BY_BYTES if re.match(begins, data, re.S)), None)


def beginning_of_gzip(stored: bytes) -> bytes | None:
    with suppress(zlib.error):
        return zlib.decompressobj(31).decompress(stored, 512)
    return None


def archive_by_name(name: bytes) -> dict | None:
    low = name.lower().decode("latin-1")
    if re.search(r"\.(zip|tar|gz|tgz|zst|7z|rar)\.[0-9]{2,}$|\.z[0-9]{2,}$", low):
        return reason("one_part")
    ending = low[low.rfind(".") :] if "." in low else ""
    return next((reason("not_read", kind=kind) for kind, endings in KINDS_BY_NAME if ending in endings.split()), None)


def archive_by_bytes(stored: bytes) -> dict | None:
    """4.9"""
    if stored[:4] == DESCRIPTOR:
        return reason("one_part")
    if is_zip(stored):
        at = 4 if stored[:4] == b"PK00" else 0
        length = int.from_bytes(stored[at + 26 : at + 28], "little") if stored[at : at + 4] == LOCAL else 0
        return None if stored[at + 30 : at + 30 + length].startswith(DOCUMENTS) else reason("other_name", kind="zip")
    if kind := kind_by_bytes(stored):
        return reason("not_read", kind=kind)
    if is_tar(stored) and any(stored[:512]):
        return reason("other_name", kind="tar")
    inside = stored[:2] == b"\x1f\x8b" and beginning_of_gzip(stored) or b""
    if is_tar(inside) and any(inside):
        return reason("other_name", kind="tar.gz")
    kind = kind_by_bytes(inside)
    return reason("not_read", kind=kind) if kind else None


class Evidence:
    """All entries of a case, and what is told of archives and folders that are none."""

    def __init__(self, limits: dict[str, int]) -> None:
        self.limits = limits
        self.entries: list[Entry] = []
        self.told: list[tuple[str, bytes, str, dict]] = []  # about, path, code, reason
        self.unopened: list[bytes] = []

    def admit(self, archive: bytes) -> None:
        """One of the case's own archives."""
        before = len(self.entries)
        links = Links()
        if why := self.open(archive, b"", links):
            self.tell(None, UNREADABLE, why)
        for entry in self.entries[before:]:
            entry.archive = before
        links.judge(self, self.entries[before:])

    def tell(self, archive: bytes | None, code: str, why: dict) -> None:
        """Of an archive as a whole, after which it counts as unopened (4.10)."""
        path = b"(archive)" if archive is None else archive
        self.told.append(("archive", path, code, why))
        is_read = why["is"] in ("zip.begin", "zip.end_filled", "zip.end_in_comment", "zip.end_disagrees")
        if not is_read or reads("what-is-read-all-the-same-is-unopened"):
            self.unopened.append(path)

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        kept = [why for code, why in entry.notes if code in (UNREADABLE, ENCRYPTED, LIMIT)]
        kept = [why for why in kept if why not in entry.remarks or reads("what-a-remark-refuses-is-unopened")]
        if entry.refused and kept and entry.row in ("9", "12"):
            self.unopened.append(entry.path)

    def open(self, data: bytes, prefix: bytes, links: "Links") -> dict | None:
        """Reads an archive, whose kind is told by its bytes (4.8), or tells why it is none (4.34)."""
        if is_zip(data):
            return Zip(self, data, prefix, links).visit()
        if data[:4] == DESCRIPTOR:
            return reason("one_part")
        if data[:2] == b"\x1f\x8b" and (data := beginning_of_gzip(data)) is None:
            return reason("tar.packing")
        if is_tar(data) or kind_by_bytes(data) == "Zstandard":
            raise NotImplementedError("an archive in tar or Zstandard")
        if kind := kind_by_bytes(data):
            return reason("not_read", kind=kind)
        is_last_part = not prefix and data[-22:-18] == END and data[-18:-16] != b"\0\0"
        return reason("one_part" if is_last_part else "no_archive")

    def open_inside(self, entry: Entry, links: "Links") -> None:
        """An archive in an archive, one level deep (4.8)."""
        if why := self.open(entry.stored, entry.path + b"//", links):
            entry.refuse(UNREADABLE, why)
            self.add(entry)


class Links:
    """The links and folders of one archive, of which remarks may be due (4.13 to 4.15)."""

    def __init__(self) -> None:
        self.links: list[tuple[Entry, bytes]] = []
        self.folders: list[Entry] = []

    def judge(self, evidence: Evidence, entries: list[Entry]) -> None:
        by_path, above = defaultdict(list), set()
        for entry in entries:
            by_path[entry.path].append(entry)
            steps = entry.path.split(b"/")
            above |= {b"/".join(steps[:length]) for length in range(1, len(steps))}
        for path, alike in by_path.items():
            again = [entry for entry in alike if entry.row in ("3", "7", "10") and not entry.refused]
            for entry in again[1:]:
                entry.remarks.append(reason("second_of_name"))
            if path in above and any(entry.row in EVIDENCE for entry in alike):
                alike[0].remarks.append(reason("folder_and_entry"))
        for folder in self.folders:
            if folder.path in by_path and folder.path not in above:
                by_path[folder.path][0].remarks.append(reason("folder_and_entry"))
        for link, target in self.links:
            self.judge_link(link, target, by_path, above)

    def judge_link(self, link: Entry, target: bytes, by_path: dict, above: set[bytes]) -> None:
        """4.13"""
        if link.path in above:
            link.remarks.append(reason("link_with_entries_behind"))
        leads_on = any(target.startswith(other.path + b"/") for other, _ in self.links)
        if b"__MACOSX" in link.folders or link.folders[-1:] == [b"captures"]:
            link.remarks.append(reason("link_below_unread"))
        elif leads_on or any(entry.row in EVIDENCE for entry in by_path[target]):
            link.remarks.append(reason("link_to_evidence"))


class Directory:
    """Where the directory of a zip archive lies, by its end records (4.17); `found` is false if it cannot be found."""

    def __init__(self, data: bytes) -> None:
        self.data, self.locator, self.record64, self.shift = data, None, None, 0
        self.at = data.rfind(END, max(0, len(data) - END_WITHIN))
        self.found = 0 <= self.at <= len(data) - 22
        if not self.found:
            return
        record = struct.unpack("<4H2IH", data[self.at + 4 : self.at + 22])
        self.disk, self.first_disk, self.here, self.count, self.size, self.start, self.comment = record
        self.end = self.at
        if self.at >= 20 and data[self.at - 20 : self.at - 16] == LOCATOR:
            self.locator = struct.unpack("<IQI", data[self.at - 16 : self.at])
            self.read_64(self.locator[1])
        self.found = self.start <= self.end
        begins = data[self.start : self.start + 4] == CENTRAL or self.start == self.end
        other = self.end - self.size
        if self.found and not begins and not self.record64 and self.size and other >= 0 and data[other : other + 4] == CENTRAL:
            self.shift, self.start = other - self.start, other

    def read_64(self, at: int) -> None:
        """The zip64 record, if it agrees with the end record."""
        if at + 56 > len(self.data) or self.data[at : at + 4] != END64:
            return
        record = struct.unpack("<QHHII4Q", self.data[at + 4 : at + 56])
        pairs = (self.size, record[7], 0xFFFFFFFF), (self.start, record[8], 0xFFFFFFFF), (self.count, record[6], 0xFFFF)
        if all(stated in (known, marker) for stated, known, marker in pairs):
            self.record64, self.end, self.size, self.start = record, at, record[7], record[8]

    def problem(self, records: int) -> str | None:
        """4.21, in the order of 4.34"""
        comment, behind = (self.data[self.at + 22 :][part] for part in (slice(self.comment), slice(self.comment, None)))
        if len(self.data) - self.at > MOST_END or behind.strip(b"\0"):
            return "zip.end_filled"
        if any(magic in comment for magic in (END, END64, LOCATOR)):
            return "zip.end_in_comment"
        if self.locator is None:
            if self.disk or self.first_disk:
                return "one_part"
            if self.start + self.size != self.at:
                return "zip.end_filled"
        elif self.fills():
            return "zip.end_filled"
        elif self.is_part():
            return "one_part"
        return None if self.counts(records) and len(comment) == self.comment and self.may_shift() else "zip.end_disagrees"

    def fills(self) -> bool:
        record = self.record64
        return record is None or self.end + 56 != self.at - 20 or record[0] != 44 or self.start + self.size != self.end

    def is_part(self) -> bool:
        disks = [disk for disk in (self.disk, self.first_disk) if disk not in (0, 0xFFFF)]
        return bool(disks or self.record64[3] or self.record64[4] or self.locator[0] or self.locator[2] > 1)

    def counts(self, records: int) -> bool:
        stated, low = {self.here, self.count}, records & 0xFFFF
        if self.record64:
            return {*self.record64[5:7]} == {records} and stated <= {low, 0xFFFF}
        return stated == {low}

    def may_shift(self) -> bool:
        return not self.shift or self.shift == 4 and self.data[:4] in (b"PK00", DESCRIPTOR)


def extra_fields(extra: bytes, padding: int) -> tuple[bool, list[tuple[int, bytes]]]:
    """Whether extra fields fill their place, but for so many zeros, and the fields."""
    fields, at = [], 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack("<HH", extra[at : at + 4])
        if at + 4 + length > len(extra):
            return False, fields
        fields.append((kind, extra[at + 4 : at + 4 + length]))
        at += 4 + length
    return len(extra) - at <= padding and not extra[at:].strip(b"\0"), fields


def ascii_only(text: bytes) -> bytes:
    return bytes(byte for byte in text if byte < 128)


def with_slashes(name: bytes) -> bytes:
    return name.replace(b"\\", b"/")


class Record:
    """An entry in the directory of a zip archive, and its local header (4.18, 4.19)."""

    def __init__(self, data: bytes, at: int, shift: int) -> None:
        made_by, _, self.flags, self.method, *_ = struct.unpack("<6H", data[at + 4 : at + 16])
        self.crc, self.packed, self.size, names, extras, comments = struct.unpack("<3I3H", data[at + 16 : at + 34])
        self.attributes, self.at = struct.unpack("<2I", data[at + 38 : at + 46])
        self.length, self.system = 46 + names + extras + comments, made_by >> 8
        self.name, extra = data[at + 46 : at + 46 + names], data[at + 46 + names : at + 46 + names + extras]
        self.fills, self.fields = extra_fields(extra, 0)
        self.read_64()
        self.at += shift
        self.is_shared, self.next, self.descriptor_departs = False, 0, False
        self.read_local(data)

    def read_64(self) -> None:
        values = [value for kind, value in self.fields if kind == 1]
        self.is_doubled = len(values) > 1
        rest = values[0] if values else None
        for name in ("size", "packed", "at"):
            if rest is not None and getattr(self, name) == 0xFFFFFFFF:
                self.fills = self.fills and len(rest) >= 8
                if len(rest) >= 8:
                    setattr(self, name, int.from_bytes(rest[:8], "little"))
                rest = rest[8:]

    def read_local(self, data: bytes) -> None:
        self.local, self.local_state, self.end = data[self.at : self.at + 30], None, self.at + 30
        if self.local[:4] != LOCAL:
            self.local_state = "zip.local_missing"
            return
        if len(self.local) == 30:
            *self.local, names, extras = struct.unpack("<5H3I2H", self.local[4:])
            self.start = self.at + 30 + names + extras
            if self.start <= len(data):
                self.end = self.start + self.packed
                self.local_name, self.local_extra = data[self.at + 30 : self.start - extras], data[self.start - extras : self.start]
                self.local_fills, self.local_fields = extra_fields(self.local_extra, 3)
                return
        self.local_state = "zip.local_cut"

    def read_descriptor(self, data: bytes) -> None:
        """What follows the data, if a flag says so (4.19)."""
        if self.local_state or not (self.flags | self.local[1]) & 8:
            return
        is_wide = any(kind == 1 for kind, _ in self.local_fields) or max(self.size, self.packed) >= 0xFFFFFFFF
        form = "<IQQ" if is_wide else "<III"
        found, length = data[self.end : self.end + 24], struct.calcsize(form)
        magic = 4 if found[:4] == DESCRIPTOR else 0
        fits = len(found) >= magic + length and struct.unpack_from(form, found, magic) == (self.crc, self.packed, self.size)
        self.descriptor_departs = not fits or not magic and self.method == 0
        reached = self.end + length + (magic if fits else 4)
        self.end = reached if fits else max(self.end, min(self.next, reached))

    @property
    def is_named_folder(self) -> bool:
        return self.name.endswith(b"/") or self.name.endswith(b"\\") and not self.size and self.packed <= 8

    @property
    def least_end(self) -> int:
        """Local header, the name as the directory has it, and data (4.20)."""
        return self.at + 30 + len(self.name) + self.packed

    @property
    def has_content(self) -> bool:
        return self.packed > 8 or self.size > 0

    @property
    def mode(self) -> int:
        """The kind of file by the upper half of the attributes, whatever system made it (4.20)."""
        return self.attributes >> 16 & 0xF000

    def has_two_readings(self) -> bool:
        """4.20"""
        sizes = self.method == 0 and self.packed != self.size
        label = self.attributes & 8
        system = self.system not in (0, 3, 6, 7, 10, 11, 14, 19)
        return bool(not self.fills or self.is_doubled or sizes or self.flags & 0x2020 or label or system or self.is_named_folder)

    def headers_disagree(self, data: bytes, gaps: bool) -> bool:
        """4.19"""
        names = with_slashes(self.name) != with_slashes(self.local_name) or (b"\\" in self.name) != (b"\\" in self.local_name)
        flags = self.local[1] ^ self.flags
        coded = not self.name.isascii() and flags & 0x800
        values = [value for kind, value in self.local_fields if kind == 1]
        rest, sizes = values[0] if values else b"", [self.local[7], self.local[6]]
        for at, size in enumerate(sizes):
            if size == 0xFFFFFFFF and len(rest) >= 8:
                sizes[at], rest = int.from_bytes(rest[:8], "little"), rest[8:]
        pairs = (self.local[5], self.crc), (sizes[1], self.packed), (sizes[0], self.size)
        numbers = any(local != known and (local or not self.flags & 8) for local, known in pairs)
        fields = not self.local_fills or len(values) > 1 or not gaps and self.local_extra
        fits = max(self.end, self.start + self.packed) <= len(data)
        return bool(names or coded or flags & 0x2049 or self.local[2] != self.method or numbers or fields or not fits)

    def states_two_names(self) -> bool:
        names = [value for kind, value in self.fields + self.local_fields if kind == 0x7075]
        return any(len(value) < 5 or ascii_only(value[5:]) != ascii_only(self.name) for value in names)

    def content(self, data: bytes) -> tuple[bytes | None, str | None]:
        """The content as far as it is there, and what departs in it."""
        stored = data[self.start : self.start + self.packed]
        if self.method == 8:
            found, why = self.inflated(stored)
        else:
            hidden = self.flags & 8 and self.holds_descriptor(stored)
            found, why = stored, "cut_off" if len(stored) < self.packed else "damaged" if hidden else None
        if why is None and (len(found) != self.size or zlib.crc32(found) != self.crc):
            why = "zip.checksum"
        return found, why

    def inflated(self, stored: bytes) -> tuple[bytes | None, str | None]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            found = inflater.decompress(stored, self.size + 1)
            if len(found) > self.size and self.size <= MOST_DATA:
                return found, "zip.more"
            found += b"" if inflater.eof else inflater.decompress(inflater.unconsumed_tail, 1)
        except zlib.error:
            return None, "damaged"
        if not inflater.eof:
            return found, "zip.more" if len(found) > self.size else "cut_off"
        return found, "damaged" if inflater.unused_data else None

    def holds_descriptor(self, stored: bytes) -> bool:
        """Whether stored data holds what looks like the descriptor of its beginning (4.20)."""
        for place in re.finditer(re.escape(DESCRIPTOR), stored):
            at = place.start()
            if stored[at + 4 : at + 8] == zlib.crc32(stored[:at]).to_bytes(4, "little"):
                return True
        return False


@dataclass
class Zip:
    """A zip archive (4.17 to 4.21)."""

    evidence: Evidence
    data: bytes
    prefix: bytes
    links: Links

    def visit(self) -> dict | None:
        """Reads its entries, or tells why it cannot be read at all."""
        self.directory = Directory(self.data)
        self.records: list[Record] = []
        if not self.directory.found:
            return reason("one_part" if self.data[:4] == DESCRIPTOR else "zip.directory")
        broken = self.read_records()
        self.gaps = broken is None
        problem = self.directory.problem(len(self.records))
        if whole := broken or (reason(problem) if problem else None):
            self.tell(LIMIT if whole["is"] == "limit" else UNREADABLE, whole)
        self.measure()
        for record in self.records:
            self.visit_entry(record)
        return None

    def tell(self, code: str, why: dict) -> None:
        self.evidence.tell(self.prefix[:-2] or None, code, why)

    def read_records(self) -> dict | None:
        at, end = self.directory.start, self.directory.end
        while at < end:
            if self.data[at : at + 4] != CENTRAL or at + 46 > end:
                return reason("zip.directory")
            record = Record(self.data, at, self.directory.shift)
            if at + record.length > end:
                return reason("zip.directory")
            if len(self.records) >= self.evidence.limits["entries"]:
                return limit_reason("entries", self.evidence.limits)
            self.records.append(record)
            at += record.length
        return None

    def measure(self) -> None:
        """What stands before, between and behind the entries (4.18), and which share bytes (4.20)."""
        directory, starts = self.directory, sorted({record.at for record in self.records})
        allowed = 4 if self.data[:4] in (b"PK00", DESCRIPTOR) else 0
        if self.gaps and (starts or [directory.start])[0] > allowed:
            self.tell(UNREADABLE, reason("zip.begin"))
        for record in self.records:
            following = bisect_right(starts, record.at)
            record.next = starts[following] if following < len(starts) else directory.start
            record.read_descriptor(self.data)
        farthest = None
        for record in sorted(self.records, key=lambda record: record.at):
            if farthest and record.at < farthest.least_end:
                record.is_shared = farthest.is_shared = True
            farthest = record if not farthest or record.least_end > farthest.least_end else farthest
        if farthest and farthest.least_end > directory.start:
            farthest.is_shared = True

    def entry_of(self, record: Record) -> tuple[Entry, bool]:
        """The entry, and whether its path is unsafe (4.5)."""
        name = with_slashes(record.name)
        parts = parts_of(name)
        leads_out = b"\0" in name or b".." in parts or not parts or re.fullmatch(rb"[A-Za-z]:", parts[0])
        return Entry(self.prefix, parts), bool(name.startswith(b"/") or leads_out)

    def local_doubt(self, record: Record) -> str | None:
        """The first row of 4.34 about local header, names and gap."""
        if record.local_state:
            return record.local_state
        if record.headers_disagree(self.data, self.gaps):
            return "zip.headers_disagree"
        if record.states_two_names():
            return "two_names"
        gap = self.gaps and record.next > record.end
        others = (other for other in self.records if other is not record) if gap else ()
        gap = gap and not any(other.at <= record.end < other.end for other in others)
        return "zip.behind" if record.descriptor_departs or gap else None

    def visit_entry(self, record: Record) -> None:
        entry, is_unsafe = self.entry_of(record)
        if record.is_named_folder and not record.has_content:
            self.visit_folder(record, entry, is_unsafe)
            return
        refusal = self.refusal(record, entry, is_unsafe)
        if refusal:
            self.refuse(entry, *refusal)
        elif record.mode == 0x4000 or not record.mode and record.attributes & 0x10:
            return  # a folder by its attributes
        elif record.mode == 0xA000:
            self.visit_link(record, entry)
        elif entry.row in EVIDENCE:
            self.visit_evidence(record, entry)
        else:
            self.visit_other(record, entry)

    def refuse(self, entry: Entry, code: str, why: dict, remark: bool = False) -> None:
        entry.remarks += [why] if remark else []
        entry.refuse(code, why)
        self.evidence.add(entry)

    def visit_folder(self, record: Record, entry: Entry, is_unsafe: bool) -> None:
        if not entry.inner:
            return
        if is_unsafe:
            self.refuse(entry, UNSAFE, reason("unsafe_path"))
            return
        doubt = self.local_doubt(record) if self.gaps else None
        if doubt:
            self.evidence.told.append(("entry", entry.path, UNREADABLE, reason(doubt)))
        self.links.folders += [entry] if entry.row in EVIDENCE and self.gaps else []

    def refusal(self, record: Record, entry: Entry, is_unsafe: bool) -> tuple | None:
        """An entry by its record (4.34): code, reason, and whether that is a remark, too."""
        if len(entry.inner) > self.evidence.limits["path_bytes"]:
            return LIMIT, limit_reason("path_bytes", self.evidence.limits)
        if is_unsafe:
            return UNSAFE, reason("unsafe_path")
        if record.flags & 0x41:
            return ENCRYPTED, reason("password")
        if record.has_two_readings():
            return UNREADABLE, reason("zip.two_readings"), True
        if record.mode == 0x4000 or not record.mode and record.attributes & 0x10:
            odd = record.has_content or entry.row in EVIDENCE
            return (UNREADABLE, reason("zip.folder_with_content"), True) if odd else None
        if record.mode not in (0, 0x8000, 0xA000):
            return UNSAFE, reason("device")
        return (UNREADABLE, reason("zip.shared"), True) if record.is_shared else None

    def visit_link(self, record: Record, entry: Entry) -> None:
        """4.12, 4.13"""
        content = None if self.local_doubt(record) else record.content(self.data)[0]
        target = link_target(entry.folders, content)
        if target is None:
            self.refuse(entry, UNSAFE, reason("link_out"))
        elif entry.row in EVIDENCE or entry.row == "9":
            self.refuse(entry, UNREADABLE, reason("link_as_file"), True)
        else:
            entry.counted = "other"
            self.links.links.append((entry, self.prefix + b"/".join(target)))
            self.evidence.add(entry)

    def visit_evidence(self, record: Record, entry: Entry) -> None:
        limits, doubt = self.evidence.limits, self.local_doubt(record)
        if record.size > limits["entry_bytes"]:
            self.refuse(entry, LIMIT, limit_reason("entry_bytes", limits))
        elif record.method not in (0, 8):
            self.refuse(entry, UNREADABLE, reason("zip.method", method=min(record.method, 255)))
        elif record.local_state:
            self.refuse(entry, UNREADABLE, reason(doubt), True)
        else:
            entry.stored, why = record.content(self.data)
            entry.remarks += [reason(doubt)] if doubt else []
            if why in ("zip.more", "cut_off", "damaged"):
                self.refuse(entry, UNREADABLE, reason(why), why != "zip.more")
                return
            entry.notes += [(UNREADABLE, reason(name)) for name in (doubt, why) if name]
            self.evidence.add(entry)

    def visit_other(self, record: Record, entry: Entry) -> None:
        """An entry of no evidence, or an archive inside (4.8, 4.9, 4.20)."""
        is_archive, doubt = entry.row == "9", self.local_doubt(record)
        if is_archive and record.method not in (0, 8):
            doubt = None
            entry.refuse(UNREADABLE, reason("zip.method", method=min(record.method, 255)))
        elif doubt:
            entry.refuse(UNREADABLE, reason(doubt))
        elif is_archive:
            self.visit_inside(record, entry)
            return
        elif self.hides_another(record):
            entry.refuse(UNREADABLE, reason("zip.hidden"))
        else:
            stored = record.content(self.data)[0] if record.method in (0, 8) else None
            entry.counted = {"1": "system", "8": "captures", "12": "other"}[entry.row]
            why = (archive_by_name(entry.name) or archive_by_bytes(stored or b"")) if entry.row == "12" else None
            if why:
                entry.counted = None
                entry.refuse(UNREADABLE, why)
        self.evidence.add(entry)

    def visit_inside(self, record: Record, entry: Entry) -> None:
        entry.stored, why = record.content(self.data)
        if self.prefix:
            self.refuse(entry, LIMIT, reason("too_deep"))
        elif why and why != "zip.checksum":
            self.refuse(entry, UNREADABLE, reason("cut_off" if why == "cut_off" else "damaged"))
        elif record.size > MOST_NESTED:
            self.refuse(entry, LIMIT, reason("nested_bytes", most=MOST_NESTED))
        else:
            self.evidence.open_inside(entry, self.links)

    def hides_another(self, record: Record) -> bool:
        """4.20"""
        stored = self.data[record.start : record.start + record.packed]
        magic = any(magic in stored for magic in (LOCAL, CENTRAL, END, END64, LOCATOR, DESCRIPTOR))
        is_suspect = record.flags & 8 if record.method == 0 else magic
        return bool(is_suspect) and (record.method not in (0, 8) or record.content(self.data)[1] is not None)


def link_target(folders: Folders, content: bytes | None) -> Folders | None:
    """Where a link leads, from its own folder; nothing if out of its archive (4.6, 4.12)."""
    target = (content or b"")[:4096]
    if not target or b"\0" in target or target.startswith(b"/") or re.match(rb"[A-Za-z]:", target):
        return None
    reached = [*folders]
    for part in parts_of(with_slashes(target)):
        if part == b".." and not reached:
            return None
        reached = reached[:-1] if part == b".." else [*reached, part]
    return reached
