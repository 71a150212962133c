// Shows a group of fields only while their choice is made: <div data-shown-when="send_mode=later">.
(() => {
  "use strict";
  function show(group) {
    const [name, value] = group.dataset.shownWhen.split("=");
    const form = group.closest("form");
    const chosen = form && new FormData(form).getAll(name).includes(value);
    group.hidden = !chosen;
  }

  const showAll = () => document.querySelectorAll("[data-shown-when]").forEach(show);

  document.addEventListener("change", showAll);
  document.addEventListener("htmx:load", showAll);
  window.addEventListener("pageshow", showAll);
})();
