// The package as it is published: packed, installed into a fresh project, and used there as its users would.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { contents, logName, writeZip } from "./archive.js";
import { browser, quit } from "./chromium.js";
import { trapping } from "./trap.js";
import { command, example, place } from "./vectors.js";

const here = fileURLToPath(new URL("..", import.meta.url));
const project = join(place, "project");
mkdirSync(project);
const run = (program, args) => execFileSync(program, args, { cwd: project, encoding: "utf8" });
const [packed] = JSON.parse(execFileSync("npm", ["pack", "--json", "--pack-destination", place], { cwd: join(here, "out/npm"), encoding: "utf8" }));
writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
run("npm", ["install", "--no-audit", "--no-fund", "--offline", join(place, packed.filename)]);
const expected = await command([example("handover.zip")], ["--from", "2026-03-01", "--to", "2026-03-03"]);
after(quit);

test("it is small, whole, and brings nothing along", () => {
  assert.ok(statSync(join(place, packed.filename)).size < 760_000, `${packed.size} bytes`);
  const files = packed.files.map(({ path }) => path);
  for (const file of ["browser.js", "node.js", "embedded.js", "types/browser.d.ts", "types/node.d.ts", "types/report.d.ts", "README.md", "LICENSE-MIT", "LICENSE-APACHE"]) {
    assert.ok(files.includes(file), file);
  }
  const manifest = JSON.parse(readFileSync(join(project, "node_modules/trailseal/package.json"), "utf8"));
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.version, process.env.VERSION);
});

test("Node", () => {
  writeFileSync(
    join(project, "verify.js"),
    `import { Verifier, fromPath } from "trailseal";
    const verifier = await Verifier.create({ covering: ["2026-03-01", "2026-03-03"], workers: 2 });
    const { json } = await verifier.verify(fromPath(${JSON.stringify(example("handover.zip"))}));
    verifier.close();
    process.stdout.write(json);`,
  );
  assert.equal(run(process.execPath, ["verify.js"]), expected);
});

test("TypeScript, in Node and for browsers", () => {
  const program = `import { Verifier, type Report, type Code } from "trailseal";
    export async function verdict(file: File): Promise<Report["overall"]> {
      const verifier = await Verifier.create({ covering: ["2026-03-01", "2026-04-01"] });
      const { report, sentence, reading } = await verifier.verify(file, { onProgress: ({ files }) => console.log(files) });
      const details: (string | null | undefined)[] = (await reading("en")).findings.map(({ detail }) => detail);
      const limits: number[] = report.findings.flatMap(({ reasons = [] }) => reasons.flatMap((reason) => (reason.is === "limit" ? [reason.most] : [])));
      console.log(sentence, details, limits);
      const codes: Code[] = report.findings.map(({ code }) => code);
      verifier.close();
      return codes.length > 0 ? report.axes.integrity : report.overall;
    }`;
  writeFileSync(join(project, "verdict.ts"), program);
  const check = (...options) => run(join(here, "node_modules/.bin/tsc"), ["--strict", "--noEmit", "--ignoreConfig", "--target", "es2022", "--lib", "es2023,dom,dom.iterable,dom.asynciterable", "--types", "", ...options, "verdict.ts"]);
  check("--module", "esnext", "--moduleResolution", "bundler");
  writeFileSync(join(project, "verdict.ts"), program.replace("report.axes.integrity", "report.axes.integrty"));
  assert.throws(() => check("--module", "esnext", "--moduleResolution", "bundler"), "what a report does not have is an error");
});

