// Debian's Chromium, with the page in it.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launch, visit } from "./browser.js";

/** The page as it is handed on: a file. */
export const PAGE = new URL("../out/trailseal.html", import.meta.url);

const { browser, profile, quit } = await launch({ permissions: ["clipboard-read", "clipboard-write"] });
export { browser, quit };

/** What tests want to know of the page: how long its tasks are, and every byte that is downloaded. */
function watch() {
  globalThis.longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
  }).observe({ type: "longtask", buffered: true });
  globalThis.saved = [];
  const create = URL.createObjectURL;
  URL.createObjectURL = (blob) => {
    if (blob.type !== "text/javascript") globalThis.saved.push(blob);
    return create(blob);
  };
}

/** Opens the page, whose workers come from itself. */
export const open = (options = {}, address = PAGE.href) =>
  visit(browser, address, { brings: (url) => url.startsWith("blob:"), prepare: watch, ...options });

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
