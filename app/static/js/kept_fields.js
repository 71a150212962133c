/* What was typed when the session ended is in its form again after signing in. */
(() => {
  const PREFIX = "kept:";
  try {
    const refused = document.querySelector("form[data-keep]");
    if (refused) {
      const fields = JSON.stringify([...new FormData(refused)]);
      sessionStorage.setItem(PREFIX + refused.dataset.keep, fields);
      return;
    }
    const key = PREFIX + location.pathname;
    const saved = sessionStorage.getItem(key);
    if (!saved) return;
    sessionStorage.removeItem(key);
    for (const [name, value] of JSON.parse(saved)) fill(name, value);
  } catch {
    // The browser refuses storage: the text is on the page before.
  }

  function fill(name, value) {
    const fields = document.querySelectorAll(`#main [name="${CSS.escape(name)}"]`);
    for (const field of fields) {
      if (field.type === "hidden" || field.type === "file") continue;
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.value === value) field.checked = true;
      } else {
        field.value = value;
      }
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
})();
