// Counts the segments of a text while it is typed, as the carrier bills them.
// The server counts again, with the placeholders filled in for each person.
(() => {
  "use strict";
  const BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
  const EXTENDED = "\f^{}\\[~]|€"; // Two septets each, never split between segments.
  const INVISIBLE_NAMES = { "\t": "a tab", "\u00a0": "a no-break space", "\u202f": "a narrow space", "\u200b": "an invisible space" };
  const CONDITION = /\{\s*(?:if\s[^{}]*|end\s*)\}/gi; // Themselves they are no text.
  const ORGANIZATION = /\{\s*org[_\s]name\s*(?:\|[^{}]*)?\}/gi;
  const PERSONAL = /\{(?!\s*(?:end\s*|org[_\s]name\s*)\})[^{}]+\}/i;
  const JOINERS = /[\u200d\ufe0e\ufe0f]/u; // Join the characters of one emoji.

  // The carrier follows Unicode 10, which splits a cluster between two conjunct consonants; browsers no longer do.
  const CONJUNCT = /(?<=[\p{M}\u200d])(?=(?![\u0e33\u0eb3])\p{Lo})/u;
  const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

  const isGsm7 = (character) => BASIC.includes(character) || EXTENDED.includes(character);

  /** Returns the units of each cluster; a cluster, such as an emoji, is never split between segments. */
  function measureClusters(text, isPlain) {
    if (isPlain) return [...text].map((character) => (EXTENDED.includes(character) ? 2 : 1));
    return [...segmenter.segment(text)].flatMap(({ segment }) => segment.split(CONJUNCT)).flatMap((cluster) =>
      cluster.length <= 67 ? [cluster.length] : [...cluster].map((character) => character.length));
  }

  /**
   * Returns how a text is billed: encoding, units, number of segments (`parts`), units a segment holds (`size`) and
   * the last one has (`last`), and the characters outside the GSM-7 alphabet (`odd`).
   */
  function measure(text) {
    const odd = [...new Set(text)].filter((character) => !isGsm7(character));
    const isPlain = odd.length === 0;
    const widths = measureClusters(text, isPlain);
    const units = widths.reduce((sum, width) => sum + width, 0);
    // A text of several segments loses 7 septets (or 3 UCS-2 units) of each to the concatenation header.
    const [single, multiple] = isPlain ? [160, 153] : [70, 67];
    const size = units <= single ? single : multiple;
    let parts = 1;
    let last = 0;
    for (const width of widths) {
      if (last + width > size) {
        parts += 1;
        last = 0;
      }
      last += width;
    }
    return { encoding: isPlain ? "GSM-7" : "UCS-2", units, parts, size, last, odd };
  }

  const formatParts = (parts) => (parts === 1 ? "1 segment" : `${parts} segments`);

  function setText(node, text) {
    // Screen readers announce a live region at every assignment, changed or not.
    if (node.textContent !== text) node.textContent = text;
  }

  /** Names the characters outside GSM-7, and how many segments the text would have without them. */
  function showOdd(line, text, measured) {
    line.hidden = measured.odd.length === 0;
    if (line.hidden) return;
    const names = measured.odd.filter((character) => !JOINERS.test(character)).slice(0, 6).map((character) => {
      const code = document.createElement("code");
      code.textContent = INVISIBLE_NAMES[character] ?? character;
      return code;
    });
    const plain = measure([...text].filter(isGsm7).join(""));
    const saved = plain.parts < measured.parts ? ` Without them: ${formatParts(plain.parts)} instead of ${measured.parts}.` : "";
    const isOne = measured.odd.length === 1;
    line.replaceChildren(...names, ` ${isOne ? "is" : "are"} outside the plain alphabet, so a segment holds 70 characters, not 160.${saved}`);
  }

  function drawBar(bar, measured) {
    bar.replaceChildren(...Array.from({ length: Math.min(measured.parts, 20) }, (_, index) => {
      const cell = document.createElement("i");
      const full = index < measured.parts - 1 ? 100 : Math.round((100 * measured.last) / measured.size);
      cell.style.setProperty("--full", `${full}%`);
      return cell;
    }));
  }

  /** Returns the text with the opt-out line of its language, if the checkbox is on and the text has no such line. */
  function withFooter(box) {
    const tick = box.form?.querySelector("input[data-footer]");
    const line = tick?.checked ? (box.dataset.footer ?? tick.dataset.footer).trim() : "";
    if (!line || box.value.toLowerCase().includes(line.toLowerCase())) return box.value;
    return box.value ? `${box.value}\n${line}` : line;
  }

  /** Returns a text with its placeholders as their fallbacks: the real names are counted by the server. */
  function fillIn(text) {
    return text.replace(CONDITION, "").replace(ORGANIZATION, () => document.body.dataset.organization ?? "")
      .replace(/\{[^{}|]+(?:\|([^{}]*))?\}/g, (_, fallback) => fallback?.trim() || "friend");
  }

  function show(box) {
    const meter = document.querySelector(`[data-meter-of="${CSS.escape(box.id)}"]`);
    if (!meter) return;
    const text = fillIn(withFooter(box));
    const measured = measure(text);
    const suffix = PERSONAL.test(box.value) ? " · names may add characters" : "";
    const capacity = measured.parts === 1 ? `of ${measured.size}` : `in segments of ${measured.size}`;
    // An empty box costs nothing; a text in the counts of the server is counted there.
    meter.hidden = !box.value.trim();
    const isCountedByServer = "server" in box.dataset;
    for (const part of meter.querySelectorAll("[data-parts], [data-encoding]")) part.hidden = isCountedByServer;
    setText(meter.querySelector("[data-units]"), String(measured.units));
    setText(meter.querySelector("[data-room]"), `${capacity} characters${suffix}`);
    const parts = meter.querySelector("[data-parts]");
    setText(parts, formatParts(measured.parts));
    parts.classList.toggle("many", measured.parts > 4);
    setText(meter.querySelector("[data-encoding]"), measured.encoding === "GSM-7" ? "Plain text" : "Special characters");
    if (!isCountedByServer) showOdd(meter.querySelector("[data-odd]"), text, measured);
    drawBar(meter.querySelector(".segbar"), measured);
  }

  function showAll() {
    document.querySelectorAll("textarea[data-counter]").forEach(show);
  }

  window.smsMeasure = measure;
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-counter]")) show(event.target);
    else if (event.target.matches("input[data-footer]")) showAll();
  });
  document.addEventListener("htmx:load", showAll);
  window.addEventListener("pageshow", showAll); // Also after the back button.
})();
