// The test vectors, and what the command line says about them.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

const { TRAILSEAL, ROOT } = process.env;
const folder = join(ROOT, "test-vectors");

export const place = mkdtempSync(join(tmpdir(), "trailseal-page-"));
process.on("exit", () => rmSync(place, { recursive: true, force: true }));

/** A file of the vectors. */
export const vectorFile = (path) => join(folder, path);

/** A file of the example that the README verifies. */
export const example = (name) => join(folder, "example", name);

/** The JSON that the command writes, the canonical report unless told, without its line feed. */
export async function command(archives, options, form = "json") {
  const run = promisify(execFile)(TRAILSEAL, ["verify", ...archives, ...options, "--format", form], { maxBuffer: 1 << 30 });
  // Exit codes are verdicts; only 2 says that there is none.
  const { stdout } = await run.catch((error) => (error.code === 1 || error.code === 3 ? error : Promise.reject(error)));
  return stdout.replace(/\n$/, "");
}

/** Every vector, with its parts as they are handed to each face. */
export function vectors() {
  const { vectors } = JSON.parse(readFileSync(vectorFile("index.json"), "utf8"));
  return vectors.map((vector, index) => {
    const file = (name, text) => {
      const path = join(place, `${index}-${name}`);
      writeFileSync(path, text);
      return path;
    };
    const archives = vector.archives.map(vectorFile);
    const keys = vector.keys.map(vectorFile);
    const scope = JSON.stringify(vector.scope);
    const limits = vector.limits ?? {};
    const options = ["--scope", file("scope.json", scope)];
    if (keys.length > 0) options.push("--keys", ...keys.flatMap((key, at) => (at === 0 ? [key] : ["--keys", key])));
    if (vector.pins) options.push("--pins", file("pins.txt", vector.pins.join("\n")));
    for (const [name, value] of Object.entries(limits)) options.push("--limit", `${name.replaceAll("_", "-")}=${value}`);
    const question = {
      keys: keys.map((key) => [basename(key), readFileSync(key)]),
      scope,
      limits,
      ...(vector.pins ? { pins: vector.pins } : {}),
    };
    return { id: vector.id, archives, keys, scope, limits, pins: vector.pins, question, expected: () => command(archives, options) };
  });
}

/** What the README asks about its example. */
export const exampleOptions = ["--keys", example("public-keys"), "--from", "2026-03-01", "--to", "2026-03-03"];
