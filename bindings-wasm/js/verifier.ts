// The verifier: shares an archive among workers, and gets one report.
import { Member, type Thread } from "./crew.js";
import { Refusal } from "./errors.js";
import { type Evidence, type Piece, pieces } from "./evidence.js";
import type { Demand, Form, Sent, Step, Task } from "./protocol.js";
import type { Report } from "./report.js";
import type { Explanation, Inventory, KeyFacts, Picture, Reading, Request, View } from "./views.js";

/** Limits that differ from the usual ones, by the names that reports use. */
export type Limits = Partial<Record<"digest_bytes" | "log_bytes" | "entry_bytes" | "entries" | "json_depth" | "path_bytes" | "unpacked_ratio", number>>;

/** A key list that you got from AWS: a file named REGION.json, or that name and its content. */
export type KeyFile = File | readonly [name: string, list: string | Uint8Array | Blob];

/** What a verdict depends on besides the archive. */
export interface Question {
  /** Your own key lists. Keys in the archive prove nothing. */
  keys?: Iterable<KeyFile>;
  /** The keys that may vouch: texts with one SHA-256 of a key's DER bytes a line. */
  pins?: string | Iterable<string>;
  /** The period asked: dates, or times with an offset; the end is not inside it. */
  covering?: readonly [from: string, to: string];
  /** Accounts that must be covered. */
  accounts?: Iterable<string>;
  /** Source regions that must be covered. */
  regions?: Iterable<string>;
  /** Trails that must be covered, by name or ARN. */
  trails?: Iterable<string>;
  /** Renamings that you know of: `s3://OLD[/PREFIX]=s3://NEW[/PREFIX]`. */
  relocated?: Iterable<string>;
  /** The text of a scope file, in TOML or JSON, or its fields. */
  scope?: string | Request;
}

export interface Options extends Question {
  /** Bounds on what is read. */
  limits?: Limits;
  /** How many workers; as many as there are cores unless told, at most 8. */
  workers?: number;
  /** Another build of trailseal's WebAssembly than the one in this package. */
  wasm?: BufferSource | WebAssembly.Module;
}

/** How far a verification is. Totals grow while folders and nested archives are found. */
export interface Progress {
  /** `examining` until all files were read, then `concluding`. */
  readonly stage: "examining" | "concluding";
  readonly files: number;
  readonly totalFiles: number;
  readonly bytes: number;
  readonly totalBytes: number;
  /** Since the beginning. */
  readonly seconds: number;
}

export interface Watch {
  onProgress?: (progress: Progress) => void;
  /** Stops the work: its workers end at once, and the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** A report, with its other forms. */
export interface Verification {
  /** Facts only: what is said of them is in its reading. */
  readonly report: Report;
  /** The canonical JSON (RFC 8785): byte for byte what the command line writes, which adds a line feed. */
  readonly json: string;
  /** The report digest: the SHA-256 of the canonical JSON. */
  readonly digest: string;
  /** The verdict in one sentence, in English. */
  readonly sentence: string;
  /** One file for people, without scripts. */
  html(): Promise<string>;
  /** One table, safe to open in a spreadsheet. For that of the objects, a row for each file, the case is judged again. */
  csv(table: "findings" | "asked" | "coverage" | "chains" | "keys" | "lake" | "objects"): Promise<string>;
  /** What people read beside the facts, and what they run: made from the report alone. `language` is a tag by BCP 47. */
  reading(language?: string): Promise<Reading>;
  /** The coverage picture, or a part of it; null without a time to draw. */
  picture(view?: Partial<View>): Promise<Picture | null>;
}

/** What a verifier needs of the place where it runs. */
export interface Platform {
  readonly cores: number;
  module(): Promise<WebAssembly.Module>;
  compile(bytes: BufferSource): Promise<WebAssembly.Module>;
  spawn(): Thread;
  /** Makes bytes readable for several workers without a copy for each. */
  share(bytes: Uint8Array): Sent;
  /** What a worker cannot read itself is read here. */
  settle(from: Blob): Sent | Promise<Sent>;
}

/** Files that go to a worker at once. */
const BATCH_FILES = 64;
const BATCH_BYTES = 4 << 20;
const MOST_WORKERS = 8;
/** Reports are read in it unless told. */
const ENGLISH = "en";

const list = (values: Iterable<string> | undefined): string[] | undefined => values && [...values];

async function demand(question: Question): Promise<Demand> {
  const { covering, accounts, regions, trails, relocated, scope, pins } = question;
  // What is absent must not be stated as empty.
  const own = {
    from: covering?.[0] || undefined,
    to: covering?.[1] || undefined,
    accounts: list(accounts),
    regions: list(regions),
    trails: list(trails),
    relocated: list(relocated),
  };
  const keys: [string, Uint8Array][] = [];
  for (const file of question.keys ?? []) {
    const [name, list] = file instanceof Blob ? [file.name, file] : file;
    keys.push([name, list instanceof Blob ? new Uint8Array(await list.arrayBuffer()) : typeof list === "string" ? new TextEncoder().encode(list) : list]);
  }
  const scopeFile = scope === undefined || typeof scope === "string" ? scope : JSON.stringify(scope);
  return { request: JSON.stringify(own), scopeFile, keys, pins: typeof pins === "string" ? [pins] : [...(pins ?? [])] };
}

/** Verifies archives. It owns its workers until it is closed. */
export class Verifier {
  readonly #platform: Platform;
  readonly #module: WebAssembly.Module;
  readonly #demand: Demand;
  readonly #limits: string;
  readonly #count: number;
  #members: Member[] = [];
  #busy = false;
  #closed = false;

