// The bureau's overview: asks again every few seconds, and says so when nobody answers.

import { find } from "./shared/page.js";
import { refresh } from "./fresh.js";

const EVERY_MS = 5000;

async function look() {
  const isThere = await refresh(["#halls tbody", "#as-of"]);
  find("dead").hidden = isThere;
  document.body.dataset.live = isThere ? "yes" : "no";
}

setInterval(() => { if (!document.hidden) void look(); }, EVERY_MS);
void look();
