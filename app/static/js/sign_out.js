// Removes what was typed and kept in this browser when a user signs out: others may use the same device.
(() => {
  "use strict";
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !/\/(logout|account\/sessions\/end)$/.test(event.target.action)) return;
    try {
      const isDraft = (key) => /^(draft|reply)/.test(key);
      for (const storage of [localStorage, sessionStorage]) {
        Object.keys(storage).filter(isDraft).forEach((key) => storage.removeItem(key));
      }
    } catch {
      // The browser refuses storage: nothing is kept.
    }
  });
})();
