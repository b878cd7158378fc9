// What a guard types where no reader reads (人工录入): a person's document, and who comes along.

import { button, find, make, setData, textField, typedIn } from "../shared/page.js";
import { closePanel, showPanel } from "./panel.js";
import { by } from "./post.js";
import { say, sendOnce } from "./send.js";
import { places } from "./snapshot.js";
import { current } from "./state.js";
import { keysOf, word } from "../shared/words.js";

/** @type {Door.CardType[]} */
const DOCUMENTS = ["resident", "hmt_permit", "passport", "hm_travel", "taiwan_travel", "military", "other"];
/** @type {Door.CardType[]} */
const OF_ANY_COUNTRY = ["passport", "other"]; // their number is somebody else's in another country
export const MANUAL = "manual"; // what the panel is about

/**
 * One of `names` of a section of the words, as big buttons, the first until another is tapped.
 * @template {string} Name
 * @param {string} section
 * @param {readonly Name[]} names
 * @param {(name: Name) => void} [then]
 */
function choice(section, names, then = () => {}) {
  let [chosen] = names;
  const buttons = names.map((name) => button(word(`${section}.${name}`), { press: () => choose(name) }));
  /** @param {Name} name */
  function choose(name) {
    chosen = name;
    then(name);
    buttons.forEach((element, index) => setData(element, "chosen", names[index] === name ? "yes" : "no"));
  }
  if (chosen !== undefined) choose(chosen);
  return { row: make("div", { class: names.length > 4 ? "choices four" : "choices" }, ...buttons), chosen: () => chosen };
}

/**
 * @param {string} id
 * @param {string} name
 * @param {string} hint
 */
function field(id, name, hint) {
  const input = textField(id, 60, word(`manual.${name}`), word(`manual.${hint}`));
  input.autocapitalize = "characters";
  return make("label", {}, make("span", {}, word(`manual.${name}`)), input);
}

/** @param {string | null} passageId */
function isHere(passageId) {
  const state = current();
  return state !== null && places(state).some((one) => one.passage_id === passageId);
}

/**
 * Ask for a document that no reader reads; `passageId`: of somebody who waits, or is held.
 * @param {string | null} passageId
 */
export function askManual(passageId) {
  let about = passageId;
  const country = field("typed-country", "country", "country_hint");
  const documents = choice("card_type", DOCUMENTS, (name) => { country.hidden = !OF_ANY_COUNTRY.includes(name); });
  const reasons = choice("manual_reason", /** @type {Door.ManualRequest["reason"][]} */ (keysOf("manual_reason")));
  const send = async () => {
    const [name, number, reason] = [typedIn("typed-name"), typedIn("typed-number"), reasons.chosen()];
    if (!name || number.length < 3 || reason === undefined) {
      say(word("manual.missing"), "bad");
      return;
    }
    const issued = country.hidden ? "" : typedIn("typed-country");
    if (!country.hidden && !/^[A-Za-z]{3}$/.test(issued)) {
      say(word("manual.country_missing"), "bad");
      return;
    }
    const body = { ...(issued ? { country: issued } : {}), ...(about ? { passage_id: about } : {}), document: documents.chosen() ?? "other", name, number, reason, by: by() };
    if (await sendOnce(`person:${performance.now()}`, "/api/v1/persons", body)) closePanel();
    else if (!isHere(about)) about = null; // who was meant is gone: sent again, it is as a card laid
  };
  showPanel(MANUAL, word("action.manual"), new Map([["Enter", send]]), [
    documents.row, field("typed-name", "name", "name_hint"), field("typed-number", "number", "number_hint"), country,
    make("h3", {}, word("manual.why")), reasons.row,
  ], [button(word("manual.do"), { kind: "go tall", press: send, id: "typed-send" })]);
  find("typed-name").focus();
}

/**
 * Ask for one companion of the registration of `about`; `add` takes it.
 * @param {string} about
 * @param {(companion: Door.CompanionBody) => void} add
 */
export function askCompanion(about, add) {
  const done = () => {
    const [name, number] = [typedIn("typed-name"), typedIn("typed-number")];
    if (!name) {
      say(word("manual.missing"), "bad");
      return;
    }
    closePanel();
    add({ name, number: number || null });
  };
  showPanel(about, word("registration.companion"), new Map([["Enter", done]]), [
    field("typed-name", "name", "name_hint"), field("typed-number", "number", "number_optional"),
  ], [button(word("registration.companion_do"), { kind: "go tall", press: done, id: "typed-send" })]);
  find("typed-name").focus();
}

/**
 * The button that says who comes along, and takes one more.
 * @param {number} count
 * @param {() => void} press
 */
export function companionButton(count, press) {
  const says = count ? word("registration.companions_n", { n: count }) : word("registration.companions");
  return button(says, { kind: "companions", press, id: "companions" });
}
