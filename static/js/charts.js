// Draws every [data-plotly] element from the JSON block that it names. Without this script the page still has the
// server's own drawing (where there is one) and the whole table.
(function () {
  "use strict";
  const FONT = { family: "arial, helvetica, sans-serif", size: 16, color: "#0b0c0c" };
  const NARROW = 500; // pixels; a phone held upright
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  // Only a path on this site: data must never lead a person elsewhere.
  function pathOf(point) {
    let data = point.customdata;
    if (Array.isArray(data)) data = data[0];
    if (data && typeof data === "object") data = data.url;
    return typeof data === "string" && /^\/(?![/\\])/.test(data) ? data : null;
  }

  function layoutFor(given, width) {
    const narrow = width < NARROW;
    const layout = {
      ...given,
      autosize: true,
      dragmode: false,
      font: { ...FONT, ...given.font, size: narrow ? 13 : 16 },
      paper_bgcolor: "#ffffff",
      plot_bgcolor: "#ffffff",
      transition: still.matches ? { duration: 0 } : given.transition,
      legend: { orientation: "h", traceorder: "normal", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom", ...given.legend },
      margin: { l: narrow ? 40 : 60, r: narrow ? 10 : 20, t: 60, b: narrow ? 70 : 60, ...given.margin },
    };
    // The page's own heading says the finding; a second title inside the drawing would repeat it.
    delete layout.title;
    delete layout.width;
    for (const name of Object.keys(layout)) {
      if (/^[xy]axis\d*$/.test(name)) {
        layout[name] = { automargin: true, fixedrange: true, linecolor: "#0b0c0c", gridcolor: "#cecece", ...layout[name] };
      }
    }
    return layout;
  }

  async function draw(element) {
    const source = document.getElementById(element.dataset.plotly);
    if (!source) return;
    const figure = JSON.parse(source.textContent);
    const fallback = Array.from(element.childNodes);
    const canvas = document.createElement("div");
    canvas.className = "app-chart__canvas";
    element.append(canvas);
    try {
      await window.Plotly.newPlot(canvas, figure.data, layoutFor(figure.layout || {}, element.clientWidth), {
        displayModeBar: false,
        responsive: true,
        scrollZoom: false,
        doubleClick: false,
      });
    } catch (problem) {
      canvas.remove();
      throw problem;
    }
    // The server's drawing fits any width: it is what paper shows.
    fallback.forEach((node) => (node.nodeType === Node.ELEMENT_NODE ? node.classList.add("app-chart__paper") : node.remove()));
    element.dataset.drawn = "yes";
    canvas.on("plotly_click", (event) => {
      const path = pathOf(event.points[0]);
      element.dispatchEvent(new CustomEvent("app:point", { bubbles: true, detail: { path } }));
      if (path) window.location.assign(path);
    });
    canvas.on("plotly_hover", (event) => canvas.classList.toggle("app-chart__canvas--link", pathOf(event.points[0]) !== null));
    canvas.on("plotly_unhover", () => canvas.classList.remove("app-chart__canvas--link"));
  }

  function drawWithin(scope) {
    if (!window.Plotly) return;
    scope.querySelectorAll("[data-plotly]:not([data-drawn])").forEach((element) => {
      draw(element).catch((problem) => console.error("A chart could not be drawn; its table stands.", problem));
    });
  }

  drawWithin(document);
  document.addEventListener("app:replaced", (event) => drawWithin(event.target.parentNode || document));
  // Paper has another width than the screen; a chart without a drawing of the server's is drawn again for it.
  window.addEventListener("beforeprint", () => {
    if (!window.Plotly) return;
    document.querySelectorAll(".app-chart__canvas").forEach((canvas) => window.Plotly.Plots.resize(canvas));
  });
})();
