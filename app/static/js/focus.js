// Focuses the summary of errors of a form that was refused.
window.addEventListener("DOMContentLoaded", () => document.querySelector("[data-focus]")?.focus());
