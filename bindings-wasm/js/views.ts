// Generated from the JSON Schema trailseal-views by `cargo xtask page --types`. Do not edit.

/**
 * The four questions of a verification.
 */
export type Axis = "integrity" | "authenticity" | "continuity" | "coverage";
/**
 * What a finding does to its axis.
 */
export type Effect = "informs" | "limits" | "refutes";
/**
 * An instant in UTC, `YYYY-MM-DDTHH:MM:SSZ`.
 */
export type Time = string;
/**
 * The two kinds of digest files.
 */
export type DigestKind = "normal" | "backfill";
/**
 * The kinds of log files.
 */
export type LogKind = "events" | "insight" | "network_activity" | "aggregated";
/**
 * What a column shows of a chain, from the least to the worst.
 */
export type State = "blank" | "silent" | "proved" | "unproved" | "gap" | "failed";
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
 * What kind of thing is asked for, and of whom.
 */
export type Need = "container" | "days" | "everything" | "metadata" | "again" | "explanation" | "verifier";
/**
 * The answer to one axis, or to all.
 */
export type Outcome = "not_assessed" | "passed" | "indeterminate" | "failed";
/**
 * A language in which reports can be read.
 */
export type Language = "en";

/**
 * What trailseal says besides the report, each as one JSON text.
 */
export interface Views {
  explanation: Explanation;
  inventory: Inventory;
  key_facts: KeyFacts;
  picture: Picture;
  reading: Reading;
  request: Request;
  view: View;
}
/**
 * Everything that is the same for all findings of one code. A code that informs belongs to an axis too: a policy may raise it.
 */
export interface Explanation {
  /**
   * The axis that it belongs to.
   */
  axis: Axis;
  /**
   * The effect unless the circumstances named in `means` change it.
   */
  effect: Effect;
  /**
   * Why that matters.
   */
  matters_because: string;
  /**
   * What was seen.
   */
  means: string;
  /**
   * The public, stable name.
   */
  name: string;
  /**
   * What the reader can do.
   */
  remedy: string;
}
/**
 * What is in an archive, by what its files claim.
 */
export interface Inventory {
  /**
   * Chains of digest files, sorted.
   */
  chains: ChainClaim[];
  /**
   * Keys in the archive's own key lists; they prove nothing by themselves.
   */
  enclosed_keys: number;
  /**
   * All entries.
   */
  entries: number;
  /**
   * Entries that are no evidence, by kind.
   */
  ignored: [unknown, unknown][];
  /**
   * What to run for each of these keys, in their order; put the output into a file named `REGION.json`.
   */
  key_commands: string[];
  /**
   * Log files by account, region and kind.
   */
  logs: LogClaim[];
  /**
   * Digest files whose metadata was handed over.
   */
  metadata: number;
  /**
   * Keys that digest files name and the verifier does not have.
   */
  missing_keys: MissingKey[];
  /**
   * Digest files for which no signature is in the archive, with the command that fetches it.
   */
  missing_signatures: MissingSignature[];
  /**
   * Digest files by their names that are here and could not be read.
   */
  unread_digests: number;
  /**
   * What was not understood or not read, with the reason; one line for all that share it.
   */
  unreadable: string[];
}
/**
 * One chain, by the names and contents of its digest files.
 */
