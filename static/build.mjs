// Makes static/build/ from scss, js, the icon list and npm's fonts. Every file carries a hash of its content in its
// name, so browsers may keep it for a year; manifest.json says which name is current. Run static/fonts.py before.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import rtlcss from "rtlcss";
import * as sass from "sass";

const here = import.meta.dirname;
const out = path.join(here, "build");
const modules = path.join(here, "..", "node_modules");
const read = (...parts) => fs.readFileSync(path.join(...parts));
const manifest = { files: {}, icons: {} };

/** Write one file under its hashed name, text also as .gz; returns the hashed name. */
function emit(name, content) {
  const bytes = Buffer.from(content);
  const { name: stem, ext } = path.parse(name);
  const hashed = `${stem}.${createHash("sha256").update(bytes).digest("hex").slice(0, 10)}${ext}`;
  fs.writeFileSync(path.join(out, hashed), bytes);
  if (ext !== ".woff2") fs.writeFileSync(path.join(out, `${hashed}.gz`), gzipSync(bytes, { level: 9 }));
  manifest.files[name] = hashed;
  return hashed;
}

function forgetOldFiles() {
  fs.mkdirSync(out, { recursive: true });
  for (const entry of fs.readdirSync(out, { withFileTypes: true })) {
    if (entry.isFile()) fs.rmSync(path.join(out, entry.name));
  }
}

// Subsets by package: a Noto font's own Latin would be fetched for digits and spaces on every page of its script.
const FONTS = {
  "atkinson-hyperlegible-next": ["latin", "latin-ext"],
  "noto-sans-arabic": ["arabic"],
  "noto-nastaliq-urdu": ["arabic"],
  "noto-sans-bengali": ["bengali"],
  "noto-sans-gurmukhi": ["gurmukhi"],
};

function fontFaces() {
  const faces = [];
  for (const [name, subsets] of Object.entries(FONTS)) {
    for (const weight of [400, 700]) {
      const blocks = read(modules, "@fontsource", name, `${weight}.css`).toString().match(/@font-face \{[^}]+\}/g);
      for (const subset of subsets) {
        const file = `${name}-${subset}-${weight}-normal.woff2`;
        const hashed = emit(file, read(modules, "@fontsource", name, "files", file));
        const face = blocks.find((block) => block.includes(`/${file})`));
        faces.push(face.replace(/src:[^;]+;/, `src: url(${hashed}) format("woff2");`));
      }
    }
  }
  for (const { file, range } of JSON.parse(read(out, "language-names", "faces.json"))) {
    const hashed = emit(file, read(out, "language-names", file));
    faces.push(`@font-face{font-family:"Language names";font-display:swap;src:url(${hashed}) format("woff2");unicode-range:${range}}`);
  }
  return faces.join("").replace(/\s*([{};:,])\s*/g, "$1").replace(/;}/g, "}");
}

function compiled(name) {
  const { css } = sass.compile(path.join(here, "scss", `${name}.scss`), {
    loadPaths: [modules, path.join(here, "scss")],
    style: "compressed",
    quietDeps: true,
  });
  return css
    // The colours are always set on :root, so the fall-backs are dead weight.
    .replace(/var\((--govuk-[a-z-]+),\s*[^()]*(\([^()]*\))?\)/g, "var($1)")
    // Paper shows the same fonts as the screen: 82 rules less.
    .replace(/@media print\{[^{}]+\{font-family:sans-serif\}\}/g, "")
    // Scripts that need more room between lines (Nastaliq above all) set --lead once; every rule obeys it.
    .replace(/line-height:(\d*\.\d+|[1-9])(?=[;}])/g, "line-height:max($1,var(--lead))")
    .replace(/^\uFEFF|@charset "UTF-8";/, "");
}

/** One sheet for everybody, and one more for staff, so that a family's first visit does not carry it. */
function styles() {
  for (const [name, css] of [["app", fontFaces() + compiled("app")], ["staff", compiled("staff")]]) {
    emit(`${name}.css`, css);
    emit(`${name}.rtl.css`, rtlcss.process(css));
  }
}

function scripts() {
  const library = emit("govuk-frontend.min.js", read(modules, "govuk-frontend/dist/govuk/govuk-frontend.min.js").toString().replace(/\n?\/\/# sourceMappingURL.*/, ""));
  for (const file of fs.readdirSync(path.join(here, "js")).filter((each) => each.endsWith(".js"))) {
    emit(file, read(here, "js", file).toString().replaceAll('"govuk-frontend"', `"./${library}"`));
  }
}

/** One sprite per group of icons.json: pages load `icons`, only a young pupil's pages load `pictures` as well. */
function sprites() {
  const set = JSON.parse(read(modules, "@iconify-json/fluent-emoji-flat/icons.json"));
  for (const [group, names] of Object.entries(JSON.parse(read(here, "icons.json")))) {
    const symbols = Object.entries(names).map(([name, source]) => {
      const icon = set.icons[set.aliases[source]?.parent ?? source];
      if (!icon) throw new Error(`icons.json: no picture "${source}"`);
      if (icon.body.includes("url(#")) throw new Error(`icons.json: "${source}" refers to an id, which a sprite cannot hold`);
      return `<symbol id="${name}" viewBox="0 0 32 32">${icon.body}</symbol>`;
    });
    const hashed = emit(`${group}.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
    for (const name of Object.keys(names)) manifest.icons[name] = `${hashed}#${name}`;
  }
}

const start = Date.now();
if (!fs.existsSync(path.join(out, "language-names", "faces.json"))) throw new Error("run static/fonts.py first");
forgetOldFiles();
styles();
scripts();
sprites();
for (const file of fs.readdirSync(path.join(here, "img"))) emit(file, read(here, "img", file));
fs.writeFileSync(path.join(out, "manifest.json"), JSON.stringify(manifest, null, 1));
console.log(`static/build: ${Object.keys(manifest.files).length} files in ${Date.now() - start} ms`);
