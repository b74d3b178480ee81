"""Keys and signatures: chapters 9 and 10 of docs/specification.md, as far as they speak of no digest file."""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from archives import Evidence
from documents import NoKey, key_bytes, key_list, key_time, list_region, rsa_key
from findings import Findings
from switches import reads
from texts import HOUR, Span, Unreadable, sha256, within_years

ENCLOSED, TRUSTED, PINNED = range(3)
LEVELS = ["enclosed", "trusted", "pinned"]
MOST_LOOKED_AT, MOST_SOURCES = 1_000, 64
SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


@dataclass
class Item:
    """An entry of a key list (9.2)."""

    list_name: bytes
    is_own: bool
    region: str | None
    number: int
    said: dict

    def __post_init__(self) -> None:
        stated = self.said.get("Fingerprint")
        self.der, self.stated = key_bytes(self.said.get("Value")), stated.lower() if isinstance(stated, str) else None
        self.fingerprint = None if self.der is None else hashlib.md5(self.der).hexdigest()

    @property
    def name(self) -> bytes:
        return self.list_name + b"#%d" % self.number


@dataclass
class Key:
    """An accepted key (9.5 to 9.8)."""

    der: bytes
    modulus: int
    exponent: int
    sources: list[tuple[bool, str | None, Span]] = field(default_factory=list)
    signed: int = 0

    def __post_init__(self) -> None:
        self.sha256, self.fingerprint = sha256(self.der), hashlib.md5(self.der).hexdigest()

    def weigh(self, pins: set[str] | None) -> None:
        """9.6, 9.7"""
        is_own, alone = any(own for own, *_ in self.sources), reads("best-sources-alone-state-windows-and-regions")
        if pins is None or not reads("pins-narrow"):
            self.level = PINNED if self.sha256 in (pins or ()) else TRUSTED if is_own else ENCLOSED
        else:
            self.level = PINNED if self.sha256 in pins else ENCLOSED
        own_alone = alone and is_own and (self.level != PINNED or reads("own-list-speaks-alone-under-pins"))
        sources = [source for source in self.sources if source[0] or not own_alone]
        self.windows = sorted({window for *_, window in sources})[:MOST_SOURCES]
        stated = sorted({region or "" for _, region, _ in sources})[:MOST_SOURCES]
        self.is_of_any_region, self.regions = "" in stated, [region for region in stated if region]

    def fits(self, region: str) -> bool:
        """9.8"""
        if not reads("one-stated-region-is-enough"):
            return {*self.regions} <= {region}
        return self.is_of_any_region or region in self.regions

    def is_valid_at(self, time: int) -> bool:
        """9.8"""
        before = 2 * HOUR if reads("validity-has-slack-at-its-start") else 0
        after = 2 * HOUR if reads("validity-has-slack-at-its-end") else 0
        holds = [within_years(start - before) <= time <= within_years(end + after) for start, end in self.windows]
        return (any if reads("one-validity-window-is-enough") else all)(holds)

    @property
    def bytes(self) -> int:
        return (self.modulus.bit_length() + 7) // 8

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """RSASSA-PKCS1-v1_5 with SHA-256: the encoded message is made anew and compared as a whole (10.2)."""
        length, number = self.bytes, int.from_bytes(signature)
        if len(signature) != length or number >= self.modulus and reads("signature-is-below-the-modulus"):
            return False
        info = SHA256_INFO + hashlib.sha256(message).digest()
        encoded = b"\0\1" + b"\xff" * (length - len(info) - 3) + b"\0" + info
        found = power(number, self.exponent, self.modulus).to_bytes(length)
        return found == encoded if reads("padding-is-compared-as-a-whole") else found.endswith(info)


@cache
def power(base: int, exponent: int, modulus: int) -> int:
    return pow(base, exponent, modulus)