  protected constructor(platform: Platform, module: WebAssembly.Module, asked: Demand, options: Options) {
    this.#platform = platform;
    this.#module = module;
    this.#demand = asked;
    this.#limits = JSON.stringify(options.limits ?? {});
    this.#count = Math.max(1, Math.trunc(options.workers ?? Math.min(platform.cores, MOST_WORKERS)));
  }

  /** Used by the entry points of this package; they know where they run. */
  static async on(platform: Platform, options: Options = {}): Promise<Verifier> {
    const { wasm } = options;
    const module = wasm === undefined ? await platform.module() : wasm instanceof WebAssembly.Module ? wasm : await platform.compile(wasm);
    const verifier = new Verifier(platform, module, await demand(options), options);
    try {
      await (await verifier.#first()).ask({ do: "check", demand: verifier.#demand });
    } catch (error) {
      verifier.close();
      throw error;
    }
    return verifier;
  }

  /** Workers that are ready; those that ended are replaced. */
  async #crew(count: number): Promise<Member[]> {
    if (this.#closed) throw new Refusal("this verifier is closed");
    this.#members = this.#members.filter((member) => !member.hasEnded);
    const fresh: Promise<unknown>[] = [];
    while (this.#members.length < count) {
      const member = new Member(this.#platform.spawn());
      this.#members.push(member);
      fresh.push(member.ask({ do: "start", module: this.#module }));
    }
    await Promise.all(fresh);
    return this.#members.slice(0, count);
  }

  async #first(): Promise<Member> {
    const [first] = await this.#crew(1);
    if (!first) throw new Refusal("this verifier is closed");
    return first;
  }

  /** Verifies evidence, and says what it proves. */
  async verify(evidence: Evidence, watch: Watch = {}): Promise<Verification> {
    const { answer: json, shares } = await this.#work("conclude", evidence, watch);
    const show = (form: Form, detail?: string) => this.#show(json, form, detail);
    const read = async (language: string) => JSON.parse(await show("reading", language)) as Reading;
    const english = await read(ENGLISH);
    return {
      report: JSON.parse(json) as Report,
      json,
      digest: english.report_digest,
      sentence: english.sentence,
      html: () => show("html"),
      csv: (table) => (table === "objects" ? this.#judge("objects", shares) : show("csv", table)),
      reading: async (language = ENGLISH) => (language === ENGLISH ? english : read(language)),
      picture: async (view = {}) => JSON.parse(await show("picture", JSON.stringify(view))) as Picture | null,
    };
  }

  /** Says what is in evidence and what it lacks, with the commands that fetch it; verifies nothing. */
  async inspect(evidence: Evidence, watch: Watch = {}): Promise<Inventory> {
    return JSON.parse((await this.#work("inspect", evidence, watch)).answer) as Inventory;
  }

  /** Explains a code. */
  async explain(code: string): Promise<Explanation> {
    const [explanation] = await this.#explain(code);
    if (!explanation) throw new Refusal(`there is no code '${code}'`);
    return explanation;
  }

  /** Explains all codes. */
  explanations(): Promise<Explanation[]> {
    return this.#explain(undefined);
  }

  async #explain(code: string | undefined): Promise<Explanation[]> {
    return JSON.parse((await (await this.#first()).ask({ do: "explain", code })) as string) as Explanation[];
  }

  /** Describes the keys of a key list, which need not be among this verifier's own. */
  async keyList(file: KeyFile): Promise<KeyFacts[]> {
    const [key] = (await demand({ keys: [file] })).keys;
    if (!key) return [];
    return JSON.parse((await (await this.#first()).ask({ do: "keys", name: key[0], list: key[1] })) as string) as KeyFacts[];
  }

  async #show(report: string, form: Form, detail = ""): Promise<string> {
    return (await (await this.#first()).ask({ do: "show", report, form, detail })) as string;
  }

  /** Ends the workers. */
  close(): void {
    this.#closed = true;
    this.#dismiss(new Refusal("this verifier was closed"));
  }

  #dismiss(reason: Error): void {
    for (const member of this.#members) member.end(reason);
    this.#members = [];
  }

  async #judge(what: "conclude" | "inspect" | "objects", shares: Uint8Array[]): Promise<string> {
    return (await (await this.#first()).ask({ do: what, demand: this.#demand, shares })) as string;
  }

  async #work(what: "conclude" | "inspect", evidence: Evidence, { onProgress, signal }: Watch): Promise<{ answer: string; shares: Uint8Array[] }> {
    signal?.throwIfAborted();
    if (this.#busy) throw new Refusal("this verifier is at work; make another one, or wait");
    this.#busy = true;
    const stop = () => this.#dismiss(signal?.reason instanceof Error ? signal.reason : new DOMException("stopped", "AbortError"));
    signal?.addEventListener("abort", stop);
    try {
      const crew = await this.#crew(this.#count);
      signal?.throwIfAborted();
      const tally = new Tally(onProgress);
      for (const member of crew) member.onStep = (step) => tally.add(step);
      const shares = await this.#examine(crew, evidence, tally, signal);
      tally.conclude();
      const answer = await this.#judge(what, shares);
      signal?.throwIfAborted();
      return { answer, shares };
    } catch (error) {
      // What the others found is of no use, and they may be in the middle of something.
      this.#dismiss(error instanceof Error ? error : new Error(String(error)));
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
      for (const member of this.#members) member.onStep = undefined;
      this.#busy = false;
    }
  }

  async #examine(crew: Member[], evidence: Evidence, tally: Tally, signal: AbortSignal | undefined): Promise<Uint8Array[]> {
    const begun = crew.map((member, index) => member.ask({ do: "begin", index, of: crew.length, limits: this.#limits }));
    const [most = 0] = (await Promise.all(begun)) as number[];
    const archives: { name: string; at: string | undefined; from: Sent }[] = [];
    const desk = new Desk(crew);
    let batch: [path: string, from: Sent][] = [];
    let bytes = 0;
    let entries = 0;
    let isCut = false;
    const send = async (): Promise<void> => {
      const files = batch;
      [batch, bytes] = [[], 0];
      await desk.give({ do: "files", files, cut: false }, (answer) => {
        for (const index of answer as number[]) {
          const [at, from] = files[index] ?? [];
          if (at !== undefined && from) archives.push({ name: at, at, from });
        }
      });
    };
    for await (const piece of pieces(evidence, (total) => tally.expect(total))) {
      signal?.throwIfAborted();
      const { at, size } = piece;
      if (at === undefined) {
        archives.push({ name: piece.name, at, from: await this.#sent(piece, true) });
        continue;
      }
      if (entries === most) {
        isCut = true;
        break;
      }
      entries += 1;
      batch.push([at, await this.#sent(piece, false)]);
      bytes += size;
      if (batch.length >= BATCH_FILES || bytes >= BATCH_BYTES) await send();
    }
    if (batch.length > 0) await send();
    if (isCut) await desk.give({ do: "files", files: [], cut: true }, () => undefined);
    await desk.finish();
    for (const archive of archives) {
      // All of them read it, each for its share.
      const from = "bytes" in archive.from ? this.#platform.share(archive.from.bytes) : archive.from;
      await Promise.all(crew.map((member) => member.ask({ do: "archive", ...archive, from })));
    }
    return (await Promise.all(crew.map((member) => member.ask({ do: "end" })))) as Uint8Array[];
  }

  async #sent({ from }: Piece, isShared: boolean): Promise<Sent> {
    if ("blob" in from) return this.#platform.settle(from.blob);
    return isShared && "bytes" in from ? this.#platform.share(from.bytes) : from;
  }
}

/** Hands tasks to whoever is free. */
class Desk {
  readonly #free: Member[];
  readonly #working = new Set<Promise<void>>();

  constructor(crew: Member[]) {
    this.#free = [...crew];
  }

  async give(task: Task, take: (answer: unknown) => void): Promise<void> {
    while (this.#free.length === 0) await Promise.race(this.#working);
    const member = this.#free.shift();
    if (!member) return;
    const work: Promise<void> = member.ask(task).then((answer) => {
      take(answer);
      this.#free.push(member);
      this.#working.delete(work);
    });
    this.#working.add(work);
    // Whoever waits next hears of a failure; nobody may be waiting yet.
    work.catch(() => undefined);
  }

  async finish(): Promise<void> {
    await Promise.all(this.#working);
  }
}

/** Adds up what the workers say. */
class Tally {
  readonly #show: ((progress: Progress) => void) | undefined;
  readonly #start = performance.now();
  #stage: Progress["stage"] = "examining";
  #files = 0;
  #bytes = 0;
  #totalFiles = 0;
  #totalBytes = 0;

  constructor(show: ((progress: Progress) => void) | undefined) {
    this.#show = show;
    this.#say();
  }

  expect({ files, bytes }: { files: number; bytes: number }): void {
    this.#totalFiles += files;
    this.#totalBytes += bytes;
  }

  add({ files, bytes, expectedFiles, expectedBytes }: Step): void {
    this.#files += files;
    this.#bytes += bytes;
    this.expect({ files: expectedFiles, bytes: expectedBytes });
    this.#say();
  }

  conclude(): void {
    this.#stage = "concluding";
    this.#say();
  }

  #say(): void {
    this.#show?.({
      stage: this.#stage,
      files: this.#files,
      totalFiles: Math.max(this.#totalFiles, this.#files),
      bytes: this.#bytes,
      totalBytes: Math.max(this.#totalBytes, this.#bytes),
      seconds: (performance.now() - this.#start) / 1000,
    });
  }
}
