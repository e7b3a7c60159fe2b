// The same sources as a table: a row each, sorted by any column, up or down.

const COLUMNS = [
  { name: "name", of: (source) => shownName(source.path), text: true },
  { name: "score", of: (source) => (source.error ? null : (source.score?.value ?? null)), best: true },
  { name: "verdict", of: (source) => VERDICTS.indexOf(source.state) },
  { name: "worst_part", of: (source) => (worstPart(source) ? named(worstPart(source).name) : ""), text: true },
  { name: "faces_column", of: (source) => source.faces.length, best: true },
  { name: "size", of: (source) => (source.size_px ? source.size_px[0] * source.size_px[1] : null), best: true },
  { name: "length", of: (source) => source.duration_s, best: true },
  { name: "files_column", of: (source) => source.deliverables.filter((item) => item.href).length, best: true },
];

/** What costs a source most of all that has advice; where it passed, only if it is poor. */
function worstPart(source) {
  return source.score?.parts.find((part) => part.tip && (source.score.verdict !== "pass" || part.value < 0.7)) ?? null;
}

/** Compares two sources by a column, sources without a value last. */
function columnOrder(name, down) {
  const column = COLUMNS.find((each) => each.name === name);
  const way = down ? -1 : 1;
  return (a, b) => {
    const [one, other] = [column.of(a), column.of(b)];
    if (one === null || other === null) return (one === null) - (other === null);
    return way * (column.text ? one.localeCompare(other, undefined, { numeric: true }) : one - other);
  };
}

/** What a click on a column's head asks for: first the way that people mean, then the other. */
function turnedOrder(column) {
  const [usual, other] = column.best ? ["down", "up"] : ["up", "down"];
  return view.order === `${column.name}-${usual}` ? `${column.name}-${other}` : `${column.name}-${usual}`;
}

function drawTable() {
  const table = document.getElementById("table");
  if (table.hidden) return;
  const [now, way] = split(view.order, "-");
  const heads = COLUMNS.map((column) => {
    const sorted = column.name === now && (way === "up" || way === "down");
    const state = sorted ? (way === "up" ? "ascending" : "descending") : "none";
    return el("th", { scope: "col", "aria-sort": state }, el("button", { type: "button", "data-column": column.name,
      onclick: () => sortBy(turnedOrder(column)) }, t(column.name), el("span.way", { "aria-hidden": "true" }, sorted ? (way === "up" ? " ▲" : " ▼") : "")));
  });
  table.replaceChildren(el("table.sources", {}, el("thead", {}, el("tr", {}, el("th", {}), heads)),
    el("tbody", {}, shownSources.map(row))));
}

function row(source) {
  const part = worstPart(source);
  const address = picture(source, 0);
  const open_ = () => openDetail(source.index);
  const score = source.score && !source.error ? String(Math.round(source.score.value)) : t("none");
  return el(`tr.${source.state}`, { "data-index": String(source.index), onclick: open_ },
    el("td.thumb", {}, address ? el("img", { src: address, alt: "", loading: "lazy", decoding: "async" }) : null),
    el("td", {}, el("button.row-name", { type: "button", onclick: (event) => { event.stopPropagation(); open_(); } }, nameOf(source.path))),
    el("td.number", {}, score), el("td", {}, el(`strong.${source.state}`, {}, t(source.state))),
    el("td", {}, source.error ? named(source.error.code) : part ? [named(part.name), el("span.soft", {}, ` ${part.measured}`)] : ""),
    el("td.number", {}, String(source.faces.length)), el("td.number", {}, source.size_px?.join(" × ") ?? t("none")),
    el("td.number", {}, source.duration_s ? shownTime(source.duration_s) : ""),
    el("td.number", {}, String(source.deliverables.filter((item) => item.href).length)));
}

function sortBy(order) {
  choosePart("order", order);
  drawOrder();
  document.querySelector(`[data-column="${split(order, "-")[0]}"]`)?.focus();
}

/** Cards or table; what was chosen is remembered. */
function showAs(way) {
  document.getElementById("cards").hidden = way === "table";
  document.getElementById("table").hidden = way !== "table";
  for (const button of document.querySelectorAll("[data-show]")) button.setAttribute("aria-pressed", String(button.dataset.show === way));
  memory.set("show", way);
  drawTable();
}
