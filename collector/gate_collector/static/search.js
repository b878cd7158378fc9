// Finds a person's passages; the number goes in the body of a POST and is cleared at once.
import { local, make, say, word } from "/static/make.js";

const form = document.getElementById("search");
const found = document.getElementById("found");

function table(head, rows) {
  const made = make("table"), line = made.createTHead().insertRow();
  line.append(...head.map((name) => make("th", name)));
  const body = made.createTBody();
  for (const row of rows) {
    const one = body.insertRow();
    for (const cell of row) one.append(make("td", cell));
  }
  return made;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fault = form.querySelector(".fault"), who = form.elements.who.value;
  form.elements.who.value = "";
  fault.hidden = true;
  const answer = await fetch("/api/v1/search", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ who }) });
  const told = await answer.json();
  if (!answer.ok) {
    fault.textContent = `${say("应为", "expected")} ${told.error.expected}`;
    fault.hidden = false;
    return;
  }
  const passages = told.passages.map((row) => [local(row.decided), row.gate, word(row.category), word(row.decision)]);
  found.replaceChildren(
    make("p", `${say("人员标识", "reference")} ${told.person_ref.slice(0, 12)}… · ${say("通行", "passages")} ${told.passages.length} · ${say("暂留", "holds")} ${told.holds.length}`),
    table([say("时间", "at"), say("闸口", "door"), say("类别", "kind"), say("结论", "decision")], passages),
  );
});
