"""Result sets of CloudTrail Lake: chapter 20 of docs/specification.md."""

import re
import zlib
from contextlib import suppress

from archives import Entry, Evidence, Member
from documents import SignFile
from findings import CATALOGUE, Findings
from keys import ENCLOSED, LEVELS, TRUSTED, Keyring
from names import ACCOUNT, plain_name
from request import Request
from switches import reads
from texts import digest_time, printable, sha256, shortened, time_text

MOST_LINE, MOST_SHORT, MOST_QUERY, MOST_NAME, MOST_SETS = 16_384, 80, 10_000, 1_024, 3_000_000
LINE = re.compile(rb"# Execution Time: (.*?) Query Statement: (.*?)\r?\Z", re.S)


def account_of(entry: Entry) -> str | None:
    """20.5"""
    at = [place for place, folder in enumerate(entry.folders) if folder == b"CloudTrail-Lake"]
    folder = entry.folders[at[-1] - 1] if at and at[-1] else b""
    return folder.decode() if ACCOUNT.fullmatch(folder) else None


def folder_of(entry: Entry) -> bytes:
    return entry.path.removesuffix(entry.name)


def set_order(file: SignFile) -> tuple:
    """20.12"""
    rank = 0 if file.is_readable else 1 if file.was_read else 2
    signature = file.signature.bytes if file.is_readable else b""
    labels = [(text is not None, text or "") for text in (file.fingerprint, file.region, file.time)]
    return file.entry.path, rank, file.files, signature, labels


class Lake:
    """The result sets of a case."""

    def __init__(self, request: Request, evidence: Evidence, keyring: Keyring, findings: Findings, lists: list[SignFile]) -> None:
        self.request, self.keyring, self.findings, self.lists = request, keyring, findings, lists
        self.may_lie_elsewhere, self.log_bytes = bool(evidence.unopened), evidence.limits["log_bytes"]
        self.results = [entry for entry in evidence.entries if entry.row == "2a"]
        for entry in self.results:
            entry.sha256 = None if entry.refused else sha256(entry.stored)

    def asked(self, entry: Entry) -> bool:
        return self.request.asks_account(account_of(entry))

    def judge(self) -> None:
        for file in self.lists:
            key = self.keyring.get(file.fingerprint) if file.is_readable else None
            file.level = key.level if key and key.verifies(file.signature.bytes, file.signed_text) else None
        for entry in self.results:
            entry.is_listed, entry.is_taken = entry.sha256 is not None and self.is_listed(entry), False
        self.sets = [Set(self, file).told() for file in sorted(self.lists, key=set_order)]
        if sum(400 + len(told["entry"]) + sum(200 + len(repr(file)) for file in told["files"]) for told in self.sets) > MOST_SETS:
            raise NotImplementedError("more result sets than are listed")
        for entry in self.results:
            if entry.sha256 is not None and not entry.is_listed and not entry.is_taken:
                self.findings.add("lake.file.unlisted", "entry", entry.path, self.asked(entry), found=entry.sha256)

    def is_listed(self, entry: Entry) -> bool:
        """20.6"""
        vouching = [file for file in self.lists if not self.asked(entry) or self.asked(file.entry) or (file.level or ENCLOSED) >= TRUSTED]
        return any(own == entry.sha256 for file in vouching for _, own in file.files)


