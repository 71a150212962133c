// Asks the server how the text reads, for how many people and in how many segments, while somebody types.
// <form data-preview="/blasts/preview">; each element of the answer replaces the one with the same data-live.
(() => {
  "use strict";
  const form = document.querySelector("form[data-preview]");
  if (!form) return;
  const DELAY = 350; // ms without a key
  let person = "0";
  let timer = 0;
  let isAsking = false;
  let isStale = false;

  function show(html) {
    const parts = new DOMParser().parseFromString(html, "text/html").querySelectorAll("[data-live]");
    for (const part of parts) {
      const old = document.querySelector(`[data-live="${part.dataset.live}"]`);
      // Screen readers announce a live region at every replacement, changed or not.
      if (old && old.innerHTML !== part.innerHTML) old.replaceChildren(...part.childNodes);
    }
  }

  async function ask() {
    if (isAsking) {
      isStale = true;
      return;
    }
    isAsking = true;
    isStale = false;
    const fields = new FormData(form);
    fields.set("person", person);
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body: fields, redirect: "error" });
      if (answer.ok) show(await answer.text());
      else if (answer.status === 429) askSoon(1000);
    } catch {
      // Offline, or the session has ended: what is shown stays, and Review says what is the matter.
    }
    isAsking = false;
    if (isStale) askSoon();
  }

  function askSoon(delay = DELAY) {
    clearTimeout(timer);
    timer = setTimeout(ask, delay);
  }

  form.addEventListener("input", () => askSoon());
  form.addEventListener("change", () => askSoon(0));
  window.addEventListener("draft:restored", () => askSoon(0));
  form.addEventListener("click", (event) => {
    const step = event.target.closest("[data-person]");
    if (!step) return;
    event.preventDefault();
    const isNext = step === step.parentElement.lastElementChild;
    person = step.value;
    ask().then(() => document.querySelector(`[data-person]:${isNext ? "last" : "first"}-of-type`)?.focus());
  });
})();
