// The inbox by keys: j and k to the next and the previous conversation, r to write, e for done, ? for the list of these. Never while
// somebody types, and not where the tick in that list has been taken away.
(() => {
  "use strict";
  const OFF = "inbox-keys-off";

  /** Browsers may refuse to keep anything: then the keys are on. */
  function stored(change) {
    try {
      if (change !== undefined) localStorage.setItem(OFF, change ? "" : "1");
      return localStorage.getItem(OFF) !== "1";
    } catch {
      return true;
    }
  }

  function step(by) {
    const links = [...document.querySelectorAll("#threads a.th")];
    const here = links.findIndex((link) => link.hasAttribute("aria-current"));
    const next = here < 0 ? links[0] : links[here + by];
    if (next) next.click();
    else if (by > 0) document.querySelector("#threads a[rel=next]")?.focus();
  }

  function help() {
    const list = document.querySelector("[data-keys]");
    list.open = !list.open;
    list.querySelector("summary").focus();
  }

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    r: () => document.querySelector(".answer textarea")?.focus(),
    e: () => document.querySelector("[data-key=e] button")?.click(),
    "?": help,
  };

  document.addEventListener("keydown", (event) => {
    if (!document.querySelector("[data-keys]") || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(KEYS, event.key)) return;
    if (event.target.closest("input, textarea, select, dialog") || !stored()) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-on]")) stored(event.target.checked);
  });
  window.addEventListener("DOMContentLoaded", () => {
    const tick = document.querySelector("[data-keys-on]");
    if (tick) tick.checked = stored();
  });
})();
