// A case as it goes on: the time that is left, a new picture when anything came, and what is sealed.

import { span } from "./shared/figures.js";
import { find, seek } from "./shared/page.js";
import { request } from "./shared/request.js";
import { listen } from "./shared/stream.js";
import { word } from "./shared/words.js";
import { isWriting, post } from "./forms.js";
import { placed } from "./reader.js";
import { openedOf, revealing } from "./reveal.js";

const { stream = "", mark = "" } = find("case").dataset;


/** @param {Centre.CaseNow} told */
function show({ mark: newest, due_s: due }) {
  const place = seek("due");
  if (place && due !== null) place.textContent = word(due < 0 ? "live.overdue" : "live.left", { s: span(Math.abs(due)) });
  place?.classList.toggle("lacking", due !== null && due < 0);
  document.body.dataset.live = "yes";
  if (newest === mark) return;
  if (isWriting()) find("news").hidden = false;
  else location.reload();
}

/** @param {import("./shared/stream.js").Life} life */
function onLife(life) {
  find("dead").hidden = life !== "dead";
  document.body.dataset.live = life === "live" ? "yes" : "no";
}

async function askWho() {
  if ((await request("/api/v1/charts")).status === 401) location.assign(placed("/sign-on"));
}

find("news").querySelector("button")?.addEventListener("click", () => location.reload());
listen(stream, { on: { case: show }, onLife, onRefused: () => void askWho() });

const person = seek("case-person");
if (person) {
  person.append(revealing(word("search.reveal"), openedOf(person.dataset.ref ?? "")));
}

const texts = seek("case-texts");
if (texts) {
  const events = (texts.dataset.events ?? "").split(" ").filter(Boolean);
  texts.append(revealing(word("search.texts"), async (asking, asker) => {
    const lines = [];
    for (const event of events) {
      const [gate, epoch, sequence] = event.split("/");
      // one after the other: each look is a record of its own
      const told = /** @type {Centre.Texts | null} */ (await post(asking, "/api/v1/reveal/texts", { gate, epoch, sequence: Number(sequence), ...asker }));
      if (told === null) return null;
      lines.push(...Object.values(told.texts).flat());
    }
    return lines;
  }));
}
