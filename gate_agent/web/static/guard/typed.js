// What a guard types where no reader reads (人工录入): a person's document, and who comes along.

import { button, find, make, setData, setText } from "../shared/page.js";
import { closePanel, showPanel } from "./panel.js";
import { by } from "./post.js";
import { say, sendOnce } from "./send.js";
import { keysOf, word } from "../shared/words.js";

const DOCUMENTS = ["resident", "hmt_permit", "passport", "hm_travel", "taiwan_travel", "military", "other"];
const OF_ANY_COUNTRY = ["passport", "other"]; // their number is somebody else's in another country
export const MANUAL = "manual"; // what the panel is about

/** One of `names` of a section of the words, as big buttons; the row knows its choice. */
function choice(section, names, chosen = () => {}) {
  const row = make("div", { class: names.length > 4 ? "choices four" : "choices" });
  const choose = (name) => {
    setData(row, "chosen", name);
    for (const element of row.children) setData(element, "chosen", element.dataset.name === name ? "yes" : "no");
    chosen(name);
  };
  for (const name of names) {
    const element = button(word(`${section}.${name}`), { press: () => choose(name) });
    element.dataset.name = name;
    row.append(element);
  }
  choose(names[0]);
  return row;
}

function field(id, name, hint) {
  const input = make("input", { id, class: "text", type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: "60", "aria-label": word(`manual.${name}`), placeholder: word(`manual.${hint}`) });
  return make("label", {}, make("span", {}, word(`manual.${name}`)), input);
}

/** Ask for a document that no reader reads; `passageId`: of somebody who waits, or is held. */
export function askManual(passageId = null) {
  const country = field("typed-country", "country", "country_hint");
  const documents = choice("card_type", DOCUMENTS, (name) => { country.hidden = !OF_ANY_COUNTRY.includes(name); });
  const reasons = choice("manual_reason", keysOf("manual_reason"));
  const send = async () => {
    const name = find("typed-name").value.trim();
    const number = find("typed-number").value.trim();
    if (!name || number.length < 3) {
      say(word("manual.missing"), "bad");
      return;
    }
    const issued = country.hidden ? "" : find("typed-country").value.trim();
    if (!country.hidden && !/^[A-Za-z]{3}$/.test(issued)) {
      say(word("manual.country_missing"), "bad");
      return;
    }
    const body = { document: documents.dataset.chosen, ...(issued ? { country: issued } : {}), name, number, reason: reasons.dataset.chosen, by: by(), ...(passageId ? { passage_id: passageId } : {}) };
    if (await sendOnce(`person:${performance.now()}`, "/api/v1/persons", body)) closePanel();
  };
  showPanel(MANUAL, word("action.manual"), new Map([["Enter", send]]), [
    documents, field("typed-name", "name", "name_hint"), field("typed-number", "number", "number_hint"), country,
    make("h3", {}, word("manual.why")), reasons,
    button(word("manual.do"), { kind: "go tall", press: send, id: "typed-send" }),
  ]);
  find("typed-name").focus();
}

/** Ask for one companion of the registration of `about`; `add({name, number})` takes it. */
export function askCompanion(about, add) {
  const done = () => {
    const name = find("typed-name").value.trim();
    const number = find("typed-number").value.trim();
    if (!name) {
      say(word("manual.missing"), "bad");
      return;
    }
    closePanel();
    add({ name, number: number || null });
  };
  showPanel(about, word("registration.companion"), new Map([["Enter", done]]), [
    field("typed-name", "name", "name_hint"), field("typed-number", "number", "number_optional"),
    button(word("registration.companion_do"), { kind: "go tall", press: done, id: "typed-send" }),
  ]);
  find("typed-name").focus();
}

/** The line that says who comes along, and takes one more. */
export function companionButton(companions, press) {
  const element = button("", { kind: "companions", press, id: "companions" });
  setText(element.firstChild, companions.length ? word("registration.companions_n", { n: companions.length }) : word("registration.companions"));
  return element;
}
