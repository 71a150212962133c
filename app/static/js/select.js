// Selection of list rows: "all on this page", the count, and a bar that is visible while rows are selected.
(() => {
  "use strict";
  const boxesOf = (id) => [...document.querySelectorAll(`td input[type=checkbox][form="${CSS.escape(id)}"]`)];

  function show(bar) {
    const boxes = boxesOf(bar.id);
    const count = boxes.filter((box) => box.checked).length;
    const all = document.querySelector(`[data-select-all="${CSS.escape(bar.id)}"]`);
    bar.hidden = count === 0;
    bar.querySelector("[data-bulk-count]").textContent = `${count} chosen`;
    if (!all) return;
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }

  const showAll = () => document.querySelectorAll("[data-bulk]").forEach(show);

  document.addEventListener("change", (event) => {
    const id = event.target.dataset?.selectAll;
    if (id) boxesOf(id).forEach((box) => { box.checked = event.target.checked; });
    if (id || event.target.matches("td input[type=checkbox]")) showAll();
  });
  document.addEventListener("htmx:load", showAll);
  window.addEventListener("pageshow", showAll); // The browser may restore checkboxes.
})();
