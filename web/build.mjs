// Bundles the page and writes what embeds it: assets.S with the packed bytes and assets_table.c
// with their paths. usage: node build.mjs OUTPUT-FOLDER
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

const BUDGET = 250 * 1024; // packed, all of the page together

const out = process.argv[2];
if (!out) {
  console.error("usage: node build.mjs OUTPUT-FOLDER");
  process.exit(2);
}
mkdirSync(out, { recursive: true });

const bundle = await build({
  entryPoints: { app: "page/main.tsx", style: "page/style.css" },
  bundle: true,
  minify: true,
  write: false,
  outdir: out,
  entryNames: "[name]-[hash]",
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "inline",
  define: { "process.env.NODE_ENV": '"production"' },
});

const built = bundle.outputFiles.map((file) => ({
  path: "/" + basename(file.path),
  bytes: Buffer.from(file.contents),
  immutable: true,
}));
const named = (prefix, end) =>
  built.find((file) => file.path.startsWith(prefix) && file.path.endsWith(end)).path;

const index = readFileSync("page/index.html", "utf8")
  .replace("APP_JS", named("/app-", ".js"))
  .replace("STYLE_CSS", named("/style-", ".css"));

const types = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  json: "application/json",
};

const files = [
  { path: "/", name: "index.html", bytes: Buffer.from(index) },
  { path: "/favicon.svg", bytes: readFileSync("page/favicon.svg") },
  { path: "/api/v1/openapi.json", bytes: readFileSync("openapi.json") },
  ...built,
];

let assembly = "/* made by build.mjs */\n.section .rodata\n";
let symbols = "";
let table = "";
let total = 0;
files.forEach((file, i) => {
  const packed = gzipSync(file.bytes, { level: 9 });
  packed[9] = 255; // operating system: unknown, so that every machine packs the same bytes
  const type = types[(file.name ?? file.path).split(".").pop()];
  const etag = createHash("sha256").update(file.bytes).digest("hex").slice(0, 16);
  const at = join(out, `asset${i}.gz`);
  writeFileSync(at, packed);
  assembly += `.global asset${i}, asset${i}_end\nasset${i}:\n.incbin "${at}"\nasset${i}_end:\n`;
  symbols += `extern const uint8_t asset${i}[], asset${i}_end[];\n`;
  table +=
    `    {"${file.path}", "${type}", "\\"${etag}\\"", ${file.immutable ?? false}, ` +
    `asset${i}, asset${i}_end, ${file.bytes.length}},\n`;
  if (file.path !== "/api/v1/openapi.json") total += packed.length;
});
assembly += '.section .note.GNU-stack,"",@progbits\n';
writeFileSync(join(out, "assets.S"), assembly);
writeFileSync(
  join(out, "assets_table.c"),
  `/* made by build.mjs */\n#include "web/assets.h"\n\n${symbols}\n` +
    `const struct asset assets[] = {\n${table}    {0},\n};\n`,
);

console.log(`page: ${(total / 1024).toFixed(1)} KiB packed`);
if (total > BUDGET) {
  console.error(`page: more than the ${BUDGET / 1024} KiB it may have`);
  process.exit(1);
}
