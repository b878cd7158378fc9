// The appointments: who is looked for, by a POST alone; what is cancelled, moved, given a code.

import { find, make, seek } from "./shared/page.js";
import { word } from "./shared/words.js";
import { leave, post, valuesOf } from "./forms.js";
import { chosen, enable, picking, show } from "./picking.js";
import { local } from "./reader.js";

const [cancelling, moving, coding] = ["cancel", "move", "codes"].map((id) => /** @type {HTMLFormElement | null} */ (seek(id)));

for (const form of [cancelling, moving, coding]) {
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const keys = chosen().map((box) => box.dataset.pick ?? "");
    const body = { ...valuesOf(form), ...(form === moving ? { key: keys[0] } : { keys }) };
    void post(form, form.dataset.order ?? "", body).then((done) => done && leave({}));
  });
}

/** @param {Centre.FoundBooking} one */
function row(one) {
  const box = make("input", { type: "checkbox", "data-pick": one.key, "aria-label": word("contacts.pick") });
  const pick = one.state !== "cancelled" && "can" in find("matches").dataset ? make("label", { class: "pick" }, box) : "";
  const cells = [
    one.begins ? local(one.begins) : "–", one.ends ? local(one.ends) : "–", word(`booking_state.${one.state}`),
    one.code ? `…${one.code}` : "–", one.reason ? word(`cancel_reason.${one.reason}`) : "–",
  ];
  return make("tr", { class: one.state === "cancelled" ? "bad" : null }, make("td", {}, pick), ...cells.map((cell) => make("td", {}, cell)));
}

const finding = /** @type {HTMLFormElement} */ (find("find"));
finding.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (finding.querySelector("[name=who]"));
  const who = field.value;
  field.value = "";
  void post(finding, "/api/v1/appointments/search", { who }).then((answer) => {
    if (answer === null) return;
    const matches = /** @type {Centre.FoundBookings} */ (answer);
    const head = ["contacts.pick", "column.from", "column.until", "column.state", "appointments.code", "appointments.cancelled_why"];
    const table = make("table", { class: "stack" },
      make("thead", {}, make("tr", {}, ...head.map((key) => make("th", {}, word(key))))),
      make("tbody", {}, ...matches.bookings.map(row)));
    find("matches").replaceChildren(make("p", {}, word("appointments.found", { n: matches.total })), ...(matches.bookings.length ? [table] : []));
    show();
  });
});

picking((those) => {
  for (const form of [cancelling, coding]) enable(form ?? null, those.length > 0);
  enable(moving ?? null, those.length === 1);
});
