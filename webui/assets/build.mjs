// Builds what the pages load into webui/static/vendor: `npm ci --ignore-scripts && node build.mjs`.
import { build } from "esbuild";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "static", "vendor");
const modules = join(here, "node_modules");
const browsers = ["chrome109", "firefox115", "safari16"];

// Names of @tabler/icons (outline) that templates may use; pages ask for them with icon("inbox").
const icons = readFileSync(join(here, "icons.txt"), "utf8").split("\n").map((line) => line.trim()).filter(Boolean);

async function scripts() {
  await build({
    absWorkingDir: here,
    entryPoints: ["src/viewer.js", "src/modeler.js", "src/charts.js"],
    outdir: target,
    bundle: true,
    minify: true,
    format: "iife",
    target: browsers,
    legalComments: "linked",
    logLevel: "warning",
  });
  cpSync(join(modules, "htmx.org/dist/htmx.min.js"), join(target, "htmx.js"));
  cpSync(join(modules, "@tabler/core/dist/js/tabler.min.js"), join(target, "tabler.js"));
}

async function styles() {
  await build({
    absWorkingDir: here,
    entryPoints: ["src/diagram.css", "src/tabler.css"],
    outdir: target,
    bundle: true,
    minify: true,
    target: browsers,
    loader: { ".woff": "file", ".woff2": "dataurl", ".ttf": "empty", ".eot": "empty", ".svg": "dataurl" },
    assetNames: "[name]",
    legalComments: "linked",
    logLevel: "warning",
  });
}

function drawings() {
  const shapes = {};
  for (const name of icons) {
    const svg = readFileSync(join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
    shapes[name] = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s+/g, " ").trim();
  }
  writeFileSync(join(target, "icons.json"), JSON.stringify(shapes));
}

// Each library goes out with its licence text beside it.
function licences() {
  const packages = JSON.parse(readFileSync(join(here, "package.json"), "utf8")).dependencies;
  const texts = Object.entries(packages).filter(([name]) => name !== "esbuild").map(([name, version]) => {
    const folder = join(modules, name);
    for (const file of ["LICENSE", "LICENSE.md", "LICENSE.txt"]) {
      try {
        return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8")}`;
      } catch (missing) {
        if (missing.code !== "ENOENT") throw missing;
      }
    }
    return `${name} ${version}\n\n${JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).license}`;
  });
  writeFileSync(join(target, "LICENSES.txt"), texts.join(`\n${"-".repeat(100)}\n`));
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
await scripts();
await styles();
drawings();
licences();
