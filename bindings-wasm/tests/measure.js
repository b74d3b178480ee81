// Measures the page against the command: both verify the same archive in turn, the page with two workers, the command with two
// threads. Then how much memory the page needs. `bindings-wasm/tests/run measure [ARCHIVE | --stored BYTES]`.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { contents, logName, writeZip } from "./archive.js";
import { ask, browser, download, open, peak, quit } from "./chromium.js";
import { command, place } from "./vectors.js";

const WORKERS = 2;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { stored: { type: "string", default: "150000000" }, rounds: { type: "string", default: "5" } },
});

/** Log files of 1 to 20 MB, as many as make an archive of about this many bytes. */
function made(stored) {
  const logs = [1, 2, 4, 6, 8, 12, 16, 20].flatMap((size) => contents(size * 1_000_000, 1));
  const files = [];
  for (let bytes = 0; bytes < stored; bytes += files.at(-1)[1].length) files.push([logName(files.length), logs[files.length % logs.length]]);
  return writeZip(join(place, "measured.zip"), files);
}

const [given] = positionals;
const archive = given === undefined ? made(Number(values.stored)) : resolve(process.env.HERE, given);
await browser.addInitScript((workers) => Object.defineProperty(navigator, "hardwareConcurrency", { value: workers }), WORKERS);

/** Seconds from the click to the verdict as it is seen, by the page's own clock. */
const shown = () => {
  const [button] = [...document.querySelectorAll("button")].filter((button) => button.textContent === "Verify");
  const start = performance.now();
  button.click();
  return new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector(".verdict")) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve((performance.now() - start) / 1000)));
    }).observe(document.body, { childList: true, subtree: true });
  });
};
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

const rounds = [];
let memory = 0;
for (let round = 0; round < Number(values.rounds); round += 1) {
  const start = performance.now();
  const expected = await command([archive], ["--threads", String(WORKERS)]);
  const native = (performance.now() - start) / 1000;
  const { page } = await open();
  await ask(page, { archives: [archive] });
  const web = await page.evaluate(shown);
  memory = Math.max(memory, peak());
  assert.equal((await download(page, "Canonical JSON")).replace(/\n$/, ""), expected);
  await page.close();
  rounds.push({ native, web });
  console.log(`command ${native.toFixed(2)} s, page ${web.toFixed(2)} s, ratio ${(native / web).toFixed(3)}`);
}
console.log(
  `${statSync(archive).size} bytes stored; medians: command ${median(rounds.map(({ native }) => native)).toFixed(2)} s, ` +
    `page ${median(rounds.map(({ web }) => web)).toFixed(2)} s, ratio ${median(rounds.map(({ native, web }) => native / web)).toFixed(3)}; ` +
    `the page's process held at most ${Math.round(memory / 1e6)} MB`,
);
await quit();
