// Keeps a form that is sent before the page's scripts are there, and sends it once they are; says so
// where none of them took it. A classic script in the head: it alone runs before the first tap.
// A form that only asks for another page (data-get) needs no script, and goes its way.
{
  const failed = document.currentScript?.dataset.failed ?? "";
  /** @type {SubmitEvent | null} */
  let early = null;

  /** @param {SubmitEvent} event */
  const isAsking = ({ target }) => target instanceof HTMLFormElement && "get" in target.dataset;

  /** @param {SubmitEvent} event */
  const keep = (event) => {
    if (isAsking(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    early = event;
  };

  addEventListener("submit", keep, true);
  document.addEventListener("DOMContentLoaded", () => { // every module has run, or failed to load
    removeEventListener("submit", keep, true);
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
