// What was dropped or picked, as evidence.
import { filesOf } from "../js/evidence.js";
import type { Item } from "../js/public.js";

/** Something chosen: an archive, or a folder with its files. */
export interface Chosen {
  readonly name: string;
  readonly isFolder: boolean;
  readonly items: readonly Item[];
  readonly size: number;
}

/** Files that were picked. Those of a folder bear their path in it. */
export function picked(files: FileList): Chosen[] {
  const chosen: Chosen[] = [];
  const folders = new Map<string, File[]>();
  for (const file of files) {
    const [root, ...rest] = file.webkitRelativePath.split("/");
    if (root && rest.length > 0) folders.set(root, [...(folders.get(root) ?? []), file]);
    else chosen.push(archive(file));
  }
  for (const [name, inside] of folders) chosen.push({ name, isFolder: true, items: inside, size: sum(inside) });
  return chosen;
}

function archive(file: File): Chosen {
  return { name: file.name, isFolder: false, items: [file], size: file.size };
}

const sum = (files: readonly File[]) => files.reduce((size, file) => size + file.size, 0);

type Handle = FileSystemFileHandle | FileSystemDirectoryHandle;

/** What was dropped; the list of it has to be read before the event is over. */
export function dropped(transfer: DataTransfer): Promise<Chosen[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  return Promise.all(items.map((item) => ("getAsFileSystemHandle" in item ? ofHandle(item) : ofEntry(item))));
}

/** Chromium's way: the older one fails on pages that are files themselves. */
async function ofHandle(item: DataTransferItem): Promise<Chosen> {
  const handle = await (item as unknown as { getAsFileSystemHandle(): Promise<Handle> }).getAsFileSystemHandle();
  if (handle.kind === "file") return archive(await handle.getFile());
  const items: [string, File][] = [];
  for await (const one of filesOf(handle)) items.push(one);
  return folder(handle.name, items);
}

/** Everybody else's way. */
async function ofEntry(item: DataTransferItem): Promise<Chosen> {
  const entry = item.webkitGetAsEntry();
  if (!entry) throw new Error("something was dropped that is no file");
  if (entry.isFile) return archive(await file(entry as FileSystemFileEntry));
  const items: [string, File][] = [];
  await walk(entry as FileSystemDirectoryEntry, "", items);
  return folder(entry.name, items);
}

function folder(name: string, items: [string, File][]): Chosen {
  return { name, isFolder: true, items, size: sum(items.map(([, inside]) => inside)) };
}

const file = (entry: FileSystemFileEntry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject));

async function walk(folder: FileSystemDirectoryEntry, prefix: string, into: [string, File][]): Promise<void> {
  const reader = folder.createReader();
  // A hundred at a time, until none comes.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    const files = entries.filter((entry) => entry.isFile) as FileSystemFileEntry[];
    const opened = await Promise.all(files.map(file));
    opened.forEach((one) => into.push([prefix + one.name, one]));
    for (const entry of entries) {
      if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, `${prefix}${entry.name}/`, into);
    }
  }
}
