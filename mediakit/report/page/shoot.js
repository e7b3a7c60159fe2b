// The shoot as a whole: how its scores are spread, and what to take again while somebody is still there to do it.

const BIN = 5;
const FEW = 4; // scores that need no histogram

function drawHistogram() {
  const figure = document.getElementById("histogram");
  const scored = REPORT.sources.filter((source) => source.score && !source.error);
  figure.hidden = scored.length < FEW;
  if (figure.hidden) return;
  const bins = Array.from({ length: 100 / BIN }, () => []);
  for (const source of scored) bins[Math.min(bins.length - 1, Math.floor(source.score.value / BIN))].push(source);
  const most = Math.max(...bins.map((bin) => bin.length));
  const values = scored.map((source) => source.score.value).sort((a, b) => a - b);
  const middle = (values[Math.floor((values.length - 1) / 2)] + values[Math.ceil((values.length - 1) / 2)]) / 2;
  figure.replaceChildren(
    el("figcaption", {}, el("h3", {}, t("histogram")), el("span.soft", {}, t("median", { value: Math.round(middle) }))),
    el("div.bins", { role: "group", "aria-label": t("histogram") }, bins.map((bin, number) => column(bin, number, most))),
    el("div.axis.soft", { "aria-hidden": "true" }, [0, 25, 50, 75, 100].map((value) => el("span", {}, String(value)))));
}

/** One bar, as many colours as there are verdicts in it; a click shows just these. */
function column(bin, number, most) {
  const [from, to] = [number * BIN, (number + 1) * BIN];
  const label = t("bin", { from, to, n: bin.length });
  const bars = VERDICTS.map((state) => {
    const part = el(`span.${state}`);
    part.style.height = `${(100 * bin.filter((source) => source.state === state).length) / most}%`;
    return part;
  });
  return el("button.bin", { type: "button", title: label, "aria-label": label, disabled: !bin.length, "data-bin": String(number),
    "aria-pressed": String(view.range === number), onclick: () => choosePart("range", view.range === number ? null : number) }, bars);
}

function inRange(source) {
  if (view.range === null) return true;
  if (!source.score || source.error) return false;
  return Math.min(100 / BIN - 1, Math.floor(source.score.value / BIN)) === view.range;
}

/** What a second shot would mend: not what is broken, and not what has a better take already. */
function retakes() {
  const spared = new Set();
  for (const group of REPORT.takes?.groups ?? []) {
    const fine = group.members.some((take) => take.verdict === "pass");
    for (const take of group.members) if (fine || take.path !== group.keep) spared.add(take.path);
  }
  const wanted = REPORT.sources.filter((source) => !source.error && source.score && !spared.has(source.path));
  const tip = (source) => (worstPart(source) ? worstPart(source).tip : "");
  const again = wanted.filter((source) => source.score.verdict === "reject");
  const maybe = wanted.filter((source) => source.score.verdict === "fix" && tip(source));
  const worst = (a, b) => a.score.value - b.score.value;
  return { again: again.sort(worst), maybe: maybe.sort(worst) };
}

function drawRetakes() {
  const section = document.getElementById("retake");
  const { again, maybe } = retakes();
  section.hidden = !again.length && !maybe.length;
  if (section.hidden) return;
  const words = [...again, ...maybe].map((source) => `${shownName(source.path)}: ${retakeWords(source)}`).join("\n");
  const less = maybe.length ? el("details", { open: !again.length }, el("summary", {}, t("retake_maybe", { n: maybe.length })),
    el("ul", {}, maybe.map(retakeRow))) : null;
  section.replaceChildren(
    el("div.section-top", {}, el("h2", {}, again.length ? t("retake", { n: again.length }) : t("retake_none")), copyButton(() => words)),
    ...[again.length ? el("ul", {}, again.map(retakeRow)) : null, less].filter(Boolean));
}

/** What this page holds besides the cards, to jump to. */
function drawPlaces() {
  const { again, maybe } = retakes();
  const places = [["retake", again.length || maybe.length], ["takes", TAKES.groups.length], ["posts", POSTS.length], ["sources", REPORT.sources.length]];
  const there = places.filter(([, number]) => number);
  const nav = document.getElementById("places");
  nav.hidden = there.length < 2;
  nav.replaceChildren(...there.map(([name, number]) =>
    el("button.pill", { type: "button", onclick: () => document.getElementById(name).scrollIntoView({ block: "start" }) },
      t(`place_${name}`), el("span.number", {}, String(number)))));
}

function retakeWords(source) {
  const part = worstPart(source);
  return part ? `${advice(part.tip)} (${named(part.name)}: ${part.measured})` : t("reject");
}

function retakeRow(source) {
  const part = worstPart(source);
  const address = picture(source, 0);
  return el("li", {}, el("button.retake-row", { type: "button", "data-index": String(source.index), onclick: () => openDetail(source.index) },
    el("span.retake-face", {}, address ? el("img", { src: address, alt: "", loading: "lazy" }) : null, badge(source)),
    el("span.retake-words", {}, nameOf(source.path), part ? el("strong", {}, advice(part.tip)) : el("strong", {}, t("reject")),
      part ? el("span.soft", {}, `${named(part.name)}: ${part.measured}`) : null)));
}

/** A button that copies words, and says so; where the browser forbids it, it shows them to be copied by hand. */
function copyButton(words) {
  const button = el("button.quiet.copy", { type: "button", onclick: async () => {
    try {
      await navigator.clipboard.writeText(words());
      button.textContent = t("copied");
    } catch {
      const area = el("textarea", { readOnly: true, value: words(), rows: 4, "aria-label": t("copy") });
      button.replaceWith(area);
      area.select();
    }
  } }, t("copy"));
  return button;
}
