// Debian's Chromium, with the page in it.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const profile = mkdtempSync(join(tmpdir(), "trailseal-chromium-"));

/** The page as it is handed on: a file. */
export const PAGE = new URL("../out/trailseal.html", import.meta.url);

export const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
  viewport: { width: 1200, height: 900 },
  permissions: ["clipboard-read", "clipboard-write"],
});

export async function quit() {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}

/** Opens the page, and keeps what must not happen: messages, errors, requests for anything but itself and its own workers. */
export async function open(options = {}, address = PAGE.href) {
  const page = await browser.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error}`));
  page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    if (request.url() !== address && !request.url().startsWith("blob:")) complaints.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    globalThis.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
    }).observe({ type: "longtask", buffered: true });
    // What is downloaded, for tests that look at every byte.
    globalThis.saved = [];
    const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      if (blob.type !== "text/javascript") globalThis.saved.push(blob);
      return create(blob);
    };
  });
  await page.emulateMedia({ colorScheme: "light", ...options });
  await page.goto(address, { waitUntil: "load" });
  return { page, complaints };
}

/** States a question by the page's own fields. */
export async function ask(page, { archives = [], folder, keys = [], from, to, scope, pins, limits } = {}) {
  const files = page.locator("input[type=file]");
  if (archives.length > 0) await files.nth(0).setInputFiles(archives);
  if (folder) await files.nth(1).setInputFiles(folder);
  if (keys.length > 0) {
    await files.nth(2).setInputFiles(keys);
    await page.locator(".chosen li .key").first().waitFor();
  }
  if (from) await page.getByLabel("From", { exact: true }).fill(from);
  if (to) await page.getByLabel("Until").fill(to);
  if (scope || pins || limits) await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  if (scope) await page.getByLabel("Scope file", { exact: true }).fill(scope);
  if (pins) await page.getByLabel("The only keys that may vouch").fill(pins.join("\n"));
  const lines = Object.entries(limits ?? {}).map(([name, value]) => `${name}=${value}`);
  if (lines.length > 0) await page.getByLabel("Other bounds").fill(lines.join("\n"));
}

/** Verifies, and waits for the verdict. */
export async function verify(page, timeout = 60_000) {
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await page.locator(".verdict").waitFor({ timeout });
}

/** The file that a button of the page downloads, as text. */
export async function download(page, label) {
  await page.getByRole("button", { name: label, exact: true }).click();
  await page.waitForFunction(() => globalThis.saved.length > 0);
  return page.evaluate(() => globalThis.saved.pop().text());
}

/** Rules that axe-core finds broken. The page's own policy forbids other scripts, so axe is put in by the debugger. */
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | ")}`);
}

/**
 * The most memory that the process of a page and its workers ever held, in bytes, as the kernel counts it: that of the page that needed
 * most. A page that is opened gets a process of its own, which ends with it.
 */
export function peak() {
  const about = new Map();
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      const [, parent] = /^PPid:\s+(\d+)/m.exec(status);
      about.set(name, { parent, status, words: readFileSync(`/proc/${name}/cmdline`, "utf8") });
    } catch {
      // It ended in the meantime.
    }
  }
  const isOurs = (name) => about.has(name) && (about.get(name).words.includes(`--user-data-dir=${profile}`) || isOurs(about.get(name).parent));
  const pages = [...about].filter(([name, { words }]) => words.includes("--type=renderer") && isOurs(name));
  return Math.max(...pages.map(([, { status }]) => 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(status)[1])));
}

export const pictures = process.env.PICTURES ?? fileURLToPath(new URL("../pictures", import.meta.url));
