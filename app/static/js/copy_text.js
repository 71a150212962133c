// A button that copies what stands in a field. It is hidden where no script runs.
(() => {
  "use strict";
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy"); // over plain http there is no clipboard
      }
      button.textContent = button.dataset.copied;
    });
  }
})();
