// The entry point for browsers.
/// <reference lib="dom" />
import { WORKER, packed } from "./embedded.js";
import type { Thread } from "./crew.js";
import type { Said } from "./protocol.js";
import { type Options, type Platform, Verifier as Verify } from "./verifier.js";

export * from "./public.js";

interface Policy {
  createScriptURL(url: string): string;
}

/** Where a page demands Trusted Types, it has to allow the policy `trailseal`: for this worker and nothing else. */
let policy: Policy | undefined;

function trusted(address: string): string {
  const types = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } }).trustedTypes;
  if (!types) return address;
  policy ??= types.createPolicy("trailseal", {
    createScriptURL(url) {
      if (!url.startsWith("blob:")) throw new TypeError("only trailseal's own worker");
      return url;
    },
  });
  return policy.createScriptURL(address);
}

function spawn(): Thread {
  const address = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
  const worker = new Worker(trusted(address), { name: "trailseal" });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen(heard, failed) {
      worker.onmessage = ({ data }: MessageEvent<Said>) => heard(data);
      worker.onmessageerror = () => failed("a worker's words could not be read");
      worker.onerror = (event) => {
        event.preventDefault();
        failed(event.message || "a worker cannot be started; does the page's policy allow `worker-src blob:`?");
      };
    },
    end() {
      worker.terminate();
      URL.revokeObjectURL(address);
    },
    hold: () => undefined,
  };
}

function unpacked(): Promise<ArrayBuffer> {
  const stream = new Blob([packed()]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

let module: Promise<WebAssembly.Module> | undefined;

const platform: Platform = {
  cores: navigator.hardwareConcurrency || 1,
  module: () => (module ??= unpacked().then(platform.compile)),
  compile: (bytes) => WebAssembly.compile(bytes),
  spawn,
  share: (bytes) => ({ blob: new Blob([bytes as Uint8Array<ArrayBuffer>]) }),
  settle: (blob) => ({ blob }),
};

/** Verifies archives, with workers of the browser's. */
export class Verifier extends Verify {
  /** Checks what is asked, and starts the first worker. */
  static create(options: Options = {}): Promise<Verifier> {
    return Verify.on(platform, options);
  }
}
