"""What time is covered, and what is owed: chapter 13 of docs/specification.md."""

from itertools import product

from documents import DigestFile
from findings import Findings
from names import DigestName
from request import ARN, Request, fits, trail_name
from switches import reads
from texts import DAY, HOUR, Span, common, meet, printable, seconds, time_text, union, without
from trail import Chain, Trail


def covered(file: DigestFile) -> Span | None:
    """13.1"""
    if file.interval is None or not file.is_starting or not reads("starting-digest-covers-nothing-before-its-end"):
        return file.interval
    minutes = [line.name.time for line in file.lines if line.name and reads("starting-digest-covers-from-its-first-log")]
    start = min(minutes, default=file.end)
    start = max(start, file.start) if reads("starting-digest-covers-nothing-before-its-start") else start
    return (start, file.end) if start < file.end else None


class Coverage:
    """What the chains of a case cover."""

    def __init__(self, request: Request, trail: Trail, findings: Findings) -> None:
        self.request, self.trail, self.findings, self.is_complete = request, trail, findings, False
        for file in trail.files:
            file.covers = covered(file)
        for chain in trail.chains:
            self.measure(chain)

    def measure(self, chain: Chain) -> None:
        """13.2 to 13.5"""
        signed = [file for file in chain.files if file.is_signed and file.covers]
        chain.proved = union(file.covers for file in signed)
        listing = union(file.covers for file in signed if file.said["logFiles"])
        chain.silent = without(union(file.covers for file in signed if not file.said["logFiles"]), listing)
        owes = chain.is_of_case and (not chain.name.backfill or not reads("backfill-covers-nothing"))
        periods = [question.period or self.extent(chain) for question in chain.questions] if owes else []
        chain.gaps = without(union(span for span in periods if span), chain.proved)
        self.is_complete |= owes and not chain.gaps and any(question.period for question in chain.questions)

    def extent(self, chain: Chain) -> Span | None:
        """13.3"""
        unsigned = reads("unsigned-digest-widens-the-extent")
        spans = [file.covers for file in chain.files if file.is_signed or file.is_of_case_by_name and unsigned]
        if not reads("extent-is-of-readable-digests"):
            spans += [(name.time - HOUR, name.time) for name in self.trail.unreadable if name.chain == chain.name.chain]
        spans = [span for span in spans if span]
        return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None

    def judge(self) -> None:
        for chain in self.trail.chains:
            for gap in chain.gaps:
                told = self.told_of_gap(chain, gap)
                self.findings.add("coverage.gap", "chain", chain.id, chain=chain.id, span=gap, reasons=told)
        self.judge_combinations()
        if not self.request.states_period:
            self.findings.add("coverage.period_unstated", "case", "(case)")

    def told_of_gap(self, chain: Chain, gap: Span) -> list[dict]:
        """15.51"""
        signed = [file for file in chain.files if file.is_signed]
        before = max((file.covers[1] for file in signed if file.covers and file.covers[1] <= gap[0]), default=None)
        after = min((file.covers[0] for file in signed if file.covers and file.covers[0] >= gap[1]), default=None)
        times = {name: time_text(time) for name, time in (("end", before), ("begin", after)) if time is not None}
        names = {("end", "begin"): "gap.between", ("end",): "gap.after", ("begin",): "gap.before", (): "gap.none_signed"}
        told: list[dict] = [{"is": names[tuple(times)]} | times]
        unsigned = [file for file in chain.files if not file.is_signed]
        behind = sum(file.end <= gap[0] for file in unsigned) if reads("what-ended-before-a-gap-is-not-inside") else 0
        inside = sum(file.start < gap[1] for file in unsigned) - behind
        told += [{"is": "gap.unsigned_inside", "count": inside}] if inside > 0 else []
        starting = [file for file in signed if file.is_starting and file.interval and meet(file.interval, gap)]
        if starting:
            latest = max(starting, key=lambda file: (file.end, -file.order))
            at = {"at": time_text(latest.end)}
            begins = {"is": "gap.begins_here"} if before is None else {"is": "gap.begins_again", "home_region": latest.name.home}
            return [*told, begins | at]
        first = next((file for file in signed if file.covers and file.covers[0] == after), None)
        previous = first.previous if first else None
        known = previous and previous.name and any(file.name == previous.name for file in chain.files)
        if previous and not known:
            told.append({"is": "gap.older_existed", "object": printable(previous.object)})
        return told

    def judge_combinations(self) -> None:
        """13.6, 15.52, 15.53"""
        absent, owners = {}, {}
        for question in self.request.questions:
            lists = [stated or (None,) for stated in (question.accounts, question.regions, question.trails)]
            combines = question.states_names if reads("dimension-not-asked-drops-no-other") else all(map(any, lists))
            for wanted in product(*lists) if combines else ():
                chains = [chain for chain in self.trail.chains if self.answers(chain, *wanted)]
                if not chains:
                    absent[wanted] = True
                elif wanted[2] and ARN.fullmatch(wanted[2]):
                    owners.setdefault(wanted[2], []).extend(chain.name.account for chain in chains)
        for wanted in absent:
            count = sum(self.is_unread_of(name, *wanted) for name in self.trail.unreadable)
            if count and not reads("unreadable-is-absent"):
                continue
            told = [{"is": "unread_there", "count": count}] if count else []
            self.findings.add("coverage.absent", "asked", "/".join(part or "*" for part in wanted), reasons=told)
        for trail, accounts in owners.items():
            own = ARN.fullmatch(trail)[2]
            if own not in accounts or not reads("owner-is-stated-by-one-chain") and {*accounts} != {own}:
                self.findings.add("coverage.owner_unstated", "trail", trail, expected=own)

    def answers(self, chain: Chain, account: str | None, region: str | None, trail: str | None) -> bool:
        name = chain.name
        named = account in (None, name.account) and region in (None, name.region)
        normal = not name.backfill or not reads("backfill-answers-nothing-that-is-asked")
        return normal and chain.is_of_case and named and (trail is None or fits(trail, name, chain.place))

    def is_unread_of(self, name: DigestName, account: str | None, region: str | None, trail: str | None) -> bool:
        named = account in (None, name.account) and region in (None, name.region)
        return not name.backfill and named and (trail is None or trail_name(trail) == name.trail)


