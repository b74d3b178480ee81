// What may be handed to a verifier, as pieces: archives, and files of folders.
import type { Sent } from "./protocol.js";
import { Refusal } from "./errors.js";

/** A file on disk, named by its path: only Node can open one. */
export interface OnDisk {
  readonly path: string;
  readonly size: number;
}

/** What bears the bytes of a file. */
export type Content = Blob | Uint8Array | ArrayBuffer | OnDisk;

/** An archive, a folder, or a file of a folder with its path in it. */
export type Item = Content | FileSystemDirectoryHandle | FileSystemFileHandle | readonly [path: string, content: Content];

/** One archive or folder, or several that are one case. A `File` with a relative path lies in a folder that was picked. */
export type Evidence = Item | FileList | Iterable<Item> | AsyncIterable<Item>;

/** An archive that was given itself, if `at` is undefined; else a file of a folder. */
export interface Piece {
  readonly name: string;
  readonly at: string | undefined;
  readonly size: number;
  readonly from: Sent;
}

/** Tells what the pieces are. Those of a list are counted before the first. */
export async function* pieces(evidence: Evidence, expect: (total: { files: number; bytes: number }) => void): AsyncGenerator<Piece> {
  if (isItem(evidence)) return yield* item(evidence, expect);
  if (Array.isArray(evidence) || (typeof FileList === "function" && evidence instanceof FileList)) {
    const total = { files: 0, bytes: 0 };
    for (const one of evidence as ArrayLike<Item> & Iterable<Item>) {
      const [path, content] = Array.isArray(one) ? (one as [string, Content]) : [inFolder(one), one as Content];
      if (path !== undefined) {
        total.files += 1;
        total.bytes += size(content);
      }
    }
    expect(total);
    for (const one of evidence as Iterable<Item>) yield* item(one, isHandle(one) ? expect : () => undefined);
    return;
  }
  for await (const one of evidence as AsyncIterable<Item>) yield* item(one, expect);
}

async function* item(one: Item, expect: (total: { files: number; bytes: number }) => void): AsyncGenerator<Piece> {
  if (isHandle(one)) {
    if (one.kind === "directory") return yield* folder(one, expect);
    one = await one.getFile();
  }
  if (Array.isArray(one)) {
    const [path, content] = one as [string, Content];
    expect({ files: 1, bytes: size(content) });
    return yield piece(path, path, content);
  }
  const content = one as Content;
  const at = inFolder(content);
  if (at !== undefined) expect({ files: 1, bytes: size(content) });
  yield piece(name(content), at, content);
}

async function* folder(
  handle: FileSystemDirectoryHandle,
  expect: (total: { files: number; bytes: number }) => void,
): AsyncGenerator<Piece> {
  for await (const [path, file] of filesOf(handle)) {
    expect({ files: 1, bytes: file.size });
    yield piece(path, path, file);
  }
}

/** The files below a folder, with their paths in it. */
export async function* filesOf(handle: FileSystemDirectoryHandle, prefix = ""): AsyncGenerator<[path: string, file: File]> {
  // TypeScript's own library calls this an iterable of pairs only.
  const inside = handle as unknown as { values(): AsyncIterable<FileSystemDirectoryHandle | FileSystemFileHandle> };
  for await (const entry of inside.values()) {
    const path = prefix + entry.name;
    if (entry.kind === "directory") yield* filesOf(entry, `${path}/`);
    else yield [path, await entry.getFile()];
  }
}

/** The path inside the folder that was picked, whose own name is no part of the evidence. */
function inFolder(one: unknown): string | undefined {
  const path = typeof File === "function" && one instanceof File ? one.webkitRelativePath : "";
  return path ? path.slice(path.indexOf("/") + 1) : undefined;
}

function piece(name: string, at: string | undefined, content: Content): Piece {
  const from: Sent =
    content instanceof Blob
      ? { blob: content }
      : content instanceof Uint8Array
        ? { bytes: content }
        : content instanceof ArrayBuffer
          ? { bytes: new Uint8Array(content) }
          : { file: content.path };
  return { name, at, size: size(content), from };
}

function name(content: Content): string {
  if (typeof File === "function" && content instanceof File) return content.name;
  return "path" in content ? content.path : "the archive";
}

function size(content: Content): number {
  return "size" in content ? content.size : content.byteLength;
}

function isHandle(one: unknown): one is FileSystemDirectoryHandle | FileSystemFileHandle {
  return typeof FileSystemHandle === "function" && one instanceof FileSystemHandle;
}

function isItem(evidence: Evidence): evidence is Item {
  if (evidence instanceof Blob || evidence instanceof Uint8Array || evidence instanceof ArrayBuffer || isHandle(evidence)) return true;
  if (typeof evidence !== "object" || evidence === null) throw new Refusal("this is nothing that can be verified");
  return "path" in evidence || (Array.isArray(evidence) && evidence.length === 2 && typeof evidence[0] === "string");
}
