// Keeps what is pressed and the form that is sent before the page's scripts are there, and does it once
// they are; says so where none of them took the form. A classic script in the head: it alone runs
// before the first tap.
// A form that only asks for another page (data-get) needs no script, and goes its way.
{
  const failed = document.currentScript?.dataset.failed ?? "";
  /** @type {SubmitEvent | null} */
  let early = null;
  /** @type {HTMLElement[]} */
  const pressed = [];

  /** @param {SubmitEvent} event */
  const isAsking = ({ target }) => target instanceof HTMLFormElement && "get" in target.dataset;

  /** @param {SubmitEvent} event */
  const keep = (event) => {
    if (isAsking(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    early = event;
  };

  /** @param {MouseEvent} event */
  const press = (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[type=button]") : null;
    if (!(button instanceof HTMLElement)) return;
    event.stopImmediatePropagation();
    pressed.push(button);
  };

  addEventListener("submit", keep, true);
  addEventListener("click", press, true);
  document.addEventListener("DOMContentLoaded", () => { // every module has run, or failed to load
    removeEventListener("submit", keep, true);
    removeEventListener("click", press, true);
    for (const button of pressed) button.click();
    if (early?.target instanceof HTMLFormElement) early.target.requestSubmit(early.submitter);
  });
  addEventListener("submit", (event) => {
    if (event.defaultPrevented || isAsking(event)) return;
    event.preventDefault();
    const fault = event.target instanceof HTMLFormElement ? event.target.querySelector(".fault") : null;
    if (!(fault instanceof HTMLElement)) return;
    fault.textContent = failed;
    fault.hidden = false;
  });
}
