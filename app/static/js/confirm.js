// Asks for confirmation before a form is submitted: data-confirm="Delete Zoë?" on the form or on the pressed button.
(() => {
  "use strict";
  let confirmedForm = null;

  function button(label, kind, value) {
    const element = document.createElement("button");
    element.className = `btn ${kind}`;
    element.value = value;
    element.textContent = label;
    return element;
  }

  function ask(question, verb, kind) {
    const dialog = document.createElement("dialog");
    const form = document.createElement("form");
    const text = document.createElement("p");
    const row = document.createElement("div");
    dialog.className = "ask";
    text.id = "ask-words";
    text.textContent = question;
    dialog.setAttribute("aria-labelledby", text.id);
    form.method = "dialog";
    row.className = "row";
    // The way back is first, so the dialog gives it the focus. It never says Cancel: the question may be about that.
    row.append(button("Go back", "", ""), button(verb, kind, "yes"));
    form.append(text, row);
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
    if (!question || confirmedForm === form) {
      confirmedForm = null;
      return;
    }
    event.preventDefault();
    const kind = submitter?.classList.contains("pri") ? "pri" : "danger";
    if (!(await ask(question, submitter?.textContent.trim() || "Continue", kind))) return;
    confirmedForm = form;
    form.requestSubmit(submitter);
  });
})();
