// Submits <form data-read> when the newest texts are visible; without JavaScript its button marks them as read.
// Texts below the visible segment of the conversation are not read yet.
(() => {
  "use strict";
  // As in new_messages.js: the newest texts are at scrollTop 0, and 40 px above them still count as visible.
  // A small screen that shows the list hides the conversation beside it.
  const isOutOfView = (form) => (form.closest(".scr")?.scrollTop ?? 0) < -40 || !form.closest(".scr")?.offsetParent;

  function markRead() {
    if (document.visibilityState !== "visible") return;
    document.querySelectorAll("form[data-read]").forEach((form) => {
      if (isOutOfView(form)) return;
      form.removeAttribute("data-read");
      fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    });
  }

  document.addEventListener("htmx:load", markRead);
  document.addEventListener("inbox:seen", markRead);
  document.addEventListener("visibilitychange", markRead);
  window.addEventListener("DOMContentLoaded", markRead);
})();
