// Generated from the JSON Schema trailseal-report/2 by `cargo xtask page --types`. Do not edit.

/**
 * What a finding does to its axis.
 */
export type Effect = "informs" | "limits" | "refutes";
/**
 * An instant in UTC, `YYYY-MM-DDTHH:MM:SSZ`.
 */
export type Time = string;
/**
 * The answer to one axis, or to all.
 */
export type Outcome = "not_assessed" | "passed" | "indeterminate" | "failed";
/**
 * The two kinds of digest files.
 */
export type DigestKind = "normal" | "backfill";
/**
 * What a finding is about: what its first and last subject name.
 */
export type About =
  | "case"
  | "archive"
  | "folder"
  | "entry"
  | "ignored"
  | "object"
  | "chain"
  | "asked"
  | "trail"
  | "key"
  | "fingerprint"
  | "key_entry";
/**
 * The four questions of a verification.
 */
export type Axis = "integrity" | "authenticity" | "continuity" | "coverage";
/**
 * The code of a finding: a public, stable interface; codes are added, never renamed. Each is explained in
 * [findings.md](findings.md).
 */
export type Code =
  | "archive.empty"
  | "archive.entry.unreadable"
  | "archive.entry.unsafe"
  | "archive.entry.unrecognised"
  | "archive.entry.duplicate"
  | "archive.entry.encrypted"
  | "archive.limit"
  | "archive.ignored"
  | "metadata.malformed"
  | "container.trailing_data"
  | "container.truncated"
  | "container.header_payload"
  | "container.decoded"
  | "digest.irregular"
  | "digest.malformed"
  | "digest.identity_mismatch"
  | "digest.relocated"
  | "digest.duplicate"
  | "chain.fork"
  | "chain.cycle"
  | "chain.digest_missing"
  | "chain.link.hash_mismatch"
  | "chain.link.signature_mismatch"
  | "chain.link.time_gap"
  | "chain.link.time_overlap"
  | "chain.overlap"
  | "chain.link.foreign"
  | "chain.moved"
  | "chain.restart"
  | "digest.signature.invalid"
  | "digest.signature.malformed"
  | "digest.signature.missing"
  | "digest.algorithm.unsupported"
  | "digest.key.unknown"
  | "digest.key.other_region"
  | "digest.key.outside_validity"
  | "key.enclosed"
  | "key.fingerprint_mismatch"
  | "key.conflict"
  | "key.weak"
  | "key.malformed"
  | "key.unused"
  | "log.missing"
  | "log.hash_mismatch"
  | "log.relocated"
  | "log.foreign"
  | "log.doubly_listed"
  | "log.unreferenced"
  | "log.unreferenced.undocumented_kind"
  | "log.unproved"
  | "lake.sign_file.malformed"
  | "lake.signature.invalid"
  | "lake.signature.unchecked"
  | "lake.key.enclosed"
  | "lake.key.unfit"
  | "lake.file.hash_mismatch"
  | "lake.file.missing"
  | "lake.file.inflated"
  | "lake.file.unlisted"
  | "lake.file.name_unsafe"
  | "lake.file.renamed"
  | "coverage.gap"
  | "coverage.absent"
  | "coverage.owner_unstated"
  | "coverage.period_unstated";
/**
 * Why something was found, from a closed list: its name (`is`), and the facts that it states. Each stands in
 * [reasons.md](reasons.md).
 */
