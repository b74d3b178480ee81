// Writes the type declarations of what trailseal says, from its JSON Schemas: `node types.mjs SCHEMAS FOLDER`, with the schemas'
// paths as NAME=FILE.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compile } from "json-schema-to-typescript";

/** A reference with a description beside it would become a type of its own for each description. */
function plain(schema) {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== "object" || schema === null) return schema;
  const { $ref, ...rest } = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, plain(value)]));
  if ($ref === undefined) return rest;
  return "description" in rest ? { ...rest, allOf: [{ $ref }] } : { $ref };
}

const [folder, ...schemas] = process.argv.slice(2);
for (const named of schemas) {
  const [name, file] = named.split("=");
  const { title, ...schema } = JSON.parse(await readFile(file, "utf8"));
  const text = await compile(plain(schema), name, {
    additionalProperties: false,
    bannerComment: `// Generated from the JSON Schema ${title} by \`cargo xtask page --types\`. Do not edit.\n`,
    format: true,
    style: { printWidth: 132 },
  });
  await writeFile(join(folder, `${name.toLowerCase()}.ts`), text);
}