export interface ChainClaim {
  /**
   * Digest files.
   */
  digests: number;
  /**
   * From the first to the last.
   */
  extent: Period;
  /**
   * Stretches within the extent for which no digest file is there.
   */
  holes: Period[];
  /**
   * As in a report.
   */
  id: string;
  /**
   * Normal or backfill.
   */
  kind: DigestKind;
  /**
   * Log files that they list.
   */
  listed_logs: number;
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
 * Log files of one account, region and kind, by their names.
 */
export interface LogClaim {
  /**
   * The account.
   */
  account: string;
  /**
   * How many.
   */
  count: number;
  /**
   * From the first delivery to the last.
   */
  extent: Period;
  /**
   * The kind.
   */
  kind: LogKind;
  /**
   * The region.
   */
  region: string;
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
/**
 * A digest file without a signature.
 */
export interface MissingSignature {
  /**
   * What fetches its metadata, to be put beside the file; absent if its names are too odd to be pasted.
   */
  command?: string | null;
  /**
   * The object.
   */
  object: string;
}
/**
 * What a key list says about one key, and what the key itself shows.
 */
export interface KeyFacts {
  /**
   * Bits of the modulus, if it is an accepted key.
   */
  bits?: number | null;
  /**
   * MD5 of the same bytes: the fingerprint that AWS uses.
   */
  fingerprint?: string | null;
  /**
   * Its place in the list, counted from 1.
   */
  number: number;
  /**
   * Why it would not be used.
   */
  problem?: string | null;
  /**
   * The region that the file's name states.
   */
  region?: string | null;
  /**
   * SHA-256 of its DER bytes as given, for pins; absent if these cannot be decoded.
   */
  sha256?: string | null;
  /**
   * The validity that the list states.
   */
  validity?: Period | null;
}
/**
 * The coverage picture, in panels that fit a page's width: for hosts that draw it themselves. Lengths are in pixels of a drawing
 * that may be scaled.
 */
export interface Picture {
  /**
   * Width of a column.
   */
  cell: number;
  /**
   * What a column is, in words.
   */
  column: string;
  /**
   * What a column is, in seconds.
   */
  column_seconds: number;
  /**
   * Chains that are drawn.
   */
  drawn: number;
  /**
   * Chains that are not: those left out, and those after the last that is drawn.
   */
  hidden: number;
  /**
   * Where the columns begin.
   */
  label: number;
  /**
   * What the marks mean.
   */
  legend: Mark[];
  /**
   * Height of a mark.
   */
  mark: number;
  /**
   * From the first column to the last.
   */
  panels: Panel[];
}
/**
 * A line of the legend.
 */
export interface Mark {
  /**
   * What it says.
   */
  meaning: string;
  /**
   * The state.
   */
  state: State;
}
/**
 * A part of the picture.
 */
export interface Panel {
  /**
   * How many columns it has.
   */
  columns: number;
  /**
   * What it shows, in words.
   */
  description: string;
  /**
   * When its first column begins.
   */
  from?: Time | null;
  /**
   * Its height.
   */
  height: number;
  /**
   * The chains.
   */
  rows: Line[];
  /**
   * Labels of columns.
   */
  ticks: Tick[];
  /**
   * From when to when.
   */
  title: string;
  /**
   * Its width.
   */
  width: number;
}
/**
 * One chain in one panel.
 */
export interface Line {
  /**
   * Its name, shortened to the width of its place.
   */
  label: string;
  /**
   * Its marks, one for each state that occurs.
   */
  runs: Run[];
  /**
   * Its name, and what is marked.
   */
  title: string;
  /**
   * Where it stands.
   */
  y: number;
}
/**
 * All columns of one state.
 */
export interface Run {
  /**
   * Their outline, an SVG path.
   */
  path: string;
  /**
   * The state.
   */
  state: State;
}
/**
 * A label above the grid, with a line down through it.
 */
export interface Tick {
  /**
   * True for the beginning of something larger than its neighbours'.
   */
  is_major: boolean;
  /**
   * What it says.
   */
  text: string;
  /**
   * Where it stands, from where the columns begin.
   */
  x: number;
}
/**
 * What is said about a report beside its facts: for hosts that show it in a way of their own.
 */
export interface Reading {
  /**
   * What is noted without effect on the verdict.
   */
  aside: string[];
  /**
   * The questions that were asked.
   */
  asked: string[];
  /**
   * What to ask for.
   */
  asks: Ask[];
  /**
   * One answer for each axis, in the order in which reports show them.
   */
  axes: Answer[];
  /**
   * What bears on the verdict, each cause once.
   */
  causes: Cause[];
  /**
   * The chains in the order in which tables show them: those with something to say first.
   */
  chains: Standing[];
  /**
   * The findings in the order of the report.
   */
  findings: FindingRead[];
  /**
   * What to run for each of the keys that the verifier lacks, in the order of the report; put the output into a file named
   * `REGION.json`.
   */
  key_commands: string[];
  /**
   * The language.
   */
  language: Language;
  /**
   * The keys by level.
   */
  levels: string[];
  /**
   * What is never claimed.
   */
  not_claimed: string[];
  /**
   * The verdict in a word.
   */
  overall: string;
  /**
   * The digest of the report that is read.
   */
  report_digest: string;
  /**
   * The verdict in one sentence.
   */
  sentence: string;
  /**
   * What was asked and is not proved; empty if all of it is.
   */
  unproved: string[];
  /**
   * What was verified, in a sentence.
   */
  verified: string;
}
/**
 * One thing to ask for.
 */
export interface Ask {
  /**
   * The codes of the findings that it would answer.
   */
  codes: Code[];
  /**
   * Commands for the other side, for a POSIX shell.
   */
  commands: string[];
  /**
   * The day folders, from midnight before the first to midnight behind the last, in UTC.
   */
  days?: Period | null;
  /**
   * The files or entries that are meant, as the report names them; a run of them by its first and its last.
   */
  names: string[];
  /**
   * Its kind.
   */
  need: Need;
  /**
   * The account and the region of each chain concerned; empty if no chain can be named.
   */
  places: [unknown, unknown][];
  /**
   * What is asked for, in a sentence.
   */
  what: string;
  /**
   * Why: what was found, in numbers.
   */
  why: string[];
}
/**
 * What a report says on one axis.
 */
export interface Answer {
  /**
   * The answer.
   */
  answer: string;
  /**
   * The axis.
   */
  axis: Axis;
  /**
   * What was found that decides it, in numbers, or that only the verifier's policy let pass; empty if there is no such thing.
   */
  found: string;
  /**
   * The outcome.
   */
  outcome: Outcome;
  /**
   * The question that it asks.
   */
  question: string;
  /**
   * The outcome in a word.
   */
  shown: string;
}
/**
 * One kind of thing that was found and bears on the verdict, wherever it was found.
 */
export interface Cause {
  /**
   * Its code.
   */
  code: Code;
  /**
   * What it does to the verdict.
   */
  effect: Effect;
  /**
   * What follows from it, in numbers.
   */
  follows: string[];
  /**
   * In which chains or at which entry; empty if that says nothing.
   */
  place: string;
  /**
   * What to do.
   */
  remedy: string;
  /**
   * From the first to the last time concerned, with that of what follows.
   */
  span?: Period | null;
  /**
   * What was found, in numbers.
   */
  what: string;
  /**
   * The same as people say it; empty if there is none.
   */
  when: string;
}
/**
 * Where a chain stands in the tables.
 */
export interface Standing {
  /**
   * Digest files proved, of how many.
   */
  digests: string;
  /**
   * Its id in the report.
   */
  id: string;
  /**
   * Log files proved, of how many.
   */
  logs: string;
  /**
   * Why; empty if there is nothing to say.
   */
  notes: string[];
  /**
   * Its number in the tables and in the picture.
   */
  number: number;
  /**
   * What is the worst about it.
   */
  outcome: Outcome;
  /**
   * Time proved.
   */
  proved: string;
  /**
   * Of it, time proved silent.
   */
  silent: string;
}
/**
 * A finding in words.
 */
export interface FindingRead {
  /**
   * A command that fetches what is missing.
   */
  command?: string | null;
  /**
   * The particular circumstances.
   */
  detail?: string | null;
  /**
   * Its first subject.
   */
  first: string;
  /**
   * Its last subject, if there are several.
   */
  last?: string | null;
  /**
   * What its code means.
   */
  means: string;
}
/**
 * A scope as people write it: the fields of a scope file (TOML or JSON), which are those of the command line.
 */
export interface Request {
  /**
   * Accounts, twelve digits each.
   */
  accounts?: string[];
  /**
   * Questions of their own, for uneven organisations.
   */
  expect?: Expect[];
  /**
   * Start of the period: a date (midnight in UTC) or a time with an offset.
   */
  from?: string | null;
  /**
   * Codes with another effect: `refutes`, `limits` or `informs`.
   */
  policy?: {
    [k: string]: Effect;
  };
  /**
   * Source regions.
   */
  regions?: string[];
  /**
   * Known renamings, `s3://OLD[/PREFIX]=s3://NEW[/PREFIX]`.
   */
  relocated?: string[];
  /**
   * End of the period, not inside it.
   */
  to?: string | null;
  /**
   * Trail names, or trail ARNs.
   */
  trails?: string[];
}
/**
 * What one account owes.
 */
export interface Expect {
  /**
   * The account, twelve digits.
   */
  account?: string | null;
  /**
   * Start of its period; absent: the one stated at the top.
   */
  from?: string | null;
  /**
   * Its regions; absent: those stated at the top.
   */
  regions?: string[] | null;
  /**
   * End of its period.
   */
  to?: string | null;
  /**
   * Its trails; absent: those stated at the top.
   */
  trails?: string[] | null;
}
/**
 * Which part of the picture is wanted; all of it, unless told.
 */
export interface View {
  /**
   * The time; up to a week of it is drawn by the hour.
   */
  period?: Period | null;
  /**
   * How many of the chains that tables show first are left out.
   */
  skip?: number;
}
