// Debian's Chromium with a file in it: for the tests of the HTML report, and for those of the page, beside which it is copied.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Starts it with a profile of its own, which goes with it. */
export async function launch(options = {}) {
  const profile = mkdtempSync(join(tmpdir(), "trailseal-chromium-"));
  const browser = await chromium.launchPersistentContext(profile, {
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
    ...options,
  });
  const quit = async () => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { browser, profile, quit };
}

/**
 * Opens a file and keeps what must not happen: console messages, errors, dialogs, requests for anything but itself and what it
 * `brings` along. `prepare` runs in the page before it does.
 */
export async function visit(browser, address, { brings = () => false, prepare, ...media } = {}) {
  const page = await browser.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error}`));
  page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    if (request.url() !== address && !brings(request.url())) complaints.push(`request: ${request.url()}`);
  });
  if (prepare) await page.addInitScript(prepare);
  await page.emulateMedia({ colorScheme: "light", ...media });
  await page.goto(address, { waitUntil: "load" });
  return { page, complaints };
}

/** Rules that axe-core finds broken. What is opened forbids scripts, or all but its own, so axe is put in by the debugger. */
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | ")}`);
}
