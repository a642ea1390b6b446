// Starts the GOV.UK components. The classes are set here because the content security policy allows no inline
// script; without JavaScript they stay away and every component keeps its plain form.
import { initAll, isSupported } from "../vendor/govuk-frontend/govuk-frontend.min.js";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
if (isSupported()) {
  initAll();
}

// Parts of a page that keep themselves fresh ask for this after they put new markup in.
document.addEventListener("app:replaced", (event) => initAll({ scope: event.target }));
