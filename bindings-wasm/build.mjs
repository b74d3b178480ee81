// Makes the JavaScript package and the page, in a folder that `cargo xtask page` filled. The same input gives the same bytes.
//
//   glue/       what wasm-bindgen wrote        js/, page/  the sources
//   report.css  the style of HTML reports      out/        what is made: npm/ and trailseal.html
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import zopfli from "@gfx/zopfli";
import { build } from "esbuild";

const { VERSION, COMPILER } = process.env;
if (!VERSION || !COMPILER) throw new Error("VERSION and COMPILER are needed");

const common = {
  bundle: true,
  minify: true,
  legalComments: "none",
  charset: "ascii",
  target: ["es2022"],
  write: false,
  logLevel: "warning",
};

/** The text that esbuild makes of one entry point. */
async function text(options) {
  const { outputFiles } = await build({ ...common, ...options });
  return new TextDecoder().decode(outputFiles[0].contents);
}

const worker = await text({
  entryPoints: ["js/worker.ts"],
  // One classic script for both: where there is a `require`, it is Node's.
  format: "cjs",
  platform: "node",
  alias: { "#glue": "./glue/trailseal.js", "#digest": "./js/digest.ts" },
  // wasm-bindgen's glue can fetch; ours is handed what it runs.
  define: { "import.meta.url": "undefined" },
});
const wasm = await readFile("glue/trailseal_bg.wasm");
// Every browser that runs this unpacks it faster than it would read the larger text. Made without the machine's own zlib, whose
// output differs between machines; and by a packer that takes its time, once: a twelfth less than zlib makes of it. More rounds take
// nothing more.
const packed = await zopfli.zlibAsync(wasm, { numiterations: 1 });
const embedded = `export const VERSION = ${JSON.stringify(VERSION)};
export const COMPILER = ${JSON.stringify(COMPILER)};
export const WORKER = ${JSON.stringify(worker)};
const WASM = "${Buffer.from(packed).toString("base64")}";
export const packed = () => Uint8Array.from(atob(WASM), (character) => character.charCodeAt(0));
`;
await rm("out", { recursive: true, force: true });
await mkdir("out/npm", { recursive: true });
await writeFile("out/trailseal.wasm.packed", packed);
await writeFile("out/npm/embedded.js", embedded);
for (const [name, platform] of [["browser", "browser"], ["node", "node"]]) {
  const code = await text({ entryPoints: [`js/${name}.ts`], format: "esm", platform, external: ["./embedded.js"], minify: false });
  await writeFile(`out/npm/${name}.js`, code);
}

/** For a policy: what may run is named by its content. */
const named = (content) => `'sha256-${createHash("sha256").update(content).digest("base64")}'`;

const inlining = {
  name: "embedded",
  setup(plugins) {
    plugins.onResolve({ filter: /embedded\.js$/ }, () => ({ path: "embedded", namespace: "made" }));
    plugins.onLoad({ filter: /.*/, namespace: "made" }, () => ({ contents: embedded, loader: "js" }));
  },
};
const script = await text({ entryPoints: ["page/main.tsx"], format: "iife", jsx: "automatic", jsxImportSource: "preact", plugins: [inlining] });
const style = await text({ entryPoints: ["page/page.css"], external: ["*.html"] });
for (const content of [script, style]) {
  // Neither may end the element in which it stands.
  if (/<\/(script|style)|<!--/i.test(content)) throw new Error("an end tag in what is inlined");
}
const policy = [
  "default-src 'none'",
  `script-src ${named(script)} 'wasm-unsafe-eval'`,
  "worker-src blob:",
  `style-src ${named(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types trailseal",
].join("; ");
const shell = await readFile("page/page.html", "utf8");
const parts = { POLICY: policy, VERSION, STYLE: style, SCRIPT: script };
const page = shell.replace(/\{\{([A-Z]+)\}\}/g, (_, name) => parts[name]);
await writeFile("out/trailseal.html", page);
for (const name of ["README.md", "LICENSE-APACHE", "LICENSE-MIT", "package.json"]) await copyFile(`npm/${name}`, `out/npm/${name}`);
