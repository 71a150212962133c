// What is on the screen is read: says so by itself, where without JavaScript there is a button. <form data-read>
(() => {
  "use strict";
  function say() {
    if (document.visibilityState !== "visible") return;
    document.querySelectorAll("form[data-read]").forEach((form) => {
      form.removeAttribute("data-read");
      fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    });
  }

  document.addEventListener("htmx:load", say);
  document.addEventListener("visibilitychange", say);
  window.addEventListener("DOMContentLoaded", say);
})();