export type Reason =
  | {
      is: "limit";
      most: number;
      option: string;
    }
  | {
      is: "too_deep";
    }
  | {
      is: "ratio";
      unpacked_ratio: number;
    }
  | {
      is: "nested_bytes";
      most: number;
    }
  | {
      is: "many_links";
      most: number;
    }
  | {
      error: ReadError;
      is: "unreadable";
    }
  | {
      is: "passed_over";
    }
  | {
      is: "grew";
    }
  | {
      is: "size_changed";
    }
  | {
      is: "loop_of_links";
    }
  | {
      is: "cut_off";
    }
  | {
      is: "damaged";
    }
  | {
      is: "password";
    }
  | {
      is: "not_read";
      kind: string;
    }
  | {
      is: "one_part";
    }
  | {
      is: "other_name";
      kind: string;
    }
  | {
      is: "no_archive";
    }
  | {
      is: "unsafe_path";
    }
  | {
      is: "link_out";
    }
  | {
      is: "device";
    }
  | {
      is: "link_to_device";
    }
  | {
      is: "long_link";
      path_bytes: number;
    }
  | {
      is: "link_into_nothing";
    }
  | {
      is: "link_to_other_kind";
    }
  | {
      is: "link_with_entries_behind";
    }
  | {
      is: "link_and_entry";
    }
  | {
      is: "link_below_unread";
    }
  | {
      is: "link_to_evidence";
    }
  | {
      is: "link_as_file";
    }
  | {
      is: "folder_and_entry";
    }
  | {
      is: "second_of_name";
    }
  | {
      is: "backslash";
    }
  | {
      is: "zip.directory";
    }
  | {
      is: "zip.end_filled";
    }
  | {
      is: "zip.end_disagrees";
    }
  | {
      is: "zip.end_in_comment";
    }
  | {
      is: "zip.begin";
    }
  | {
      is: "zip.headers_disagree";
    }
  | {
      is: "zip.local_cut";
    }
  | {
      is: "zip.local_missing";
    }
  | {
      is: "zip.behind";
    }
  | {
      is: "zip.folder_with_content";
    }
  | {
      is: "zip.shared";
    }
  | {
      is: "zip.two_readings";
    }
  | {
      is: "zip.hidden";
    }
  | {
      is: "zip.more";
    }
  | {
      is: "zip.checksum";
    }
  | {
      is: "zip.method";
      method: number;
    }
  | {
      is: "two_names";
    }
  | {
      is: "tar.packing";
    }
  | {
      is: "tar.members";
    }
  | {
      is: "tar.ends_in_headers";
    }
  | {
      is: "tar.no_entry";
    }
  | {
      is: "tar.size";
    }
  | {
      is: "tar.no_end";
    }
  | {
      is: "tar.behind_end";
    }
  | {
      is: "tar.padding";
      most: number;
    }
  | {
      is: "tar.header_bytes";
      most: number;
    }
  | {
      is: "tar.global";
    }
  | {
      is: "tar.size_of_no_file";
    }
  | {
      is: "tar.target_of_no_link";
    }
  | {
      is: "tar.link_named_folder";
    }
  | {
      is: "tar.folder_or_file";
    }
  | {
      is: "tar.named_folder";
    }
  | {
      is: "tar.label";
    }
  | {
      is: "tar.kind";
    }
  | {
      is: "tar.form";
    }
  | {
      is: "tar.prefix";
    }
  | {
      is: "tar.number";
    }
  | {
      is: "tar.long_name_goes_on";
    }
  | {
      is: "tar.holes";
    }
  | {
      is: "tar.pax_holes";
    }
  | {
      is: "tar.fields";
    }
  | {
      is: "tar.fields_torn";
    }
  | {
      is: "two_targets";
    }
  | {
      is: "two_sizes";
    }
  | {
      is: "line";
      number: number;
    }
  | {
      count: number;
      is: "more";
    }
  | {
      is: "not_read_on";
    }
  | {
      is: "no_text";
    }
  | {
      is: "no_utf8";
    }
  | {
      is: "empty";
    }
  | {
      is: "json.ends";
    }
  | {
      is: "json.none";
    }
  | {
      is: "json.twice";
      key: string;
    }
  | {
      is: "json.deep";
    }
  | {
      is: "json.values";
      most: number;
    }
  | {
      is: "json.no_object";
    }
  | {
      is: "json.no_list";
    }
  | {
      is: "looks.empty";
    }
  | {
      is: "looks.markup";
    }
  | {
      is: "looks.error";
    }
  | {
      is: "looks.table";
    }
  | {
      is: "looks.yaml";
    }
  | {
      is: "looks.columns";
    }
  | {
      is: "looks.other";
    }
  | {
      is: "metadata.no_object";
    }
  | {
      is: "metadata.no_key";
    }
  | {
      is: "metadata.of_key";
      key: string;
    }
  | {
      is: "metadata.row_no_key";
      number: number;
    }
  | {
      is: "metadata.row_none";
      number: number;
    }
  | {
      column: string;
      is: "metadata.no_column";
    }
  | {
      is: "key.no_list";
    }
  | {
      is: "key.base64";
    }
  | {
      is: "key.fingerprint";
      stated: string;
    }
  | {
      is: "key.validity";
    }
  | {
      is: "key.none";
    }
  | {
      bits: number;
      is: "key.bits";
    }
  | {
      is: "key.even";
    }
  | {
      is: "key.exponent";
    }
  | {
      is: "key.passed_over";
    }
  | {
      field: string;
      is: "field.missing";
    }
  | {
      field: string;
      is: "field.no_text";
    }
  | {
      field: string;
      is: "field.no_text_or_null";
    }
  | {
      field: string;
      is: "field.no_list";
    }
  | {
      field: string;
      is: "field.long";
    }
  | {
      field: string;
      is: "field.no_time";
    }
  | {
      field: string;
      is: "field.no_hash";
    }
  | {
      digits: number;
      field: string;
      is: "field.digits";
    }
  | {
      is: "field.log_files";
    }
  | {
      is: "start_after_end";
    }
  | {
      is: "some_null";
    }
  | {
      is: "list_too_long";
    }
  | {
      is: "no_digest_key";
    }
  | {
      is: "other_account";
    }
  | {
      is: "other_end";
    }
  | {
      is: "other_file_name";
    }
  | {
      is: "by_hash_link";
    }
  | {
      is: "quotes_other";
    }
  | {
      is: "metadata_other";
    }
  | {
      bytes: number;
      is: "signature.bytes";
    }
  | {
      is: "signature.no_hex";
      text: string;
    }
  | {
      is: "signature.empty";
    }
  | {
      at: Time;
      is: "older_ends";
    }
  | {
      is: "may_lie_in";
      path: string;
    }
  | {
      is: "same_bytes";
    }
  | {
      is: "two_contents";
    }
  | {
      is: "beside_signed";
    }
  | {
      is: "lake.lists_nothing";
    }
  | {
      is: "lake.no_key";
    }
  | {
      is: "lake.other_algorithm";
    }
  | {
      is: "lake.no_region";
    }
  | {
      is: "lake.other_region";
      key: string;
      stated: string;
    }
  | {
      is: "lake.no_time";
    }
  | {
      is: "lake.other_time";
      stated: Time;
    }
  | {
      is: "lake.listed_as";
      name: string;
    }
  | {
      is: "further";
    }
  | {
      begin: Time;
      end: Time;
      is: "gap.between";
    }
  | {
      end: Time;
      is: "gap.after";
    }
  | {
      begin: Time;
      is: "gap.before";
    }
  | {
      is: "gap.none_signed";
    }
  | {
      count: number;
      is: "gap.unsigned_inside";
    }
  | {
      at: Time;
      is: "gap.begins_here";
    }
  | {
      at: Time;
      home_region: string;
      is: "gap.begins_again";
    }
  | {
      is: "gap.older_existed";
      object: string;
    }
  | {
      count: number;
      is: "unread_there";
    }
  | {
      is: "listed_by";
      object: string;
    }
  | {
      at: Time;
      is: "delivered_outside";
      newest: Time;
      oldest: Time;
    }
  | {
      is: "listed_outside";
    }
  | {
      is: "one_hash";
    }
  | {
      is: "other_hashes";
    }
  | {
      count: number;
      is: "names_more";
    }
  | {
      is: "foreign_place";
    }
  | {
      is: "foreign_name";
    }
  | {
      is: "absent_too";
    }
  | {
      is: "differs_from_unsigned";
    }
  | {
      account: string;
      is: "of_place";
      region: string;
    }
  | {
      is: "unreferenced.unread_digests";
    }
  | {
      is: "unreferenced.none_signed";
    }
  | {
      is: "unreferenced.newer";
    }
  | {
      is: "unreferenced.older";
    }
  | {
      is: "unreferenced.within";
    }
  | {
      is: "name.copy";
    }
  | {
      command: string;
      is: "name.packed_again";
      kind: string;
    }
  | {
      is: "name.encrypted";
    }
  | {
      is: "name.unended";
    }
  | {
      is: "name.goes_on";
    };
