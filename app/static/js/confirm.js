// Asks before a form does what cannot be undone: data-confirm="Delete Zoë?" on the form or on the pressed button.
(() => {
  "use strict";
  let agreed = null;

  function button(label, kind, value) {
    const made = document.createElement("button");
    made.className = `btn ${kind}`;
    made.value = value;
    made.textContent = label;
    return made;
  }

  function ask(question, verb, kind) {
    const dialog = document.createElement("dialog");
    const form = document.createElement("form");
    const words = document.createElement("p");
    const row = document.createElement("div");
    dialog.className = "ask";
    words.id = "ask-words";
    words.textContent = question;
    dialog.setAttribute("aria-labelledby", words.id);
    form.method = "dialog";
    row.className = "row";
    row.append(button("Cancel", "", ""), button(verb, kind, "yes")); // Cancel first: it has the focus
    form.append(words, row);
    dialog.append(form);
    document.body.append(dialog);
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        dialog.remove();
        resolve(dialog.returnValue === "yes");
      });
    });
  }

  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    const question = submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!question || agreed === form) {
      agreed = null;
      return;
    }
    event.preventDefault();
    const kind = submitter?.classList.contains("pri") ? "pri" : "danger";
    if (!(await ask(question, submitter?.textContent.trim() || "Go on", kind))) return;
    agreed = form;
    form.requestSubmit(submitter);
  });
})();
