// What the verifier and its workers say to each other.

/** Bytes, in a form that can be sent to a worker. `file` is a path that a worker of Node's opens itself. */
export type Sent = { readonly blob: Blob } | { readonly bytes: Uint8Array } | { readonly file: string };

/** What one worker is asked to do. */
export type Task =
  | { do: "start"; module: WebAssembly.Module }
  | { do: "begin"; index: number; of: number; limits: string }
  | { do: "files"; files: readonly (readonly [path: string, from: Sent])[]; cut: boolean }
  | { do: "archive"; name: string; at: string | undefined; from: Sent }
  | { do: "end" }
  | { do: "check"; demand: Demand }
  | { do: "conclude" | "inspect" | "objects"; demand: Demand; shares: Uint8Array[] }
  | { do: "show"; report: string; form: Form; detail: string }
  | { do: "explain"; code: string | undefined }
  | { do: "keys"; name: string; list: Uint8Array };

/** Forms of a report. */
export type Form = "html" | "csv" | "reading" | "picture";

/** What a verdict depends on besides the archive. */
export interface Demand {
  readonly request: string;
  readonly scopeFile: string | undefined;
  readonly keys: readonly (readonly [name: string, list: Uint8Array])[];
  readonly pins: readonly string[];
}

/** How far a worker is: since it last said so. */
export interface Step {
  readonly files: number;
  readonly bytes: number;
  readonly expectedFiles: number;
  readonly expectedBytes: number;
}

/** What a worker says. An answer bears the number of its question. */
export type Said =
  | { readonly number: number; readonly answer: unknown }
  | { readonly number: number; readonly reason: string }
  | { readonly number: number; readonly defect: string }
  | { readonly step: Step };
