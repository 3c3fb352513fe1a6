// Bundles the third-party parts into a folder that the Python package serves, and lists them.
// Usage: node build.mjs [FOLDER]
import { build } from "esbuild";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const target = process.argv[2] ?? "../service/licet_service/static/built";
// It reports every installation to its maker, and nothing here runs or bundles it.
const NOT_BUNDLED = new Set(["@scarf/scarf"]);

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });

await build({
  entryPoints: { editor: "editor.js" },
  bundle: true,
  format: "esm",
  minify: true,
  legalComments: "none", // they are in third-party.txt
  target: "es2022",
  outdir: target,
  loader: { ".svg": "dataurl", ".woff": "dataurl", ".woff2": "dataurl" },
  logLevel: "warning",
});

for (const file of ["swagger-ui-bundle.js", "swagger-ui.css"]) {
  copyFileSync(join("node_modules/swagger-ui-dist", file), join(target, file));
}

const packages = [];
const texts = [];
const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const [path, locked] of Object.entries(lock.packages)) {
  const name = path.replace(/^.*node_modules\//, "");
  if (!path || locked.dev || locked.optional || NOT_BUNDLED.has(name)) continue;
  const files = readdirSync(path).filter((file) => /licen[cs]e|copying|notice/i.test(file));
  const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  const legacy = (manifest.licenses ?? []).map((one) => one.type).join(" OR ");
  packages.push({
    name,
    version: locked.version,
    license: locked.license ?? (legacy || "see its license file"),
    homepage: typeof manifest.homepage === "string" ? manifest.homepage : "",
  });
  const words = files.map((file) => readFileSync(join(path, file), "utf8").trim());
  if (!words.length) words.push(`License: ${locked.license}. Author: ${authorOf(manifest)}.`);
  texts.push(`${name} ${locked.version}\n\n${words.join("\n\n")}`);
}
packages.sort((a, b) => (a.name < b.name ? -1 : 1));
writeFileSync(join(target, "third-party.json"), JSON.stringify(packages, null, 1));
writeFileSync(join(target, "third-party.txt"), texts.join(`\n\n${"=".repeat(78)}\n\n`) + "\n");

function authorOf(manifest) {
  const author = manifest.author ?? manifest.contributors?.[0] ?? "not named";
  return typeof author === "string" ? author : author.name;
}
if (!existsSync(join(target, "editor.js"))) throw new Error("esbuild wrote no editor.js");
