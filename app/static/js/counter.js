// Counts what a text will cost while it is typed, exactly as the carrier bills it.
// A helper only: the server counts again, with every person's own words filled in.
(() => {
  "use strict";
  const BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
  const EXTENDED = "\f^{}\\[~]|€"; // two places each, never torn apart
  const UNSEEN = { "\t": "a tab", "\u00a0": "a no-break space", "\u202f": "a narrow space", "\u200b": "an invisible space" };
  const JOINERS = /[\u200d\ufe0e\ufe0f]/u; // the glue inside one emoji

  // The carrier counts by Unicode 10, which cuts between two joined consonants where browsers no longer do.
  const CONJUNCT = /(?<=[\p{M}\u200d])(?=(?![\u0e33\u0eb3])\p{Lo})/u;
  const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

  const inAlphabet = (sign) => BASIC.includes(sign) || EXTENDED.includes(sign);

  /** The sizes of what belongs together: an emoji of many signs moves to the next part as a whole. */
  function widthsOf(text, plain) {
    if (plain) return [...text].map((sign) => (EXTENDED.includes(sign) ? 2 : 1));
    return [...segmenter.segment(text)].flatMap(({ segment }) => segment.split(CONJUNCT)).flatMap((cluster) =>
      cluster.length <= 67 ? [cluster.length] : [...cluster].map((sign) => sign.length));
  }

  /** How a text is billed: encoding, units, parts, the size of one part, the fill of the last, and the signs outside the plain alphabet. */
  function measure(text) {
    const odd = [...new Set(text)].filter((sign) => !inAlphabet(sign));
    const plain = odd.length === 0;
    const widths = widthsOf(text, plain);
    const units = widths.reduce((sum, width) => sum + width, 0);
    const [alone, joined] = plain ? [160, 153] : [70, 67];
    const size = units <= alone ? alone : joined;
    let parts = 1;
    let last = 0;
    for (const width of widths) {
      if (last + width > size) {
        parts += 1;
        last = 0;
      }
      last += width;
    }
    return { encoding: plain ? "GSM-7" : "UCS-2", units, parts, size, last, odd };
  }

  const inWords = (parts) => (parts === 1 ? "1 part" : `${parts} parts`);

  function say(node, text) {
    if (node.textContent !== text) node.textContent = text; // an unchanged live region stays silent
  }

  /** Names the signs that make the text dearer, and what it would be without them. */
  function showOdd(line, text, now) {
    line.hidden = now.odd.length === 0;
    if (line.hidden) return;
    const seen = now.odd.filter((sign) => !JOINERS.test(sign)).slice(0, 6).map((sign) => {
      const shown = document.createElement("code");
      shown.textContent = UNSEEN[sign] ?? sign;
      return shown;
    });
    const plain = measure([...text].filter(inAlphabet).join(""));
    const saved = plain.parts < now.parts ? ` Without them: ${inWords(plain.parts)} instead of ${now.parts}.` : "";
    const one = now.odd.length === 1;
    line.replaceChildren(...seen, ` ${one ? "is" : "are"} outside the plain alphabet, so a part holds 70 characters, not 160.${saved}`);
  }

  function drawBar(bar, now) {
    bar.replaceChildren(...Array.from({ length: Math.min(now.parts, 20) }, (_, at) => {
      const cell = document.createElement("i");
      const full = at < now.parts - 1 ? 100 : Math.round((100 * now.last) / now.size);
      cell.style.setProperty("--full", `${full}%`);
      return cell;
    }));
  }

  /** The text with the opt-out line, when its box is ticked and the text does not say it already. */
  function withFooter(box) {
    const tick = box.form?.querySelector("input[data-footer]");
    const line = tick?.checked ? tick.dataset.footer.trim() : "";
    if (!line || box.value.toLowerCase().includes(line.toLowerCase())) return box.value;
    return box.value ? `${box.value}\n${line}` : line;
  }

  function show(box) {
    const meter = document.querySelector(`[data-meter-of="${CSS.escape(box.id)}"]`);
    if (!meter) return;
    const text = withFooter(box);
    const now = measure(text);
    const filled = /\{[^{}]+\}/.test(box.value) ? " before names are filled in" : "";
    const room = now.parts === 1 ? `of ${now.size}` : `in parts of ${now.size}`;
    meter.hidden = false;
    say(meter.querySelector("[data-units]"), String(now.units));
    say(meter.querySelector("[data-room]"), `${room} characters${filled}`);
    const parts = meter.querySelector("[data-parts]");
    say(parts, inWords(now.parts));
    parts.classList.toggle("many", now.parts > 4);
    say(meter.querySelector("[data-encoding]"), now.encoding === "GSM-7" ? "Plain text" : "Special characters");
    showOdd(meter.querySelector("[data-odd]"), text, now);
    drawBar(meter.querySelector(".segbar"), now);
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
  window.addEventListener("pageshow", showAll); // also after the back button
})();