class Set:
    """A sign file, and what it lists (20.7 to 20.11)."""

    def __init__(self, lake: Lake, file: SignFile) -> None:
        self.lake, self.file, self.effects = lake, file, set()
        self.folder, self.in_scope = folder_of(file.entry), lake.asked(file.entry)
        self.weaker = None if file.level is not None else "limits"

    def tell(self, code: str, entry: Entry, effect: str | None = None, **facts: object) -> None:
        self.effects.add(effect or CATALOGUE[code][1])
        self.lake.findings.add(code, "entry", entry.path, self.in_scope, effect, **facts)

    def told(self) -> dict:
        """18.3, 20.10, 20.11"""
        file = self.file
        if file.is_readable:
            self.judge_signature()
        elif file.was_read:
            self.tell("lake.sign_file.malformed", file.entry, reasons=[file.problem])
        files = [self.judge_file(name, own) for name, own in file.files]
        told = {"entry": printable(file.entry.path), "in_scope": self.in_scope, "file_count": len(files), "files": files}
        texts = {"region": file.region, "completed": file.time, "fingerprint": file.fingerprint_text}
        told |= {name: shortened(printable(text), MOST_SHORT) for name, text in texts.items() if text is not None}
        account = account_of(file.entry)
        told |= {"account": account} if account else {}
        told |= {"level": LEVELS[file.level]} if file.level is not None else {}
        return told | {"outcome": self.outcome(files)}

    def outcome(self, files: list[dict]) -> str:
        """20.10"""
        if "refutes" in self.effects:
            return "failed"
        unread = not self.file.was_read or any(file["state"] == "unread" for file in files)
        return "indeterminate" if "limits" in self.effects or unread or (self.file.level or ENCLOSED) < TRUSTED else "passed"

    def judge_signature(self) -> None:
        file, key = self.file, self.lake.keyring.get(self.file.fingerprint)
        code, why = None, None
        if key is None:
            code, why = "lake.signature.unchecked", {"is": "lake.no_key"}
        elif file.level is None:
            code = "lake.signature.unchecked" if file.has_other_algorithm else "lake.signature.invalid"
            why = {"is": "lake.other_algorithm"} if file.has_other_algorithm else None
        elif file.level == ENCLOSED:
            code = "lake.key.enclosed"
        elif why := self.unfit():
            code = "lake.key.unfit"
        if code:
            self.tell(code, file.entry, found=file.fingerprint_text, reasons=[why] if why else [])

    def unfit(self) -> dict | None:
        """20.9"""
        file, key, time = self.file, self.lake.keyring.get(self.file.fingerprint), digest_time(self.file.time)
        if file.region is None:
            return {"is": "lake.no_region"}
        if not key.fits(file.region):
            return {"is": "lake.other_region", "stated": shortened(printable(file.region), MOST_SHORT), "key": ", ".join(key.regions)}
        if time is None:
            return {"is": "lake.no_time"}
        return None if key.is_valid_at(time) else {"is": "lake.other_time", "stated": time_text(time)}

    def find(self, name: bytes, own: str) -> tuple[Entry | None, bool]:
        """What a listed file takes, and whether by its name alone (20.7)."""
        alike = [entry for entry in self.lake.results if entry.sha256 == own]
        beside = [entry for entry in alike if folder_of(entry) == self.folder]
        exact = [entry for entry in alike if entry.path == self.folder + name]
        if exact or beside:
            return (exact + beside)[0], False
        if is_plain(name):
            free = [entry for entry in self.lake.results if folder_of(entry) == self.folder and not entry.is_listed]
            named = [entry for entry in free if plain_name(entry.name) == plain_name(name)]
            if named:
                return min(named, key=lambda entry: (entry.path, entry.sha256 is not None, entry.sha256 or "")), True
        return min(alike, key=lambda entry: (folder_of(entry), entry.name), default=None), False

    def judge_file(self, name: bytes, own: str) -> dict:
        """20.8, 20.9"""
        entry, by_name = self.find(name, own)
        state = self.state(entry, by_name)
        if not is_plain(name):
            self.tell("lake.file.name_unsafe", self.file.entry, found=name.decode())
        short = shortened(printable(name), MOST_NAME)
        if state == "altered":
            self.tell("lake.file.hash_mismatch", entry, self.weaker, expected=own, found=entry.sha256)
        elif state == "missing":
            effect = "limits" if self.lake.may_lie_elsewhere else self.weaker
            self.tell("lake.file.missing", self.file.entry, effect, expected=own, reasons=[{"is": "lake.listed_as", "name": short}])
        elif state == "inflated":
            self.tell("lake.file.inflated", entry)
        elif state != "unread" and entry.path != self.folder + name:
            self.tell("lake.file.renamed", entry, expected=name.decode())
        told = {"name": short, "sha256": own, "state": state} | ({"entry": printable(entry.path)} if entry else {})
        return told | (quoted(entry.stored, self.lake.log_bytes) if state == "proved" else {})

    def state(self, entry: Entry | None, by_name: bool) -> str:
        """20.8"""
        if entry is None:
            return "missing"
        if not by_name:
            return "unproved" if self.file.level is None else "proved"
        entry.is_taken = True
        if entry.sha256 is None:
            return "unread"
        line = entry.stored.split(b"\n", 1)[0][:16]
        is_text = not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", line)
        return "inflated" if entry.stored and entry.stored[:2] != b"\x1f\x8b" and is_text else "altered"


def is_plain(name: bytes) -> bool:
    return name not in (b"", b".", b"..") and not re.search(rb"[/\\\0]", name)


def quoted(stored: bytes, most: int) -> dict:
    """What stands in a proved file (20.11)."""
    content, is_whole = stored, True
    if stored[:2] == b"\x1f\x8b":
        member = Member(stored, most)
        is_whole = member.content == "whole" and not {"container.truncated", "container.trailing_data"} & {*member.codes}
        content = member.data or b""
        with suppress(zlib.error):
            content = content or zlib.decompressobj(31).decompress(stored, MOST_LINE)
    match = LINE.search(content.split(b"\n", 1)[0][:MOST_LINE])
    told: dict = {}
    if match:
        told = {"executed": shortened(printable(match[1]), MOST_SHORT), "query": shortened(printable(match[2]), MOST_QUERY)}
    return told | ({"rows": rows(content)} if is_whole else {})


def rows(content: bytes) -> int:
    """Records behind the head (20.11)."""
    if content.startswith(b"#") and reads("a-first-line-with-a-number-sign-is-no-row"):
        content = content.partition(b"\n")[2]
    records = re.findall(rb'(?:"[^"]*(?:"|\Z)|[^"\n])*\n|(?:"[^"]*(?:"|\Z)|[^"\n])+\Z', content)
    return max(0, len(records) - 1)
