// Open menus close by Escape and by a tap beside them.
(() => {
  "use strict";
  const opened = () => document.querySelectorAll("details.menu[open], details.more[open]");

  document.addEventListener("click", (event) => {
    opened().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    opened().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
})();