class Keyring:
    """The keys of all lists, and what is to be said of them (9.3 to 9.9)."""

    def __init__(self, named: set[str], by_digests: set[str], findings: Findings) -> None:
        """`named` are the fingerprints that digest files and sign files name, `by_digests` those that readable digest files do."""
        self.named, self.by_digests, self.findings = named, by_digests, findings
        self.items: list[Item] = []
        self.accepted: dict[str, Key] = {}
        self.by_fingerprint: dict[str, Key] = {}

    def read_own(self, name: bytes, content: bytes, depth: int) -> None:
        try:
            self.add(b"(verifier)", True, list_region(name), key_list(content, depth))
        except Unreadable:
            return  # of a list that is no entry nothing is said

    def read_enclosed(self, evidence: Evidence) -> None:
        for entry in evidence.entries:
            if entry.row == "7" and not entry.refused:
                try:
                    self.add(entry.path, False, list_region(entry.name), key_list(entry.stored, evidence.limits["json_depth"]))
                except Unreadable as error:
                    self.findings.add("metadata.malformed", "entry", entry.path, reasons=error.reasons)

    def add(self, name: bytes, is_own: bool, region: str | None, said: list[dict]) -> None:
        self.items += [Item(name, is_own, region, number, fields) for number, fields in enumerate(said, 1)]

    def judge(self, pins: set[str] | None) -> None:
        looked_at = [item for item in self.items if not item.is_own and not {item.stated, item.fingerprint} & self.named]
        passed = looked_at[MOST_LOOKED_AT:]
        if passed:
            told = {"reasons": [{"is": "key.passed_over"}], "count": len(passed), "last": passed[-1].name}
            self.findings.add("key.unused", "key_entry", passed[0].name, **told)
        numbers = {id(item) for item in passed}
        items = [item for item in self.items if id(item) not in numbers]
        self.judge_undecoded([item for item in items if item.der is None])
        for item in items:
            if item.der is not None:
                self.judge_item(item)
        self.judge_conflicts()
        for key in self.by_fingerprint.values():
            key.weigh(pins)

    def judge_undecoded(self, items: list[Item]) -> None:
        """Those that follow each other are taken together (9.2)."""
        together = reads("undecoded-keys-are-taken-together")
        steps = [(item.list_name, item.is_own, item.number - at if together else at) for at, item in enumerate(items)]
        for _, places in groupby(range(len(items)), key=steps.__getitem__):
            run = [items[at] for at in places]
            last = run[-1].name if len(run) > 1 else None
            self.findings.add("key.malformed", "key_entry", run[0].name, count=len(run), last=last, reasons=[{"is": "key.base64"}])

    def judge_item(self, item: Item) -> None:
        """9.4"""

        def tell(code: str, why: str | None = None, effect: str | None = None, expected: str | None = None, **facts: object) -> None:
            reasons = [{"is": why, **facts}] if why else []
            self.findings.add(code, "key_entry", item.name, effect=effect, expected=expected, found=item.fingerprint, reasons=reasons)

        if item.stated is not None and item.stated != item.fingerprint:
            sent = not item.is_own or not reads("own-list-with-a-wrong-fingerprint-informs")
            effect = "refutes" if sent and item.stated in self.by_digests else "informs"
            tell("key.fingerprint_mismatch", effect=effect, expected=item.stated)
            return
        try:
            modulus, exponent = rsa_key(item.der)
        except NoKey:
            tell("key.malformed", "key.none")
            return
        bits = modulus.bit_length()
        validity = key_time(item.said.get("ValidityStartTime")), key_time(item.said.get("ValidityEndTime"))
        if not 2_048 <= bits <= 8_192:
            tell("key.weak", "key.bits", bits=bits)
        elif modulus % 2 == 0:
            tell("key.weak", "key.even")
        elif exponent % 2 == 0 or not 65_537 <= exponent < 1 << 33:
            tell("key.weak", "key.exponent")
        elif None in validity or validity[0] >= validity[1]:
            tell("key.malformed", "key.validity")
        else:
            key = self.accepted.setdefault(sha256(item.der), Key(item.der, modulus, exponent))
            key.sources.append((item.is_own, item.region, validity))

    def judge_conflicts(self) -> None:
        """9.9"""
        for key in self.accepted.values():
            alike = sorted(other.sha256 for other in self.accepted.values() if other.fingerprint == key.fingerprint)
            if len(alike) == 1:
                self.by_fingerprint[key.fingerprint] = key
            elif key.sha256 == alike[0]:
                self.findings.add("key.conflict", "fingerprint", key.fingerprint, expected=alike[0], found=alike[1])
                if not reads("conflicting-keys-are-not-used"):
                    self.by_fingerprint[key.fingerprint] = key

    def get(self, fingerprint: str) -> Key | None:
        return self.by_fingerprint.get(fingerprint)

    @property
    def used(self) -> list[Key]:
        """18.14"""
        return sorted(self.by_fingerprint.values(), key=lambda key: key.sha256)


def is_fingerprint(text: str) -> bool:
    return re.fullmatch("[0-9a-f]{32}", text) is not None
