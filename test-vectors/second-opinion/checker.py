"""Judges a handed-over CloudTrail archive, and says what is found; chapter 15 of docs/specification.md, code by code."""

from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

from archives import LIMITS, Entry, Evidence
from coverage import Coverage
from documents import DigestFile, SignFile, Statement
from findings import VECTORS, Findings
from keys import ENCLOSED, Keyring
from lake import Lake
from layout import Layout
from logs import Logs
from names import object_text
from request import Request
from switches import reads
from texts import Span, printable, time_text
from trail import Chain, Trail, claims, owes, read_files


@cache
def content_of(path: str) -> bytes:
    return (VECTORS / path).read_bytes()


def evidence_of(vector: dict) -> Evidence:
    """All entries, in their order (4.30)."""
    evidence = Evidence(LIMITS | (vector["limits"] or {}))
    for archive in vector["archives"]:
        evidence.admit(content_of(archive))
    for entry in evidence.entries:
        entry.examine(evidence.limits)
    evidence.entries.sort(key=lambda entry: entry.order)
    for number, entry in enumerate(evidence.entries):
        entry.number = number
    return evidence


class Case:
    """A vector, judged."""

    def __init__(self, vector: dict) -> None:
        self.request, self.evidence = Request(vector["scope"]), evidence_of(vector)
        self.entries, limits = self.evidence.entries, self.evidence.limits
        for entry in self.entries:
            entry.asked = self.request.asks_name(entry.digest_name or entry.log_name)
        self.findings = Findings(self.request.policy, limits["path_bytes"])
        self.layout = Layout(self.request, self.entries)
        readable = read_files(self.evidence)
        self.layout.read_buckets(readable)
        self.trail = Trail(self.request, self.evidence, self.layout, self.findings, readable)
        self.sign_files = [SignFile(entry, limits["json_depth"]) for entry in self.entries if entry.row == "2"]
        self.keyring = self.read_keys(vector, {file.fingerprint for file in readable})
        self.trail.judge(self.keyring)
        self.logs = Logs(self.request, self.evidence, self.layout, self.findings, self.trail)
        self.logs.assign()
        self.logs.find_scopes()
        self.coverage = Coverage(self.request, self.trail, self.findings)
        self.lake = Lake(self.request, self.evidence, self.keyring, self.findings, self.sign_files)
        self.judge()

    def read_keys(self, vector: dict, named: set[str]) -> Keyring:
        by_lists = {file.fingerprint for file in self.sign_files if file.is_readable}
        keyring = Keyring(named | by_lists, named, self.findings)
        for path in vector["keys"]:
            keyring.read_own(Path(path).name.encode(), content_of(path), self.evidence.limits["json_depth"])
        keyring.read_enclosed(self.evidence)
        keyring.judge(None if vector["pins"] is None else {pin.lower() for pin in vector["pins"]})
        return keyring

    def judge(self) -> None:
        self.logs.judge()
        Notes(self).judge()
        for file in self.trail.chainless:
            self.judge_chainless(file)
        for file in self.trail.files:
            DigestJudge(self, file).judge()
        for chain in self.trail.chains:
            ChainJudge(self, chain).judge()
        self.judge_circles()
        used = {file.fingerprint for file in self.trail.files} | {file.fingerprint for file in self.sign_files if file.is_readable}
        for key in self.keyring.used:
            if key.fingerprint not in used:
                self.findings.add("key.unused", "key", key.sha256, found=key.fingerprint)
        self.coverage.judge()
        self.lake.judge()
        self.listed = self.findings.listed()

    def judge_chainless(self, file: DigestFile) -> None:
        """15.16 (a)"""
        first, *others = file.entries
        told = [{"is": "no_digest_key"}]
        self.findings.add("digest.identity_mismatch", "object", file.object, file.in_scope, entry=first.path, reasons=told)
        for entry in others:
            told = [{"is": "same_bytes"}]
            self.findings.add("archive.entry.duplicate", "object", file.object, file.in_scope, "informs", entry=entry.path, reasons=told)

    def judge_circles(self) -> None:
        """11.21, 15.20"""
        met: dict[int, DigestFile] = {}
        for start in self.trail.files:
            file = start
            while file and file.is_signed and file.order not in met:
                met[file.order] = start
                other = file.link
                if other and other.is_signed and met.get(other.order) is start:
                    where = {"chain": file.chain.id, "span": (file.start, file.end), "position": file.position}
                    self.findings.add("chain.cycle", "object", file.object, file.in_scope, found=printable(other.object), **where)
                file = other


