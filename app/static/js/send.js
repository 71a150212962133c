// Ctrl+Enter or Cmd+Enter in a textarea with data-send submits its form by the primary button.
// Enter in an input with data-presses="#button" clicks that button.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  const { target } = event;
  if ((event.ctrlKey || event.metaKey) && target.matches("[data-send]")) {
    event.preventDefault();
    target.form.requestSubmit(target.form.querySelector(".btn.pri"));
  } else if (target.matches("[data-presses]")) {
    event.preventDefault();
    document.querySelector(target.dataset.presses).click();
  }
});
