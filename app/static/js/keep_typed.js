// Keeps what is typed and brings it back: a draft whose page is left (<form data-draft="name">), with a way to discard
// it, and a form that was refused as the session had ended (<form data-keep="path">), in its place after signing in.
(() => {
  "use strict";
  const SKIPPED = new Set(["csrf_token", "client_token", "test_code", "test_phone"]);
  const SENT = "draft-is-being-sent";
  const KEPT = "kept:";
  try {
    if (keepRefused()) return;
    restoreRefused();
  } catch {
    // The browser refuses storage: the text is on the page before.
    return;
  }
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
  const saved = sessionStorage.getItem(key);
  if (saved && !location.search && !box.value.trim() && !document.querySelector(".summary")) {
    restoreDraft(JSON.parse(saved));
    showNotice();
  }
  form.addEventListener("input", saveDraft);
  form.addEventListener("change", saveDraft);

  function keepRefused() {
    const refused = document.querySelector("form[data-keep]");
    if (refused) sessionStorage.setItem(KEPT + refused.dataset.keep, JSON.stringify([...new FormData(refused)]));
    return Boolean(refused);
  }

  function restoreRefused() {
    const saved = sessionStorage.getItem(KEPT + location.pathname);
    if (!saved) return;
    sessionStorage.removeItem(KEPT + location.pathname);
    const pairs = JSON.parse(saved);
    const names = new Set(pairs.map(([name]) => name));
    // What was not sent, such as an empty box, stays as the page has it.
    const controls = [...document.querySelectorAll("#main [name]")]
      .filter(({ name, type }) => names.has(name) && type !== "hidden");
    for (const control of setValues(controls, pairs)) control.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Puts the values, pairs of a name and a value, into these controls, and returns those that can be typed into. */
  function setValues(controls, pairs) {
    const typed = [...controls].filter(({ name, type }) =>
      name && !SKIPPED.has(name) && !["submit", "button", "file"].includes(type));
    for (const control of typed) {
      const values = pairs.filter(([name]) => name === control.name).map(([, value]) => value);
      if (["radio", "checkbox"].includes(control.type)) control.checked = values.includes(control.value);
      else if (values.length) control.value = values[0];
    }
    return typed;
  }

  function saveDraft() {
    const fields = [...new FormData(form)].filter(([name]) => !SKIPPED.has(name));
    if (box.value.trim()) sessionStorage.setItem(key, JSON.stringify(fields));
    else sessionStorage.removeItem(key);
  }

  function restoreDraft(pairs) {
    setValues(form.elements, pairs);
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
})();
