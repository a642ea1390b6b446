// Warns before the server ends an idle session (WCAG 2.2.1) and lets the person stay signed in.
// Other tabs of the same person share one clock: whatever they load or extend counts here too.
(function () {
  "use strict";
  const box = document.querySelector("[data-session]");
  if (!box) return;
  const idle = Number(box.dataset.idleSeconds) * 1000;
  const warn = Number(box.dataset.warnSeconds) * 1000;
  const warning = box.querySelector("[data-session-warning]");
  const text = box.querySelector("[data-session-text]");
  const title = box.querySelector("[data-session-title]");
  const before = box.querySelectorAll("[data-session-before]");
  const spoken = box.querySelector("[data-session-spoken]");
  const key = "safeguarding-last-request";
  let lastRequest = Date.now();
  let lastSpoken = "";

  function remember(moment) {
    lastRequest = moment;
    try {
      localStorage.setItem(key, String(moment));
    } catch {
      // Storage may be switched off: this tab then keeps its own clock.
    }
  }

  window.addEventListener("storage", (event) => {
    if (event.key === key && Number(event.newValue) > lastRequest) lastRequest = Number(event.newValue);
  });

  // "1 minute", "45 seconds": minutes while there are any, so that a screen reader is not flooded.
  function words(milliseconds) {
    const seconds = Math.max(0, Math.ceil(milliseconds / 15000) * 15);
    const [amount, unit] = seconds >= 60 ? [Math.ceil(seconds / 60), "minute"] : [seconds, "second"];
    return amount + " " + unit + (amount === 1 ? "" : "s");
  }

  function look() {
    const left = lastRequest + idle - Date.now();
    if (left > warn) {
      warning.hidden = true;
      lastSpoken = "";
      return;
    }
    const sentence = left > 0
      ? "For security you will be signed out in about " + words(left) + "."
      : "This page was not used for a while. Copy anything that you typed, then load the page again to sign in.";
    title.textContent = left > 0 ? "You will soon be signed out" : "You have been signed out";
    before.forEach((element) => { element.hidden = left <= 0; });
    warning.hidden = false;
    if (sentence !== lastSpoken) {
      text.textContent = sentence;
      spoken.textContent = sentence;
      lastSpoken = sentence;
    }
  }

  box.querySelector("[data-session-stay]").addEventListener("click", async () => {
    const token = box.querySelector("[name=csrfmiddlewaretoken]");
    try {
      const answer = await fetch(box.dataset.keepAliveUrl, {
        method: "POST",
        headers: token ? { "X-CSRFToken": token.value } : {},
        redirect: "manual",
      });
      if (!answer.ok) throw new Error("refused");
      remember(Date.now());
      look();
      spoken.textContent = "You are still signed in.";
    } catch {
      text.textContent = "We could not keep you signed in. Copy anything that you typed, then load the page again.";
      spoken.textContent = text.textContent;
    }
  });

  remember(lastRequest);
  // A part of the page told the server that somebody types (autosave.js).
  document.addEventListener("app:active", () => { remember(Date.now()); });
  // Every second is cheap, and survives a computer that slept through a longer timer.
  setInterval(look, 1000);
})();
