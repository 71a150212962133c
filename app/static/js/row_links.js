// A press anywhere on the row of a list opens the row's main link, the one in its heading.
// Buttons, fields and other links of the row do what they do, and text can still be selected.
document.addEventListener("click", (event) => {
  const row = event.target.closest("tbody tr");
  const link = row?.querySelector("th[scope=row] a[href]");
  if (!link || event.target.closest("a, button, input, select, textarea, label, summary, details, dialog")) return;
  if (!getSelection().isCollapsed) return;
  const { ctrlKey, metaKey, shiftKey } = event;
  link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
});
