// What is on the screen is read: says so by itself, where without JavaScript there is a button. <form data-read>
// Words below what somebody is reading are not on the screen yet.
(() => {
  "use strict";
  const isBelow = (form) => (form.closest(".scr")?.scrollTop ?? 0) < -40;

  function say() {
    if (document.visibilityState !== "visible") return;
    document.querySelectorAll("form[data-read]").forEach((form) => {
      if (isBelow(form)) return;
      form.removeAttribute("data-read");
      fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    });
  }

  document.addEventListener("htmx:load", say);
  document.addEventListener("inbox:seen", say);
  document.addEventListener("visibilitychange", say);
  window.addEventListener("DOMContentLoaded", say);
})();
