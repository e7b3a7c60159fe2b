// The cards: one a source. A card is an empty box until it comes near the screen.

const view = { verdict: "all", platform: "all", words: "", order: "shoot", range: null };
const cards = new Map(); // source index -> its <li>
let shownSources = [];

const nearScreen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      nearScreen.unobserve(entry.target);
      fill(entry.target, REPORT.sources[Number(entry.target.dataset.index)]);
    }
  },
  { rootMargin: "900px 0px" },
);

function makeCards() {
  const list = document.getElementById("cards");
  for (const source of REPORT.sources) {
    const card = el("li.card", { "data-index": String(source.index) });
    cards.set(source.index, card);
    list.append(card);
  }
}

/** Empty every card, so that each is built again when it is next seen: the language changed, or pictures arrived. */
function refreshCards() {
  for (const card of cards.values()) {
    card.replaceChildren();
    card.classList.remove("filled");
    nearScreen.unobserve(card);
    nearScreen.observe(card);
  }
}

function fill(card, source) {
  const words = gist(source);
  const inside = el(
    "button.open",
    { type: "button", "data-index": String(source.index), onclick: () => openDetail(source.index) },
    el("span.face", {}, cover(source), badge(source), flag(source), source.kind === "clip" ? length(source) : null),
    el("span.card-words", {}, nameOf(source.path), summary(source), words ? el("span.gist", {}, words) : null),
  );
  card.replaceChildren(inside, strip(source));
  card.className = `card filled ${source.state}`;
}

/** The picture that will be posted first, else the original, else what is wrong. */
function cover(source) {
  const first = source.deliverables.findIndex((item, number) => visible(item) && picture(source, number + 1));
  const address = picture(source, first + 1) ?? picture(source, 0);
  if (address) return el("img", { src: address, alt: "", decoding: "async", draggable: false });
  return el("span.blank", {}, source.error ? named(source.error.code) : picturesOf(source) ? "" : t("loading"));
}

/** Asks a person to look: faces in the background. */
function flag(source) {
  const note = bystanders(source);
  if (!note) return null;
  return el("span.flag", { title: note.message, role: "img", "aria-label": named("bystanders") }, "☺?");
}

function length(source) {
  const seconds = source.duration_s;
  return seconds === null ? el("span.length", {}, "▶") : el("span.length", {}, `▶ ${shownTime(seconds)}`);
}

function summary(source) {
  const faces = source.faces.filter((face) => face.main).length;
  const facts = [t(source.kind)];
  if (source.size_px) facts.push(source.size_px.join(" × "));
  if (faces) facts.push(faces === 1 ? t("face") : t("faces", { n: faces }));
  return el("span.soft", {}, facts.join(" · "));
}

/** The deliverables of a source as small pictures with a mark. */
function strip(source) {
  const items = source.deliverables.map((item, number) => ({ item, number })).filter(({ item }) => visible(item));
  if (!items.length || source.error) return el("span.strip.soft", {}, source.error ? "" : t("nothing_made"));
  return el(
    "span.strip",
    {},
    items.map(({ item, number }) => {
      const address = picture(source, number + 1);
      const label = `${targetName(item.target)}: ${t(`status_${item.status}`)}`;
      return el(
        `button.chip.${item.status}`,
        { type: "button", title: label, "aria-label": label, onclick: () => openDetail(source.index, number) },
        address ? el("img", { src: address, alt: "", decoding: "async" }) : el("span.chip-name", {}, short(item)),
        statusMark(item),
      );
    }),
  );
}

function short(item) {
  return surfaceName(split(item.target, ".")[1] || item.target);
}

function visible(item) {
  return view.platform === "all" || platformOf(item) === view.platform;
}

/** Which sources the filters leave, in the chosen order. */
function choose() {
  const words = view.words.toLowerCase().split(/\s+/).filter(Boolean);
  const left = REPORT.sources.filter(
    (source) =>
      (view.verdict === "all" || source.state === view.verdict) &&
      (view.platform === "all" || source.deliverables.some(visible)) &&
      inRange(source) &&
      words.every((word) => source.words.includes(word)),
  );
  const score = (source) => (source.error ? -1 : (source.score?.value ?? 0));
  const orders = {
    worst: (a, b) => score(a) - score(b),
    best: (a, b) => score(b) - score(a),
    name: (a, b) => shownName(a.path).localeCompare(shownName(b.path), undefined, { numeric: true }),
  };
  const [column_, way] = split(view.order, "-");
  if (way) return left.sort(columnOrder(column_, way === "down"));
  return orders[view.order] ? left.sort(orders[view.order]) : left;
}

/** Show what the filters leave. Cards of other sources keep their place in memory and leave the page. */
function applyFilters() {
  shownSources = choose();
  const list = document.getElementById("cards");
  list.replaceChildren(...shownSources.map((source) => cards.get(source.index)));
  document.getElementById("nothing").hidden = shownSources.length > 0;
  const counts = { n: shownSources.length, all: REPORT.sources.length };
  document.getElementById("shown").textContent = t("shown", counts);
  drawTable();
}
