// Sections of a long page: folded on small screens, but for the first, those with a mistake, and the one of the address.
(() => {
  "use strict";
  const sections = [...document.querySelectorAll("details.section")];
  if (!sections.length || !window.matchMedia("(max-width: 900px)").matches) return;
  const wanted = location.hash.slice(1);
  sections.forEach((section, number) => {
    section.open = number === 0 || section.id === wanted || section.querySelector("[data-bad]") !== null;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".toc a, .summary a");
    const target = link && document.querySelector(link.hash);
    const section = target?.closest("details.section");
    if (section) section.open = true;
  });
})();
