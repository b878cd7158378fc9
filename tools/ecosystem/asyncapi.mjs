// Reads an AsyncAPI document with the official parser, once as a file and once as text alone:
// prints what it says against either, and what it read. asyncapi.mjs FILE

import { readFile } from "node:fs/promises";
import parser from "@asyncapi/parser";

const [, , file] = process.argv;
const ways = {
  file: await parser.fromFile(new parser.Parser(), file).parse(),
  text: await new parser.Parser().parse(await readFile(file, "utf8")),
};
const told = {};
for (const [way, { document, diagnostics }] of Object.entries(ways)) {
  told[way] = {
    against: diagnostics.map((one) => `${one.severity} ${one.code} ${one.path.join(".")}: ${one.message}`),
    version: document?.version(),
    servers: document?.servers().all().map((one) => one.id()),
    channels: document?.channels().all().length,
    operations: document?.operations().all().length,
    messages: document?.components().messages().all().map((one) => one.id()),
  };
}
process.stdout.write(JSON.stringify(told));