/** Serves the project, opens a page with this script, and returns what it says. */
async function inBrowser(script, files) {
  const server = createServer((request, response) => {
    const path = request.url === "/" ? undefined : files(request.url.slice(1));
    if (request.url === "/") response.setHeader("content-type", "text/html").end(`<!doctype html><title>test</title><script type="module">${script}</script>`);
    else if (path && existsSync(path)) response.setHeader("content-type", path.endsWith(".js") ? "text/javascript" : "application/octet-stream").end(readFileSync(path));
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => globalThis.said !== undefined, undefined, { timeout: 30_000 });
  const said = await page.evaluate(() => globalThis.said);
  await page.close();
  server.close();
  return said;
}

const use = `const archive = await (await fetch("/handover.zip")).blob();
  try {
    const verifier = await Verifier.create({ covering: ["2026-03-01", "2026-03-03"], workers: 2 });
    globalThis.said = (await verifier.verify(archive)).json;
    verifier.close();
  } catch (error) {
    globalThis.said = String(error);
  }`;
const served = (root) => (path) => (path === "handover.zip" ? example(path) : /^[\w./-]+$/.test(path) && !path.includes("..") ? join(root, path) : undefined);

test("a plain script of a page", async () => {
  const script = `import { Verifier } from "/node_modules/trailseal/browser.js"; ${use}`;
  assert.equal(await inBrowser(script, served(project)), expected);
});

test("what is asked in the middle of an archive waits for its end", async () => {
  const logs = contents(1_000_000, 2);
  writeZip(join(project, "large.zip"), Array.from({ length: 100 }, (_, index) => [logName(index), logs[index % logs.length]]));
  // With a pause in each hash, so that a worker has the time to hear what is asked.
  const prelude = `const { digest } = SubtleCrypto.prototype;
    SubtleCrypto.prototype.digest = async function (...given) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return digest.apply(this, given);
    };`;
  const script = `import { Verifier } from "/node_modules/trailseal/browser.js";
    const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => create(new Blob([${JSON.stringify(`{${prelude}}`)}, blob], { type: blob.type }));
    const verifier = await Verifier.create({ workers: 1 });
    const archive = await (await fetch("/large.zip")).blob();
    let now, explained;
    const onProgress = (progress) => {
      now = progress;
      if (progress.totalFiles > 0) explained ??= verifier.explain("log.missing").then(({ means }) => [means.length > 0, now.files]);
    };
    const { report } = await verifier.verify(archive, { onProgress });
    globalThis.said = [...(await explained), report.counts.entries];`;
  assert.deepEqual(await inBrowser(script, served(project)), [true, 100, 100]);
});

test("a trap in the middle of an archive is a defect and no verdict", async () => {
  writeFileSync(join(project, "trapping.wasm"), await trapping("examine"));
  const script = `import { Defect, Verifier } from "/node_modules/trailseal/browser.js";
    const wasm = await (await fetch("/trapping.wasm")).arrayBuffer();
    const verifier = await Verifier.create({ wasm, workers: 2 });
    const archive = await (await fetch("/handover.zip")).blob();
    globalThis.said = await verifier.verify(archive).then(() => "a verdict", (error) => error instanceof Defect);`;
  assert.equal(await inBrowser(script, served(project)), true);
});

test("a bundler", async () => {
  writeFileSync(join(project, "app.js"), `import { Verifier } from "trailseal"; ${use}`);
  run(join(here, "node_modules/.bin/esbuild"), ["app.js", "--bundle", "--format=esm", "--outfile=bundle.js"]);
  assert.equal(await inBrowser('import "/bundle.js";', served(project)), expected);
});

test("a picked folder, and a handle of one", async () => {
  copyFileSync(example("handover.zip"), join(project, "inner.zip"));
  const script = `import { Verifier } from "/node_modules/trailseal/browser.js";
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle("evidence", { create: true });
    const sub = await folder.getDirectoryHandle("sub", { create: true });
    const file = await sub.getFileHandle("inner.zip", { create: true });
    const out = await file.createWritable();
    await out.write(await (await fetch("/inner.zip")).blob());
    await out.close();
    const verifier = await Verifier.create({ covering: ["2026-03-01", "2026-03-03"], workers: 2 });
    globalThis.said = (await verifier.verify(folder)).json;`;
  const folder = join(place, "folder");
  mkdirSync(join(folder, "sub"), { recursive: true });
  copyFileSync(example("handover.zip"), join(folder, "sub/inner.zip"));
  assert.equal(await inBrowser(script, served(project)), await command([folder], ["--from", "2026-03-01", "--to", "2026-03-03"]));
});
