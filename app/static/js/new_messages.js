// Keeps the scroll position when texts arrive, in a conversation and in the list of conversations.
// In a conversation a button shows how many texts are new, and scrolls to them.
(() => {
  "use strict";
  const AWAY_PIXELS = 40; // above the newest text
  const screen = () => document.querySelector(".talk .scr");
  const list = () => document.querySelector(".inbox .list");
  const newTextsButton = () => document.querySelector("[data-fresh]");
  // The conversation is laid out in reverse (column-reverse): its newest text is at scrollTop 0.
  const isAway = () => (screen()?.scrollTop ?? 0) < -AWAY_PIXELS;
  const texts = () => [...document.querySelectorAll("#live > [id^=m]")];
  const idOf = (text) => Number(text.id.slice(1));
  const topOf = (node) => node.getBoundingClientRect().top;
  let lastSeenId = 0;
  let anchor = null;

  /** Returns the first visible node and its position, to restore it after the swap. */
  function findAnchor(scroller, nodes) {
    const first = nodes.find((node) => node.getBoundingClientRect().bottom > topOf(scroller));
    return first ? { id: first.id, top: topOf(first) } : null;
  }

  function restorePosition(scroller) {
    const first = anchor && document.getElementById(anchor.id);
    if (first) scroller.scrollTop += topOf(first) - anchor.top;
    return Boolean(first);
  }

  function showCount() {
    const count = texts().filter((text) => idOf(text) > lastSeenId).length;
    newTextsButton().hidden = count === 0;
    newTextsButton().textContent = count ? `${count} new ${count === 1 ? "message" : "messages"}` : "";
  }

  /** Called while the newest text is visible. */
  function markSeen() {
    lastSeenId = Math.max(0, ...texts().map(idOf));
    showCount();
    document.dispatchEvent(new Event("inbox:seen"));
  }

  document.addEventListener("htmx:beforeSwap", ({ target }) => {
    if (target.id === "live" && newTextsButton()) anchor = isAway() ? findAnchor(screen(), texts()) : null;
    if (target.id === "threads") anchor = list().scrollTop ? findAnchor(list(), [...target.querySelectorAll("a.th")]) : null;
  });
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target.id === "threads") restorePosition(list());
    if (target.id !== "live" || !newTextsButton()) return;
    if (restorePosition(screen())) showCount();
    else markSeen();
  });
  document.addEventListener("click", (event) => {
    if (event.target !== newTextsButton()) return;
    screen().scrollTop = 0;
    screen().focus();
  });
  window.addEventListener("DOMContentLoaded", () => {
    if (!newTextsButton()) return;
    markSeen();
    screen().addEventListener("scroll", () => { if (!isAway()) markSeen(); }, { passive: true });
  });
})();
