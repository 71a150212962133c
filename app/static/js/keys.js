// Keyboard shortcuts of the inbox: j and k open the next and the previous conversation, r moves to the reply box,
// e marks as done, ? opens the list of the shortcuts. They do nothing while a field has the focus, or when the
// checkbox in that list turns them off.
(() => {
  "use strict";
  const OFF = "inbox-keys-off";

  /** Whether the shortcuts are on; `change` stores that first. On when the browser refuses storage. */
  function isEnabled(change) {
    try {
      if (change !== undefined) localStorage.setItem(OFF, change ? "" : "1");
      return localStorage.getItem(OFF) !== "1";
    } catch {
      return true;
    }
  }

  function step(by) {
    const links = [...document.querySelectorAll("#threads a.th")];
    const current = links.findIndex((link) => link.hasAttribute("aria-current"));
    const next = current < 0 ? links[0] : links[current + by];
    if (next) next.click();
    else if (by > 0) document.querySelector("#threads a[rel=next]")?.focus();
  }

  function help() {
    const list = document.querySelector("[data-keys]");
    const menu = list.closest("details.menu");
    menu.open = list.open = !(menu.open && list.open);
    (menu.open ? list : menu).querySelector("summary").focus();
  }

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    r: () => document.querySelector("#reply-form textarea")?.focus(),
    e: () => document.querySelector("[data-key=e] button")?.click(),
    "?": help,
  };

  document.addEventListener("keydown", (event) => {
    if (!document.querySelector("[data-keys]") || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(KEYS, event.key)) return;
    if (event.target.closest("input, textarea, select, dialog") || !isEnabled()) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-on]")) isEnabled(event.target.checked);
  });
  window.addEventListener("DOMContentLoaded", () => {
    const tick = document.querySelector("[data-keys-on]");
    if (tick) tick.checked = isEnabled();
  });
})();
