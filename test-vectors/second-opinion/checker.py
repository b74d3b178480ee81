"""A second verifier of CloudTrail archives, small and slow, written from docs/ and from nothing else.

It is there to contradict the first: where both read the documents differently, the documents are unclear. What it does not
judge raises `Beyond`, with the reason.
"""

import base64
import csv
import hashlib
import io
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from evidence import REGION, Beyond, Digest, Key, Malformed, instant, key_time, parse_digest_name, parse_log_name, plain, read_der, read_json, read_zip

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "findings.md"
LEVELS = ("enclosed", "trusted", "pinned")
SLACK = 2 * 3600
GENERATED = "backfill-generation-timestamp"


@cache
def catalogue():
    """Code to axis and usual effect, as docs/findings.md states them."""
    codes, axis = {}, None
    for line in DOCUMENT.read_text().splitlines():
        if heading := re.match(r"\*\*(\w+)\*\* \(", line):
            axis = heading[1].lower()
        if row := re.match(r"\| \[`([a-z_.]+)`\]\(.*?\) \| (\w+) \|", line):
            codes[row[1]] = (axis, row[2])
    return codes


class Case:
    """All archives of one vector, with what is asked; `result` is its answer."""

    def __init__(self, archives, key_files, pins, scope):
        self.found, self.confirmed = [], set()
        self.policy = scope.get("policy", {})
        self.renamed = [[side.removeprefix("s3://").strip("/") for side in rule.split("=")] for rule in scope.get("relocated", [])]
        self.ask(scope)
        entries = [entry for name, data in archives for entry in read_zip(data, name, self.say)]
        self.classify(entries)
        self.read_keys(key_files, pins)
        self.read_metadata()
        self.link()
        self.judge_signatures()
        self.judge_places()
        self.judge_chains()
        self.judge_logs()
        self.judge_coverage()

    # What was asked.

    def ask(self, scope):
        def question(block, accounts):
            def get(name):
                return block.get(name) or scope.get(name)

            period = tuple(map(instant, (get("from"), get("to")))) if get("from") else None
            return accounts, get("regions") or [], get("trails") or [], period

        blocks = scope.get("expect", [])
        self.questions = [question(block, [block["account"]]) for block in blocks]
        if scope.get("accounts") or not blocks:
            self.questions.append(question({}, scope.get("accounts") or []))

    def asks(self, account, region, trail, start, end):
        """Whether somebody asked for this stretch; a log's name tells no trail."""
        for accounts, regions, trails, period in self.questions:
            fits = account in (accounts or [account]) and region in (regions or [region]) and trail in (trails or [trail], [None])[trail is None]
            if fits and (period is None or start < period[1] and period[0] < end):
                return True
        return False

    def asks_digest(self, digest):
        if not digest.about:
            return self.asks(*digest.chain[:3], digest.start, digest.end)
        places = [(digest.chain, digest.start, digest.end)] + [digest.named] * (not digest.is_itself)
        return any(self.asks(*chain[:3], start, end) for chain, start, end in places)

    def say(self, code, in_scope=True, effect=None):
        axis, usual = catalogue()[code]
        effect = effect or usual
        if effect != "refutes":
            effect = self.policy.get(code, effect)
        self.found.append((code, axis, effect if in_scope else "informs"))

    # What there is.

    def classify(self, entries):
        self.digests, self.logs, self.others, self.key_lists, self.sheets = [], [], [], [], []
        ignored = False
        for entry in entries:
            digest, log = parse_digest_name(entry.name), parse_log_name(entry.name)
            is_key_list = re.fullmatch(r"public-keys(-.*)?\.json", entry.name) or entry.folders[-1:] == ["public-keys"] and entry.name.endswith(".json")
            if "__MACOSX" in entry.folders or entry.name.startswith("._"):
                ignored = True
            elif digest:
                self.digests.append(Digest(entry, digest[0], digest[1], digest[1] - 3600))
            elif log:
                self.logs.append(entry)
            elif entry.name.endswith(".head.json") or re.fullmatch(r"object-metadata.*\.(json|jsonl|csv)", entry.name):
                self.sheets.append(entry)
            elif is_key_list:
                self.key_lists.append(entry)
            else:
                self.others.append(entry)
                if "_cloudtrail" in entry.name.lower() and re.search(r"\.json(\.gz)?$", entry.name):
                    self.say("archive.entry.unrecognised")
                else:
                    ignored = True
        if ignored:
            self.say("archive.ignored")
        if not self.digests:
            self.say("archive.empty")
        evidence = defaultdict(list)
        for entry in [digest.entry for digest in self.digests] + self.logs:
            evidence[entry.container].append(entry)
        for group in evidence.values():
            shared = 0
            while len({tuple(entry.folders[: shared + 1]) for entry in group}) == 1 and len(group[0].folders) > shared:
                shared += 1
            for entry in group:
                entry.wrapper = shared
        for digest in self.digests:
            for code in digest.entry.about:
                self.say(code, self.asks_digest(digest))
        self.read = [digest for digest in self.digests if digest.about]
        objects = defaultdict(list)
        for digest in self.read:
            objects[digest.object].append(digest)
        for group in objects.values():
            if len(group) > 1:
                is_same = len({digest.entry.sha for digest in group}) == 1
                self.say("archive.entry.duplicate", any(map(self.asks_digest, group)), "informs" if is_same else "refutes")
        self.read = list({(digest.object, digest.entry.sha): digest for digest in reversed(self.read)}.values())

    def read_keys(self, key_files, pins):
        needed = {digest.about["digestPublicKeyFingerprint"].lower() for digest in self.read}
        keys, refused = {}, False
        for name, data, is_own in key_files + [(entry.name, entry.raw, False) for entry in self.key_lists]:
            try:
                document = read_json(data)
                listed = document.get("PublicKeyList") or document["publicKeyList"]
            except (Malformed, AttributeError, KeyError) as error:
                if is_own:
                    raise Beyond("a key file of the verifier that cannot be read") from error
                self.say("metadata.malformed")
                continue
            region = re.fullmatch(rf"(?:public-keys-)?({REGION})\.json", name)
            for item in listed:
                try:
                    der = base64.b64decode(item["Value"], validate=True)
                    n, e = read_der(der)
                    window = key_time(item["ValidityStartTime"]), key_time(item["ValidityEndTime"])
                except (Malformed, KeyError, ValueError):
                    self.say("key.malformed")
                    continue
                fingerprint, sha = hashlib.md5(der).hexdigest(), hashlib.sha256(der).hexdigest()
                stated = item.get("Fingerprint", fingerprint).lower()
                if stated != fingerprint:
                    self.say("key.fingerprint_mismatch", effect="refutes" if not is_own and stated in needed else "informs")
                elif not (2048 <= n.bit_length() <= 8192 and n % 2 and e % 2 and 65537 <= e < 2**33):
                    self.say("key.weak")
                else:
                    key = keys.setdefault((fingerprint, sha), Key(n, e))
                    key.sources.append((is_own, window, region and region[1]))
        self.keys = {}
        for (fingerprint, sha), key in keys.items():
            own = [source for source in key.sources if source[0]]
            key.level = LEVELS[2 if sha in pins else 0] if pins is not None else LEVELS[bool(own)]
            key.sources = own or key.sources
            if sum(other == fingerprint for other, _ in keys) > 1:
                self.say("key.conflict")
            else:
                self.keys[fingerprint] = key
                if fingerprint not in needed:
                    self.say("key.unused")

    def read_metadata(self):
        """What stands beside a digest file; failing that, what bears its whole key; failing that, of the rest, what agrees."""
        sheets = []
        for entry in self.sheets:
            try:
                sheets += [(plain(path), entry.container * (not key), metadata) for key, path, metadata in self.rows(entry)]
            except (Malformed, AttributeError, KeyError, TypeError, ValueError):
                self.say("metadata.malformed")
        claims, taken = {}, set()
        for digest in self.read:
            key = plain(digest.object[1])
            beside = [at for at, sheet in enumerate(sheets) if sheet[:2] == (plain(digest.entry.path), digest.entry.container)]
            claims[digest] = beside or [at for at, sheet in enumerate(sheets) if sheet[0] in (key, f"{digest.object[0]}/{key}")]
            taken.update(claims[digest])
        for digest in self.read:
            free = [at for at in range(len(sheets)) if at not in taken]
            claim = claims[digest] or [at for at in free if self.agree(sheets[at][0], plain(digest.entry.path))]
            for at in claim or [at for at in free if self.agree(sheets[at][0], plain(digest.object[1]))]:
                if isinstance(sheets[at][2].get("signature"), str):
                    digest.metadata.append(sheets[at][2])

    def rows(self, entry):
        """The objects that a sheet speaks of, with their metadata; a sidecar names none."""
        if entry.name.endswith(".head.json"):
            yield None, entry.path.removesuffix(".head.json"), read_json(entry.raw)["Metadata"]
        elif entry.name.endswith(".csv"):
            for row in csv.DictReader(io.StringIO(entry.raw.decode(), newline="")):
                yield row["key"], row["key"], row
        else:
            listed = read_json(entry.raw) if entry.name.endswith(".json") else map(read_json, filter(None, entry.raw.splitlines()))
            for row in listed:
                key = row.get("Path") or row.get("key") or row["Key"]
                yield key, re.sub("^s3://[^/]*/", "", key), row.get("Metadata") or row.get("metadata") or {}

    @staticmethod
    def agree(one, other):
        """Two paths, from the right, as far as both go."""
        return all(left == right for left, right in zip(reversed(one.split("/")), reversed(other.split("/"))))

    # Signatures.

    def link(self):
        """Each digest's predecessor: the exact object, else the name; of several, the one whose hash is expected."""
        self.successors = defaultdict(list)
        for digest in self.read:
            digest.before = None
            if digest.prev:
                name = plain(digest.prev[1].split("/")[-1])
                exact = [other for other in self.read if other.object == digest.prev[:2]]
                named = [other for other in self.digests if name == plain(other.object[1].split("/")[-1] if other.about else other.entry.name)]
                fitting = [other for other in (exact or named) if other.entry.sha == digest.prev[2]]
                digest.before = next(iter(fitting + exact + named), None)
                for other in {digest.before, *exact}:
                    if other and other.chain == digest.chain:
                        self.successors[other].append(digest)

    def judge_signatures(self):
        for digest in self.read:
            fingerprint = digest.about["digestPublicKeyFingerprint"].lower()
            digest.key = self.keys.get(fingerprint)
            stated = [digest.about["digestSignatureAlgorithm"]] + [one["signature-algorithm"] for one in digest.metadata if one.get("signature-algorithm")]
            digest.is_untried = any(algorithm != "SHA256withRSA" for algorithm in stated)
            offered = [one["signature"] for one in digest.metadata] + [other.prev[4] for other in self.successors[digest]]
            digest.verified = next((signature for signature in offered if self.verifies(digest, signature)), None)
        for digest in self.read:
            digest.offered = [one["signature"] for one in digest.metadata]
            quotes = [other.prev[4] for other in self.successors[digest] if digest.verified is not None or not self.is_invalid(other, {digest})]
            digest.offered += quotes
            digest.invalid = self.is_invalid(digest, set())
            digest.signed = digest.verified is not None
            digest.authentic = digest.signed and digest.key.level != "enclosed"
        for quality in ("signed", "authentic"):
            before = -1
            while before != (before := sum(getattr(digest, quality) for digest in self.read)):
                for digest in self.read:
                    to = digest.before
                    if getattr(digest, quality) and digest in self.successors[to] and to.entry.sha == digest.prev[2] and not to.invalid:
                        setattr(to, quality, True)
        for digest in self.read:
            self.judge_signature(digest, self.asks_digest(digest))

    @staticmethod
    def verifies(digest, signature):
        if digest.is_untried or not digest.key or not re.fullmatch("([0-9A-Fa-f]{2})+", signature):
            return False
        return digest.key.verifies(digest.to_sign, bytes.fromhex(signature))

    def is_invalid(self, digest, passed):
        if digest.verified is not None or digest.is_untried or not digest.key or digest in passed:
            return False
        return bool(digest.metadata) or any(not self.is_invalid(other, passed | {digest}) for other in self.successors[digest])

    def judge_signature(self, digest, asked):
        if digest.signed and asked:
            self.confirmed |= {"integrity", "continuity"} | ({"authenticity"} if digest.authentic else set())
        hashes = [digest.prev[3]] if digest.prev else []
        if digest.is_untried or any(algorithm != "SHA-256" for algorithm in hashes + [log[3] for log in digest.logs]):
            self.say("digest.algorithm.unsupported", asked)
        if digest.signed and not digest.authentic:
            self.say("key.enclosed", asked)
        if digest.is_untried:
            return
        size = digest.key and (digest.key.n.bit_length() + 7) // 8 * 2
        well = [text for text in digest.offered if re.fullmatch("([0-9A-Fa-f]{2})+", text) and len(text) == (size or len(text))]
        if not digest.key:
            self.say("digest.key.unknown", asked, "informs" if digest.signed else None)
        if not digest.offered:
            self.say("digest.signature.missing", asked)
        elif not well:
            self.say("digest.signature.malformed", asked)
        elif digest.invalid:
            self.say("digest.signature.invalid", asked)
        if digest.verified is not None:
            made = digest.end
            if digest.chain[4]:
                made = next((instant(one[GENERATED]) for one in digest.metadata if one.get(GENERATED)), None)
            if made is not None and not any(start - SLACK <= made <= end + SLACK for _, (start, end), _ in digest.key.sources):
                self.say("digest.key.outside_validity", asked)
            if not any(region in (None, digest.chain[1]) for _, _, region in digest.key.sources):
                self.say("digest.key.other_region", asked)

    # Places and links.

    def judge_places(self):
        for digest in self.read:
            if digest.invalid:
                continue
            asked = self.asks_digest(digest)
            buckets = {other.object[0] for other in self.read if other.object[1] == digest.object[1]}
            if not digest.is_itself:
                self.say("digest.identity_mismatch", asked)
            elif not self.lies(digest.entry, *digest.object) or len(buckets) > 1 and digest.object[0] not in digest.entry.folders:
                self.say("digest.relocated", asked)

    def lies(self, entry, bucket, key):
        """In the object's place, or in the one to which the verifier says that it was renamed."""
        whole = f"{bucket}/{key}"
        places = [whole] + [new + whole[len(old) :] for old, new in self.renamed if f"{whole}/".startswith(f"{old}/")]
        return any(entry.fits(place.split("/", 1)[1]) for place in places)

    def judge_chains(self):
        parties = [digest for digest in self.read if not digest.invalid]
        for digest in self.read:
            if digest.signed:
                self.judge_link(digest, parties)
        hours, followers = defaultdict(dict), defaultdict(dict)
        for digest in parties:
            hours[digest.chain, digest.end].setdefault(digest.object, digest)
            if digest.prev:
                followers[digest.before or digest.prev[:2]].setdefault(digest.end, digest)
        for code, groups in (("digest.duplicate", hours), ("chain.fork", followers)):
            for group in groups.values():
                if len(group) > 1:
                    is_signed = all(digest.signed for digest in group.values())
                    self.say(code, any(map(self.asks_digest, group.values())), "limits" if is_signed else "refutes")
        for digest in self.read:
            quotes = [(other.prev[4], self.asks_digest(other)) for other in self.successors[digest] if not other.invalid]
            texts = [(one["signature"], False) for one in digest.metadata] + quotes
            for text, asked in texts:
                if text.lower() != (digest.verified or texts[0][0]).lower():
                    self.say("chain.link.signature_mismatch", asked or self.asks_digest(digest))
            before, passed = digest, []
            while before in self.read and before.signed and before not in passed:
                passed.append(before)
                before = before.before
            if passed and before is digest:
                self.say("chain.cycle", self.asks_digest(digest))

    def judge_link(self, digest, parties):
        before, asked = digest.before, self.asks_digest(digest)
        older = [other for other in self.digests if other.chain == digest.chain and other.end <= digest.start]
        either = asked or before is not None and self.asks_digest(before)
        if not digest.prev:
            if older and not digest.chain[4]:
                self.say("chain.restart", asked)
            return
        parsed = parse_digest_name(digest.prev[1].split("/")[-1])
        if not parsed or parsed[0] != digest.chain:
            self.say("chain.link.foreign", either)
        elif before is None:
            if older:
                hole = max(other.end for other in older), digest.start
                self.say("chain.digest_missing", self.asks(*digest.chain[:3], *hole))
        else:
            if before.entry.content is not None and before.entry.sha != digest.prev[2]:
                self.say("chain.link.hash_mismatch", either)
            if before.about:
                if not digest.chain[4] and before.end != digest.start:
                    self.say("chain.link.time_gap" if before.end < digest.start else "chain.link.time_overlap", either)
                if self.site(before) != self.site(digest):
                    self.say("chain.moved", either)

    @staticmethod
    def site(digest):
        """The bucket and the folders above those of the day."""
        return digest.object[0], digest.object[1].split("/")[:-4]

    # Log files.

    def judge_logs(self):
        ranked = sorted(self.read, key=lambda digest: (not digest.authentic, not digest.signed))
        lists, holders, served = defaultdict(list), {}, {}
        for digest in ranked:
            for bucket, key, sha, _ in digest.logs:
                lists[bucket, plain(key)].append((digest, sha))
        malformed = [digest.entry for digest in self.digests if not digest.about]
        entries = self.logs + self.others + malformed

        def lies(entry, bucket, key, _):
            return self.has_name(entry, key) and self.lies(entry, bucket, key)

        # All that lies in its place, else the right bytes, else the name.
        for fits in (lies, lambda entry, bucket, key, sha: entry.sha == sha, lambda entry, bucket, key, sha: self.has_name(entry, key)):
            for (bucket, key), listed in lists.items():
                if not holders.get((bucket, key)) and key.endswith(".json"):
                    found = [entry for entry in entries if entry not in served and fits(entry, bucket, key, listed[0][1])]
                    found.sort(key=lambda entry: entry.sha != listed[0][1])
                    holders[bucket, key] = found if fits is lies else found[:1]
                    served.update({entry: listed for entry in holders[bucket, key]})
        for (bucket, key), listed in lists.items():
            found = holders.get((bucket, key)) or [None]
            copies = [entry for entry in self.logs if entry not in served and self.has_name(entry, key) and entry.sha == listed[0][1]]
            served.update({entry: listed for entry in copies})
            found = found + copies
            if len(found) > 1:
                is_same = len({entry.sha for entry in found}) == 1
                self.say("archive.entry.duplicate", any(self.asks_digest(digest) for digest, _ in listed), "informs" if is_same else "refutes")
            self.judge_log(bucket, key, listed, found[0], found[0] is not None and lies(found[0], bucket, key, None))
        for entry in self.logs:
            account, region, is_undocumented, time = parse_log_name(entry.name)
            named = self.asks(account, region, None, time, time + 1)
            asked = any(self.asks_digest(digest) for digest, _ in served[entry]) if entry in served else named
            for code in entry.about:
                self.say(code, asked)
            if entry not in served:
                self.say("log.unreferenced" + ".undocumented_kind" * is_undocumented, named)

    def judge_log(self, bucket, key, listed, holder, is_in_place):
        signed = [(digest, sha) for digest, sha in listed if digest.signed]
        asked = any(self.asks_digest(digest) for digest, _ in signed or listed)
        name = parse_log_name(key.split("/")[-1])
        if not signed:
            self.say("log.unproved", asked or name is not None and self.asks(name[0], name[1], None, name[3], name[3] + 1))
            return
        is_one = len({sha for _, sha in signed}) == 1
        if len(signed) > 1:
            self.say("log.doubly_listed", asked, "informs" if is_one else "refutes")
        digest, sha = signed[0]
        if not name or (name[0], name[1]) != digest.chain[:2]:
            self.say("log.foreign", asked)
        if not is_one or holder and holder.content is not None and holder.sha != sha:
            self.say("log.hash_mismatch", asked)
        elif holder and holder.sha == sha:
            self.confirmed |= {"integrity"} if asked else set()
            if not is_in_place:
                self.say("log.relocated", asked)
        elif not holder and key.endswith(".json"):
            self.say("log.missing", asked)

    @staticmethod
    def has_name(entry, key):
        return plain(entry.name) == plain(key.split("/")[-1])

    # Coverage.

    def judge_coverage(self):
        chains = defaultdict(list)
        for digest in self.read:
            if not digest.chain[4]:
                chains[digest.chain].append(digest)
        for accounts, regions, trails, period in self.questions:
            if period is None:
                self.say("coverage.period_unstated")
            for account in accounts or [None]:
                for region in regions or [None]:
                    for trail in trails or [None]:
                        wanted = account, region, trail
                        asked = [chain for chain in chains if all(one in (None, other) for one, other in zip(wanted, chain))]
                        if not asked and any(wanted):
                            self.say("coverage.absent")
                        for chain in asked:
                            self.judge_chain_coverage(chains[chain], period)

    def judge_chain_coverage(self, digests, period):
        at, until = period or (min(digest.start for digest in digests), max(digest.end for digest in digests))
        for digest in sorted(digests, key=lambda digest: digest.start):
            if digest.signed and digest.start <= at:
                at = max(at, digest.end)
        if at < until:
            self.say("coverage.gap")
        elif period:
            self.confirmed.add("coverage")

    def result(self):
        """The axes, the worst of them, and all codes."""
        order = ("not_assessed", "passed", "indeterminate", "failed")
        answer = {}
        for axis in ("integrity", "authenticity", "continuity", "coverage"):
            effects = {effect for _, of, effect in self.found if of == axis}
            if "refutes" in effects:
                answer[axis] = "failed"
            elif axis == "coverage" and "limits" not in effects and not any(period for *_, period in self.questions):
                answer[axis] = "not_assessed"
            else:
                answer[axis] = "passed" if axis in self.confirmed and "limits" not in effects else "indeterminate"
        return {"overall": max(answer.values(), key=order.index), **answer, "codes": sorted({code for code, _, _ in self.found})}
