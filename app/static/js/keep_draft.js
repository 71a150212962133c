// Keeps what is typed into <form data-draft="name"> while its page is left, and brings it back with a way to discard it.
(() => {
  "use strict";
  const SKIPPED = new Set(["csrf_token", "client_token", "test_code", "test_phone"]);
  const SENT = "draft-is-being-sent";
  const form = document.querySelector("form[data-draft]");

  // The review page's "Send" button: the next page is of the blast, and the draft is done.
  document.addEventListener("submit", (event) => {
    if (event.submitter?.name === "confirm") sessionStorage.setItem(SENT, "1");
  });
  if (/^\/blasts\/scheduled\/\d+$/.test(location.pathname) && sessionStorage.getItem(SENT)) {
    sessionStorage.removeItem("draft:new-blast");
  }
  sessionStorage.removeItem(SENT);
  if (!form) return;

  const key = `draft:${form.dataset.draft}`;
  const box = form.elements.message_body;

  function save() {
    const fields = [...new FormData(form)].filter(([name]) => !SKIPPED.has(name));
    if (box.value.trim()) sessionStorage.setItem(key, JSON.stringify(fields));
    else sessionStorage.removeItem(key);
  }

  function fill(fields) {
    const values = Object.fromEntries(fields);
    for (const control of form.elements) {
      if (!control.name || SKIPPED.has(control.name) || control.type === "submit" || control.type === "button") continue;
      if (["radio", "checkbox"].includes(control.type)) control.checked = values[control.name] === control.value;
      else if (control.name in values) control.value = values[control.name];
    }
    box.dispatchEvent(new Event("chips:show"));
    box.dispatchEvent(new Event("input", { bubbles: true }));
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function showNotice() {
    const notice = document.createElement("p");
    notice.className = "restored";
    notice.setAttribute("role", "status");
    const discard = document.createElement("button");
    Object.assign(discard, { type: "button", className: "btn sm", textContent: "Discard" });
    discard.addEventListener("click", () => {
      sessionStorage.removeItem(key);
      location.replace(location.href);
    });
    notice.append("Restored what you typed ", discard);
    form.prepend(notice);
  }

  const saved = sessionStorage.getItem(key);
  if (saved && !location.search && !box.value.trim() && !document.querySelector(".summary")) {
    fill(JSON.parse(saved));
    showNotice();
  }
  form.addEventListener("input", save);
  form.addEventListener("change", save);
})();
