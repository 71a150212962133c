// The box for a reply: it grows with its text, keeps a draft for each conversation in this browser, counts long texts,
// and reports that its user is writing. A draft is deleted once its form was sent: the page lists the forms sent last.
(() => {
  "use strict";
  const COUNT_FROM = 120; // characters
  const WRITING_EVERY = 10_000; // ms
  const DRAFT_DAYS = 30;
  const form = () => document.getElementById("reply-form");
  let lastReport = 0;

  /** Returns what `use(localStorage)` returns; undefined when the browser refuses storage. */
  function withStorage(use) {
    try {
      return use(localStorage);
    } catch {
      return undefined;
    }
  }

  const readDraft = (key) => withStorage((storage) => JSON.parse(storage.getItem(key) ?? "null")) ?? null;

  function saveDraft({ body, client_token: token, dataset }) {
    if (body.value.startsWith("/")) return; // The first letters of a saved reply's title, see saved_replies.js.
    const draft = JSON.stringify({ body: body.value, token: token.value, at: Date.now() });
    withStorage((storage) => (body.value.trim() ? storage.setItem(dataset.draftKey, draft) : storage.removeItem(dataset.draftKey)));
    form().querySelector("[data-draft]").hidden = !body.value.trim();
  }

  function grow(body) {
    body.style.height = "auto";
    body.style.height = `${body.scrollHeight + body.offsetHeight - body.clientHeight}px`;
  }

  function showCount(body) {
    const count = form().querySelector("[data-count]");
    const measured = window.smsMeasure?.(body.value) ?? { units: body.value.length, parts: 1, size: 160 };
    const segments = measured.parts > 1 ? ` · ${measured.parts} segments` : "";
    count.hidden = body.value.length < COUNT_FROM && measured.parts < 2;
    const text = `${measured.units}/${measured.parts * measured.size}${segments}`;
    if (!count.hidden && count.textContent !== text) count.textContent = text;
  }

  function reportWriting(box) {
    if (!box.body.value.trim() || box.body.value.startsWith("/") || Date.now() - lastReport < WRITING_EVERY) return;
    lastReport = Date.now();
    const fields = new URLSearchParams({ csrf_token: box.csrf_token.value });
    fetch(box.dataset.writingUrl, { method: "POST", body: fields }).catch(() => {});
  }

  /** Puts the draft of this conversation into the box; without a fresh one, moves on after a sent reply. */
  function restoreDraft(box) {
    const draft = readDraft(box.dataset.draftKey);
    if (!draft || box.body.value) return;
    if (box.dataset.sent.split(" ").includes(draft.token)) {
      withStorage((storage) => storage.removeItem(box.dataset.draftKey));
      if (matchMedia("(min-width: 901px)").matches) box.body.focus();
      return;
    }
    box.body.value = draft.body;
    box.client_token.value = draft.token; // The same form still: it is sent once, whatever became of the page.
    box.querySelector("[data-draft]").hidden = false;
  }

  function deleteOldDrafts() {
    const keys = withStorage((storage) => Object.keys(storage)) ?? [];
    keys.filter((key) => key.startsWith("reply:")).forEach((key) => {
      const age = Date.now() - (readDraft(key)?.at ?? 0);
      if (age > DRAFT_DAYS * 86_400_000) withStorage((storage) => storage.removeItem(key));
    });
  }

  /** Marks the conversations in the list that have a draft. */
  function markDrafts() {
    const prefix = document.querySelector("[data-draft-prefix]")?.dataset.draftPrefix;
    document.querySelectorAll("#threads a.th").forEach((link) => {
      const draft = prefix && readDraft(prefix + link.id.slice(2));
      if (!draft || link.hasAttribute("aria-current") || link.querySelector(".draft-mark")) return;
      const mark = document.createElement("span");
      mark.className = "tag info draft-mark";
      mark.textContent = "Draft";
      link.querySelector(".who time").before(mark);
    });
  }

  document.addEventListener("input", ({ target }) => {
    const box = form();
    if (!box || target !== box.body) return;
    grow(target);
    showCount(target);
    saveDraft(box);
    reportWriting(box);
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => { if (detail.target.id === "threads") markDrafts(); });
  window.addEventListener("pageshow", () => {
    deleteOldDrafts();
    markDrafts();
    const box = form();
    if (!box) return;
    restoreDraft(box);
    grow(box.body);
    showCount(box.body);
    if (box.body.value) saveDraft(box);
  });
})();
