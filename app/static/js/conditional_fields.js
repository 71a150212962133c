// Shows a group of fields only while a field of the form has a value, or one of several:
// <div data-shown-when="action=join_group,leave_group">.
(() => {
  "use strict";
  function show(group) {
    const [name, values] = group.dataset.shownWhen.split("=");
    const form = group.closest("form");
    const isShown = form && new FormData(form).getAll(name).some((value) => values.split(",").includes(value));
    group.hidden = !isShown;
  }

  const showAll = () => document.querySelectorAll("[data-shown-when]").forEach(show);

  document.addEventListener("change", showAll);
  document.addEventListener("htmx:load", showAll);
  window.addEventListener("pageshow", showAll);
})();
