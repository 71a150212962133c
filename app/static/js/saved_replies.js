// Saved replies from the keyboard: "/" at the start of the box for a reply opens them, typing on filters them, the arrow
// keys choose, Enter inserts, Escape closes. The list is that of the button "Saved replies".
(() => {
  "use strict";
  const body = () => document.querySelector("#reply-form textarea");
  const menu = () => document.querySelector("#reply-form [data-saved]");
  const choices = () => [...menu().querySelectorAll("button[data-insert]")];
  const visible = () => choices().filter((choice) => !choice.hidden);
  let isFiltering = false;

  function choose(choice) {
    choices().forEach((each) => each.classList.toggle("chosen", each === choice));
    choice?.scrollIntoView({ block: "nearest" });
    if (choice) body().setAttribute("aria-activedescendant", choice.id);
    else body().removeAttribute("aria-activedescendant");
  }

  function filter() {
    const words = body().value.slice(1).toLowerCase().split(/\s+/).filter(Boolean);
    choices().forEach((choice, index) => {
      choice.id ||= `saved-${index}`;
      const text = choice.textContent.toLowerCase();
      choice.hidden = !words.every((word) => text.includes(word));
    });
    menu().querySelector("[data-none]").hidden = visible().length > 0 || choices().length === 0;
    choose(visible()[0]);
  }

  function stop() {
    isFiltering = false;
    choices().forEach((choice) => { choice.hidden = false; });
    choose(null);
    menu().open = false;
  }

  function step(by) {
    const shown = visible();
    const current = shown.findIndex((choice) => choice.classList.contains("chosen"));
    choose(shown[(current + by + shown.length) % shown.length]);
  }

  function insert() {
    const choice = visible().find((each) => each.classList.contains("chosen"));
    if (!choice) return;
    body().value = "";
    choice.click();
    stop();
  }

  const KEYS = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Enter: insert, Tab: insert, Escape: stop };

  document.addEventListener("input", ({ target }) => {
    if (!menu() || target !== body()) return;
    if (target.value.startsWith("/") && !target.value.includes("\n")) {
      isFiltering = true;
      menu().open = true;
      filter();
    } else if (isFiltering) stop();
  });
  document.addEventListener("keydown", (event) => {
    if (!isFiltering || event.target !== body() || event.isComposing || !Object.hasOwn(KEYS, event.key)) return;
    if (event.key !== "Escape" && visible().length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    KEYS[event.key]();
  }, true);
})();
