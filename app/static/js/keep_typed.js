// Keeps what was typed into a form that was refused because the session had ended (<form data-keep="path">), and brings
// it back in its place after signing in. Drafts of blasts are kept by the server (save_draft.js).
(() => {
  "use strict";
  const SKIPPED = new Set(["csrf_token", "client_token", "test_code", "test_phone"]);
  const KEPT = "kept:";
  try {
    if (!keepRefused()) restoreRefused();
  } catch {
    // The browser refuses storage: the text is on the page before.
  }

  function keepRefused() {
    const refused = document.querySelector("form[data-keep]");
    if (refused) sessionStorage.setItem(KEPT + refused.dataset.keep, JSON.stringify([...new FormData(refused)]));
    return Boolean(refused);
  }

  function restoreRefused() {
    const saved = sessionStorage.getItem(KEPT + location.pathname);
    if (!saved) return;
    sessionStorage.removeItem(KEPT + location.pathname);
    const pairs = JSON.parse(saved);
    const names = new Set(pairs.map(([name]) => name));
    restoreVersion(pairs);
    // What was not sent, such as an empty box, stays as the page has it.
    const controls = [...document.querySelectorAll("#main [name]")]
      .filter(({ name, type }) => names.has(name) && type !== "hidden");
    for (const control of setValues(controls, pairs)) control.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Has a draft that somebody else changed meanwhile be compared, not overwritten. */
  function restoreVersion(pairs) {
    const form = document.querySelector("form[data-autosave]");
    if (!form) return;
    form.dataset.restored = "";
    const version = pairs.find(([name]) => name === "version");
    if (version) form.querySelector("input[type=hidden][name=version]").value = version[1];
  }

  /** Puts the values, pairs of a name and a value, into these controls, and returns those that can be typed into. */
  function setValues(controls, pairs) {
    const typed = controls.filter(({ name, type }) => !SKIPPED.has(name) && !["submit", "button", "file"].includes(type));
    for (const control of typed) {
      const values = pairs.filter(([name]) => name === control.name).map(([, value]) => value);
      if (["radio", "checkbox"].includes(control.type)) control.checked = values.includes(control.value);
      else if (values.length) control.value = values[0];
    }
    return typed;
  }
})();
