"""Log files: which entry serves which listed one, and what is said of it; chapter 12 of docs/specification.md, and 15 as far as it goes."""

from collections import defaultdict

from archives import Entry, Evidence
from documents import DigestFile, Listed
from findings import Findings
from layout import Layout
from names import HASHED, KINDS, last_name, object_text, parts_of, plain_name, row_of, stem_of
from request import Request
from switches import reads
from texts import HOUR, printable, time_text
from trail import Trail

MOST_LOOKED_AT, MOST_NAMED = 16, 4
STATES = "proved failed missing unproved".split()


class Log:
    """A listed log file (12.1, 12.2)."""

    def __init__(self, bucket: bytes, key: bytes, lines: list[Listed]) -> None:
        self.bucket, self.key, self.name = bucket, key, last_name(key)
        self.plain, self.object = plain_name(self.name), object_text(bucket, key)
        self.lines = sorted(lines, key=lambda line: line.digest.belief)
        self.best, self.belief = self.lines[0], self.lines[0].digest.belief
        self.signed_lines = [line for line in self.lines if line.digest.is_signed]
        self.counting = self.signed_lines or self.lines
        right = self.counting if reads("best-lists-alone-say-what-is-right") else self.lines
        self.hashes = sorted({line.hash for line in right if line.hash is not None})
        self.entry: Entry | None = None
        self.copies: list[Entry] = []
        self.torn: set[bytes] = set()
        self.is_shared = self.in_scope = self.is_asked_by_line = self.is_asked_by_entry = False
        self.state = "unproved"

    @property
    def order(self) -> tuple:
        return self.key, self.bucket

    @property
    def digest(self) -> DigestFile:
        """The digest file of the best line."""
        return self.best.digest

    def where(self) -> dict:
        """14.5"""
        digest = self.digest
        return {"chain": digest.chain.id, "span": (digest.start, digest.end), "position": digest.position}


def content_of(entry: Entry) -> tuple:
    return ("unread",) if entry.content == "unread" else (entry.content, entry.sha256)


