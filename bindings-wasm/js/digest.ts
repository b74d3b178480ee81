// SHA-256 by the browser, several times as fast as in WebAssembly. It answers later, and whoever asks is in the middle of an archive:
// WebAssembly is suspended until then, where it can be (JavaScript Promise Integration). Elsewhere it hashes itself.

interface PromiseIntegration {
  Suspending: new (call: (address: number, length: number) => Promise<void>) => (address: number, length: number) => void;
  promising(exported: () => void): () => Promise<void>;
}

const { Suspending, promising } = WebAssembly as unknown as Partial<PromiseIntegration>;
/** Missing in a page that came over an open line. */
const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;

let memory: WebAssembly.Memory;
let last: Uint8Array | undefined;

export const isThere = Suspending !== undefined && promising !== undefined && subtle !== undefined;

/** What WebAssembly waits for. It never fails: without a hash it hashes itself. */
async function digest(address: number, length: number): Promise<void> {
  last = undefined;
  try {
    const hash = await subtle?.digest("SHA-256", new Uint8Array(memory.buffer as ArrayBuffer, address >>> 0, length >>> 0));
    if (hash) last = new Uint8Array(hash);
  } catch {
    // There is not enough memory for a copy.
  }
}

export const hash = Suspending ? new Suspending(digest) : () => undefined;

export function hashed(): Uint8Array | undefined {
  const hash = last;
  last = undefined;
  return hash;
}

/** An exported function as one that may be suspended, if that is of use. */
export function suspendable(exports: { memory: WebAssembly.Memory }, exported: () => void): () => Promise<void> | void {
  memory = exports.memory;
  return promising && isThere ? promising(exported) : exported;
}