/**
 * Why a file could not be opened or read, as far as all systems tell it alike.
 */
export type ReadError = "not_found" | "permission_denied" | "unexpected_end" | "timed_out" | "is_a_folder" | "other";
/**
 * How far a key is believed.
 */
export type Level = "enclosed" | "trusted" | "pinned";
/**
 * What became of a listed file.
 */
export type FileState = "proved" | "unproved" | "altered" | "inflated" | "unread" | "missing";

/**
 * The result of one verification by trailseal, as `trailseal verify --format json` prints it.
 */
export interface Report {
  /**
   * What was asked.
   */
  asked: Asked;
  /**
   * The four axes.
   */
  axes: Axes;
  /**
   * The chains, sorted.
   */
  chains: Chain[];
  /**
   * Totals.
   */
  counts: Counts;
  /**
   * The parts of the evidence of which the root is made, sorted by account, then by region.
   */
  evidence_parts: EvidencePart[];
  /**
   * SHA-256 over the sorted list of all digest and log files present, whatever keys the reader has: equal roots mean equal evidence.
   */
  evidence_root: string;
  /**
   * The findings: those that refute first, then by axis, code and subject.
   */
  findings: Finding[];
  /**
   * The keys that were given or enclosed, sorted by SHA-256.
   */
  keys: Key[];
  /**
   * The result sets of CloudTrail Lake, by their paths; absent if there are none.
   */
  lake?: ResultSet[];
  /**
   * What is not listed above, because it is too much and proves nothing; absent if that is nothing.
   */
  left_out?: LeftOut;
  /**
   * Keys that the verifier lacks.
   */
  missing_keys: MissingKey[];
  /**
   * The worst of the axes; `not_assessed` does not count.
   */
  overall: Outcome;
  /**
   * From the first proved instant to the last, over all chains in scope; absent if nothing is proved.
   */
  proved_extent?: Period | null;
  /**
   * `trailseal-report/2`.
   */
  schema: "trailseal-report/2";
}
/**
 * What was asked, as it was understood.
 */