class Logs:
    """The log files of a case."""

    def __init__(self, request: Request, evidence: Evidence, layout: Layout, findings: Findings, trail: Trail) -> None:
        self.request, self.layout, self.findings, self.trail, self.entries = request, layout, findings, trail, evidence.entries
        self.may_lie_in = printable(min(evidence.unopened)) if evidence.unopened else None
        listed = defaultdict(list)
        for file in trail.files:
            for line in file.lines:
                listed[line.bucket, line.key].append(line)
        self.logs = sorted((Log(*own, lines) for own, lines in listed.items()), key=lambda log: log.order)
        by_key = defaultdict(list)
        for log in self.logs:
            by_key[log.key].append(log)
        for log in self.logs:
            log.is_shared = any(other is not log and other.belief <= log.belief for other in by_key[log.key])  # 12.3
        pool = [entry for entry in self.entries if entry.row in HASHED and not (entry.refused and entry.row in ("6", "10", "11"))]
        pool = [entry for entry in pool if not (entry.malformed and entry.row == "4") or reads("malformed-digest-may-be-a-log")]
        self.by_name, self.by_hash, self.longer = defaultdict(list), defaultdict(list), defaultdict(list)
        for entry in pool:
            self.by_name[plain_name(entry.name)].append(entry)
            self.by_hash[entry.hash].append(entry)
            if entry.longer:
                self.longer[entry.longer.stem].append(entry)

    # Which entry serves which log file

    def assign(self) -> None:
        """12.5"""
        for belief in (0, 1, 2) if reads("better-lists-choose-first") else (2, 1, 0):
            logs = [log for log in self.logs if log.belief == belief]
            for way in range(4):
                for log in logs:
                    if not log.entry:
                        self.take(log, [entry for entry in self.looked_at(log) if self.ways(log, entry)[way]])
            self.take_copies(logs)
            for log in logs:
                if not log.entry:
                    found = (entry for own in log.hashes for entry in self.by_hash[own] if entry.is_free)
                    self.take(log, [entry for _, entry in zip(range(MOST_LOOKED_AT), found)])

    def looked_at(self, log: Log) -> list[Entry]:
        """12.6"""
        free = (entry for entry in self.by_name[log.plain] if entry.is_free)
        return [entry for _, entry in zip(range(MOST_LOOKED_AT), free)]

    def ways(self, log: Log, entry: Entry) -> list[bool]:
        """12.5"""
        right, lies = entry.hash in log.hashes, self.lies_in_place(log, entry)
        first = right and lies and reads("right-bytes-in-place-come-first")
        if not reads("place-comes-before-right-bytes-elsewhere"):
            first = first or right
        return [first, lies, right, entry.row == "5"]

    def lies_in_place(self, log: Log, entry: Entry) -> bool:
        """12.4"""
        where = entry.folders, log.bucket, log.key
        told = not log.is_shared or self.layout.names_bucket(*where)
        return plain_name(entry.name) == log.plain and self.layout.lies_at(*where) and told

    def take(self, log: Log, entries: list[Entry]) -> None:
        if entries:
            best = min(entries, key=lambda entry: (not self.layout.names_bucket(entry.folders, log.bucket, log.key), entry.number))
            log.entry = best
            best.serves = log

    def take_copies(self, logs: list[Log]) -> None:
        """12.7, 12.9"""
        torn: dict[bytes, set[bytes]] = defaultdict(set)
        for is_second in (False, True):
            turns: dict[bytes, int] = defaultdict(int)
            for log in logs:
                free = [entry for entry in self.by_name[log.plain] if entry.is_free]
                if log.entry and free and turns[log.plain] < MOST_LOOKED_AT:
                    turns[log.plain] += 1
                    free = [entry for entry in free if entry.row == "5"]
                    torn[log.plain] |= self.torn_at(log, free)
                    for entry in free:
                        if self.is_copy(log, entry, is_second):
                            entry.copies = log
                            log.copies.append(entry)
                log.torn = {*torn[log.plain]}

    def torn_at(self, log: Log, free: list[Entry]) -> set[bytes]:
        contents = defaultdict(set)
        for entry in [log.entry, *free]:
            contents[entry.path].add(content_of(entry))
        return {path for path, different in contents.items() if len(different) > 1}

    def is_copy(self, log: Log, entry: Entry, is_second: bool) -> bool:
        if is_second:
            return self.lies_in_place(log, entry)
        same = content_of(entry) == content_of(log.entry) and entry.content != "unread"
        return same and reads("equal-copies-go-with-their-log")

    # Scope

    def is_line_asked(self, line: Listed) -> bool:
        """6.11"""
        chain, name = line.digest.chain, line.name
        if not line.digest.in_scope:
            return False
        asking = [question for question in self.request.questions if question.has_chain(chain.name, chain.place)]
        return any(name is None or not question.excludes(name.time, line.newest, line.oldest) for question in asking)

    def find_scopes(self) -> None:
        """12.12, 12.13"""
        best = min((file.belief for file in self.trail.files if file.in_scope), default=9)
        for log in self.logs:
            log.in_scope = log.is_asked_by_line = any(map(self.is_line_asked, log.counting))
            asked = not log.in_scope and best < log.belief and log.entry is not None and log.entry.row == "5" and log.entry.asked
            if asked and reads("lesser-list-out-of-scope-excuses-nothing"):
                log.in_scope = log.is_asked_by_entry = True

    def is_entry_in_scope(self, entry: Entry) -> bool:
        """Of a log file's entry (6.13)."""
        log = entry.serves or entry.copies
        return log is not None and log.in_scope or entry.row == "5" and entry.asked

    # What is said

    def judge(self) -> None:
        for log in self.logs:
            if log.signed_lines or not reads("unsigned-list-misses-nothing"):
                self.judge_log(log)
            if not log.signed_lines:
                self.judge_unsigned(log)
            elif log.is_asked_by_entry:
                self.tell(log, "log.unproved", reasons=[{"is": "listed_outside"}])
            self.judge_copies(log)
            for line in log.signed_lines:
                self.judge_foreign(log, line)
            self.judge_lines(log)
        self.judge_unreferenced()

    def tell(self, log: Log, code: str, effect: str | None = None, about: Entry | None = None, within: bool | None = None, **facts) -> None:
        """About its entry (12.14), or of the listed log file (14.5)."""
        within = log.in_scope if within is None else within
        by_entry = about is not None and not within and about.row == "5" and about.asked
        by_entry = by_entry and reads("entry-whose-name-is-asked-stays-in-scope")
        where = {} if by_entry else log.where()
        self.findings.add(code, "object", log.object, within or by_entry, effect, **where, **facts)

    def judge_unsigned(self, log: Log) -> None:
        """15.50 (a)"""
        differs = log.entry is not None and log.entry.content == "whole" and log.entry.sha256 not in log.hashes
        told = "absent_too" if log.entry is None else "differs_from_unsigned" if differs else None
        log.state = "unproved"
        self.tell(log, "log.unproved", reasons=[{"is": told}] if told else [])

    def judge_log(self, log: Log) -> None:
        """12.10"""
        entry = log.entry
        if entry is None:
            self.judge_absent(log)
        elif entry.content == "damaged":
            log.state = "failed"
        elif entry.content == "whole" and log.hashes:
            self.judge_content(log, entry)

    def judge_content(self, log: Log, entry: Entry) -> None:
        if any(own != entry.sha256 for own in log.hashes) and (entry.sha256 not in log.hashes or reads("two-listed-hashes-are-a-mismatch")):
            log.state = "failed"
            hashes = {"expected": " ".join(log.hashes), "found": entry.sha256}
            self.tell(log, "log.hash_mismatch", about=entry, entry=entry.path, **hashes, reasons=self.delivered_outside(log))
            return
        is_sound = "container.truncated" not in entry.codes and "container.trailing_data" not in entry.codes
        log.state = "proved" if is_sound else "failed"
        if not is_sound and reads("damaged-log-is-not-asked-for-its-place"):
            return
        others = [] if reads("one-log-in-its-place-is-enough") else log.copies
        moved = [each for each in [entry, *others] if not self.lies_in_place(log, each)]
        if moved:
            about = entry if plain_name(entry.name) != log.plain else None
            self.tell(log, "log.relocated", about=about, entry=moved[0].path, reasons=self.delivered_outside(log))

    def delivered_outside(self, log: Log) -> list[dict]:
        """15.43"""
        line, name = log.best, log.best.name
        if log.in_scope or not line.digest.in_scope or name is None or None in (line.newest, line.oldest):
            return []
        return [{"is": "delivered_outside", "at": time_text(name.time), "oldest": time_text(line.oldest), "newest": time_text(line.newest)}]

    def judge_absent(self, log: Log) -> None:
        """12.10 (c) to (e)"""
        stem = stem_of(log.name)
        readable = reads("copy-whose-content-is-known-is-not-the-log")
        longer = self.longer[stem] if stem is not None else []
        longer = [entry for entry in longer if not (entry.longer.keeps_content and entry.content == "whole" and readable)]
        if longer:
            named = longer[-1 if reads("the-last-of-longer-names-is-told") else 0]
            named.named_by = log if log.in_scope else named.named_by
            self.tell(log, "archive.entry.unrecognised", entry=named.path, reasons=[named.longer.how()])
        elif row_of([], (parts_of(log.name) or [b""])[-1]) in HASHED or not reads("listed-without-json-is-not-looked-for"):
            log.state = "unproved" if self.may_lie_in else "missing"
            told = [{"is": "listed_by", "object": printable(log.digest.object)}, *self.delivered_outside(log)]
            told += [{"is": "may_lie_in", "path": self.may_lie_in}] if self.may_lie_in else []
            unknown = "" if reads("hashes-that-are-unknown-are-an-empty-text") else None
            expected = " ".join(log.hashes) if log.hashes else unknown
            self.tell(log, "log.missing", "limits" if self.may_lie_in else None, expected=expected, reasons=told)

    def judge_copies(self, log: Log) -> None:
        """15.5 (c)"""
        for entry in log.copies:
            if entry.content == "unread":
                continue
            same = content_of(entry) == content_of(log.entry)
            beside = log.signed_lines and log.entry.hash in log.hashes or not reads("two-contents-of-which-none-is-signed-refute")
            beside = beside and (entry.path not in log.torn and reads("other-content-under-another-path-limits"))
            told = ("informs", "same_bytes") if same else ("limits", "beside_signed") if beside else ("refutes", "two_contents")
            facts = {"entry": entry.path, "found": log.entry.path, "reasons": [{"is": told[1]}]}
            self.tell(log, "archive.entry.duplicate", told[0], None if same else entry, within=log.is_asked_by_line, **facts)

    def judge_foreign(self, log: Log, line: Listed) -> None:
        """15.46"""
        digest, name = line.digest, line.name
        own_place = name and (name.account, name.region) == (digest.name.account, digest.name.region)
        if own_place:
            return
        within = digest.in_scope if reads("foreign-is-placed-by-its-own-list") else any(each.digest.in_scope for each in log.lines)
        told = [{"is": "foreign_place" if name else "foreign_name"}]
        where = {"chain": digest.chain.id, "span": (digest.start, digest.end), "position": digest.position}
        self.findings.add("log.foreign", "object", log.object, within, reasons=told, **where)

    def judge_lines(self, log: Log) -> None:
        """15.47"""
        lines = log.signed_lines
        if len(lines) < 2:
            return
        contradict = len({line.hash for line in lines if line.hash}) > 1
        told = [{"is": "other_hashes" if contradict else "one_hash"}]
        told += [{"is": "listed_by", "object": printable(line.digest.object)} for line in lines[:MOST_NAMED]]
        told += [{"is": "names_more", "count": len(lines) - MOST_NAMED}] if len(lines) > MOST_NAMED else []
        self.tell(log, "log.doubly_listed", None if contradict and reads("two-listed-hashes-contradict") else "informs", reasons=told)

    def judge_unreferenced(self) -> None:
        """15.48, 15.49"""
        by_kind = reads("unreferenced-ones-are-sorted-by-kind")
        place = lambda entry: (entry.log_name.account, entry.log_name.region, KINDS.index(entry.log_name.kind) if by_kind else 0)
        own = [entry for entry in self.entries if entry.row == "5" and entry.serves is None and entry.copies is None]
        self.unreferenced = sorted(own, key=lambda entry: (*place(entry), entry.log_name.time, entry.path, entry.number))
        position, before = 0, None
        for entry in self.unreferenced:
            name = entry.log_name
            near = before is not None and name.time - before <= HOUR or not reads("an-hour-ends-a-run-of-unreferenced-ones")
            position, before = position + (1 if near else 2), name.time
            code = "log.unreferenced" if name.kind == "CloudTrail" else "log.unreferenced.undocumented_kind"
            told = [{"is": "of_place", "account": name.account, "region": name.region}, {"is": self.whereabouts(entry)}]
            where = {"span": (name.time, name.time), "position": position}
            self.findings.add(code, "entry", entry.path, entry.asked, reasons=told, **where)

    def whereabouts(self, entry: Entry) -> str:
        name = entry.log_name
        place = name.account, name.region
        signed = [file for file in self.trail.files if file.is_signed and (file.name.account, file.name.region) == place]
        if not signed:
            unread = {(digest.account, digest.region) for digest in self.trail.unreadable}
            return "unreferenced.unread_digests" if place in unread else "unreferenced.none_signed"
        ends = max(file.end for file in signed)
        starts = min(file.start for file in signed)
        return "unreferenced.newer" if name.time >= ends else "unreferenced.older" if name.time < starts else "unreferenced.within"