class Notes:
    """What is said of entries and archives as such (4.29, 6.13)."""

    def __init__(self, case: Case) -> None:
        self.case, self.request, self.findings, self.entries = case, case.request, case.findings, case.entries
        self.at_path = defaultdict(list)
        for entry in self.entries:
            self.at_path[entry.path].append(entry)

    def judge(self) -> None:
        for about, path, code, why in self.case.evidence.told:
            self.findings.add(code, about, path, reasons=[why])
        for entry in self.entries:
            self.judge_entry(entry)
        there = any(entry.row == "4" or entry.longer_digest() for entry in self.entries)
        if not there:
            self.findings.add("archive.empty", "case", "(case)")
        read = [entry for entry in self.entries if not entry.refused]
        strays = [entry for entry in read if entry.row == "10" and reads("stray-json-is-told-as-ignored")]
        self.ignored = Counter(entry.counted for entry in read if entry.counted)
        for word, count in (self.ignored | ({"json": len(strays)} if strays else {})).items():
            self.findings.add("archive.ignored", "ignored", word, count=count)
        self.case.ignored = sum(self.ignored.values())

    def judge_entry(self, entry: Entry) -> None:
        about, within = "archive" if entry.row == "9" else "entry", self.in_scope(entry)
        for why in entry.remarks:
            remarked = True if reads("a-remark-is-in-scope-whatever-was-asked") else within
            self.findings.add("archive.entry.unreadable", about, entry.path, remarked, reasons=[why])
        for code, why in entry.notes:
            self.findings.add(code, about, entry.path, within, reasons=[why])
        for code in entry.codes:
            self.judge_container(entry, code, within)
        if entry.row in ("6", "11") and entry.named_by is None and not entry.refused:
            told = [entry.longer.how()] if entry.longer else []
            self.findings.add("archive.entry.unrecognised", "entry", entry.path, within, reasons=told)
        if entry.malformed:
            self.findings.add("digest.malformed", "entry", entry.path, within, reasons=entry.malformed)

    def judge_container(self, entry: Entry, code: str, within: bool) -> None:
        """5.6, 15.12"""
        harms, served = code in ("container.trailing_data", "container.truncated"), entry.serves or entry.copies
        if (entry.longer or entry.row == "10") and not (harms and served):
            return
        if harms and entry.row == "5" and not served and not reads("container-of-an-unlisted-log-is-judged"):
            return
        name = entry.digest_name or entry.log_name
        together = name and not harms and reads("headers-of-one-region-are-told-as-one")
        where = {"position": 0, "reasons": [{"is": "of_place", "account": name.account, "region": name.region}]} if together else {}
        self.findings.add(code, "entry", entry.path, within, **where)

    def in_scope(self, entry: Entry) -> bool:
        """6.13"""
        unread = entry.row in ("4", "5")
        if entry.row in ("3", "7", "9") or entry.refused and not unread or self.path_in_scope(entry.path):
            return True
        if entry.row in ("2", "2a"):
            return self.case.lake.asked(entry)
        if entry.row == "4":
            return entry.digest.in_scope if entry.digest and entry.digest.name else entry.asked
        if entry.row == "5" or entry.serves or entry.copies:
            return self.case.logs.is_entry_in_scope(entry)
        return entry.row not in ("6", "11") or self.request.may_ask(entry)

    def path_in_scope(self, path: bytes) -> bool:
        """6.10"""
        for entry in self.at_path[path]:
            if entry.digest and entry.digest.in_scope or self.case.logs.is_entry_in_scope(entry):
                return True
        return False


