// Choosing rows of a list: "all on this page", how many, and a bar that is only there when something is chosen.
(() => {
  "use strict";
  const boxesOf = (id) => [...document.querySelectorAll(`td input[type=checkbox][form="${CSS.escape(id)}"]`)];

  function show(bar) {
    const boxes = boxesOf(bar.id);
    const chosen = boxes.filter((box) => box.checked).length;
    const all = document.querySelector(`[data-select-all="${CSS.escape(bar.id)}"]`);
    bar.hidden = chosen === 0;
    bar.querySelector("[data-bulk-count]").textContent = `${chosen} chosen`;
    if (!all) return;
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }

  const showAll = () => document.querySelectorAll("[data-bulk]").forEach(show);

  document.addEventListener("change", (event) => {
    const id = event.target.dataset?.selectAll;
    if (id) boxesOf(id).forEach((box) => { box.checked = event.target.checked; });
    if (id || event.target.matches("td input[type=checkbox]")) showAll();
  });
  document.addEventListener("htmx:load", showAll);
  window.addEventListener("pageshow", showAll); // the browser may restore ticks
})();
