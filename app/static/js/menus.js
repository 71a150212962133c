// Menus: closed on Escape and on a click outside, one open at a time, and turned when they would begin off-screen.
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
  // "toggle" does not bubble.
  document.addEventListener("toggle", ({ target: menu }) => {
    if (!menu.matches("details.menu") || !menu.open) return;
    delete menu.dataset.side;
    if (menu.lastElementChild.getBoundingClientRect().left < 8) menu.dataset.side = "left";
  }, true);
})();