class DigestJudge:
    """What is said of a digest file with a chain."""

    def __init__(self, case: Case, file: DigestFile) -> None:
        self.case, self.file, self.request, self.trail, self.layout = case, file, case.request, case.trail, case.layout
        self.first = file.entries[0].path
        self.quoted = [(own, source) for own, source in file.sources
                       if self.trail.may_be_quoted(file, source, claims)]

    def tell(self, code: str, within: bool | None = None, effect: str | None = None, of: DigestFile | None = None, **facts: object) -> None:
        """Of a digest file (14.5)."""
        file = of or self.file
        where = {"chain": file.chain.id, "span": (file.start, file.end), "position": file.position}
        within = file.in_scope if within is None else within
        self.case.findings.add(code, "object", file.object, within, effect, **where | facts)

    def judge(self) -> None:
        file = self.file
        for entry in file.entries[1:]:
            self.tell("archive.entry.duplicate", effect="informs", entry=entry.path, reasons=[{"is": "same_bytes"}])
        unread = self.trail.unreadable.get(file.name)
        if unread and not reads("unreadable-claims-no-object"):
            self.tell("archive.entry.duplicate", entry=unread.path)
        if not file.is_invalid or not reads("invalid-is-not-asked-for-its-place"):
            self.judge_form()
            self.judge_identity()
            self.judge_places()
        if file.is_signed or not reads("unsigned-link-is-not-judged"):
            self.judge_link()
        self.judge_restart()
        self.judge_quotes()
        self.judge_signature()
        self.judge_algorithm()
        self.judge_key()

    def judge_form(self) -> None:
        """15.14"""
        if self.file.oddities:
            effect = None if self.file.loses else "informs"
            self.tell("digest.irregular", effect=effect, entry=self.first, reasons=self.file.told_oddities())

    def judge_identity(self) -> None:
        """15.16"""
        file, code = self.file, "digest.identity_mismatch"
        normal = not file.name.backfill or not reads("backfill-end-is-not-in-its-name")
        if file.account != file.name.account and reads("account-inside-is-compared-with-the-key"):
            self.tell(code, entry=self.first, found=file.account, reasons=[{"is": "other_account"}])
        elif normal and file.end != file.name.time:
            self.tell(code, entry=self.first, found=time_text(file.end), reasons=[{"is": "other_end"}])
        for entry in file.entries:
            if entry.digest_name != file.name:
                self.tell(code, entry=entry.path, reasons=[{"is": "other_file_name"}])

    def judge_places(self) -> None:
        """15.17"""
        file = self.file
        named = [entry for entry in file.entries if entry.digest_name == file.name or not reads("relocated-is-said-under-the-own-name")]
        moved = [entry for entry in named if not self.lies_at_object(entry)]
        if len(moved) == len(named) or reads("each-entry-is-asked-for-its-place"):
            for entry in moved:
                self.tell("digest.relocated", entry=entry.path)

    def lies_at_object(self, entry: Entry) -> bool:
        where = entry.folders, self.file.bucket, self.file.key
        told = self.file.key not in self.layout.in_two_buckets or self.layout.names_bucket(*where)
        return self.layout.lies_at(*where) and told

    # Links

    def either(self, other_in_scope: bool) -> bool:
        """11.17"""
        return (any if reads("either-end-of-a-link-is-enough") else all)([self.file.in_scope, other_in_scope])

    def judge_link(self) -> None:
        file, previous, other = self.file, self.file.previous, self.file.link
        if file.is_foreign:
            within = file.in_scope or previous.name is not None and self.request.asks_digest(previous.name)
            self.tell("chain.link.foreign", within, found=printable(previous.object))
        elif other:
            self.judge_linked(other)
        elif previous:
            self.judge_unlinked()

    def judge_linked(self, other: DigestFile) -> None:
        """15.22, 15.24, 15.25, 15.28"""
        file, previous, within = self.file, self.file.previous, self.either(other.in_scope)
        unknown = previous.hash is None and reads("unknown-hash-differs-from-nothing")
        if previous.hash != other.sha256 and not unknown:
            facts = {"entry": other.entries[0].path, "expected": previous.hash or "", "found": other.sha256}
            self.tell("chain.link.hash_mismatch", within, **facts)
        end = other.end if reads("link-is-held-against-the-stated-end") else other.name.time
        if owes(file.name) and file.interval and file.start > end:
            self.tell("chain.link.time_gap", within, span=(end, file.start))
        elif owes(file.name) and file.interval and file.start < end:
            self.tell("chain.link.time_overlap", within, span=(file.start, end))
        if other.place != file.place:
            self.tell("chain.moved", within, expected=other.place.text(), found=file.place.text())

    def judge_unlinked(self) -> None:
        """11.12, 15.21, 15.22"""
        previous = self.file.previous
        unread = self.trail.unreadable.get(previous.name)
        if unread is None:
            self.judge_missing()
        elif unread.row == "4" and unread.content == "whole" and previous.hash is not None and unread.sha256 != previous.hash:
            within = self.either(self.request.asks_digest(previous.name))
            self.tell("chain.link.hash_mismatch", within, entry=unread.path, expected=previous.hash, found=unread.sha256)

    def judge_missing(self) -> None:
        """11.12, 11.19, 15.21"""
        file, previous, chain = self.file, self.file.previous, self.file.chain
        before = self.trail.newest_older(chain, previous.name.time)
        if before is None and reads("missing-digest-is-older-than-all-or-passes-over-signed-ones"):
            earlier = (other.name.time for other in chain.files if other.is_signed and other.name.time < file.name.time)
            before = max(earlier, default=None)
        if before is None:
            return
        firm = [other.name.time for other in chain.files if other.is_authenticated and other.name.time < previous.name.time]
        hole = max(firm if reads("hole-begins-at-the-newest-authenticated") else [], default=before), file.start
        within = self.request.asks_chain(file.name, chain.place, hole) if hole[0] < hole[1] else file.in_scope
        facts: dict = {"span": (before, file.start)} if before < file.start else {}
        if may_lie_in := self.case.logs.may_lie_in:
            facts |= {"effect": "limits", "reasons": [{"is": "may_lie_in", "path": may_lie_in}]}
        self.tell("chain.digest_missing", within, expected=printable(previous.object), **facts)

    def judge_restart(self) -> None:
        """15.29"""
        file = self.file
        if file.is_signed and not file.previous and owes(file.name) and not file.loses:
            older = self.trail.newest_older(file.chain, file.name.time)
            if older is not None:
                self.tell("chain.restart", reasons=[{"is": "older_ends", "at": time_text(older)}])

    # Signatures

    def judge_quotes(self) -> None:
        """15.23"""
        file = self.file
        stated = next((own for own, source in file.sources if isinstance(source, Statement)), None)
        reference = file.verified or stated
        if reference is None and self.quoted and not reads("quotes-alone-contradict-nobody"):
            reference = self.quoted[0][0]
        for own, source in self.quoted if reference else []:
            if own.identity == reference.identity:
                continue
            facts = {"expected": reference.shown(), "found": own.shown()}
            if isinstance(source, Statement):
                self.tell("chain.link.signature_mismatch", reasons=[{"is": "metadata_other"}], **facts)
            elif source.is_signed or reads("unsigned-quote-can-contradict"):
                within = self.either(source.in_scope)
                self.tell("chain.link.signature_mismatch", within, of=source, reasons=[{"is": "quotes_other"}], **facts)

    def judge_signature(self) -> None:
        """15.30 to 15.32"""
        file, key = self.file, self.file.key_used
        if file.is_invalid and self.quoted:
            signatures = [own.bytes for own, _ in self.quoted if own.bytes is not None]
            length = key.bytes if key and reads("a-signature-is-as-long-as-its-modulus") else None
            fitting = [own for own in signatures if length in (None, len(own))]
            first = self.quoted[0][0]
            code = "digest.signature.invalid" if fitting else "digest.signature.malformed"
            self.tell(code, entry=self.first, found=first.shown(), reasons=[first.told()])
        lacks = not file.is_signed and not file.is_invalid and file.is_supported
        if lacks and not self.quoted and self.other_algorithm() is None:
            self.tell("digest.signature.missing")

    def other_algorithm(self) -> str | None:
        algorithms = (statement.algorithm for statement in self.file.statements)
        return next((algorithm for algorithm in algorithms if algorithm not in (None, "SHA256withRSA")), None)

    def judge_algorithm(self) -> None:
        """15.33"""
        unsupported = [*self.file.unsupported, self.other_algorithm()]
        named = unsupported[0] if reads("the-own-algorithm-is-told-first") else unsupported[-1] or unsupported[0]
        if named is not None:
            self.tell("digest.algorithm.unsupported", found=named)

    def judge_key(self) -> None:
        """15.34 to 15.37"""
        file = self.file
        if file.is_supported and self.case.keyring.get(file.fingerprint) is None:
            informs = file.is_signed and reads("unknown-key-informs-where-hash-links-sign")
            told = {"effect": "informs", "reasons": [{"is": "by_hash_link"}]} if informs else {}
            self.tell("digest.key.unknown", found=file.fingerprint, **told)
        if file.by_signature:
            self.judge_validity()
        if file.is_signed and file.level == ENCLOSED:
            self.tell("key.enclosed", found=file.fingerprint)

    def judge_validity(self) -> None:
        file, key = self.file, self.file.key_used
        if not key.fits(file.name.region):
            self.tell("digest.key.other_region", expected=file.name.region, found=" ".join(key.regions))
        made = file.end
        if file.name.backfill and reads("backfill-is-held-against-its-generation"):
            made = next((statement.generated for statement in file.statements if statement.generated is not None), None)
        if made is not None and not key.is_valid_at(made):
            windows = " ".join(f"{time_text(start)}/{time_text(end)}" for start, end in key.windows)
            self.tell("digest.key.outside_validity", expected=windows)


