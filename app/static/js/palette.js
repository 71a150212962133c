// The command palette: Ctrl-K or Cmd-K finds people, blasts, events, surveys, keywords and pages from everywhere.
// <form data-palette="/search/results">; without JavaScript that form opens the page of the search.
(() => {
  "use strict";
  const WAIT = 120; // milliseconds without a key before the server is asked
  let dialog = null;
  let input, list, status, timer;
  let asked = 0;
  let shownFor = null; // the words whose results are shown
  let opensFirst = false; // Enter was pressed before the results of its words came

  function element(tag, attributes, ...children) {
    const node = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
    node.append(...children);
    return node;
  }

  const options = () => [...list.querySelectorAll("[role=option]")];

  function select(option) {
    options().forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function move(by) {
    const all = options();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (all.length) select(all[(at + by + all.length) % all.length]);
  }

  function open(option) {
    if (option) location.assign(option.dataset.url);
  }

  function openSelected() {
    opensFirst = shownFor !== input.value;
    if (!opensFirst) open(list.querySelector("[aria-selected=true]"));
  }

  function buildOption(result, index) {
    const title = element("span", { dir: "auto" }, result.title);
    const detail = result.detail ? [element("span", { dir: "auto" }, result.detail)] : [];
    return element("div", { role: "option", id: `palette-${index}`, "data-url": result.url }, title, ...detail);
  }

  function show(results) {
    const groups = new Map();
    results.forEach((result, index) => {
      if (!groups.has(result.group)) groups.set(result.group, []);
      groups.get(result.group).push(buildOption(result, index));
    });
    list.replaceChildren(...[...groups].map(([name, items]) =>
      element("div", { role: "group", "aria-label": name }, element("span", { "aria-hidden": "true" }, name), ...items)));
    select(options()[0]);
    const found = results.length === 1 ? "1 result" : `${results.length} results`;
    status.textContent = results.length ? `${found}. ↑ ↓ to choose, Enter to open, Esc to close.` : "Nothing found.";
  }

  async function ask(address) {
    const number = ++asked;
    const words = input.value;
    try {
      const answer = await fetch(`${address}?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || number !== asked) return;
      show(await answer.json());
      shownFor = words;
      if (opensFirst) openSelected();
    } catch {
      status.textContent = "The server is not responding. Try again.";
    }
  }

  function build(address) {
    input = element("input", {
      type: "search", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list",
      "aria-label": "Search everything", placeholder: "People, blasts, events, surveys, keywords, pages", autocomplete: "off",
    });
    list = element("div", { role: "listbox", id: "palette-list", "aria-label": "Results" });
    status = element("p", { role: "status" });
    dialog = element("dialog", { class: "palette", "aria-label": "Search everything" }, input, list, status);
    document.body.append(dialog);
    input.addEventListener("input", () => {
      opensFirst = false;
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT, address);
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown") move(1);
      else if (event.key === "ArrowUp") move(-1);
      else if (event.key === "Enter") openSelected();
      else if (event.key === "Escape") dialog.close(); // A search field would only be emptied.
      else return;
      event.preventDefault();
    });
    list.addEventListener("click", (event) => open(event.target.closest("[role=option]")));
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }

  function openPalette(form, typed = "") {
    const address = form.dataset.palette;
    if (!dialog) build(address);
    if (dialog.open || document.querySelector("dialog[open]")) return;
    input.value = typed;
    shownFor = null;
    opensFirst = false;
    dialog.showModal();
    ask(address);
  }

  document.addEventListener("keydown", (event) => {
    const form = document.querySelector("[data-palette]");
    if (!form || event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    openPalette(form);
  });
  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-palette]");
    if (form) openPalette(form, form.elements.q.value);
  });
})();
