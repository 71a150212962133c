// Closes open menus on Escape and on a click outside.
(() => {
  "use strict";
  const openMenus = () => document.querySelectorAll("details.menu[open], details.more[open]");

  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
})();
