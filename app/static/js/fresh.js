// A conversation that is read further up stays where it is when new texts come in; a pill says how many, and leads to them.
(() => {
  "use strict";
  const AWAY = 40; // px above the newest words
  const screen = () => document.querySelector(".talk .scr");
  const pill = () => document.querySelector("[data-fresh]");
  const isAway = () => (screen()?.scrollTop ?? 0) < -AWAY; // the screen is turned over: its newest words are at 0
  const texts = () => [...document.querySelectorAll("#live > [id^=m]")];
  const idOf = (text) => Number(text.id.slice(1));
  let seen = 0;
  let anchor = null;

  function show() {
    const fresh = texts().filter((text) => idOf(text) > seen).length;
    pill().hidden = fresh === 0;
    pill().textContent = fresh ? `${fresh} new` : "";
  }

  /** The newest words are on the screen. */
  function see() {
    seen = Math.max(0, ...texts().map(idOf));
    show();
    document.dispatchEvent(new Event("inbox:seen"));
  }

  /** The first text in view, and where: so that it can be put back there. */
  function remember() {
    const top = screen().getBoundingClientRect().top;
    const first = texts().find((text) => text.getBoundingClientRect().bottom > top);
    anchor = isAway() && first ? { id: first.id, at: first.getBoundingClientRect().top } : null;
  }

  function restore() {
    const first = anchor && document.getElementById(anchor.id);
    if (!first) return see();
    screen().scrollTop += first.getBoundingClientRect().top - anchor.at;
    return show();
  }

  document.addEventListener("htmx:beforeSwap", (event) => { if (event.target.id === "live" && pill()) remember(); });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "live" && pill()) restore(); });
  document.addEventListener("click", (event) => {
    if (event.target !== pill()) return;
    screen().scrollTop = 0;
    screen().focus();
  });
  window.addEventListener("DOMContentLoaded", () => {
    if (!pill()) return;
    see();
    screen().addEventListener("scroll", () => { if (!isAway()) see(); }, { passive: true });
  });
})();
