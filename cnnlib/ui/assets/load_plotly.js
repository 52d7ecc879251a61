// plotly.js, from the same server; loaded once for the whole page.

function loadPlotly() {
  window.labPlotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const script = document.createElement("script");
    script.src = "api/plotly.min.js";
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : reject(new Error("no Plotly")));
    script.onerror = () => reject(new Error("no Plotly"));
    document.head.append(script);
  }).catch((error) => {
    window.labPlotly = undefined; // the next one tries again
    throw error;
  });
  return window.labPlotly;
}
