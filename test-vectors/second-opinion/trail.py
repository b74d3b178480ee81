"""Digest files, their metadata, signatures, links and chains: what chapters 6, 8, 10 and 11 of docs/specification.md say of them."""

from collections import defaultdict
from collections.abc import Callable

from archives import Entry, Evidence
from documents import DigestFile, Metadata, Previous, Statement
from findings import Findings
from keys import ENCLOSED, TRUSTED, Key, Keyring
from layout import Layout
from names import DigestName, Place, agree, digest_name, last_name, plain_name
from request import Request
from switches import reads
from texts import HOUR, Unreadable, meet

MOST_STATEMENTS, MOST_SUCCESSORS, MOST_TRIED = 8, 4, 4


class Chain:
    """A name-chain at a place (11.4)."""

    def __init__(self, name: DigestName, place: Place, files: list[DigestFile]) -> None:
        self.name, self.place, self.files = name, place, files
        kind = "/backfill" if name.backfill else ""
        at = f" {place.text()}" if place.is_known else ""
        self.id = f"{name.account}/{name.region}/{name.trail}@{name.home}{kind}{at}"
        for position, file in enumerate(files):
            file.chain, file.position = self, position


def read_files(evidence: Evidence) -> list[DigestFile]:
    """The digest files that can be read, each once however many entries hold it (2.11); what is malformed is noted of its entry."""
    files: dict[tuple, DigestFile] = {}
    for entry in evidence.entries:
        if entry.row != "4" or entry.content != "whole":
            continue
        try:
            file = DigestFile(entry.data, evidence.limits["json_depth"])
        except Unreadable as error:
            entry.malformed = error.reasons
            continue
        alone = () if reads("equal-digests-are-one") else (id(entry),)
        entry.digest = files.setdefault((file.bucket, file.key, file.sha256, *alone), file)
        entry.digest.entries.append(entry)
    return [*files.values()]


def claims(file: DigestFile) -> bool:
    """6.7"""
    return file.is_claimed or not reads("unsigned-and-not-asked-is-no-party")


def owes(name: DigestName) -> bool:
    """Backfill digests owe nothing to the time between them (11.5, 11.18, 11.20)."""
    return not name.backfill or not reads("backfill-owes-nothing")


def successor_rank(file: DigestFile, other: DigestFile) -> tuple:
    """10.3"""
    by_time = other.name.time, other.order
    return (not other.is_named, other.name.time <= file.name.time, *by_time) if reads("asked-successors-are-asked-first") else by_time


