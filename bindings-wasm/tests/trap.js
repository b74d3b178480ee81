// trailseal's own WebAssembly with a function that traps, as one with a defect would.
import { readFile } from "node:fs/promises";

/** The module in which the exported function of this name does nothing but trap. */
export async function trapping(name) {
  const bytes = new Uint8Array(await readFile(new URL("../glue/trailseal_bg.wasm", import.meta.url)));
  let at = 8;
  const number = () => {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = bytes[at++];
      value |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) return value;
    }
  };
  const text = () => {
    const length = number();
    at += length;
    return new TextDecoder().decode(bytes.subarray(at - length, at));
  };
  let imported = 0;
  let wanted;
  while (at < bytes.length) {
    const section = bytes[at++];
    const end = number() + at;
    if (section === 2) {
      // What is imported comes first in the numbers of functions; the glue imports nothing else.
      imported = number();
    } else if (section === 7) {
      for (let count = number(); count > 0; count -= 1) {
        const exported = text();
        const kind = bytes[at++];
        const index = number();
        if (kind === 0 && exported === name) wanted = index;
      }
    } else if (section === 10) {
      const count = number();
      for (let index = imported; index < imported + count; index += 1) {
        const size = number();
        // No locals, `unreachable`, nothing more, end.
        if (index === wanted) {
          bytes.fill(0x01, at, at + size);
          bytes.set([0x00, 0x00], at);
          bytes[at + size - 1] = 0x0b;
          return bytes;
        }
        at += size;
      }
    }
    at = end;
  }
  throw new Error(`no exported function ${name}`);
}
