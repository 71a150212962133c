// What is chosen in the form of an import's confirmation goes along when a row beside it is fixed, or its page turned.
(() => {
  "use strict";
  const listChoices = (section) => {
    const names = section.dataset.kept.split(" ");
    const form = document.getElementById("confirm");
    return [...new FormData(form)].filter(([name, value]) => names.includes(name) && value);
  };
  document.addEventListener("submit", (event) => {
    const section = event.target.closest("[data-kept]");
    if (!section) return;
    for (const name of section.dataset.kept.split(" ")) {
      event.target.querySelectorAll(`input[name="${name}"]`).forEach((input) => input.remove());
    }
    for (const [name, value] of listChoices(section)) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      event.target.append(input);
    }
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-kept] .pager a");
    if (!link) return;
    const section = link.closest("[data-kept]");
    const url = new URL(link.href);
    section.dataset.kept.split(" ").forEach((name) => url.searchParams.delete(name));
    listChoices(section).forEach(([name, value]) => url.searchParams.set(name, value));
    link.href = url.href;
  }, true);
})();
