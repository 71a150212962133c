// Ctrl+Enter (or Cmd+Enter) in a box with data-send presses the button of its form; Enter alone in a line with data-presses="#button"
// presses that button.
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
