"""The outcomes, the evidence root and the canonical report: chapters 16 to 18 of docs/specification.md."""

from collections import defaultdict
from collections.abc import Iterable

from archives import Entry
from checker import Case
from coverage import days
from documents import DigestFile
from findings import AXES
from keys import ENCLOSED, LEVELS, TRUSTED, is_fingerprint
from logs import STATES, Log
from names import is_region
from switches import reads
from texts import HOUR, Span, common, digest_time, period, printable, seconds, sha256, time_text, union, within_years
from trail import Chain

MOST_PARTS, MOST_KEYS, MOST_CHAIN_BYTES = 30_000, 1_000, 4_000_000


# The evidence root (17)


def escaped(data: bytes) -> bytes:
    return b"".join(bytes([byte]) if 0x21 <= byte <= 0x7E and byte != 0x25 else b"%%%02X" % byte for byte in data)


def state_of(entry: Entry) -> bytes:
    """17.3"""
    if entry.content == "unread":
        return b"unread"
    if entry.content == "damaged":
        return b"damaged" + (b" " + entry.sha256.encode() if reads("root-has-the-hash-of-what-is-damaged") else b"")
    own = entry.sha256 if reads("root-has-the-hash-of-inflated-bytes") else sha256(entry.stored)
    return b"whole " + own.encode()


def line_of(entry: Entry) -> tuple[tuple[str, str], bytes]:
    """17.1, 17.2, 17.5"""
    name = escaped(entry.name.removesuffix(b".gz")) + (b".gz" if reads("root-names-end-in-gz") else b"")
    if entry.log_name:
        words, named = [b"log", name], entry.log_name
    elif entry.digest:
        words = [b"digest", escaped(entry.digest.bucket), escaped(entry.digest.key)]
        named = entry.digest.name if reads("root-part-by-the-own-name") else entry.digest_name
    else:
        words, named = [b"digest-file", name], entry.digest_name
    part = (named.account, named.region) if named else ("-", "-")
    return part, b" ".join([*words, state_of(entry)]) + b"\n"


def evidence_parts(entries: Iterable[Entry]) -> list[dict]:
    """17.5, 17.6"""
    parts = defaultdict(set)
    for entry in entries:
        if entry.row in ("4", "5") and (entry.content != "unread" or reads("root-holds-what-is-unread")):
            part, line = line_of(entry)
            parts[part].add(line)
    return [{"account": account, "region": region, "sha256": sha256(b"".join(sorted(parts[account, region])))}
            for account, region in sorted(parts)]


def evidence_root(entries: Iterable[Entry]) -> str:
    """17.7"""
    lines = (f"{part['account']} {part['region']} {part['sha256']}\n" for part in evidence_parts(entries))
    return sha256("".join(lines).encode())


# The outcomes (16)


def outcomes(case: Case) -> tuple[str, dict[str, str]]:
    files = [file for file in case.trail.files if file.in_scope and file.is_signed]
    proved = any(log.in_scope and log.state == "proved" for log in case.logs.logs)
    confirmed = {"integrity": bool(files) or proved, "authenticity": any(file.is_authenticated for file in files)}
    confirmed |= {"continuity": bool(files), "coverage": case.coverage.is_complete}
    axes = {}
    for axis in AXES:
        effects = {finding.effect for finding in case.listed if finding.axis == axis}
        unasked = axis == "coverage" and not case.request.states_period
        best = "not_assessed" if unasked else "passed" if confirmed[axis] else "indeterminate"
        axes[axis] = "failed" if "refutes" in effects else "indeterminate" if "limits" in effects else best
    overall = next((outcome for outcome in ("failed", "indeterminate", "passed") if outcome in axes.values()), "indeterminate")
    return overall, axes


# The report (18)


def digest_counts(files: Iterable[DigestFile]) -> dict[str, int]:
    """18.7"""
    files = [*files]
    proved, failed = sum(file.is_signed for file in files), sum(file.is_invalid for file in files)
    authenticated = sum(file.is_authenticated for file in files)
    return {"proved": proved, "authenticated": authenticated, "unproved": len(files) - proved - failed, "failed": failed}