export interface Asked {
  /**
   * Codes whose effect the verifier changed.
   */
  policy?: {
    [k: string]: Effect;
  };
  /**
   * The questions; an empty one asks for everything in the archive.
   */
  questions: Question[];
  /**
   * Renamings that the verifier stated.
   */
  relocated?: string[];
}
/**
 * One question: these accounts, regions and trails, in this period. An empty list does not restrict.
 */
export interface Question {
  /**
   * The accounts asked.
   */
  accounts?: string[];
  /**
   * The period asked.
   */
  period?: Period | null;
  /**
   * The source regions asked.
   */
  regions?: string[];
  /**
   * The trails asked: names, or ARNs, which also ask for the home region and the account.
   */
  trails?: string[];
}
/**
 * A span of time: `from` is inside, `to` is not.
 */
export interface Period {
  /**
   * The first instant inside.
   */
  from: Time;
  /**
   * The first instant after it.
   */
  to: Time;
}
/**
 * One answer per axis.
 */
export interface Axes {
  /**
   * Did AWS sign them, under keys that the verifier trusts?
   */
  authenticity: Outcome;
  /**
   * Is the chain unbroken?
   */
  continuity: Outcome;
  /**
   * Does what is proved cover what was asked?
   */
  coverage: Outcome;
  /**
   * Do the bytes equal what the signed digest files commit to?
   */
  integrity: Outcome;
}
/**
 * One chain: account, source region, trail, home region, normal or backfill, and place.
 */
export interface Chain {
  /**
   * The account.
   */
  account: string;
  /**
   * Its days: the row of the coverage matrix. Days without any digest file are left out.
   */
  days: Day[];
  /**
   * Digest files that were asked.
   */
  digests: DigestCounts;
  /**
   * The first proved digest file; absent if none is proved. Where asked periods meet in the middle of its hour, it is the `last` of the
   * report before.
   */
  first?: DigestFile | null;
  /**
   * Asked time that is not covered.
   */
  gaps: Period[];
  /**
   * The region in which the trail was created.
   */
  home_region: string;
  /**
   * `ACCOUNT/REGION/TRAIL@HOME`, with `/backfill` for backfill digests, a blank and the place at which it lay first,
   * `s3://BUCKET/FOLDERS`: the name that findings use.
   */
  id: string;
  /**
   * True if it was asked.
   */
  in_scope: boolean;
  /**
   * SHA-256 of the keys that verified its signatures.
   */
  keys: string[];
  /**
   * Normal or backfill.
   */
  kind: DigestKind;
  /**
   * The last proved digest file; absent if none is proved.
   */
  last?: DigestFile | null;
  /**
   * Log files that were asked.
   */
  logs: LogCounts;
  /**
   * Where its digest files lie, in the order of time: bucket, and the folders of their keys above that of the account. Two where the
   * trail was redirected.
   */
  places: string[];
  /**
   * The digest file that the first proved one names as its predecessor; absent if that names none, or if none is proved. Together with
   * `last` it tells whether one report goes on where another ends.
   */
  predecessor?: DigestFile | null;
  /**
   * The first proved instant.
   */
  proved_from?: Time | null;
  /**
   * Time covered by signed digest files that were asked.
   */
  proved_seconds: number;
  /**
   * The end of the last proved hour.
   */
  proved_to?: Time | null;
  /**
   * The source region.
   */
  region: string;
  /**
   * Of this, time of digest files without log files: proved silent.
   */
  silent_seconds: number;
  /**
   * The trail.
   */
  trail: string;
}
/**
 * One chain on one day in UTC.
 */
