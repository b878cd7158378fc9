// Where a module of the pages is, and what is made of words.toml; see served.mjs.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

const ROOT = new URL("../../", import.meta.url);
const FOLDERS = {
  door: "gate_agent/web/static/",
  centre: "collector/gate_collector/static/",
  shared: "gate_agent/http/static/shared/",
};
const WORDS = "words:table";
const MADE = "import json; from gate_agent.words import WORDS; print(json.dumps(WORDS.of(frozenset({'door', 'visitor', 'centre'}))))";

export function resolve(specifier, context, next) {
  const [name, ...rest] = specifier.split("/");
  if (name in FOLDERS) return { url: new URL(FOLDERS[name] + rest.join("/"), ROOT).href, shortCircuit: true };
  if (specifier.endsWith("/table.js")) return { url: WORDS, shortCircuit: true };
  const shared = /^\.{1,2}\/(shared\/.*)$/.exec(specifier);
  if (shared && !existsSync(new URL(specifier, context.parentURL))) return resolve(shared[1], context, next);
  return next(specifier, context);
}

export function load(url, context, next) {
  if (url !== WORDS) return next(url, url.endsWith(".js") ? { ...context, format: "module" } : context); // Debian's node takes it for CommonJS
  const made = execFileSync(process.env.PYTHON ?? ".venv/bin/python", ["-c", MADE], { cwd: ROOT, encoding: "utf-8" });
  return { format: "module", source: `export const TABLES = ${made};`, shortCircuit: true };
}
