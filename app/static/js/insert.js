// A chip puts its token where the caret is: <button type="button" data-insert="{first_name|friend}" data-into="message_body">.
// A submit button may do the same by way of the server: with this it need not go there.
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