export interface Day {
  /**
   * `YYYY-MM-DD`.
   */
  day: string;
  /**
   * Digest files that begin on this day and are invalid.
   */
  failed_digests: number;
  /**
   * Its 24 hours, one character each: `+` proved, `o` proved silent, `~` proved in part, `!` an invalid digest file begins in
   * it, `?` one that is not signed does, `.` nothing.
   */
  hours: string;
  /**
   * Seconds covered by signed digest files.
   */
  proved_seconds: number;
  /**
   * Of these, seconds proved silent.
   */
  silent_seconds: number;
  /**
   * Digest files that begin on this day and are not signed, because something is missing.
   */
  unproved_digests: number;
}
/**
 * Digest files by what became of them.
 */
export interface DigestCounts {
  /**
   * Of these, signed under trusted or pinned keys.
   */
  authenticated: number;
  /**
   * Invalid. In the totals also malformed or damaged, or with an own key that is no digest file's: these belong to no chain, and are
   * counted in none.
   */
  failed: number;
  /**
   * Signed.
   */
  proved: number;
  /**
   * Not signed, because something is missing.
   */
  unproved: number;
}
/**
 * A digest file, by its name and its content.
 */
export interface DigestFile {
  /**
   * Its object, `s3://BUCKET/KEY`.
   */
  object: string;
  /**
   * The SHA-256 of its inflated bytes; absent if the digest file that names it states none that can be read.
   */
  sha256?: string | null;
}
/**
 * Log files by what became of them.
 */
export interface LogCounts {
  /**
   * Of these, listed by a digest file that is signed under trusted or pinned keys.
   */
  authenticated: number;
  /**
   * Present with another content, or damaged.
   */
  failed: number;
  /**
   * Listed by a signed digest file and absent.
   */
  missing: number;
  /**
   * Present, with the content that a signed digest file commits to.
   */
  proved: number;
  /**
   * Inflated bytes of the proved ones.
   */
  proved_bytes: number;
  /**
   * Listed only by digest files that are not signed, or not readable.
   */
  unproved: number;
  /**
   * Present, and listed by no digest file. For a chain: those of its account and region, which no trail can be told from.
   */
  unreferenced: number;
}
/**
 * Totals of what was asked, except where it is said otherwise.
 */
export interface Counts {
  /**
   * Chains that were asked, those that are left out of the list too.
   */
  chains: number;
  /**
   * Digest files.
   */
  digests: DigestCounts;
  /**
   * Entries that were seen in the whole archive.
   */
  entries: number;
  /**
   * Of these, entries that are no evidence by their names; other JSON files, which are hashed, and what was refused or not read apart.
   */
  ignored: number;
  /**
   * The sum of `count` over the findings that inform, those outside what was asked too.
   */
  informing: number;
  /**
   * The sum of `count` over the findings that limit.
   */
  limiting: number;
  /**
   * Log files.
   */
  logs: LogCounts;
  /**
   * What is in the archive and was not asked.
   */
  outside: Outside;
  /**
   * The sum of `count` over the findings that refute.
   */
  refuting: number;
}
/**
 * Files that are there and lie outside what was asked: the verdict does not depend on them.
 */
export interface Outside {
  /**
   * Digest files.
   */
  digests: number;
  /**
   * Log files.
   */
  logs: number;
}
/**
 * What a part of the evidence comes to: all digest and log files of one account and source region.
 */
export interface EvidencePart {
  /**
   * The account in the names of its files; `-` for files whose names are none.
   */
  account: string;
  /**
   * The source region in the names of its files; `-` for files whose names are none.
   */
  region: string;
  /**
   * The SHA-256 of its lines.
   */
  sha256: string;
}
/**
 * One thing that was seen, about one subject or one contiguous run of subjects.
 */
