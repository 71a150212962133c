// Ctrl+Enter (or Cmd+Enter) in a box with data-send presses the button of its form.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("[data-send]")) return;
  event.preventDefault();
  const form = event.target.form;
  form.requestSubmit(form.querySelector(".btn.pri"));
});
