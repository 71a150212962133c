// A template that is chosen for the first text fills in the texts in other languages too: each has a menu of its own
// (use-translation-es), whose button for the same template (data-template) is pressed.
window.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-template]");
  const form = button?.form;
  if (!form || button.name.includes("translation-")) return;
  const same = [...form.querySelectorAll(`[data-template="${button.dataset.template}"]`)];
  // Several texts in a form, as reminders are, each have translations whose names begin alike.
  const prefix = button.dataset.fills ?? "";
  for (const other of same) {
    if (other.name.startsWith(`use-${prefix}translation-`)) other.click();
  }
}, true); // Before the button itself, so that the first text has the focus afterwards.
