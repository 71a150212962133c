// A box beside each new password that shows what is typed.
(() => {
  "use strict";
  for (const input of document.querySelectorAll("input[data-show-password]")) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.className = "pick";
    box.id = `${input.id}-shown`;
    const label = document.createElement("label");
    label.htmlFor = box.id;
    label.textContent = "Show password";
    const line = document.createElement("div");
    line.className = "tick";
    line.append(box, label);
    input.after(line);
    box.addEventListener("change", () => { input.type = box.checked ? "text" : "password"; });
  }
})();
