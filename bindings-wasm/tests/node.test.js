// The package in Node: the same bytes as the command line, for every vector, and an end to everything that is begun.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { Defect, Refusal, Verifier, fromPath } from "../out/npm/node.js";
import { command, example, exampleOptions, place, vectors } from "./vectors.js";
import { trapping } from "./trap.js";

const keys = readdirSync(example("public-keys")).map((name) => [name, readFileSync(join(example("public-keys"), name))]);
const question = { keys, covering: ["2026-03-01", "2026-03-03"] };
const open = [];
const create = async (options) => {
  const verifier = await Verifier.create({ workers: 2, ...options });
  open.push(verifier);
  return verifier;
};

after(() => open.forEach((verifier) => verifier.close()));

test("every vector gives the command line's canonical JSON", async () => {
  const wrong = [];
  const all = vectors();
  for (const vector of all) {
    const verifier = await Verifier.create({ workers: 2, ...vector.question });
    const { json } = await verifier.verify(vector.archives.map((path) => readFileSync(path)));
    verifier.close();
    if (json !== (await vector.expected())) wrong.push(vector.id);
  }
  assert.deepEqual(wrong, []);
  assert.ok(all.length > 300, `${all.length} vectors`);
});

test("a folder, archives of every kind, bytes and blobs give the same bytes on any number of workers", async () => {
  const folder = join(place, "example");
  mkdirSync(folder);
  execFileSync("python3", ["-m", "zipfile", "-e", example("handover.zip"), folder]);
  const pack = (name, flags) => {
    execFileSync("tar", [flags, join(place, name), "-C", folder, "."]);
    return join(place, name);
  };
  const archives = [example("handover.zip"), pack("example.tar", "-cf"), pack("example.tar.gz", "-czf")];
  const expected = await command([example("handover.zip")], exampleOptions);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const inside = files.map(({ parentPath, path, name }) => join(parentPath ?? path, name));
  async function* later() {
    for (const path of inside) yield [path.slice(folder.length + 1), readFileSync(path)];
  }
  for (const workers of [1, 2, 5]) {
    const verifier = await create({ ...question, workers });
    for (const archive of archives) {
      assert.equal((await verifier.verify(fromPath(archive))).json, expected, `${archive} by its path, ${workers} workers`);
      assert.equal((await verifier.verify(readFileSync(archive))).json, expected, `${archive} as bytes, ${workers} workers`);
    }
    assert.equal((await verifier.verify(new Blob([readFileSync(archives[0])]))).json, expected);
    assert.equal((await verifier.verify(fromPath(folder))).json, expected, "a folder by its path");
    assert.equal((await verifier.verify(later())).json, expected, "an asynchronous iterable");
    assert.equal((await verifier.verify(inside.map((path) => [path.slice(folder.length + 1), readFileSync(path)]))).json, expected);
    verifier.close();
  }
  symlinkSync(archives[0], join(folder, "link"));
  const verifier = await create(question);
  await assert.rejects(verifier.verify(fromPath(folder)), Refusal, "a link is not followed in silence");
});

test("archives in a folder are read, and named, as the command line does", async () => {
  const folder = join(place, "nested");
  mkdirSync(join(folder, "sub"), { recursive: true });
  writeFileSync(join(folder, "sub/inner.zip"), readFileSync(example("tampered.zip")));
  writeFileSync(join(folder, "broken.tar"), "no archive");
  writeFileSync(join(folder, "README"), "nothing");
  const verifier = await create(question);
  assert.equal((await verifier.verify(fromPath(folder))).json, await command([folder], exampleOptions));
});

test("what is no archive is judged as by the command line", async () => {
  const junk = join(place, "junk.zip");
  const verifier = await create({});
  for (const content of ["", "no archive", "no archive ".repeat(100)]) {
    writeFileSync(junk, content);
    const expected = await command([junk], []);
    assert.ok(expected.includes("archive.entry.unreadable"));
    assert.equal((await verifier.verify(fromPath(junk))).json, expected);
    assert.equal((await verifier.verify(readFileSync(junk))).json, expected);
  }
});

test("limits hold for folders too", async () => {
  const files = [["a.txt", Buffer.from("a")], ["b.txt", Buffer.from("b")]];
  for (const [entries, isCut] of [[1, true], [2, false]]) {
    const { report } = await (await create({ limits: { entries } })).verify(files);
    assert.equal(report.findings.some(({ code }) => code === "archive.limit"), isCut, `${entries} entries`);
  }
});

test("an unsafe name and a file too many are told as by the command line", async () => {
  const folder = join(place, "unsafe");
  mkdirSync(join(folder, "C:"), { recursive: true });
  const files = ["C:/a.json", "b.txt", "c.txt"].map((name) => [name, Buffer.from("{}")]);
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  for (const entries of [2, 3]) {
    const { json } = await (await create({ limits: { entries } })).verify(files);
    assert.ok(json.includes("archive.entry.unsafe") && json.includes("archive.limit") === entries < 3);
    assert.equal(json, await command([folder], ["--limit", `entries=${entries}`]), `${entries} entries`);
  }
});

test("paths that leave a folder are refused, as in archives", async () => {
  const { report } = await (await create({})).verify([["../a_CloudTrail_b.json", Buffer.from("{}")]]);
  assert.ok(report.findings.some(({ code }) => code === "archive.entry.unsafe"));
});

