// A form that is being sent says so within half a second and cannot be sent twice.
// Not for forms whose answer is a file, or that open nothing (data-stays), nor for those of htmx and dialogs.
(() => {
  "use strict";
  const WAIT = 400;
  let sent = new WeakSet();
  const restores = [];

  function showBusy(button) {
    if (!button) return;
    const nodes = [...button.childNodes];
    button.style.minWidth = `${button.offsetWidth}px`;
    button.textContent = "Working…";
    button.setAttribute("aria-disabled", "true");
    restores.push(() => {
      button.replaceChildren(...nodes);
      button.removeAttribute("aria-disabled");
    });
  }

  // On the window: after every other listener, so it is known whether the form is sent at all.
  window.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || form.method !== "post" || form.matches("[data-stays]")) return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    const button = submitter ?? form.querySelector("button[type=submit], button:not([type])");
    setTimeout(showBusy, WAIT, button);
  });
  // Also after the back button, which shows the page as it was left.
  window.addEventListener("pageshow", () => {
    sent = new WeakSet();
    restores.splice(0).forEach((restore) => restore());
  });
})();
