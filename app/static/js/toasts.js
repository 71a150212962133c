// Messages of an action can be closed; those that are no errors stop following the page after eight seconds.
(() => {
  "use strict";
  const SECONDS = 8;

  document.addEventListener("click", ({ target }) => {
    const note = target.closest(".flashes .close")?.closest(".note");
    const box = note?.parentElement;
    note?.remove();
    if (box && !box.children.length) box.remove();
  });
  window.addEventListener("DOMContentLoaded", () => {
    const box = document.querySelector(".flashes");
    if (!box || box.querySelector(".note.bad, .note.warn")) return;
    setTimeout(() => box.classList.add("rest"), SECONDS * 1000);
  });
})();
