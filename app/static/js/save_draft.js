// Saves the form of a blast as a draft while one writes: <form data-autosave="/blasts/drafts/save">. What was typed is
// saved every five seconds, and when the page is left. [data-saved] says when, politely.
(() => {
  "use strict";
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const PAUSE = 5000; // ms
  const LONGEST_WAIT = 3000; // ms, for a save on its way when the form is sent
  const KEYS = new Set(["csrf_token", "client_token", "draft_id", "version", "test_phone", "test_code"]);
  const state = document.querySelector("[data-saved]");
  // What the server has, and what was sent to it last.
  let stored = form.dataset.restored === undefined ? read() : null;
  let sent = stored;
  let saving = null;
  let isDone = false;
  let isSubmitted = false;

  function read() {
    return JSON.stringify([...new FormData(form)].filter(([name]) => !KEYS.has(name)));
  }

  function setHidden(name, value) {
    form.querySelector(`input[type=hidden][name=${name}]`).value = value;
  }

  /** Says what became of the last save. A screen reader hears it when it is other than before. */
  function say(sentence, ...actions) {
    if (state.firstChild?.textContent.trim() !== sentence) state.replaceChildren(sentence, ...actions);
  }

  function addLink(href, label) {
    const link = document.createElement("a");
    Object.assign(link, { href, textContent: label });
    return link;
  }

  function addCompareButton() {
    const button = document.createElement("button");
    Object.assign(button, { type: "submit", className: "btn sm", name: "save", value: "1", textContent: "Compare" });
    button.setAttribute("form", form.id);
    return button;
  }

  function showSaved(draft, typed) {
    stored = typed;
    setHidden("draft_id", draft.id);
    setHidden("version", draft.version);
    form.action = draft.url;
    // Copied from another blast: the address names it no more.
    if (location.pathname !== draft.url) history.replaceState(history.state, "", draft.url);
    say(draft.saved);
  }

  function askToSignIn() {
    try {
      sessionStorage.setItem(`kept:${location.pathname}`, JSON.stringify([...new FormData(form)]));
    } catch {
      // The browser refuses storage: the text is on this page.
    }
    const next = encodeURIComponent(location.pathname);
    say("Not saved.", " ", addLink(`${form.dataset.signIn}?next=${next}`, "Sign in to save"));
  }

  async function send(body, typed, isLeaving) {
    const options = { method: "POST", body, redirect: "error", keepalive: isLeaving };
    const answer = await fetch(form.dataset.autosave, options);
    if (answer.ok) showSaved(await answer.json(), typed);
    else if (answer.status === 409) {
      isDone = true;
      say((await answer.json()).conflict, " ", addCompareButton());
    } else if (answer.status === 410) {
      isDone = true;
      say((await answer.json()).sent);
    } else if ([400, 401].includes(answer.status)) askToSignIn();
    else throw new Error(`draft not saved: ${answer.status}`);
  }

  /** Saves what is new, if anything; `isLeaving`: the page cannot wait for the answer. */
  function save(isLeaving = false) {
    const typed = read();
    if (isDone || typed === stored || typed === sent || (saving && !isLeaving)) return;
    sent = typed;
    const body = new FormData(form);
    if (isLeaving) body.set("leaving", "1");
    saving = send(body, typed, isLeaving)
      .catch(() => say("Not saved yet. Trying again."))
      .finally(() => {
        saving = null;
        sent = stored;
      });
  }

  setInterval(save, PAUSE);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) save();
  });
  window.addEventListener("pagehide", () => save(true));

  /** Saves a new blast before its page is left, so that its address names the draft: "back" would begin another one. */
  function saveOnce() {
    if (isSubmitted || form.querySelector("input[type=hidden][name=draft_id]").value) return;
    stored = null;
    save();
  }

  // Two requests at once would be two changes of one version.
  form.addEventListener("submit", (event) => {
    saveOnce();
    isSubmitted = true;
    if (!saving) {
      isDone = true;
      return;
    }
    event.preventDefault();
    const { submitter } = event;
    const patience = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT));
    Promise.race([saving, patience]).then(() => {
      saving = null;
      form.requestSubmit(submitter);
    });
  });
  // Back to this page as it was left: it goes on saving.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
})();
