// Placeholders of a text as chips, and back: what chip_editor.js shows and reads.
(() => {
  "use strict";
  const LABELS = Object.assign(Object.create(null), {
    first_name: "First name", name: "Full name", full_name: "Full name",
    org_name: "Organization", days_until: "Days until", days_since: "Days since", due_date: "Due date",
    if_first_name: "if First name", if_full_name: "if Full name", if_name: "if Full name", end: "end",
    event_title: "Event", event_date: "Date", event_time: "Time", event_place: "Place",
  });
  const TOKEN = /\{\s*([^{}|]+?)\s*(?:\|([^{}]*))?\}/;
  const keyOf = (written) => written.trim().toLowerCase().replace(/[\s_-]+/g, "_");
  // The fields of people, which the page offers beside the names.
  for (const button of document.querySelectorAll("button.chip[data-insert]")) {
    const [, written = ""] = TOKEN.exec(button.dataset.insert) ?? [];
    if (written) LABELS[keyOf(written)] ??= button.textContent.trim();
  }

  function createChip(token) {
    const [, written, fallback] = TOKEN.exec(token);
    const chip = document.createElement("span");
    chip.className = "ph";
    chip.contentEditable = "false";
    chip.dataset.token = token;
    chip.textContent = LABELS[keyOf(written)] + (fallback?.trim() ? ` or “${fallback.trim()}”` : "");
    return chip;
  }

  /** Returns a text as nodes: text, and a chip for each known placeholder. */
  function createNodes(text) {
    return text.split(/(\{[^{}]*\})/).filter(Boolean).map((piece) => {
      const match = TOKEN.exec(piece);
      return match && match[0] === piece && keyOf(match[1]) in LABELS ? createChip(piece) : document.createTextNode(piece);
    });
  }

  function read(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.dataset?.token) return node.dataset.token;
    if (node.nodeName === "BR") return "\n";
    const text = [...node.childNodes].map(read).join("");
    return ["DIV", "P"].includes(node.nodeName) && node.previousSibling ? `\n${text}` : text;
  }

  function readEditor(editor) {
    // The last break is there for the caret and is not of the text.
    const isCaretBreak = editor.lastChild?.nodeName === "BR";
    const nodes = [...editor.childNodes].slice(0, isCaretBreak ? -1 : undefined);
    return nodes.map(read).join("").replaceAll("\u00a0", " ");
  }

  /** Moves the caret out of a chip, in which nothing can be typed. */
  function leaveChip() {
    const { anchorNode } = getSelection();
    const chip = (anchorNode?.nodeType === Node.TEXT_NODE ? anchorNode.parentElement : anchorNode)?.closest?.("[data-token]");
    if (!chip) return;
    // A caret needs a text node after the chip.
    if (chip.nextSibling?.nodeType !== Node.TEXT_NODE) chip.after(document.createTextNode(""));
    getSelection().collapse(chip.nextSibling, 0);
  }

  let isConverting = false;

  /** Makes a chip of each placeholder that was typed or pasted as text. */
  function convertTyped(editor) {
    // The command below is an input too, and a browser refuses commands inside of commands.
    if (isConverting) return;
    const walker = document.createTreeWalker(editor, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const match = node.parentElement.dataset.token ? null : /\{[^{}]*\}/.exec(node.data);
      const known = match && TOKEN.exec(match[0]);
      if (!known || !(keyOf(known[1]) in LABELS)) continue;
      const selection = getSelection();
      // How far the caret is behind the placeholder, in this text.
      const behind = selection.anchorNode === node ? selection.anchorOffset - match.index - match[0].length : 0;
      selection.setBaseAndExtent(node, match.index, node, match.index + match[0].length);
      isConverting = true;
      const isDone = document.execCommand("insertHTML", false, createChip(match[0]).outerHTML);
      isConverting = false;
      if (!isDone) return;
      leaveChip();
      const { anchorNode, anchorOffset } = selection;
      if (behind > 0 && anchorNode.nodeType === Node.TEXT_NODE) selection.collapse(anchorNode, Math.min(anchorOffset + behind, anchorNode.length));
      convertTyped(editor);
      return;
    }
  }

  window.chipContents = { LABELS, TOKEN, keyOf, createChip, createNodes, read, readEditor, leaveChip, convertTyped };
})();
