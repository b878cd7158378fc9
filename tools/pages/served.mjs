// Lets node find the pages' modules as a browser does: by what the programs serve at one address.
//
//   node --import ./tools/pages/served.mjs --test tests/web/js/*.test.mjs
//
// `door/…`, `centre/…` and `shared/…` name a module; what it imports stands below /static together.
// The table of words is made by Python of words.toml, as the programs make it.

import { register } from "node:module";

register("./served_hooks.mjs", import.meta.url);