def log_counts(logs: Iterable[Log], unreferenced: int) -> dict[str, int]:
    """18.8"""
    logs = [*logs]
    proved = [log for log in logs if log.state == "proved"]
    counts = {state: sum(log.state == state for log in logs) for state in STATES}
    authenticated, size = sum(log.belief == 0 for log in proved), sum(len(log.entry.data) for log in proved)
    if not reads("proved-bytes-are-those-inflated"):
        size = sum(len(log.entry.stored) for log in proved)
    return counts | {"authenticated": authenticated, "proved_bytes": size, "unreferenced": unreferenced}


def present(**fields: object) -> dict:
    """What is absent is not written (18.3)."""
    return {name: value for name, value in fields.items() if value is not None or not reads("what-is-absent-is-not-written")}


class Report:
    """What chapter 18 makes of a judged case."""

    def __init__(self, case: Case) -> None:
        self.case, self.room = case, MOST_CHAIN_BYTES
        self.unreferenced = [entry for entry in case.logs.unreferenced if entry.asked]
        self.extents: list[Span] = []
        self.left_out = dict.fromkeys(("chains", "keys", "missing_keys", "evidence_parts"), 0)

    def told(self) -> dict:
        """18.3"""
        overall, axes = outcomes(self.case)
        parts = evidence_parts(self.case.entries)
        chains = [told for told in map(self.chain, self.case.trail.chains) if told]
        told = {"schema": "trailseal-report/2", "overall": overall, "axes": axes, "asked": self.case.request.told()}
        told |= {"evidence_root": evidence_root(self.case.entries), "evidence_parts": self.first(parts, "evidence_parts", MOST_PARTS)}
        told |= {"counts": self.counts(), "chains": chains, "keys": self.keys(), "missing_keys": self.missing_keys()}
        extent = (min(start for start, _ in self.extents), max(end for _, end in self.extents)) if self.extents else None
        left_out = self.left_out if any(self.left_out.values()) else None
        told |= present(proved_extent=period(extent) if extent else None, lake=self.case.lake.sets or None, left_out=left_out)
        return told | {"findings": [finding.told() for finding in self.case.listed]}

    def first(self, items: list, name: str, most: int) -> list:
        self.left_out[name] = max(0, len(items) - most)
        return items[:most]

    def counts(self) -> dict:
        """18.6 to 18.9"""
        case = self.case
        logs = [log for log in case.logs.logs if log.in_scope]
        unread = [entry for entry in case.entries if entry.row == "4" and not entry.digest]
        digests = digest_counts(file for file in case.trail.files if file.in_scope)
        digests["failed"] += sum(file.in_scope for file in case.trail.chainless)
        for entry in unread:
            digests["unproved" if entry.content == "unread" and reads("what-is-unread-is-unproved") else "failed"] += entry.asked
        outside = sum(not file.in_scope for file in [*case.trail.files, *case.trail.chainless]) + sum(not entry.asked for entry in unread)
        there_alone = reads("what-is-outside-and-not-there-is-not-counted")
        outside_logs = sum(not log.in_scope and (log.entry is not None or not there_alone) for log in case.logs.logs)
        outside_logs += len(case.logs.unreferenced) - len(self.unreferenced)
        told = {"digests": digests, "logs": log_counts(logs, len(self.unreferenced)), "entries": self.entries(), "ignored": case.ignored}
        told |= {"chains": sum(chain.in_scope for chain in case.trail.chains), "outside": {"digests": outside, "logs": outside_logs}}
        for name, effect in (("refuting", "refutes"), ("limiting", "limits"), ("informing", "informs")):
            findings = [finding for finding in case.listed if finding.effect == effect]
            told[name] = sum(finding.count for finding in findings) if reads("findings-of-a-run-count-each") else len(findings)
        return told

    def entries(self) -> int:
        """18.6"""
        inside = [path for about, path, _, _ in self.case.evidence.told if about == "archive" and path != b"(archive)"]
        return len(self.case.entries) + (len(inside) if reads("what-is-told-of-an-archive-inside-counts-as-an-entry") else 0)

    def chain(self, chain: Chain) -> dict | None:
        """18.10 to 18.13"""
        name, files = chain.name, [file for file in chain.files if file.in_scope]
        asked = union(file.interval for file in files if file.interval)
        proved, silent = common(chain.proved, asked), common(chain.silent, asked)
        if not reads("proved-time-is-cut-to-what-was-asked"):
            proved = chain.proved
        if proved and not name.backfill:
            self.extents.append((proved[0][0], proved[-1][1]))
        told = {"id": chain.id, "account": name.account, "region": name.region, "trail": name.trail, "home_region": name.home}
        told |= {"kind": "backfill" if name.backfill else "normal", "in_scope": chain.in_scope}
        told |= {"proved_seconds": seconds(proved), "silent_seconds": seconds(silent), "gaps": [*map(period, chain.gaps)]}
        told |= present(proved_from=time_text(proved[0][0]) if proved else None, proved_to=time_text(proved[-1][1]) if proved else None)
        told |= {"places": [*dict.fromkeys(file.place.text() for file in chain.files)], "digests": digest_counts(files)}
        told |= {"logs": self.chain_logs(chain), "days": days(chain)}
        told["keys"] = sorted({file.key_used.sha256 for file in chain.files if file.by_signature})
        signed = sorted((file for file in files if file.is_signed), key=lambda file: (file.end, file.bucket, file.key, file.sha256))
        return told | self.edges(signed) if signed or self.has_room(told) else None

    def chain_logs(self, chain: Chain) -> dict[str, int]:
        place = chain.name.account, chain.name.region
        unreferenced = sum((entry.log_name.account, entry.log_name.region) == place for entry in self.unreferenced)
        return log_counts((log for log in self.case.logs.logs if log.in_scope and log.digest.chain is chain), unreferenced)

    def edges(self, signed: list[DigestFile]) -> dict:
        """18.10"""
        if not signed:
            return present(predecessor=None, first=None, last=None)
        first, last = signed[0], signed[-1]
        if not reads("the-first-signed-digest-names-what-came-before"):
            first = next((file for file in signed if file.previous), first)
        previous = first.previous
        named = present(object=printable(previous.object), sha256=previous.hash) if previous else None
        begin, end = ({"object": printable(file.object), "sha256": file.sha256} for file in (signed[0], last))
        return present(predecessor=named, first=begin, last=end)

    def has_room(self, told: dict) -> bool:
        """18.13"""
        need = 900 + 160 * len(told["days"]) + 64 * len(told["gaps"])
        if need > self.room:
            self.left_out["chains"] += 1
            return False
        self.room -= need
        return True

    def keys(self) -> list[dict]:
        """18.14"""
        told, idle = [], 0
        for key in self.case.keyring.used:
            idle += key.level == ENCLOSED and not key.signed
            if idle > MOST_KEYS and key.level == ENCLOSED and not key.signed:
                self.left_out["keys"] += 1
                continue
            facts = {"sha256": key.sha256, "fingerprint": key.fingerprint, "bits": key.modulus.bit_length(), "level": LEVELS[key.level]}
            told.append(facts | {"regions": key.regions, "validity": [*map(period, key.windows)], "digests": key.signed})
        return told

    def missing_keys(self) -> list[dict]:
        """18.15"""
        spans = defaultdict(list)
        for file in self.case.trail.files:
            if file.in_scope and not file.is_authenticated and not file.is_invalid:
                start = file.interval[0] if file.interval else within_years(file.end - HOUR)
                spans[file.name.region, file.fingerprint].append((start, max(file.end, start + 1)))
        for file in self.case.sign_files:
            time = digest_time(file.time)
            asked = file.is_readable and self.case.lake.asked(file.entry)
            if asked and time is not None and file.region and is_region(file.region.encode()):
                spans[file.region, file.fingerprint].append((time, within_years(time + HOUR)))
        rows = []
        for (region, fingerprint), own in sorted(spans.items()):
            key = self.case.keyring.get(fingerprint)
            if is_fingerprint(fingerprint) and not (key and key.level >= TRUSTED):
                span = min(start for start, _ in own), max(end for _, end in own)
                rows.append({"region": region, "fingerprint": fingerprint, "period": period(span)})
        return self.first(rows, "missing_keys", MOST_KEYS)
