// plotly.js, from the same server; loaded once for the whole page.

class NoPlotly extends Error {}

function loadPlotly() {
  window.labPlotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const script = document.createElement("script");
    script.src = "api/plotly.min.js";
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : reject(new NoPlotly()));
    script.onerror = () => reject(new NoPlotly());
    document.head.append(script);
  }).catch((error) => {
    window.labPlotly = undefined; // the next one tries again
    throw error;
  });
  return window.labPlotly;
}
