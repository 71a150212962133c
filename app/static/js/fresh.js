// Whoever reads further up stays there when new texts come in, in a conversation and in the list of them. In a conversation a pill says
// how many there are, and leads to them.
(() => {
  "use strict";
  const AWAY = 40; // px above the newest words
  const screen = () => document.querySelector(".talk .scr");
  const list = () => document.querySelector(".inbox .list");
  const pill = () => document.querySelector("[data-fresh]");
  const isAway = () => (screen()?.scrollTop ?? 0) < -AWAY; // the screen is turned over: its newest words are at 0
  const texts = () => [...document.querySelectorAll("#live > [id^=m]")];
  const idOf = (text) => Number(text.id.slice(1));
  const topOf = (node) => node.getBoundingClientRect().top;
  let seen = 0;
  let place = null;

  /** The first of these that is in view, and where: so that it can be put back there. */
  function placeOf(scroller, nodes) {
    const first = nodes.find((node) => node.getBoundingClientRect().bottom > topOf(scroller));
    return first ? { id: first.id, at: topOf(first) } : null;
  }

  function putBack(scroller) {
    const first = place && document.getElementById(place.id);
    if (first) scroller.scrollTop += topOf(first) - place.at;
    return Boolean(first);
  }

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

  document.addEventListener("htmx:beforeSwap", ({ target }) => {
    if (target.id === "live" && pill()) place = isAway() ? placeOf(screen(), texts()) : null;
    if (target.id === "threads") place = list().scrollTop ? placeOf(list(), [...target.querySelectorAll("a.th")]) : null;
  });
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target.id === "threads") putBack(list());
    if (target.id !== "live" || !pill()) return;
    if (putBack(screen())) show();
    else see();
  });
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