test("what cannot be asked, or is no evidence, is refused in words", async () => {
  const refused = (options, words) => assert.rejects(Verifier.create(options), (error) => error instanceof Refusal && words.test(error.message));
  await refused({ covering: ["2026-03-01", "2026-03-01"] }, /empty/);
  await refused({ covering: ["2026-03-01"] }, /both ends/);
  await refused({ accounts: ["1"] }, /twelve digits/);
  await refused({ scope: "form = 1" }, /form/);
  await refused({ scope: 'accounts = ["111122223333"]', accounts: ["111122223333"] }, /accounts/);
  await refused({ keys: [["us-east-1.json", "{}"]] }, /us-east-1\.json/);
  await refused({ pins: "abc" }, /line 1/);
  const verifier = await create({});
  assert.equal((await verifier.verify(readFileSync(example("handover.zip")))).report.overall, "indeterminate");
  await assert.rejects((await create({ limits: { entry: 1 } })).verify(Buffer.from("PK")), Refusal);
});

test("a verifier does one thing at a time, and nothing once it is closed", async () => {
  const verifier = await create(question);
  const first = verifier.verify(fromPath(example("handover.zip")));
  await assert.rejects(verifier.verify(fromPath(example("handover.zip"))), Refusal);
  assert.equal((await first).report.overall, "passed");
  verifier.close();
  await assert.rejects(verifier.verify(fromPath(example("handover.zip"))), Refusal);
  await assert.rejects(verifier.explain("log.missing"), Refusal);
});

test("a signal stops the work, and the verifier goes on", async () => {
  const verifier = await create(question);
  const control = new AbortController();
  let seen = 0;
  const onProgress = () => {
    seen += 1;
    control.abort();
  };
  await assert.rejects(verifier.verify(fromPath(example("handover.zip")), { signal: control.signal, onProgress }), { name: "AbortError" });
  assert.ok(seen > 0);
  await assert.rejects(verifier.verify(fromPath(example("handover.zip")), { signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.equal((await verifier.verify(fromPath(example("handover.zip")))).report.overall, "passed");
});

test("progress counts every file and byte once", async () => {
  for (const workers of [1, 3]) {
    const steps = [];
    const verifier = await create({ ...question, workers });
    await verifier.verify(fromPath(example("handover.zip")), { onProgress: (progress) => steps.push(progress) });
    const last = steps.at(-1);
    assert.equal(last.stage, "concluding");
    assert.equal(last.files, 924);
    assert.equal(last.totalFiles, 924);
    assert.equal(last.bytes, last.totalBytes);
    assert.ok(steps.every((step, index) => index === 0 || step.bytes >= steps[index - 1].bytes));
  }
});

for (const [name, where] of [["examining", "examine"], ["concluding", "demand_conclude"]]) {
  test(`a trap while ${name} is a defect and no verdict`, async () => {
    const verifier = await create({ ...question, wasm: await trapping(where) });
    await assert.rejects(verifier.verify(fromPath(example("handover.zip"))), (error) => error instanceof Defect && /no verdict/.test(error.message));
    await assert.rejects(verifier.verify(fromPath(example("handover.zip"))), Defect, "new workers, the same trap");
  });
}

test("codes are explained, key lists described, archives looked at, reports shown", async () => {
  const verifier = await create(question);
  assert.match((await verifier.explain("log.missing")).remedy, /log file/);
  await assert.rejects(verifier.explain("log.mising"), Refusal);
  assert.ok((await verifier.explanations()).length > 40);
  const [facts] = await verifier.keyList(keys[0]);
  assert.equal(facts.region, "eu-central-1");
  assert.equal(facts.bits, 2048);
  const inventory = await verifier.inspect(fromPath(example("handover.zip")));
  assert.equal(inventory.chains.length, 12);
  assert.deepEqual([inventory.missing_keys, inventory.key_commands], [[], []]);
  const verification = await verifier.verify(fromPath(example("tampered.zip")));
  assert.ok((await verification.html()).startsWith("<!doctype html>"));
  assert.ok((await verification.html()).includes(verification.digest));
  assert.equal((await verification.csv("chains")).split("\r\n").length, 12 + 2);
  assert.equal((await verification.csv("objects")).split("\r\n").length, 904 + 2);
  await assert.rejects(verification.csv("files"), Refusal);
  const reading = await verification.reading();
  assert.equal(JSON.stringify(reading), await command([example("tampered.zip")], exampleOptions, "words"));
  assert.equal(verification.sentence, reading.sentence);
  assert.equal(verification.digest, createHash("sha256").update(verification.json).digest("hex"));
  assert.deepEqual(await verification.reading("en-GB"), reading);
  await assert.rejects(verification.reading("tlh"), (error) => error instanceof Refusal && /'tlh'/.test(error.message));
  assert.deepEqual(reading.axes.map(({ outcome }) => outcome), ["failed", "failed", "failed", "indeterminate"]);
  const hours = await verification.picture({ period: { from: "2026-03-01T00:00:00Z", to: "2026-03-01T06:00:00Z" } });
  assert.equal(hours.panels[0].columns, 6);
});

test("a program ends though nobody closed its verifier", () => {
  const program = `import { Verifier } from ${JSON.stringify(new URL("../out/npm/node.js", import.meta.url).href)};
    await Verifier.create({});`;
  execFileSync(process.execPath, ["--input-type=module", "--eval", program], { timeout: 20_000 });
});
