// Selection of list rows: "all on this page", the count, and a bar that is visible while rows are selected.
(() => {
  "use strict";
  const boxesOf = (id) => [...document.querySelectorAll(`td input[type=checkbox][form="${CSS.escape(id)}"]`)];

  function show(bar) {
    const boxes = boxesOf(bar.id);
    const count = boxes.filter((box) => box.checked).length;
    const all = document.querySelector(`[data-select-all="${CSS.escape(bar.id)}"]`);
    bar.hidden = count === 0;
    const everyone = bar.querySelector("[data-select-everyone]");
    const words = everyone?.checked ? everyone.dataset.selectEveryone : count;
    bar.querySelector("[data-bulk-count]").textContent = `${words} selected`;
    if (!all) return;
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }

  const showAll = () => document.querySelectorAll("[data-bulk]").forEach(show);

  document.addEventListener("change", (event) => {
    const id = event.target.dataset?.selectAll;
    if (id) boxesOf(id).forEach((box) => { box.checked = event.target.checked; });
    if (id || event.target.matches("td input[type=checkbox], [data-select-everyone]")) showAll();
  });
  document.addEventListener("htmx:load", showAll);
  window.addEventListener("pageshow", showAll); // The browser may restore checkboxes.
})();
