// Shows the placeholders of a text as chips: <textarea data-chips> gets an editor that writes back into it.
// Without JavaScript the textarea itself is the box, with {first_name|friend} as text.
(() => {
  "use strict";
  const { LABELS, TOKEN, keyOf, createChip, createNodes, read, readEditor, leaveChip, convertTyped } = window.chipContents;
  const boxes = new Map(); // editor -> its textarea

  function keepCaretBreak(editor) {
    if (editor.lastChild?.nodeName !== "BR") editor.append(document.createElement("br"));
  }

  function show(editor) {
    editor.replaceChildren(...createNodes(boxes.get(editor).value), document.createElement("br"));
  }

  function write(editor) {
    keepCaretBreak(editor);
    const box = boxes.get(editor);
    const text = readEditor(editor);
    if (text === box.value) return;
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function moveToEnd(editor) {
    const last = editor.lastChild?.nodeName === "BR" ? editor.childNodes.length - 1 : editor.childNodes.length;
    getSelection().collapse(editor, last);
  }

  /** Inserts nodes at the caret; the browser's own commands keep "undo" working. */
  function insert(editor, text) {
    editor.focus();
    const html = document.createElement("div");
    // Line by line: a break inside of a placeholder's braces would end up in the chip's attribute.
    text.split("\n").forEach((line, index) => {
      if (index) html.append(document.createElement("br"));
      html.append(...createNodes(line));
    });
    const selection = getSelection();
    if (!selection.rangeCount || !editor.contains(selection.anchorNode)) moveToEnd(editor);
    document.execCommand("insertHTML", false, html.innerHTML);
    leaveChip();
  }

  /** Asks for the word that people without a name read. */
  function editFallback(editor, chip) {
    const [, written, fallback = ""] = TOKEN.exec(chip.dataset.token);
    if (/^(event_|days_|org_name$|due_date$|if_|end$)/.test(keyOf(written))) return;
    const dialog = document.createElement("dialog");
    dialog.className = "card narrow";
    dialog.innerHTML = '<form method="dialog"><div class="fld"><label for="fallback"></label>' +
      '<input class="ctl" id="fallback" maxlength="40" autocomplete="off"></div>' +
      '<div class="row"><button class="btn pri" value="keep">OK</button> <button class="btn" value="remove">Remove</button></div></form>';
    dialog.querySelector("label").textContent = `${LABELS[keyOf(written)]}: what to write if we don’t have one`;
    const input = dialog.querySelector("input");
    input.value = fallback.trim();
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "remove") chip.remove();
      const word = input.value.replace(/[{}|]/g, "").trim();
      if (dialog.returnValue === "keep") chip.replaceWith(createChip(word ? `{${keyOf(written)}|${word}}` : `{${keyOf(written)}}`));
      dialog.remove();
      write(editor);
      editor.focus();
    });
    dialog.showModal();
  }

  function setUp(box) {
    const editor = document.createElement("div");
    const label = box.form?.querySelector(`label[for="${CSS.escape(box.id)}"]`) ?? document.querySelector(`label[for="${CSS.escape(box.id)}"]`);
    // Links to the field, and its chips, lead to the editor.
    editor.id = box.id;
    box.id += "-text";
    document.querySelectorAll(`[data-into="${CSS.escape(editor.id)}"]`).forEach((chip) => { chip.dataset.into = box.id; });
    document.querySelectorAll(`[data-meter-of="${CSS.escape(editor.id)}"]`).forEach((meter) => { meter.dataset.meterOf = box.id; });
    if (label) {
      label.id ||= `${editor.id}-label`;
      editor.setAttribute("aria-labelledby", label.id);
      label.addEventListener("click", () => editor.focus());
    }
    for (const name of ["aria-describedby", "aria-invalid", "dir", "lang", "data-focus"]) {
      if (box.hasAttribute(name)) editor.setAttribute(name, box.getAttribute(name));
    }
    Object.assign(editor, { className: `${box.className} chip-editor`, contentEditable: "true", spellcheck: true });
    editor.setAttribute("role", "textbox");
    editor.setAttribute("aria-multiline", "true");
    editor.style.setProperty("--rows", box.rows);
    box.hidden = true;
    box.before(editor);
    boxes.set(editor, box);
    show(editor);
    editor.addEventListener("beforeinput", (event) => {
      if (event.inputType.startsWith("format")) event.preventDefault();
      if (event.inputType !== "insertParagraph") return;
      event.preventDefault();
      document.execCommand("insertLineBreak");
    });
    editor.addEventListener("input", (event) => {
      event.stopPropagation();
      if (!event.isComposing) convertTyped(editor);
      write(editor);
    });
    for (const [type, source] of [["paste", "clipboardData"], ["drop", "dataTransfer"]]) {
      editor.addEventListener(type, (event) => {
        event.preventDefault();
        insert(editor, event[source].getData("text/plain").replaceAll("\r\n", "\n"));
      });
    }
    editor.addEventListener("copy", (event) => {
      event.preventDefault();
      const piece = document.createElement("div");
      piece.append(getSelection().getRangeAt(0).cloneContents());
      event.clipboardData.setData("text/plain", [...piece.childNodes].map(read).join(""));
    });
    editor.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-token]");
      if (chip) editFallback(editor, chip);
    });
    box.addEventListener("chips:show", () => show(editor));
  }

  // The caret stays where it is while a button is pressed.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest?.("[data-insert]")) event.preventDefault();
  });

  // Before insert.js, which knows textareas only.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-insert]");
    const editor = button && [...boxes.keys()].find((each) => boxes.get(each).id === button.dataset.into);
    if (!editor) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    button.closest("details.menu")?.removeAttribute("open");
    insert(editor, button.dataset.insert); write(editor);
  }, true);

  function setUpAll() {
    document.querySelectorAll("textarea[data-chips]").forEach((box) => {
      if (!box.hidden) setUp(box);
    });
  }

  setUpAll();
  document.addEventListener("htmx:load", setUpAll);
  window.addEventListener("pageshow", () => boxes.forEach((box, editor) => {
    if (readEditor(editor) !== box.value) show(editor);
  })); // After the back button browsers fill in the textarea.
})();