def days(chain: Chain) -> list[dict]:
    """13.7, 18.12"""
    numbers = set()
    for file in chain.files:
        first = file.interval[0] if file.interval else file.end
        numbers |= {first // DAY, (file.end - 1) // DAY}
    return [day_row(chain, number * DAY) for number in sorted(numbers)]


def day_row(chain: Chain, day: int) -> dict:
    span = [(day, day + DAY)]
    begins = [file for file in chain.files if day <= file.start < day + DAY]
    hours = "".join(hour_mark(chain, begins, hour) for hour in range(day, day + DAY, HOUR))
    numbers = {"proved_seconds": seconds(common(chain.proved, span)), "silent_seconds": seconds(common(chain.silent, span))}
    numbers["failed_digests"] = sum(file.is_invalid for file in begins)
    numbers["unproved_digests"] = sum(not file.is_invalid and not file.is_signed for file in begins)
    return {"day": time_text(day)[:10], "hours": hours, **numbers}


def hour_mark(chain: Chain, begins: list[DigestFile], hour: int) -> str:
    """13.7"""
    span = [(hour, hour + HOUR)]
    proved, silent = (seconds(common(spans, span)) for spans in (chain.proved, chain.silent))
    own = [file for file in begins if hour <= file.start < hour + HOUR]
    marks = [("o", silent == HOUR), ("+", proved == HOUR), ("!", any(file.is_invalid for file in own))]
    marks += [("?", any(not file.is_signed for file in own)), ("~", proved)]
    if not reads("an-hour-with-an-invalid-digest-is-marked-before-one-that-is-proved-in-part"):
        marks = [*marks[:2], marks[4], *marks[2:4]]
    return next((mark for mark, fits in marks if fits), ".")
