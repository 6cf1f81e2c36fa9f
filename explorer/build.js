// Bundles the page into dist/: index.html, and in assets/ what it loads, under names that change with the content,
// compressed (only browsers ask for it, and all of them read gzip), with the licences of all that went in.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

process.chdir(import.meta.dirname ?? new URL(".", import.meta.url).pathname);

const options = {
  bundle: true,
  minify: true,
  metafile: true,
  write: false,
  outdir: "dist/assets",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  publicPath: "/assets",
  target: ["chrome109", "firefox115", "safari16"],
  define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".ttf": "file" },
  logLevel: "warning",
};

const workers = await build({
  ...options,
  format: "iife",
  entryPoints: {
    editor: "monaco-editor/esm/vs/editor/editor.worker.js",
    graphql: "monaco-graphql/esm/graphql.worker.js",
    json: "monaco-editor/esm/vs/language/json/json.worker.js",
  },
});
const urls = workers.outputFiles.map(({ path }) => `/assets/${basename(path)}`);
const workerUrls = Object.fromEntries(urls.map((url) => [basename(url).split("-")[0], url]));

const page = await build({
  ...options,
  format: "esm",
  splitting: true,
  jsx: "automatic",
  entryPoints: { explorer: "src/main.jsx" },
  define: { ...options.define, WORKER_URLS: JSON.stringify(workerUrls) },
  // The examples, shared with the plain page, lie outside and need nothing.
  nodePaths: ["node_modules"],
});

// What is carried along names its makers.
function licences() {
  const inputs = [workers, page].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const packages = inputs.map((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]);
  const texts = [...new Set(packages.filter(Boolean))].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|thirdpartynotices)/i.test(file));
    return [`${name} ${version} (${license})`, ...files.map((file) => readFileSync(join(folder, file), "utf8"))].join("\n\n");
  });
  return texts.join(`\n\n${"-".repeat(80)}\n\n`);
}

const outputs = [...workers.outputFiles, ...page.outputFiles].map(({ path, contents }) => [basename(path), contents]);
// One style sheet holds it all; those of the parts would never be loaded.
const files = new Map(outputs.filter(([name]) => !name.endsWith(".css") || name.startsWith("explorer-")));
const text = licences();
const licenceName = `licences-${createHash("sha256").update(text).digest("hex").slice(0, 8)}.txt`;
files.set(licenceName, text);

const entry = (extension) => [...files.keys()].find((name) => name.startsWith("explorer-") && name.endsWith(extension));
const html = readFileSync("src/index.html", "utf8")
  .replace("SCRIPT", `/assets/${entry(".js")}`)
  .replace("STYLE", `/assets/${entry(".css")}`)
  .replace("LICENCES", `/assets/${licenceName}`);

rmSync("dist/assets", { recursive: true, force: true });
mkdirSync("dist/assets");
let size = 0;
for (const [name, contents] of files) {
  const compressed = gzipSync(contents, { level: 9 });
  size += compressed.length;
  writeFileSync(join("dist/assets", name), compressed);
}
// Last: scripts/explorer takes it for the sign that the rest is there.
writeFileSync("dist/index.html", html);
process.stdout.write(`explorer/dist: ${files.size + 1} files, ${Math.round(size / 1024)} KiB compressed\n`);
