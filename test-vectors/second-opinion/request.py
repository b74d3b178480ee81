"""What was asked: chapter 6 of docs/specification.md, as far as names, places and times tell it."""

import re
from dataclasses import dataclass

from archives import Entry
from names import DigestName, LogName, Place
from switches import reads
from texts import HOUR, MINUTE, Span, loose_time, meet, period, within_years

ARN = re.compile(r"arn:[^:]*:cloudtrail:([^:]*):([0-9]{12}):trail/(.+)")
RENAMING = re.compile(r"s3://([^/=]+)(?:/([^=]*))?=s3://([^/=]+)(?:/(.*))?")


def fits(trail: str, name: DigestName, place: Place | None) -> bool:
    """6.3"""
    arn = ARN.fullmatch(trail) if trail.startswith("arn:") else None
    if not arn:
        return trail == name.trail
    of_anybody = place is None or not place.is_known or place.is_of_organization
    return (arn[3], arn[1]) == (name.trail, name.home) and (arn[2] == name.account or of_anybody)


def trail_name(trail: str) -> str:
    arn = ARN.fullmatch(trail)
    return arn[3] if arn else trail


@dataclass(frozen=True)
class Question:
    """6.2"""

    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    trails: tuple[str, ...]
    period: Span | None

    @property
    def order(self) -> tuple:
        lists = [(bool(stated), stated) for stated in (self.accounts, self.regions, self.trails)]
        return *lists, self.period or ()

    @property
    def states_names(self) -> bool:
        return bool(self.accounts or self.regions or self.trails)

    def told(self) -> dict:
        """18.4"""
        lists = {"accounts": self.accounts, "regions": self.regions, "trails": self.trails}
        return {name: [*stated] for name, stated in lists.items() if stated} | ({"period": period(self.period)} if self.period else {})

    def has_place(self, account: str, region: str) -> bool:
        named = not self.accounts or account in self.accounts
        return named and (not self.regions or region in self.regions)

    def has_chain(self, name: DigestName, place: Place | None) -> bool:
        """6.4"""
        trails = not self.trails or any(fits(trail, name, place) for trail in self.trails)
        return trails and self.has_place(name.account, name.region)

    def has_time(self, span: Span) -> bool:
        return self.period is None or meet(self.period, span)

    def excludes(self, minute: int, newest: int | None, oldest: int | None) -> bool:
        """6.11, of a line whose object's name is a log file's"""
        if self.period is None:
            return False
        (start, end), unknown = self.period, not reads("unknown-event-time-leaves-a-log-in")
        whole = MINUTE if reads("listed-log-is-a-whole-minute") else 0
        early, late = minute + whole <= start, minute >= end
        by_events = (unknown if newest is None else newest < start), (unknown if oldest is None else oldest >= end)
        if not reads("events-count-besides-delivery"):
            by_events = True, True
        return early and by_events[0] or late and by_events[1]


def sorted_list(said: dict, name: str) -> tuple[str, ...]:
    return tuple(sorted({*(said.get(name) or [])}))


def stated_period(said: dict) -> Span | None:
    return (loose_time(said["from"]), loose_time(said["to"])) if said.get("from") is not None else None


class Request:
    """6.1, 6.2"""

    def __init__(self, said: dict) -> None:
        accounts, regions, trails = (sorted_list(said, name) for name in ("accounts", "regions", "trails"))
        blocks, span = said.get("expect") or [], stated_period(said)
        questions = {Question(accounts, regions, trails, span)} if not blocks or accounts else set()
        for block in blocks:
            account = (block["account"],) if block.get("account") else ()
            own = sorted_list(block, "regions") or regions, sorted_list(block, "trails") or trails
            questions.add(Question(account, *own, stated_period(block) or span))
        self.questions = sorted(questions, key=lambda question: question.order)
        renamings = (RENAMING.fullmatch(text).groups(default="") for text in said.get("relocated") or [])
        self.renamings = sorted({tuple(part.rstrip("/").encode() for part in parts) for parts in renamings})
        self.policy = said.get("policy") or {}

    def told(self) -> dict:
        """18.4"""
        pairs = [[b"/".join(filter(None, side)).decode() for side in (parts[:2], parts[2:])] for parts in self.renamings]
        told: dict = {"questions": [question.told() for question in self.questions]}
        told |= {"relocated": [f"s3://{old}=s3://{new}" for old, new in pairs]} if pairs else {}
        return told | ({"policy": self.policy} if self.policy else {})

    @property
    def states_nothing(self) -> bool:
        return not self.states_period and not any(question.states_names for question in self.questions)

    @property
    def states_period(self) -> bool:
        return any(question.period for question in self.questions)

    def asks_chain(self, name: DigestName, place: Place | None, span: Span | None = None) -> bool:
        """Whether a question asks for a chain, at some time or at one that it meets (6.4)."""
        return any(question.has_chain(name, place) and (span is None or question.has_time(span)) for question in self.questions)

    def asks_digest(self, name: DigestName) -> bool:
        """6.5"""
        start = within_years(name.time - HOUR) if reads("digest-name-is-placed-by-the-hour-before") else name.time
        return self.asks_chain(name, None, (start, name.time))

    def asks_log(self, name: LogName) -> bool:
        """6.5"""
        span = name.time, within_years(name.time + (MINUTE if reads("log-name-is-a-whole-minute") else 0))
        trails = [question for question in self.questions if not question.trails or reads("log-names-tell-no-trail")]
        return any(question.has_place(name.account, name.region) and question.has_time(span) for question in trails)

    def asks_name(self, name: DigestName | LogName | None) -> bool:
        if name is None:
            return False
        return self.asks_digest(name) if isinstance(name, DigestName) else self.asks_log(name)

    def asks_account(self, account: str | None) -> bool:
        return any(not question.accounts or account in question.accounts for question in self.questions)

    def may_ask(self, entry: Entry) -> bool:
        """6.6"""
        if entry.longer:
            return self.asks_name(entry.longer.name) or not reads("name-that-goes-on-is-placed-by-its-whole-name")
        account = re.match(rb"[0-9]{12}(?=_)", entry.name)
        return not account or self.asks_account(account[0].decode()) or not reads("unrecognised-of-others-is-outside")
