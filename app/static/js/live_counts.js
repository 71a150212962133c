// Keeps the numbers of waiting conversations and of unread notifications true on every page: the badges of the menu
// and the window's title.
// <html data-live="/live">; asked every four seconds while the window can be seen. Once notifications are allowed
// (a button with data-notify asks), a hidden window asks every half minute and tells of new texts.
(() => {
  "use strict";
  const SEEN_WAIT = 4_000;
  const HIDDEN_WAIT = 30_000;
  const address = document.documentElement.dataset.live;
  const title = document.title;
  const mayNotify = () => "Notification" in window && Notification.permission === "granted";
  let newest = null;
  let timer = null;

  function showCount(count) {
    document.title = count ? `(${count < 100 ? count : "99+"}) ${title}` : title;
    document.querySelectorAll("[data-live-count]").forEach((badge) => {
      badge.hidden = count === 0;
      badge.querySelector("[data-number]").textContent = count < 100 ? String(count) : "99+";
    });
  }

  function showNotices(count) {
    document.querySelectorAll("[data-live-notices]").forEach((badge) => {
      badge.hidden = count === 0;
      badge.querySelector("[data-number]").textContent = count < 100 ? String(count) : "99+";
    });
  }

  function notify(state) {
    if (!document.hidden || !mayNotify()) return;
    const note = new Notification("New reply", { body: state.text, tag: "new-reply" });
    note.onclick = () => {
      window.focus();
      location.assign(state.url);
      note.close();
    };
  }

  function apply(state) {
    showCount(state.waiting);
    showNotices(state.notices);
    // The first answer is the state that the page itself was made with.
    if (newest !== null && state.newest > newest) {
      notify(state);
      document.dispatchEvent(new CustomEvent("live:reply", { detail: state }));
    }
    newest = Math.max(newest ?? 0, state.newest);
  }

  async function ask() {
    clearTimeout(timer);
    if (document.hidden && !mayNotify()) return; // Goes on when the window is seen again.
    try {
      const answer = await fetch(`${address}?since=${newest ?? ""}`, { headers: { Accept: "application/json" } });
      if (answer.status === 401) return; // Signed out: the next page says so.
      if (answer.ok) apply(await answer.json());
    } catch {
      // The server is away for a moment: asked again below.
    }
    timer = setTimeout(ask, document.hidden ? HIDDEN_WAIT : SEEN_WAIT);
  }

  function showButtons() {
    document.querySelectorAll("[data-notify]").forEach((button) => {
      button.hidden = !("Notification" in window) || Notification.permission !== "default";
    });
  }

  if (!address) return;
  document.addEventListener("visibilitychange", ask);
  document.addEventListener("click", async (event) => {
    if (!event.target.closest("[data-notify]")) return;
    await Notification.requestPermission();
    showButtons();
  });
  document.addEventListener("htmx:load", showButtons);
  window.addEventListener("DOMContentLoaded", () => {
    showButtons();
    ask();
  });
})();
