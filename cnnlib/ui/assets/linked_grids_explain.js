// The calculation behind a cell, in numbers: per link and per sheet of its source a line of
// products and their sum, then the sum of the lines.

const MOST_TERMS = 9; // of a line, before it is folded
const MOST_LINES = 6;

// taps: for each link to the cell's grid its taps, as LinkModel.taps gives them.
function explain(model, cell, taps) {
  const grid = model.grids.get(cell.grid);
  const name = grid.cellName(cell.index);
  const value = grid.value(cell.index);
  const links = model.linksTo(cell.grid);
  const counted = links.filter((link) => link.reading !== "none");
  const lines = [];
  let total = 0;
  let products = 0;
  for (const link of counted) {
    for (const [sheet, group] of groupBySheet(link, taps.get(link))) {
      const sum = group.reduce((all, tap) => all + (tap.inside ? tap.weight * link.from.value(tap.source) : 0), 0);
      const several = counted.length > 1;
      const sheetName = link.from.sheetCount > 1 ? link.from.sheetName(sheet) : "";
      lines.push({ link, group, sum, name: several ? [link.from.label, sheetName].filter(Boolean).join(", ") : sheetName });
      total += sum;
      products += group.length;
    }
  }
  const biases = counted.filter((link) => link.biasGrid).map((link) => link.biasGrid.value([cell.index.at(-1)]));
  total += biases.reduce((a, b) => a + b, 0);
  const applied = taps.get(links.find((link) => link.function)) ?? [];
  return { name, value, lines, biases, total, products, links, counted, applied };
}

function groupBySheet(link, taps) {
  const groups = new Map();
  for (const tap of taps) {
    const sheet = link.from.sheetOf(tap.source);
    if (!groups.has(sheet)) groups.set(sheet, []);
    groups.get(sheet).push(tap);
  }
  return groups;
}

// The same as rows of text: [{name, text, strong}], and whether something was folded away.
function writeExplanation(model, cell, found, reach, open) {
  const { name, value, lines, biases, total, counted } = found;
  const rows = [];
  let folded = false;
  const shown = formatText(value);
  const applied = found.links.find((link) => link.function);
  const notes = [
    ...found.links.filter((link) => link.reading === "none" && !link.function).map((link) => {
      const box = link.sourcesOf(cell.index.map((place) => [place]));
      return TEXT.reads(link.from.label, box ? [...cellsOf(box)].filter((index) => link.from.holds(index)).length : 0);
    }),
    ...reach.map(({ label, count }) => TEXT.reaches(label, count)),
  ];
  if (applied && !counted.length) {
    const args = found.applied.filter((tap) => tap.inside).map((tap) => formatText(applied.from.value(tap.source)));
    const kept = open ? args : args.slice(0, MOST_TERMS);
    folded = kept.length < args.length;
    if (folded) kept.push(TEXT.more(args.length - kept.length));
    rows.push({ name: `${name} =`, text: TEXT.applied(applied.function, kept, shown), strong: true });
  } else if (!counted.length) {
    rows.push({ name: `${name} =`, text: shown, strong: true });
  } else if (!lines.length) {
    rows.push({ name: `${name} =`, text: TEXT.sum([TEXT.nothing, ...biases.map((bias) => TEXT.bias(bracket(formatText(bias))))]) + (biases.length ? ` = ${formatText(total)}` : ""), strong: true });
  } else {
    const single = lines.length === 1;
    const kept = open ? lines : lines.slice(0, MOST_LINES);
    const written = kept.map((line) => writeTerms(line, open));
    folded = kept.length < lines.length || written.some((line) => line.folded);
    const whole = single && lines[0].link.reading === "pick" && written[0].whole && !biases.length; // already says it
    const end = (parts) => {
      if (whole) return parts[0];
      const withBias = [...parts, ...biases.map((bias) => TEXT.bias(bracket(formatText(bias))))];
      const result = formatText(total);
      const sum = TEXT.sum(withBias);
      return sum === result ? sum : `${sum} = ${result}`;
    };
    if (single) {
      rows.push({ name: `${name} =`, text: end([written[0].text]), strong: true });
    } else {
      rows.push({ name: `${name} =`, text: "", strong: true });
      kept.forEach((line, i) => rows.push({ name: `${line.name}:`, text: written[i].whole ? written[i].text : `${written[i].text} = ${formatText(line.sum)}` }));
      if (kept.length < lines.length) rows.push({ name: "", text: TEXT.moreLines(lines.length - kept.length) });
      const sums = (open ? lines : lines.slice(0, MOST_TERMS)).map((line, i) => (i ? bracket(formatText(line.sum)) : formatText(line.sum)));
      if (sums.length < lines.length) sums.push(TEXT.more(lines.length - sums.length));
      rows.push({ name: `${TEXT.channelSums}:`, text: end(sums), strong: true });
    }
    if (!agrees(total, value)) rows.push({ name: "", text: TEXT.differs(shown) });
  }
  if (notes.length) rows.push({ name: "", text: notes.join(" · ") });
  return { rows, folded };
}

function agrees(total, value) {
  if (Number.isNaN(total) || Number.isNaN(value)) return true;
  return Math.abs(total - value) <= 1e-3 * Math.max(1, Math.abs(total), Math.abs(value));
}

function writeTerms({ link, group }, open) {
  const read = (tap) => (tap.inside ? link.from.value(tap.source) : 0);
  if (link.reading === "pick") {
    const taken = group.filter((tap) => tap.weight !== 0);
    const others = group.filter((tap) => tap.weight === 0 && tap.inside);
    const keep = open ? taken : taken.slice(0, MOST_TERMS);
    const terms = keep.map((tap) => (tap.weight === 1 ? formatText(read(tap)) : TEXT.product(formatText(read(tap)), bracket(formatText(tap.weight)))));
    if (keep.length < taken.length) terms.push(TEXT.more(taken.length - keep.length));
    const left = (open ? others : others.slice(0, MOST_TERMS)).map((tap) => formatText(read(tap)));
    if (left.length < others.length) left.push("…");
    const whole = taken.length === 1 && taken[0].weight === 1;
    return { whole, text: TEXT.picked(TEXT.sum(terms.length ? terms : ["0"]), left), folded: keep.length < taken.length || left.length < others.length };
  }
  const keep = open ? group : group.slice(0, MOST_TERMS);
  const weighted = link.kernelGrid || link.tapWeights;
  const terms = keep.map((tap, i) => {
    const weight = bracket(formatText(tap.weight));
    if (!tap.inside) return weighted ? TEXT.padding(weight) : TEXT.paddingOnly;
    const value = i && !weighted ? bracket(formatText(read(tap))) : formatText(read(tap));
    return weighted ? TEXT.product(value.startsWith("−") && i ? `(${value})` : value, weight) : value;
  });
  if (keep.length < group.length) terms.push(TEXT.more(group.length - keep.length));
  return { text: TEXT.sum(terms), folded: keep.length < group.length };
}