class ChainJudge:
    """What is said of the digest files of a chain together."""

    def __init__(self, case: Case, chain: Chain) -> None:
        self.case, self.chain = case, chain

    def tell(self, file: DigestFile, code: str, within: bool, effect: str | None = None, **facts: object) -> None:
        where = {"chain": self.chain.id, "span": (file.start, file.end), "position": file.position}
        self.case.findings.add(code, "object", file.object, within, effect, **where | facts)

    def judge(self) -> None:
        by_object, by_time, by_link = defaultdict(list), defaultdict(list), defaultdict(list)
        for file in self.chain.files:
            by_object[file.bucket, file.key].append(file)
            if self.is_party(file):
                by_time[file.name.time if reads("one-hour-is-one-time-in-the-name") else file.end].append(file)
                if file.previous:
                    named = file.link or file.previous
                    by_link[named.bucket, named.key].append(file)
        for files in by_object.values():
            self.judge_contents(files)
        for files in by_time.values():
            self.judge_duplicates(files)
        for named, files in by_link.items():
            self.judge_fork(named, files)
        if owes(self.chain.name):
            self.judge_overlaps()

    def is_party(self, file: DigestFile) -> bool:
        return claims(file) and not (file.is_invalid and reads("invalid-is-no-party"))

    def judge_contents(self, files: list[DigestFile]) -> None:
        """15.5 (b)"""
        signed = [file for file in files if file.is_signed]
        best = next(iter(signed or [file for file in files if file.is_claimed] or files))
        for file in files:
            told = {"entry": file.entries[0].path, "expected": best.sha256, "found": file.sha256}
            if file is not best and file.is_copy:
                self.tell(file, "archive.entry.duplicate", file.in_scope, "limits", reasons=[{"is": "beside_signed"}], **told)
            elif file is not best:
                within = file.is_claimed and (file.in_scope or best.in_scope)
                self.tell(file, "archive.entry.duplicate", within, "refutes", reasons=[{"is": "two_contents"}], **told)

    def judge_duplicates(self, files: list[DigestFile]) -> None:
        """15.18"""
        first_of = {}
        for file in files:
            first_of.setdefault((file.bucket, file.key), file)
        first, *others = first_of.values()
        effect = "limits" if (all if reads("duplicate-limits-if-all-are-signed") else any)(file.is_signed for file in files) else None
        within = any(file.in_scope for file in files)
        for file in others:
            self.tell(file, "digest.duplicate", within, effect, found=printable(first.object))

    def judge_fork(self, named: tuple[bytes, bytes], files: list[DigestFile]) -> None:
        """15.19"""
        first, link, before = files[0], files[0].link, files[0].name.time
        limits = all(file.is_signed for file in files) and (link is None or link.is_signed)
        facts = {"expected": printable(object_text(*named)), "found": printable(first.object)}
        for file in files[1:]:
            if file.name.time != before or not reads("fork-has-different-ends"):
                before = file.name.time
                self.tell(file, "chain.fork", any(each.in_scope for each in files), "limits" if limits else None, **facts)

    def find_runs(self) -> None:
        """11.13"""
        for file in self.chain.files:
            other = file.link
            file.run = other.run if other and other.chain is self.chain and other.order < file.order else file.order

    def judge_overlaps(self) -> None:
        """11.20, 15.26"""
        self.find_runs()
        files = [file for file in self.chain.files if file.is_signed or not reads("overlap-is-of-signed-ones")]
        files = [file for file in files if not file.is_starting or not reads("starting-digest-overlaps-nothing")]
        before: list[DigestFile] = []
        for file in sorted(files, key=lambda file: (file.start, file.end, file.order)):
            other = next((other for other in self.kept(before) if self.is_other(file, other)), None)
            if other:
                self.judge_overlap(file, other)
            before.append(file)

    def kept(self, before: list[DigestFile]) -> list[DigestFile]:
        """The one that reaches farthest, of equal ends the later, and the one that does so of another run than that."""
        later_first = sorted(reversed(before), key=lambda file: file.end, reverse=True)
        return later_first[:1] + [file for file in later_first if file.run != later_first[0].run][:1]

    def is_other(self, file: DigestFile, other: DigestFile) -> bool:
        by_run = other.run != file.run or not reads("overlap-is-of-different-runs")
        return by_run and (other.name.time != file.name.time or not reads("overlap-is-of-different-ends"))

    def judge_overlap(self, file: DigestFile, other: DigestFile) -> None:
        if not file.interval or not other.interval or file.start >= other.end:
            return
        span: Span = file.start, min(file.end, other.end)
        within = self.case.request.asks_chain(file.name, self.chain.place, span)
        if not reads("overlap-is-placed-by-the-time-covered-twice"):
            within = file.in_scope or other.in_scope
        self.tell(file, "chain.overlap", within, found=printable(other.object), span=span)
