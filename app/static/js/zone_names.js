// Suggests time zones in <input data-zones="/static/zones….json">: the names are loaded when it first has the focus.
(() => {
  "use strict";
  let loading = null;

  async function loadList(address) {
    const names = await (await fetch(address)).json();
    const list = document.createElement("datalist");
    list.id = "zone-names";
    list.append(...names.map((name) => new Option(name.replaceAll("_", " "), name)));
    document.body.append(list);
  }

  document.addEventListener("focusin", ({ target }) => {
    if (!target.matches("input[data-zones]")) return;
    loading ??= loadList(target.dataset.zones).catch(() => { loading = null; });
    target.setAttribute("list", "zone-names");
  });
})();
