// Saves a form of answers while somebody types, and asks conditional questions only where they apply.
// Only questions that were touched are sent, each with the version that the page saw: the server saves what changed,
// and never over an answer that somebody else saved meanwhile; then both texts are shown beside the question.
(function () {
  "use strict";
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const EVERY = 20000;
  const status = form.querySelector("[data-autosave-status]");
  const questions = Array.from(form.querySelectorAll("[data-question]"));
  const touched = new Set();
  let typedSinceTry = false;
  let saving = null;
  let leaving = false;
  let queued = false;

  function codeOf(element) {
    const question = element.closest("[data-question]");
    return question ? question.dataset.question : "";
  }

  function note(event) {
    const code = codeOf(event.target);
    if (!code) return;
    touched.add(code);
    typedSinceTry = true;
    // Whoever types is still here: a form that was sent and then stopped is saved again.
    leaving = false;
    if (event.type === "change") ask();
  }

  // A question with a condition, by what is answered on this page.
  function ask() {
    questions.forEach((question) => {
      if (!question.dataset.when) return;
      const name = "a-" + question.dataset.when;
      const parent = questions.find((other) => other.dataset.question === question.dataset.when);
      const cannot = form.querySelector('input[name="n-' + question.dataset.when + '"]:checked');
      const answered = form.querySelector('input[name="' + name + '"]:checked');
      const holds = answered && question.dataset.oneOf.split(" ").includes(answered.value);
      question.hidden = !holds || (parent && parent.hidden) || Boolean(cannot && cannot.value !== "answer");
      const words = question.querySelector("[data-only-if]");
      if (words) words.hidden = true;
    });
  }

  function say(words) {
    if (status.textContent !== words) status.textContent = words;
  }

  function line(tag, className, text) {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  }

  function showConflict(conflict) {
    const question = questions.find((one) => one.dataset.question === conflict.code);
    if (!question) return;
    const place = question.querySelector("[data-conflict]");
    place.replaceChildren(
      line("h3", "govuk-heading-s", "Somebody else changed this answer. Yours is not saved over it."),
      line("p", "govuk-body govuk-!-font-weight-bold", "Saved by " + conflict.by),
      line("div", "app-text-box", conflict.theirs),
      line("p", "govuk-body govuk-!-font-weight-bold govuk-!-margin-top-2", "What you typed"),
      line("div", "app-text-box", conflict.yours),
      line("p", "govuk-body govuk-!-margin-top-2", "Copy what you still need, then load the page again.")
    );
  }

  // Nothing is saved behind a form that is on its way.
  function save() {
    if (saving || leaving || touched.size === 0) return;
    saving = send().finally(() => { saving = null; });
  }

  async function send() {
    const sent = new Set(touched);
    touched.clear();
    const data = new FormData(form);
    sent.forEach((code) => data.append("touched", code));
    const headers = {};
    // Typing is activity, and so is saving it. Trying again by itself is not: an unattended page must not keep the
    // session alive.
    if (!typedSinceTry) headers["X-Refresh"] = "autosave";
    const typed = typedSinceTry;
    typedSinceTry = false;
    let answer = null;
    try {
      answer = await fetch(form.dataset.autosave, { method: "POST", body: data, headers: headers, redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 403) {
        sent.forEach((code) => touched.add(code));
        say(form.dataset.signedOut);
      } else if (answer.status === 200 || answer.status === 409) {
        taken(await answer.json(), sent);
        if (typed) document.dispatchEvent(new CustomEvent("app:active"));
      } else {
        sent.forEach((code) => touched.add(code));
        const why = answer.status === 400 ? (await answer.json()).refused : "";
        say("What you typed is not saved yet. " + (why || "We will try again."));
      }
    } catch {
      sent.forEach((code) => touched.add(code));
      say("What you typed is not saved yet: the server cannot be reached. We will try again.");
    }
  }

  function taken(result, sent) {
    Object.entries(result.versions).forEach(([code, version]) => {
      const seen = form.querySelector('input[name="v-' + CSS.escape(code) + '"]');
      if (seen) seen.value = String(version);
    });
    result.conflicts.forEach(showConflict);
    const unfinished = Object.keys(result.not_saved).filter((code) => sent.has(code));
    if (result.conflicts.length > 0) {
      say("Somebody else changed an answer on this page. See both texts beside it.");
    } else if (unfinished.length > 0) {
      say("Saved " + result.saved_at + ", but for what is not complete yet.");
    } else {
      say("Saved " + result.saved_at + ".");
    }
    // What cannot be saved as it stands waits until it is typed on, or for the button.
    unfinished.forEach((code) => waiting.add(code));
    Object.keys(result.versions).forEach((code) => waiting.delete(code));
  }

  const waiting = new Set();
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  form.addEventListener("submit", (event) => {
    leaving = true;
    if (!saving) return;
    // The form still names the versions from before this save, and would meet it as another person's.
    event.preventDefault();
    if (queued) return;
    queued = true;
    const button = event.submitter;
    saving.then(() => {
      queued = false;
      form.requestSubmit(button);
    });
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && (touched.size > 0 || waiting.size > 0)) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  ask();
  setInterval(save, Number(form.dataset.every) || EVERY);
})();
