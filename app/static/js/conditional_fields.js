// Shows a group of fields only while a field of the form has a value: <div data-shown-when="send_mode=later">.
(() => {
  "use strict";
  function show(group) {
    const [name, value] = group.dataset.shownWhen.split("=");
    const form = group.closest("form");
    const isShown = form && new FormData(form).getAll(name).includes(value);
    group.hidden = !isShown;
  }

  const showAll = () => document.querySelectorAll("[data-shown-when]").forEach(show);

  document.addEventListener("change", showAll);
  document.addEventListener("htmx:load", showAll);
  window.addEventListener("pageshow", showAll);
})();
