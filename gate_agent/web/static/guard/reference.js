// The reference number (受理编号) that the district's office gives: it may come at any time.

import { button, make, textField } from "../shared/page.js";
import { say } from "./send.js";
import { fileReference, takesReport } from "./steps.js";
import { recorded, word } from "../shared/words.js";

let typed = ""; // while it is not recorded

/**
 * A line to record the number, from the confirmed fever on, until the hold is closed.
 * @param {import("./case_sections.js").Section} section
 */
export function referenceLine({ state, hold, note }) {
  const has = hold.state === "confirmed" || hold.steps.some((one) => one.step === "confirmed");
  if (!has) return null;
  const offices = takesReport(state.calls, recorded("term.duty_leader"));
  const district = recorded("reported_to.district");
  const office = offices.includes(district) ? district : offices[0] ?? district;
  const input = textField("reference", 40, word("case.reference_of", { p: office }), word("case.reference_hint"));
  input.value = typed;
  input.addEventListener("input", () => {
    typed = input.value;
    input.removeAttribute("aria-invalid");
  });
  async function save() {
    const number = fileReference(typed);
    if (number !== null && await note({ kind: "called", to: office, answered: true, office_reference: number })) {
      resetReference();
      return;
    }
    input.setAttribute("aria-invalid", "true");
    if (number === null) say(word("case.reference_bad"), "bad");
  }
  return make("div", { class: "reference" }, make("span", {}, word("case.reference_of", { p: office })), input,
    button(word("case.reference_save"), { press: () => void save(), id: "reference-save" }));
}

/** Forget what was typed for another hold. */
export function resetReference() {
  typed = "";
}