export interface Finding {
  /**
   * What its subjects are.
   */
  about: About;
  /**
   * The axis that it belongs to, and touches unless it only informs.
   */
  axis: Axis;
  /**
   * The chain that it is about, as the `id` of a chain.
   */
  chain?: string | null;
  /**
   * What was seen; the catalogue explains it.
   */
  code: Code;
  /**
   * How many subjects it counts.
   */
  count: number;
  /**
   * What it does to its axis, after scope and policy.
   */
  effect: Effect;
  /**
   * The entry in the archive, where it is not the subject itself.
   */
  entry?: string | null;
  /**
   * What the evidence demands (a hash, a name, a limit).
   */
  expected?: string | null;
  /**
   * The first subject.
   */
  first: string;
  /**
   * What was found instead.
   */
  found?: string | null;
  /**
   * Start of the time concerned.
   */
  from?: Time | null;
  /**
   * The last subject of the run; absent if there is one only.
   */
  last?: string | null;
  /**
   * True if it lies outside what was asked, and therefore only informs.
   */
  outside_scope?: boolean;
  /**
   * The particular circumstances.
   */
  reasons?: Reason[];
  /**
   * End of the time concerned.
   */
  to?: Time | null;
}
/**
 * An accepted key.
 */
export interface Key {
  /**
   * Bits of the modulus.
   */
  bits: number;
  /**
   * Digest files that it verified.
   */
  digests: number;
  /**
   * MD5 of the same bytes: AWS's index.
   */
  fingerprint: string;
  /**
   * How far it is believed.
   */
  level: Level;
  /**
   * The regions that its files state.
   */
  regions: string[];
  /**
   * SHA-256 of its DER bytes as given: its identity.
   */
  sha256: string;
  /**
   * When it is valid.
   */
  validity: Period[];
}
/**
 * A result set of CloudTrail Lake: a sign file and the files that it lists. It says nothing about any trail: no axis passes by it.
 */
export interface ResultSet {
  /**
   * The account that its path claims; nothing signed says whose it is.
   */
  account?: string | null;
  /**
   * When the query was complete, as the sign file states it; not signed.
   */
  completed?: string | null;
  /**
   * The sign file's entry in the archive.
   */
  entry: string;
  /**
   * How many files it lists.
   */
  file_count: number;
  /**
   * These, in their order, which is signed; in a report that would be too long, only the first.
   */
  files: ListedFile[];
  /**
   * The key that the sign file names, by its fingerprint.
   */
  fingerprint?: string | null;
  /**
   * False if its path claims an account that was not asked.
   */
  in_scope: boolean;
  /**
   * How far the key is believed under which the signature verifies; absent if it does not, or could not be checked.
   */
  level?: Level | null;
  /**
   * How the set stands by itself: passed if the verifier's own keys vouch for it and each listed file is there, unaltered.
   */
  outcome: Outcome;
  /**
   * The region that the sign file states; not signed.
   */
  region?: string | null;
}
/**
 * A file that a sign file lists.
 */
export interface ListedFile {
  /**
   * The entry that was compared; absent if there is none.
   */
  entry?: string | null;
  /**
   * When the query ran, as the first line of a proved file says: part of the signed bytes.
   */
  executed?: string | null;
  /**
   * Its name in the sign file; not signed.
   */
  name: string;
  /**
   * The query, as the first line of a proved file says: part of the signed bytes.
   */
  query?: string | null;
  /**
   * Rows behind the head; only of a proved file that could be inflated to its end.
   */
  rows?: number | null;
  /**
   * SHA-256 of its stored bytes, as listed.
   */
  sha256: string;
  /**
   * What became of it.
   */
  state: FileState;
}
/**
 * How much of each kind a report leaves out. It is counted in the totals and in the findings.
 */
export interface LeftOut {
  /**
   * Chains of which no digest file is signed.
   */
  chains: number;
  /**
   * Parts of the evidence.
   */
  evidence_parts?: number;
  /**
   * Keys of the archive's own that verified nothing.
   */
  keys: number;
  /**
   * Keys that the verifier lacks.
   */
  missing_keys: number;
  /**
   * Files that the listed result sets list; absent if none is left out.
   */
  result_files?: number;
  /**
   * Result sets of CloudTrail Lake; absent if none is left out.
   */
  result_sets?: number;
}
/**
 * A key that the verifier should fetch.
 */
export interface MissingKey {
  /**
   * The fingerprint that digest files name.
   */
  fingerprint: string;
  /**
   * The time of these digest files.
   */
  period: Period;
  /**
   * The region whose key it is.
   */
  region: string;
}
