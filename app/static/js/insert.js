// Inserts a token at the caret: <button type="button" data-insert="{first_name|friend}" data-into="message_body">.
// For a submit button, which inserts on the server without JavaScript, this saves the request.
document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-insert]");
  const box = chip && document.getElementById(chip.dataset.into);
  if (!box) return;
  event.preventDefault();
  chip.closest("details.menu")?.removeAttribute("open");
  box.focus();
  box.setRangeText(chip.dataset.insert, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
});
