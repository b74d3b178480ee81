// The HTML report in Chromium: nothing runs, nothing is fetched, everybody can read it, and it prints.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { launch, visit, violations } from "./browser.js";

const samples = process.env.SAMPLES;
const pictures = process.env.PICTURES;
const verdicts = ["passed", "failed", "indeterminate"];
let browser, quit;

before(async () => {
  mkdirSync(pictures, { recursive: true });
  ({ browser, quit } = await launch());
});

after(() => quit?.());

const address = (name) => pathToFileURL(join(samples, `${name}.html`)).href;

const open = (name, options) => visit(browser, address(name), options);

for (const name of [...verdicts, "hostile", "empty", "year"]) {
  test(`${name}: nothing runs, nothing is fetched, no complaint`, async () => {
    const { page, complaints } = await open(name);
    await page.waitForTimeout(200);
    assert.deepEqual(complaints, []);
    assert.notEqual(await page.title(), "ran");
    const foreign = "script, iframe, object, embed, img, link, base, form, input, [onload], [onerror], [style], a:not([href^='#'])";
    assert.equal(await page.locator(foreign).count(), 0);
    assert.equal(await page.locator("main, header, footer, nav").count(), 4, "one of each landmark");
    const text = await page.evaluate(() => document.documentElement.textContent);
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/);
    await page.close();
  });

  for (const colorScheme of ["light", "dark"]) {
    test(`${name}: accessible in ${colorScheme} colours`, async () => {
      const { page } = await open(name, { colorScheme });
      assert.deepEqual(await violations(page), []);
      await page.close();
    });
  }
}

test("accessible on a narrow screen, and no wider than it", async () => {
  const { page } = await open("failed");
  await page.setViewportSize({ width: 380, height: 800 });
  assert.deepEqual(await violations(page), []);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "only tables and the picture scroll");
  await page.close();
});

test("10,000 findings and 1,000 chains open, in less than 5 MB", async () => {
  const bytes = statSync(join(samples, "large.html")).size;
  assert.ok(bytes < 5_000_000, `${bytes} bytes`);
  const { page, complaints } = await open("large");
  const { loadEventEnd } = await page.evaluate(() => performance.getEntriesByType("navigation")[0].toJSON());
  console.log(`large: ${bytes} bytes, load event after ${Math.round(loadEventEnd)} ms`);
  // How long it takes is printed and not judged: machines differ.
  assert.ok(loadEventEnd > 0);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("closed lists say how many they hold, and print shows them", async () => {
  const { page } = await open("year");
  const hidden = page.locator("details:not([open]) li").first();
  assert.ok((await page.locator("details:not([open])").count()) > 0);
  assert.equal(await hidden.isVisible(), false);
  assert.match(await page.locator("details:not([open]) summary").first().textContent(), /^\d+ findings/);
  await page.emulateMedia({ media: "print" });
  assert.equal(await hidden.isVisible(), true);
  await page.close();
});

/** A print, page by page, as text. */
async function pages(name) {
  const { page } = await open(name);
  const pdf = join(pictures, `${name}.pdf`);
  await page.pdf({ path: pdf, preferCSSPageSize: true, printBackground: true });
  await page.close();
  const text = execFileSync("pdftotext", ["-layout", pdf, "-"], { encoding: "utf8", maxBuffer: 1 << 28 });
  return text.split("\f").slice(0, -1);
}

for (const name of [...verdicts, "hostile", "empty", "year", "many"].flatMap((name) => [name, `${name}-to-sign`])) {
  test(`${name}: two pages come before the annex, and every page says the verdict and the report`, async () => {
    const printed = await pages(name);
    const annex = printed.findIndex((text) => /^ *Annex$/m.test(text));
    assert.ok(annex === 1 || annex === 2, `the annex begins on page ${annex + 1}`);
    assert.equal(printed.slice(0, annex).some((text) => text.includes("Signature of the reviewer")), name.endsWith("-to-sign"));
    const { page } = await open(name);
    const [, verdict, digest] = (await page.title()).match(/^([a-z ]+), report digest ([0-9a-f]{12})…/);
    await page.close();
    printed.forEach((text, index) => {
      assert.match(text, new RegExp(`^ *${verdict.toUpperCase()} +report digest ${digest}…`), `page ${index + 1}`);
      assert.match(text, new RegExp(`\\b${index + 1} ?/ ?${printed.length}\\s*$`), `page ${index + 1}`);
    });
  });
}

for (const name of [...verdicts, "year", "hostile"]) {
  test(`${name}: prints to a PDF, and is photographed`, async () => {
    for (const colorScheme of ["light", "dark"]) {
      const { page } = await open(name, { colorScheme });
      await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`), fullPage: true });
      await page.close();
    }
    const { page } = await open(name);
    const pdf = join(pictures, `${name}.pdf`);
    await page.pdf({ path: pdf, preferCSSPageSize: true, printBackground: true });
    await page.close();
    const text = execFileSync("pdftotext", ["-layout", pdf, "-"], { encoding: "utf8", maxBuffer: 1 << 28 });
    for (const heading of ["Verification of an AWS CloudTrail archive", "What was not proved", "Coverage", "What is never claimed"]) {
      assert.ok(text.includes(heading), `${heading} is missing from the print`);
    }
    assert.match(text, /1 ?\/ ?\d+/, "pages are numbered");
    execFileSync("pdftoppm", ["-r", "80", "-l", "12", "-png", pdf, join(pictures, `${name}-print`)]);
  });
}
