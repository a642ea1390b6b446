// Keeps an element with [data-refresh="seconds"] and an id fresh: fetches this same page and swaps the element with
// that id. Stops when the server's copy no longer asks for it, and when the person has been signed out.
(function () {
  "use strict";

  function watch(element) {
    const seconds = Math.max(1, Number(element.dataset.refresh) || 5);
    setTimeout(() => renew(element, seconds), seconds * 1000);
  }

  async function renew(element, seconds) {
    if (document.hidden) {
      setTimeout(() => renew(element, seconds), seconds * 1000);
      return;
    }
    let fresh = null;
    try {
      const answer = await fetch(window.location.href, { headers: { "X-Refresh": element.id }, redirect: "error" });
      if (!answer.ok) return;
      fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(element.id);
    } catch {
      // No network just now: try again later.
      setTimeout(() => renew(element, seconds * 2), seconds * 2000);
      return;
    }
    if (!fresh) return;
    element.replaceWith(fresh);
    fresh.dispatchEvent(new CustomEvent("app:replaced", { bubbles: true }));
    if (fresh.dataset.refresh) watch(fresh);
  }

  document.querySelectorAll("[data-refresh][id]").forEach(watch);
})();
