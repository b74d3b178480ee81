"""What is found, and how it is told: chapter 14 of docs/specification.md. Codes, axes, effects, reasons and their order are those of
docs/findings.md and docs/reasons.md."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from switches import reads
from texts import MOST_TEXT_BYTES, canonical, printable, shortened, time_text

VECTORS = Path(__file__).resolve().parents[1]
DOCS = VECTORS.parent / "docs"
AXES = ["integrity", "authenticity", "continuity", "coverage"]
EFFECTS = ["refutes", "limits", "informs"]
ABOUT = "case archive folder entry ignored object chain asked trail key fingerprint key_entry".split()
MOST_BYTES = 6_000_000
CATALOGUE = {}  # the axis and the usual effect of each code
for section in (DOCS / "findings.md").read_text().split("\n**")[1:]:
    for code, effect in re.findall(r"^\| \[`([\w.]+)`\]\S+ \| (\w+) \|", section, re.MULTILINE):
        CATALOGUE[code] = section.split("**")[0].lower(), effect
CODES = [*CATALOGUE]
ROWS = re.findall(r"^\| `([\w.]+)` \| (.*?) \|", (DOCS / "reasons.md").read_text(), re.MULTILINE)
FACTS = {name: re.findall(r"`(\w+)`", facts) for name, facts in ROWS}
REASONS = [*FACTS]


@dataclass
class Finding:
    """14.1"""

    code: str
    about: str
    first: str
    effect: str
    outside_scope: bool = False
    count: int = 1
    last: str | None = None
    chain: str | None = None
    start: int | None = None
    end: int | None = None
    entry: str | None = None
    expected: str | None = None
    found: str | None = None
    reasons: list[dict] = field(default_factory=list)
    position: int | None = None

    @property
    def axis(self) -> str:
        return CATALOGUE[self.code][0]

    def told(self) -> dict:
        """As it stands in the report: what is absent is not written (18.3)."""
        told = {"code": self.code, "axis": self.axis, "effect": self.effect, "about": self.about, "first": self.first, "count": self.count}
        times = {"from": self.start, "to": self.end}
        told |= {name: time_text(time) for name, time in times.items() if time is not None}
        texts = {name: getattr(self, name) for name in ("last", "chain", "entry", "expected", "found")}
        told |= {name: text for name, text in texts.items() if text is not None}
        told |= {"outside_scope": True} if self.outside_scope else {}
        return told | ({"reasons": self.reasons} if self.reasons else {})

    @property
    def order(self) -> tuple:
        """14.12"""
        code = CODES.index(self.code) if reads("codes-are-in-the-order-of-the-catalogue") else self.code
        reasons = [(REASONS.index(why["is"]), [bytes_of(why[fact]) for fact in FACTS[why["is"]] if fact in why]) for why in self.reasons]
        chain, begin, first = present(self.chain), present(self.start), self.first.encode()
        place = (chain, begin, first) if reads("findings-are-sorted-by-time-before-name") else (chain, first, begin)
        effect = EFFECTS.index(self.effect) if reads("the-worst-finding-comes-first") else -EFFECTS.index(self.effect)
        rest = present(self.last), present(self.entry), present(self.end), present(self.expected), present(self.found)
        return effect, AXES.index(self.axis), code, *place, self.outside_scope, self.count, ABOUT.index(self.about), *rest, reasons

    @property
    def bytes(self) -> int:
        """14.13"""
        texts = [text for text in (self.chain, self.first, self.last, self.entry, self.expected, self.found) if text is not None]
        return 160 + sum(len(text.encode()) for text in texts) + (len(canonical(self.reasons).encode()) if self.reasons else 0)


def bytes_of(value: object) -> object:
    return value.encode() if isinstance(value, str) else value


def present(value: object) -> tuple:
    """What is absent comes before everything else (1.7)."""
    return () if value is None else (bytes_of(value),)


class Findings:
    """Gathers findings, and lists them."""

    def __init__(self, policy: dict[str, str], path_bytes: int) -> None:
        self.policy, self.path_bytes = policy, min(path_bytes, MOST_TEXT_BYTES)
        self.raised: list[Finding] = []

    def add(self, code: str, about: str, first: bytes | str, within: bool = True, effect: str | None = None, *, last: bytes | None = None,
            entry: bytes | None = None, expected: str | None = None, found: bytes | str | None = None, reasons: list[dict] | None = None,
            chain: str | None = None, span: tuple | None = None, position: int | None = None, count: int = 1) -> None:
        """Raises a finding. Bytes in `entry` and `found` are paths, texts are values (14.6)."""
        most = self.path_bytes if about in ("entry", "archive") else MOST_TEXT_BYTES
        finding = Finding(code, about, shortened(printable(first), most), self.effect(code, within, effect), not within, count)
        finding.last = None if last is None else shortened(printable(last))
        finding.entry, finding.expected, finding.found = self.text(entry), self.text(expected), self.text(found)
        finding.entry = None if finding.entry == finding.first else finding.entry
        told = [{name: shortened(fact) if isinstance(fact, str) else fact for name, fact in why.items()} for why in reasons or []]
        finding.reasons, finding.chain, finding.position = told, chain, position
        finding.start, finding.end = span or (None, None)
        self.raised.append(finding)

    def text(self, value: bytes | str | None) -> str | None:
        if value is None:
            return None
        return shortened(printable(value), self.path_bytes if isinstance(value, bytes) else MOST_TEXT_BYTES)

    def effect(self, code: str, within: bool, effect: str | None) -> str:
        """14.2, 14.3"""
        effect = effect or CATALOGUE[code][1]
        if not within:
            return "informs"
        return effect if effect == "refutes" else self.policy.get(code, effect)

    def listed(self) -> list[Finding]:
        """14.9 to 14.13"""
        runs, listed = defaultdict(list), []
        for finding in self.raised:
            joins = finding.effect != "refutes" or not reads("what-refutes-is-told-one-by-one")
            if finding.position is None or not joins:
                listed.append(finding)
            else:
                reasons = canonical(finding.reasons) if reads("a-run-has-one-list-of-reasons") else ""
                alike = finding.code, finding.effect, finding.outside_scope, finding.chain, finding.about, reasons
                runs[alike].append(finding)
        for findings in runs.values():
            listed += joined(sorted(findings, key=lambda finding: (finding.position, finding.first.encode())))
        equal = {canonical(finding.told()) if reads("equal-findings-are-one") else id(finding): finding for finding in listed}
        listed = sorted(equal.values(), key=lambda finding: finding.order)
        if sum(finding.bytes for finding in listed) > MOST_BYTES:
            raise NotImplementedError("more findings than are listed")
        return listed


def joined(findings: list[Finding]) -> list[Finding]:
    """The runs of neighbours (14.9)."""
    runs: list[list[Finding]] = []
    reach = 1 if reads("neighbours-are-one-apart") else 0
    for finding in findings:
        if runs and finding.position - runs[-1][-1].position <= reach:
            runs[-1].append(finding)
        else:
            runs.append([finding])
    return [run[0] if len(run) == 1 else summary(run) for run in runs]


def summary(run: list[Finding]) -> Finding:
    """14.10"""
    first, last = run[0], run[-1] if reads("the-last-of-a-run-is-told") else run[0]
    starts, ends = ([time for time in times if time is not None] for times in zip(*((each.start, each.end) for each in run)))
    same = {name: {getattr(finding, name) for finding in run} for name in ("entry", "expected", "found")}
    keeps = not reads("what-differs-in-a-run-is-not-told")
    told = {name: getattr(first, name) if len(values) == 1 or keeps else None for name, values in same.items()}
    count = sum(finding.count for finding in run)
    start, end = min(starts, default=None), max(ends, default=None)
    if not reads("a-run-ends-with-its-latest"):
        end = first.end
    return Finding(first.code, first.about, first.first, first.effect, first.outside_scope, count, last.first, first.chain, start, end,
                   told["entry"], told["expected"], told["found"], first.reasons)
