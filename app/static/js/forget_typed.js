// Forgets what was typed and kept in this browser when its user signs out, and when another user signs in: people share devices.
(() => {
  "use strict";
  const OWNER = "typed-by";
  const isTyped = (key) => /^(draft|reply|kept)/.test(key);

  /** Calls `use(storage)` for each storage that the browser grants. */
  function useStorages(use) {
    for (const name of ["localStorage", "sessionStorage"]) {
      try {
        use(window[name]);
      } catch {
        // The browser refuses storage: nothing is kept.
      }
    }
  }

  function forget(storage) {
    Object.keys(storage).filter(isTyped).forEach((key) => storage.removeItem(key));
  }

  // A page without a user says nothing of who comes next: a text that was refused waits for its writer.
  const user = document.documentElement.dataset.user;
  if (user) {
    useStorages((storage) => {
      if (storage.getItem(OWNER) === user) return;
      forget(storage);
      storage.setItem(OWNER, user);
    });
  }

  document.addEventListener("submit", (event) => {
    const isSignOut = /\/(logout|account\/sessions\/end)$/.test(event.target.action);
    if (isSignOut && !event.defaultPrevented) useStorages(forget);
  });
})();
