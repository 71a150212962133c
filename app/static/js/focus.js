// After a form came back with mistakes, the focus goes to the list of them.
window.addEventListener("DOMContentLoaded", () => document.querySelector("[data-focus]")?.focus());