class Trail:
    """The digest files of a case."""

    def __init__(self, request: Request, evidence: Evidence, layout: Layout, findings: Findings, readable: list[DigestFile]) -> None:
        self.request, self.entries, self.layout, self.findings = request, evidence.entries, layout, findings
        self.depth = evidence.limits["json_depth"]
        # Sorted without the place of the chain (10.3).
        named = [file for file in readable if file.name]
        self.files = sorted(named, key=lambda file: (file.name, file.bucket, file.key, file.sha256))
        self.chainless = sorted((file for file in readable if not file.name), key=lambda file: (file.bucket, file.key, file.sha256))
        self.by_name, self.by_object = defaultdict(list), defaultdict(list)
        for order, file in enumerate(self.files):
            file.order = order
            file.is_named = request.states_nothing or any(request.asks_digest(entry.digest_name) for entry in file.entries)
            self.by_name[file.name].append(file)
            self.by_object[file.bucket, file.key].append(file)
        self.unreadable = self.find_unreadable()

    def judge(self, keyring: Keyring) -> None:
        """10.9 states the order."""
        self.find_links()
        self.find_statements()
        self.find_sources(keyring)
        for file in self.files:
            self.try_signatures(file)
        self.cut_links()
        self.find_invalid()
        self.follow_hashes()
        for file in self.files:
            file.is_signed = file.level is not None
            file.is_authenticated = file.is_signed and file.level >= TRUSTED
            file.is_claimed = file.is_signed or file.is_named
            file.belief = 0 if file.is_authenticated else 1 if file.is_signed else 2
        self.chains = self.find_chains()
        self.files = [file for chain in self.chains for file in chain.files]
        for order, file in enumerate(self.files):
            file.order = order
        self.find_scopes()

    def find_unreadable(self) -> dict[DigestName, Entry]:
        """11.7"""
        own, longer = {}, {}
        for entry in self.entries:
            if entry.row == "4" and entry.digest is None:
                own[entry.digest_name] = entry
            elif not entry.refused and (name := entry.longer_digest()) and reads("digest-whose-name-goes-on-is-there"):
                longer.setdefault(name, entry)
        return longer | own

    # Metadata

    def find_statements(self) -> None:
        """8.7, 8.8"""
        by_name = self.read_metadata()
        readable, taken = [*self.files, *self.chainless], set()
        for file in readable:
            names = sorted({plain_name(entry.name) for entry in file.entries} | {plain_name(last_name(file.key))})
            statements = [statement for name in names for statement in by_name.get(name, [])]
            file.candidates = sorted(statements, key=lambda statement: statement.order)
            beside = [each for each in file.candidates if any(self.is_beside(each, entry) for entry in file.entries)]
            of_key = [each for each in file.candidates if each.path in (file.key, file.bucket + b"/" + file.key)]
            file.statements = beside or of_key if reads("metadata-beside-before-that-of-the-key") else of_key or beside
            taken |= {id(statement) for statement in file.statements}
        for file in readable:
            if not file.statements:
                excluded = taken if reads("metadata-of-another-digest-is-not-its-own") else set()
                free = [statement for statement in file.candidates if id(statement) not in excluded]
                file.statements = [each for each in free if any(self.is_near(each, entry) for entry in file.entries)]
                file.statements = file.statements or [each for each in free if self.is_of_object(each, file)]

    def read_metadata(self) -> dict[bytes, list[Statement]]:
        statements: dict[bytes, dict] = defaultdict(dict)
        for entry in self.entries:
            if entry.row != "3" or entry.refused:
                continue
            metadata = Metadata(entry, self.depth)
            if metadata.problems:
                self.findings.add("metadata.malformed", "entry", entry.path, reasons=metadata.told())
            for statement in metadata.statements:
                if digest_name(statement.name):
                    statements[plain_name(statement.name)][statement.order] = statement
        return {name: [own[order] for order in sorted(own)][:MOST_STATEMENTS] for name, own in statements.items()}

    def is_beside(self, statement: Statement, entry: Entry) -> bool:
        return plain_name(entry.name) == plain_name(statement.name) and entry.folders == statement.folders

    def is_near(self, statement: Statement, entry: Entry) -> bool:
        return plain_name(entry.name) == plain_name(statement.name) and agree(statement.folders, entry.folders)

    def is_of_object(self, statement: Statement, file: DigestFile) -> bool:
        named = plain_name(statement.name) == plain_name(last_name(file.key))
        return named and self.layout.lies_at(statement.folders, file.bucket, file.key)

    # Links

    def find_links(self) -> None:
        """11.6, 11.8"""
        for file in self.files:
            file.link, file.is_foreign, file.is_by_name, file.is_cut, file.successors = None, False, False, False, []
            previous = file.previous
            if not previous:
                continue
            file.is_foreign = previous.name is None or previous.name.chain != file.name.chain
            if not file.is_foreign or previous.name and not reads("link-into-another-chain-lends-nothing"):
                self.find_link(file, previous)
        for file in self.files:
            for content in self.by_object[file.link.bucket, file.link.key] if file.link else []:
                content.successors.append(file)

    def find_link(self, file: DigestFile, previous: Previous) -> None:
        alike = self.by_name.get(previous.name, [])
        named = [other for other in alike if (other.bucket, other.key) == (previous.bucket, previous.key)]
        hashed = [other for other in alike if previous.hash is not None and other.sha256 == previous.hash]
        both = [other for other in named if other in hashed]
        file.link = next(iter(both or hashed or named or alike), None)
        file.is_by_name = not (named or hashed)

    def cut_links(self) -> None:
        """11.8, 11.9"""
        for file in self.files:
            other, previous = file.link, file.previous
            if other and file.is_by_name and previous.place != other.place and reads("predecessor-stated-elsewhere-is-none"):
                alike = [each for each in self.files if each.name.chain == other.name.chain and each.place == other.place]
                file.is_cut = any(each.by_signature for each in alike)
                file.link = None if file.is_cut else other
        for file in self.files:
            verified = file.verified.identity if file.verified else None
            file.sources = [(own, source) for own, source in file.sources
                            if isinstance(source, Statement) or not source.is_cut or own.identity == verified]

    # Signatures

    def find_sources(self, keyring: Keyring) -> None:
        """10.3"""
        for file in self.files:
            file.successors = sorted(file.successors, key=lambda other: successor_rank(file, other))[:MOST_SUCCESSORS]
            tries_all = not reads("signature-of-another-algorithm-is-not-tried")
            file.is_tried = file.is_supported or tries_all
            file.key_used = keyring.get(file.fingerprint) if file.is_tried else None
            stated = [each for each in file.statements if each.signature and (tries_all or each.algorithm in (None, "SHA256withRSA"))]
            file.sources = [(each.signature, each) for each in stated] + [(each.previous.signature, each) for each in file.successors]

    def try_signatures(self, file: DigestFile) -> None:
        """10.4, 10.5"""
        file.verified, file.level, file.by_signature = None, None, False
        key: Key | None = file.key_used
        tried = {own.bytes: own for own, _ in file.sources if key and own.bytes is not None and len(own.bytes) == key.bytes}
        for own in [*tried.values()][:MOST_TRIED]:
            if key.verifies(own.bytes, file.signed_text):
                file.verified, file.level, file.by_signature = own, key.level, True
                key.signed += 1
                return

    def is_copy(self, file: DigestFile, is_signed: Callable[[DigestFile], bool]) -> bool:
        """10.10"""
        paths = {entry.path for entry in file.entries}
        others = [other for other in self.by_object[file.bucket, file.key] if other is not file and is_signed(other)]
        apart = any(paths.isdisjoint(entry.path for entry in other.entries) for other in others)
        return not is_signed(file) and apart and reads("unsigned-content-elsewhere-is-a-copy")

    def may_be_quoted(self, file: DigestFile, source: Statement | DigestFile, is_claimed: Callable[[DigestFile], bool]) -> bool:
        """10.7"""
        if isinstance(source, Statement):
            return True
        if source.is_invalid or is_claimed(source):
            return not source.is_invalid
        later = source.name.time - file.name.time
        near = later <= 2 * HOUR or not reads("next-is-two-hours-later-at-most")
        own = plain_name(last_name(source.key))
        named = any(plain_name(entry.name) == own for entry in source.entries) or not reads("next-bears-its-own-name")
        return later > 0 and near and named and reads("quote-of-the-next-counts")

    def find_invalid(self) -> None:
        """10.8"""
        for file in sorted(self.files, key=lambda file: (file.name.time, file.order), reverse=True):
            if file.by_signature or not file.is_tried:
                continue
            if self.is_copy(file, lambda other: other.by_signature) and reads("copy-is-not-invalid"):
                continue
            claimed = lambda other: other.by_signature or other.is_named
            quoted = [own for own, source in file.sources if self.may_be_quoted(file, source, claimed)]
            none = not any(own.bytes is not None for own in quoted) and reads("malformed-signature-is-told-without-a-key")
            file.is_invalid = bool(quoted) and (file.key_used is not None or none)

    def follow_hashes(self) -> None:
        """10.6"""
        open_files = [file for file in self.files if file.by_signature and reads("hash-link-signs")]
        for file in self.files:
            file.by_hash = False
        while open_files:
            file = open_files.pop()
            other = file.link
            if other is None or file.previous.hash is None or file.previous.hash != other.sha256:
                continue
            if other.is_invalid and reads("invalid-stays-invalid-under-a-hash-link"):
                continue
            level = file.level if reads("hash-link-authenticates") else ENCLOSED
            if other.level is None or other.level < level:
                other.by_hash, other.is_invalid = other.by_hash or other.level is None, False
                other.level = level
                open_files.append(other)

    # Chains

    def find_chains(self) -> list[Chain]:
        """In the order of 11.1, by the places of 11.14."""
        by_chain, chains = defaultdict(list), []
        for file in self.files:
            by_chain[file.name.chain].append(file)
        for files in by_chain.values():
            places = Sites(files).oldest()
            groups = defaultdict(list)
            for file in files:
                groups[places[file.place]].append(file)
            # They are sorted already, but for the place.
            chains += [Chain(files[0].name, place, groups[place]) for place in sorted(groups, key=lambda place: place.order)]
        return chains

    def find_scopes(self) -> None:
        for file in self.files:
            file.is_copy = self.is_copy(file, lambda other: other.is_signed)
            file.in_scope = self.is_asked(file) if file.is_claimed or not reads("unsigned-digest-is-placed-by-its-files-name") else False
        for file in self.chainless:
            file.in_scope = any(entry.asked for entry in file.entries)
        for chain in self.chains:
            chain.questions = [question for question in self.request.questions if question.has_chain(chain.name, chain.place)]
            for file in chain.files:
                file.is_of_case_by_name = any(self.request.asks_chain(entry.digest_name, None) for entry in file.entries)
            chain.is_of_case = any(file.is_signed or file.is_of_case_by_name for file in chain.files)
            chain.in_scope = chain.is_of_case and bool(chain.questions)

    def is_asked(self, file: DigestFile) -> bool:
        """6.8"""
        for question in self.request.questions:
            if question.has_chain(file.name, file.place):
                start, end = question.period or (0, 0)
                meets = meet(question.period, file.interval) if question.period and file.interval else start < file.end < end
                if question.period is None or meets:
                    return True
        if not reads("contradicted-names-are-asked-too"):
            return False
        departs = not file.name.backfill and (file.end != file.name.time or file.interval is None)
        others = {entry.digest_name for entry in file.entries} - {file.name}
        return departs and self.request.asks_digest(file.name) or any(map(self.request.asks_digest, others))

    def newest_older(self, chain: Chain, time: int) -> int | None:
        """11.11"""
        asked_alone = reads("older-ones-are-signed-or-asked")
        older = [file.name.time for file in chain.files if file.is_signed or file.in_scope or not asked_alone]
        place = [folder for folder in chain.place.folders if folder not in (b"", b".")]
        for name, entry in self.unreadable.items():
            if name.chain == chain.name.chain and (self.request.asks_digest(name) or not asked_alone):
                elsewhere = not agree(entry.folders[:-6], place) and reads("unreadable-may-have-lain-elsewhere")
                older += [] if elsewhere else [name.time]
        return max((end for end in older if end < time), default=None)


