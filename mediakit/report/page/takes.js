// Takes of one photo, side by side: the keeper marked, another one kept with one key, the choice taken along as a file.

const TAKES = REPORT.takes ?? { groups: [], named: [], file: "" };
const chosenTake = new Map(); // group -> path of the take that a person chose on this page

function keeperOf(group) {
  return chosenTake.get(group) ?? group.keep;
}

function takePictures() {
  const block = document.getElementById("pictures-takes");
  try {
    return block ? JSON.parse(block.textContent) : [];
  } catch {
    return []; // half a block: the rest of the file is still to come
  }
}

function drawTakes() {
  const section = document.getElementById("takes");
  section.hidden = !TAKES.groups.length;
  if (section.hidden) return;
  const pictures = takePictures();
  section.replaceChildren(
    el("div.section-top", {}, el("h2", {}, t("takes", { n: TAKES.groups.length })), el("span.soft", {}, t("takes_how"))),
    el("div.groups", {}, TAKES.groups.map((group, number) => takesOf(group, number, pictures[number] ?? []))), ...kept());
}

function takesOf(group, number, pictures) {
  const keeper = keeperOf(group);
  const why = chosenTake.has(group) ? t("chosen_here") : group.by_hand ? t("chosen_by_hand") : group.why;
  return el("article.group", { tabIndex: 0, "data-group": String(number), "aria-label": t("takes_of", { name: shownName(keeper), n: group.members.length }) },
    el("p.soft", {}, t("takes_count", { n: group.members.length }), " · ", why),
    el("ol.takes-row", {}, group.members.map((take, place) => takeOf(group, take, place, pictures[place], take.path === keeper))));
}

function takeOf(group, take, place, address, isKept) {
  const source = REPORT.sources.find((each) => each.path === take.path);
  const face = el("button.take-face", { type: "button", "aria-label": t("open_take", { name: shownName(take.path) }), disabled: !source,
    onclick: () => source && openDetail(source.index) }, address ? el("img", { src: address, alt: "" }) : el("span.blank", {}, t("no_picture")),
    el(`span.badge.${take.verdict}`, { role: "img", "aria-label": `${t(take.verdict)}, ${Math.round(take.score)} / 100` }, String(Math.round(take.score))),
    el("kbd", { "aria-hidden": "true" }, String(place + 1)));
  const reasons = isKept || !take.reasons.length || chosenTake.has(group) ? null : el("ul.notes.soft", {}, take.reasons.map((reason) => el("li", {}, reasonWords(reason))));
  return el(`li.take${isKept ? ".kept" : ""}`, {}, face, nameOf(take.path),
    el("button.quiet.keep", { type: "button", "aria-pressed": String(isKept), onclick: () => keepTake(group, take.path) },
      t(isKept ? "keeper" : "keep_this")), reasons);
}

/** A reason as `part: words`, the part by its name on this page. */
function reasonWords(reason) {
  const [part, words] = split(reason, ": ");
  return words ? `${named(part)}: ${words.replace(/^ /, "")}` : reason;
}

function keepTake(group, path) {
  if (path === group.keep) chosenTake.delete(group);
  else chosenTake.set(group, path);
  const number = TAKES.groups.indexOf(group);
  drawTakes();
  drawRetakes();
  document.querySelector(`[data-group="${number}"]`)?.focus({ preventScroll: true });
}

/** One key: the next take of the group in focus is kept; a digit keeps that one. */
function swapTake(key) {
  const node = document.activeElement?.closest("[data-group]") ?? document.querySelector("[data-group]:hover");
  const group = node && TAKES.groups[Number(node.dataset.group)];
  if (!group) return;
  const now = group.members.findIndex((take) => take.path === keeperOf(group));
  const next = key === "x" ? (now + 1) % group.members.length : Number(key) - 1;
  if (group.members[next]) keepTake(group, group.members[next].path);
}

function nextGroup() {
  const groups = [...document.querySelectorAll("[data-group]")];
  const at = groups.indexOf(document.activeElement?.closest("[data-group]"));
  const next = groups[(at + 1) % groups.length];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "center" });
}

/** The file that the next run reads: what it names already, less what was overruled here, and what was chosen here. */
function keepLines() {
  const overruled = new Set([...chosenTake.keys()].flatMap((group) => group.members.map((take) => take.path)));
  return [...TAKES.named.filter((path) => !overruled.has(path)), ...chosenTake.values()];
}

function quoted(path) {
  return `'${path.replace(/'/g, "'\\''")}'`;
}

/** What to do with the choices: a page from disk cannot write them, so they are handed over. */
function kept() {
  if (!chosenTake.size) return [];
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(`${keepLines().join("\n")}\n`)}`;
  const command = `mediakit cull SHOOT ${[...chosenTake.values()].map((path) => `--keep ${quoted(path)}`).join(" ")}`;
  return [el("div.choices", { role: "status" },
    el("strong", {}, t("choices", { n: chosenTake.size })), el("span", {}, t("choices_how", { file: TAKES.file })),
    el("span.choices-ways", {}, el("a.button", { href: file, download: TAKES.file }, t("choices_file", { file: TAKES.file })),
      copyButton(() => command)), el("code", {}, shownName(command)))];
}
