// The entry point for Node.
import { readdir, realpath, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { inflateSync } from "node:zlib";

import { WORKER, packed } from "./embedded.js";
import type { Thread } from "./crew.js";
import { Refusal } from "./errors.js";
import type { Item } from "./evidence.js";
import type { Said } from "./protocol.js";
import { type Options, type Platform, Verifier as Verify } from "./verifier.js";

export * from "./public.js";

function spawn(): Thread {
  // Node's own options are the program's: they could change what the worker's text is taken for.
  const worker = new Worker(WORKER, { eval: true, execArgv: [], name: "trailseal" });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer as never[]),
    listen(heard, failed) {
      worker.on("message", (said: Said) => heard(said));
      worker.on("messageerror", () => failed("a worker's words could not be read"));
      worker.on("error", (error) => failed(String(error)));
    },
    end: () => void worker.terminate(),
    hold: (isAwaited) => (isAwaited ? worker.ref() : worker.unref()),
  };
}

let module: Promise<WebAssembly.Module> | undefined;

const platform: Platform = {
  cores: availableParallelism(),
  module: () => (module ??= platform.compile(inflateSync(packed()))),
  compile: (bytes) => WebAssembly.compile(bytes),
  spawn,
  share(bytes) {
    if (bytes.buffer instanceof SharedArrayBuffer) return { bytes };
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    return { bytes: shared };
  },
  // Node's workers read no blob at once.
  settle: async (blob) => ({ bytes: new Uint8Array(await blob.arrayBuffer()) }),
};

/** Verifies archives, with Node's worker threads. */
export class Verifier extends Verify {
  /** Checks what is asked, and starts the first worker. */
  static create(options: Options = {}): Promise<Verifier> {
    return Verify.on(platform, options);
  }
}

/**
 * An archive, or the files of a folder, read from disk by the workers themselves and never whole. Links are not followed; a folder
 * that holds one is refused, because the command line follows it: unpacked by the command line, the two would not agree.
 */
export async function* fromPath(path: string): AsyncGenerator<Item> {
  const about = await stat(path);
  if (about.isFile()) {
    yield { path: await realpath(path), size: about.size };
    return;
  }
  if (!about.isDirectory()) throw new Refusal(`${path}: neither a folder nor a file`);
  yield* below(path, "");
}

async function* below(root: string, prefix: string): AsyncGenerator<Item> {
  const entries = await readdir(join(root, prefix), { withFileTypes: true });
  for (const entry of entries) {
    const path = prefix + entry.name;
    const full = join(root, path);
    if (entry.isDirectory()) yield* below(root, `${path}/`);
    else if (entry.isFile()) yield [path, { path: full, size: (await stat(full)).size }];
    else throw new Refusal(`${full}: a link or a device; pack the folder into an archive, or use the command line`);
  }
}
