// The frame around the cards: glance, filters, theme, language, keyboard.

function drawFrame() {
  document.documentElement.lang = language.now === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-title]")) {
    node.title = t(node.dataset.title);
    node.setAttribute("aria-label", t(node.dataset.title));
  }
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = t(node.dataset.placeholder);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  document.getElementById("title").textContent = t("title");
  document.getElementById("language").textContent = t("language");
  document.getElementById("theme").textContent = "◐";
  drawRun();
  drawGlance();
  drawHistogram();
  drawRetakes();
  drawTakes();
  drawPlaces();
  drawPlatforms();
  drawPosts();
  drawOrder();
  drawKeys();
}

function drawRun() {
  const { preset, made_at: madeAt, version } = REPORT.meta;
  const when = new Date(madeAt).toLocaleString(language.now === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
  const run = document.getElementById("run");
  run.replaceChildren(`${t("preset")} `, el("strong", {}, preset.name), ` · ${when} · mediakit ${version}`);
  run.title = preset.fingerprint;
  document.title = `${t("title")} · ${preset.name}`;
}

function drawGlance() {
  const count = (state) => REPORT.sources.filter((source) => source.state === state).length;
  document.getElementById("bar").replaceChildren(...VERDICTS.map((state) => {
    const share = el(`span.${state}`);
    share.style.flexGrow = String(count(state));
    share.hidden = count(state) === 0;
    return share;
  }));
  const tile = (state, number) =>
    el(`button.tile.${state}`, { type: "button", "aria-pressed": String(view.verdict === state), "data-verdict": state,
      onclick: () => choosePart("verdict", view.verdict === state ? "all" : state) },
    el("span.count", {}, String(number)), el("span.label", {}, t(state)), el("span.soft", {}, t(`${state}_hint`)));
  document.getElementById("verdicts").replaceChildren(tile("all", REPORT.sources.length), ...VERDICTS.map((state) => tile(state, count(state))));
  document.getElementById("made").textContent = madeWords();
  const notes_ = document.getElementById("run-notes");
  notes_.hidden = !REPORT.notes.length;
  notes_.replaceChildren(...REPORT.notes.map((note) => el("li", {}, shownName(note.message))));
}

function madeWords() {
  const items = REPORT.sources.filter((source) => !source.error).flatMap((source) => source.deliverables);
  const of = (status) => items.filter((item) => item.status === status).length;
  const there = of("made") + of("kept");
  const bytes = items.filter((item) => item.href).reduce((sum, item) => sum + item.bytes, 0);
  const words = [there === 1 ? t("file") : t("files", { n: there })];
  for (const [status, key] of [["made", "made"], ["kept", "kept"], ["skipped", "skipped"], ["failed", "failed_files"]]) {
    if (of(status) && of(status) !== there) words.push(`${of(status)} ${t(key)}`);
  }
  if (bytes) words.push(t("total", { size: shownBytes(bytes) }));
  if (REPORT.meta.left_out) words.push(t("not_shown", { n: REPORT.meta.left_out }));
  if (REPORT.meta.seconds !== null) words.push(t("took", { time: shownTime(REPORT.meta.seconds) }));
  return words.join(" · ");
}

function drawPlatforms() {
  const counts = new Map();
  for (const item of REPORT.sources.flatMap((source) => source.deliverables)) {
    const there = item.status === "made" || item.status === "kept" ? 1 : 0;
    counts.set(platformOf(item), (counts.get(platformOf(item)) ?? 0) + there);
  }
  const pill = (name, words, number) =>
    el("button.pill", { type: "button", "aria-pressed": String(view.platform === name), "data-platform": name,
      onclick: () => choosePart("platform", view.platform === name ? "all" : name) }, words,
    number === null ? null : el("span.number", {}, String(number)));
  document.getElementById("platforms").replaceChildren(pill("all", t("all_platforms"), null),
    ...[...counts].map(([name, number]) => pill(name, named(name), number)));
}

function drawOrder() {
  const select = document.getElementById("sort");
  select.replaceChildren(...["shoot", "worst", "best", "name"].map((name) => el("option", { value: name }, t(`order_${name}`))));
  select.value = view.order;
}

function drawKeys() {
  const rows = [["j k", "key_next"], ["Enter Esc", "key_open"], ["/", "key_search"], ["[ ]", "key_file"],
    ["← →", "key_divider"], ["v", "key_show"], ...(TAKES.groups.length ? [["g", "key_group"], ["x 1 2", "key_swap"]] : []), ["t", "key_theme"], ["?", "key_help"]];
  document.getElementById("keys").replaceChildren(...rows.flatMap(([keys, words]) =>
    [el("dt", {}, keys.split(" ").map((key) => el("kbd", {}, key))), el("dd", {}, t(words))]));
}

function choosePart(part, chosen) {
  const redraw = part === "platform" && view.platform !== chosen;
  view[part] = chosen;
  for (const tile of document.querySelectorAll("[data-verdict]")) tile.setAttribute("aria-pressed", String(tile.dataset.verdict === view.verdict));
  for (const pill of document.querySelectorAll("[data-platform]")) pill.setAttribute("aria-pressed", String(pill.dataset.platform === view.platform));
  for (const bin of document.querySelectorAll("[data-bin]")) bin.setAttribute("aria-pressed", String(Number(bin.dataset.bin) === view.range));
  applyFilters();
  if (redraw) {
    refreshCards();
    drawPosts();
  }
}

function setLanguage(name) {
  language.now = name;
  drawFrame();
  applyFilters();
  refreshCards();
  if (dialog.open) drawDetail();
}

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  document.querySelector('meta[name="color-scheme"]').content = name;
}

function toggleTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme ?? (dark ? "dark" : "light");
  setTheme(now === "dark" ? "light" : "dark");
  memory.set("theme", document.documentElement.dataset.theme);
}

/** Move the focus from card to card, building the next one where it has not been seen yet. */
function stepCard(by) {
  const at = shownSources.findIndex((source) => cards.get(source.index).contains(document.activeElement));
  const next = shownSources[Math.min(shownSources.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  if (!next) return;
  const card = cards.get(next.index);
  if (!card.classList.contains("filled")) fill(card, next);
  card.querySelector(".open").focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest", behavior: "auto" });
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const writing = event.target.matches("input:not([type=range]), select, textarea");
  if (writing) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const helping = document.getElementById("help").open;
  const inDetail = dialog.open && !helping;
  const keys = {
    j: () => (inDetail ? stepSource(1) : stepCard(1)),
    k: () => (inDetail ? stepSource(-1) : stepCard(-1)),
    t: toggleTheme,
    "?": () => (helping ? document.getElementById("help").close() : document.getElementById("help").showModal()),
    "/": () => !dialog.open && document.getElementById("search").focus(),
    "]": () => inDetail && stepFile(1),
    "[": () => inDetail && stepFile(-1),
    v: () => !dialog.open && showAs(document.getElementById("table").hidden ? "table" : "cards"),
    g: () => !dialog.open && nextGroup(),
    x: () => !dialog.open && swapTake("x"),
    ArrowRight: () => inDetail && moveDivider(2),
    ArrowLeft: () => inDetail && moveDivider(-2),
  };
  if (!dialog.open && /^[1-9]$/.test(event.key)) swapTake(event.key);
  const onControl = event.target.matches("input[type=range], video, [role=tab]") && event.key.startsWith("Arrow");
  if (!Object.hasOwn(keys, event.key) || onControl) return;
  event.preventDefault();
  keys[event.key]();
}

function moveDivider(by) {
  const slider = dialog.querySelector(".slider");
  if (!slider) return;
  slider.value = String(Number(slider.value) + by);
  slider.dispatchEvent(new Event("input"));
}

function start() {
  const wished = memory.get("language") ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
  language.now = wished === "zh" ? "zh" : "en";
  const theme = memory.get("theme");
  if (theme === "dark" || theme === "light") setTheme(theme);
  makeCards();
  drawFrame();
  showAs(memory.get("show") === "table" ? "table" : "cards");
  applyFilters();
  refreshCards();
  document.addEventListener("keydown", onKey);
  document.addEventListener("DOMContentLoaded", () => {
    refreshCards(); // pictures stand at the end of the file
    drawPosts();
    drawRetakes();
    drawTakes();
    drawTable();
    if (dialog.open) drawDetail();
  });
  document.getElementById("search").addEventListener("input", (event) => choosePart("words", event.target.value));
  document.getElementById("sort").addEventListener("change", (event) => choosePart("order", event.target.value));
  for (const button of document.querySelectorAll("[data-show]")) button.addEventListener("click", () => showAs(button.dataset.show));
  document.getElementById("theme").addEventListener("click", toggleTheme);
  document.getElementById("help-open").addEventListener("click", () => document.getElementById("help").showModal());
  document.getElementById("language").addEventListener("click", () => {
    setLanguage(language.now === "en" ? "zh" : "en");
    memory.set("language", language.now);
  });
  document.getElementById("clear").addEventListener("click", () => {
    Object.assign(view, { verdict: "all", words: "", range: null });
    document.getElementById("search").value = "";
    choosePart("platform", "all");
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    if (dialog.open) return; // the event comes late: another file may be open by now
    dialog.replaceChildren(); // stops a clip that plays
    cards.get(open.index)?.querySelector(".open")?.focus();
  });
}

start();