class Sites:
    """The places of a name-chain, and which of them are one chain (11.14)."""

    def __init__(self, files: list[DigestFile]) -> None:
        self.age: dict[Place, tuple[bool, int]] = {}
        moves = {}
        for file in files:
            self.see(file.place, file, file.name.time)
            previous = file.previous
            stated = previous and previous.name and previous.name.chain == file.name.chain and previous.place.is_known
            if stated and previous.place != file.place:
                self.see(previous.place, file, previous.name.time)
                moves[not file.is_authenticated, file.place.order, previous.place.order] = file.place, previous.place
        self.groups = {place: {place} for place in self.age}
        for (is_lesser, *_), ends in sorted(moves.items()):
            self.join(is_lesser, *ends)

    def see(self, place: Place, file: DigestFile, time: int) -> None:
        age = not file.is_authenticated, time
        self.age[place] = min(age, self.age.get(place, age))

    def oldest_of(self, group: set[Place]) -> Place:
        return min(group, key=lambda place: (self.age[place], place.order))

    def join(self, is_lesser: bool, one: Place, other: Place) -> None:
        groups = self.groups[one], self.groups[other]
        firm = all(not self.age[self.oldest_of(group)][0] for group in groups)
        if not (is_lesser and firm and reads("only-authenticated-joins-authenticated-places")):
            for place in groups[0] | groups[1]:
                self.groups[place] = groups[0] | groups[1]

    def oldest(self) -> dict[Place, Place]:
        return {place: self.oldest_of(group) for place, group in self.groups.items()}
