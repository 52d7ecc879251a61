// Plotly, and the charts as one picture to keep.

// The charts as they are shown now, side by side under a title, on the page's background.
async function paintFigure(plotly, charts, title) {
  const width = 720;
  const height = 440;
  const [gap, head, scale] = [24, 88, 2];
  const { page, text, font } = chartColors(charts[0].element);
  const canvas = document.createElement("canvas");
  canvas.width = scale * (charts.length * width + (charts.length + 1) * gap);
  canvas.height = scale * (head + height + gap);
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.fillStyle = page;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = text;
  pen.font = `600 22px ${font}`;
  pen.fillText(title, gap, 36);
  pen.font = `600 17px ${font}`;
  for (const [i, chart] of charts.entries()) {
    const left = gap + i * (width + gap);
    pen.fillText(TEXT.charts[chart.name], left + 8, 74);
    const image = new Image();
    const { data, layout } = chart.element;
    const legend = { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" };
    const figure = { data, layout: { ...layout, legend, showlegend: true } };
    image.src = await plotly.toImage(figure, { format: "png", width, height, scale });
    await image.decode();
    pen.drawImage(image, left, head, width, height);
  }
  return canvas;
}
