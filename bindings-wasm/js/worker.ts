// A worker: runs trailseal in WebAssembly, one task after the other.
import { Demand as Asked, Shown, archive, begin, cut, defect, end, explain, file, initSync, key_list, type Source } from "#glue";
import { suspendable } from "#digest";
import type { Demand, Said, Sent, Step, Task } from "./protocol.js";

/** How long progress may be kept to itself. */
const QUIET_MS = 100;

interface Port {
  say(said: Said, transfer?: Transferable[]): void;
  listen(hear: (question: Task & { number: number }) => void): void;
}

/** What only a worker of Node's has: it reads files at any position. */
interface Files {
  openSync(path: string, flags: "r"): number;
  fstatSync(file: number): { size: number };
  readSync(file: number, into: Uint8Array, at: number, length: number, position: number): number;
  closeSync(file: number): void;
}

declare const require: ((module: string) => unknown) | undefined;
declare const FileReaderSync: { new (): { readAsArrayBuffer(blob: Blob): ArrayBuffer } };

let files: Files | undefined;

function connect(): Port {
  if (typeof require === "function") {
    files = require("node:fs") as Files;
    const { parentPort } = require("node:worker_threads") as {
      parentPort: { postMessage(message: unknown, transfer?: Transferable[]): void; on(event: "message", hear: (message: never) => void): void };
    };
    return {
      say: (said, transfer = []) => parentPort.postMessage(said, transfer),
      listen: (hear) => parentPort.on("message", hear),
    };
  }
  const scope = globalThis as unknown as {
    postMessage(message: unknown, transfer: Transferable[]): void;
    onmessage: (event: { data: never }) => void;
  };
  return {
    say: (said, transfer = []) => scope.postMessage(said, transfer),
    listen: (hear) => (scope.onmessage = ({ data }) => hear(data)),
  };
}

const port = connect();

let nobody: MessagePort | undefined;

/**
 * Frees a buffer now. A worker that is never idle may collect no garbage for as long as it works, and then all that it read would stay;
 * what is handed to another, and be it nobody, is gone.
 */
function discard(buffer: ArrayBuffer | undefined): void {
  if (!buffer) return;
  if (!nobody) {
    const { port1, port2 } = new MessageChannel();
    port2.close();
    nobody = port1;
  }
  nobody.postMessage(buffer, [buffer]);
}

/** Examines what was opened. */
let examine: () => Promise<void> | void;

/** Opens what was sent, hands it over, examines it, and closes it. */
async function examining<T>(from: Sent, open: (source: Source) => T): Promise<T> {
  const use = async (source: Source): Promise<T> => {
    const opened = open(source);
    await examine();
    return opened;
  };
  if ("blob" in from) {
    const reader = new FileReaderSync();
    const { blob } = from;
    let last: ArrayBuffer | undefined;
    const read = (position: number, length: number) => {
      discard(last);
      last = reader.readAsArrayBuffer(blob.slice(position, position + length));
      return new Uint8Array(last);
    };
    return use({ size: blob.size, read });
  }
  if ("bytes" in from) {
    const { bytes } = from;
    return use({ size: bytes.length, read: (position, length) => bytes.subarray(position, position + length) });
  }
  const system = files;
  if (!system) throw new Error("only Node opens files by their path");
  const file = system.openSync(from.file, "r");
  try {
    const read = (position: number, length: number) => {
      const into = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const count = system.readSync(file, into, done, length - done, position + done);
        if (count === 0) break;
        done += count;
      }
      return into.subarray(0, done);
    };
    return await use({ size: system.fstatSync(file).size, read });
  } finally {
    system.closeSync(file);
  }
}

/** Progress, said at most every so often. */
const untold = { files: 0, bytes: 0, expectedFiles: 0, expectedBytes: 0 };
let toldAt = 0;

function advance(files: number, bytes: number, expectedFiles: number, expectedBytes: number): void {
  untold.files += files;
  untold.bytes += bytes;
  untold.expectedFiles += expectedFiles;
  untold.expectedBytes += expectedBytes;
  const now = performance.now();
  if (expectedBytes > 0 || now - toldAt > QUIET_MS) tell(now);
}

function tell(now = performance.now()): void {
  const step: Step = { ...untold };
  Object.assign(untold, { files: 0, bytes: 0, expectedFiles: 0, expectedBytes: 0 });
  toldAt = now;
  port.say({ step });
}

function asked({ request, scopeFile, keys, pins }: Demand): Asked {
  const asked = new Asked(request, scopeFile);
  for (const [name, list] of keys) asked.keys(name, list);
  for (const text of pins) asked.pins(text);
  return asked;
}

async function obey(task: Task): Promise<unknown> {
  switch (task.do) {
    case "start": {
      const exports = initSync({ module: task.module });
      examine = suspendable(exports, exports.examine);
      return undefined;
    }
    case "begin":
      return begin(task.index, task.of, task.limits, advance);
    case "files": {
      // What is an archive itself is shared by all workers: its place in the list goes back.
      const archives: number[] = [];
      for (const [index, [path, from]] of task.files.entries()) {
        if (!(await examining(from, (source) => file(path, source)))) archives.push(index);
      }
      if (task.cut) cut();
      tell();
      return archives;
    }
    case "archive":
      await examining(task.from, (source) => archive(task.name, task.at, source));
      tell();
      return undefined;
    case "end":
      return end();
    case "check":
      asked(task.demand).free();
      return undefined;
    case "conclude":
    case "inspect":
    case "objects":
      return asked(task.demand)[task.do](task.shares);
    case "show": {
      const shown = new Shown(task.report);
      try {
        return task.form === "html" ? shown.html() : shown[task.form](task.detail);
      } finally {
        shown.free();
      }
    }
    case "explain":
      return explain(task.code);
    case "keys":
      return key_list(task.name, task.list);
  }
}

/** A panic's own words, if a trap was one. */
function words(thrown: unknown): string {
  const trap = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  try {
    return defect() ?? trap;
  } catch {
    return trap;
  }
}

async function answer({ number, ...task }: Task & { number: number }): Promise<void> {
  try {
    const answer = await obey(task as Task);
    port.say({ number, answer }, answer instanceof Uint8Array ? [answer.buffer] : []);
  } catch (thrown) {
    // A text says why something cannot be done; anything else is a trap.
    port.say(typeof thrown === "string" ? { number, reason: thrown } : { number, defect: words(thrown) });
  }
}

/** Questions also come while WebAssembly is suspended; it must be left alone then. */
let last = Promise.resolve();
port.listen((question) => (last = last.then(() => answer(question))));
