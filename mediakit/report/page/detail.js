// One source, large: before and after, the crop on the original, the score's reasons, the rules, the words.

const open = { index: -1, number: -1, view: "", position: 50 };
const dialog = document.getElementById("detail");

function openDetail(index, number = null) {
  const source = REPORT.sources[index];
  const first = source.deliverables.findIndex((item) => visible(item) && item.href);
  const shown = source.deliverables.findIndex(visible);
  open.index = index;
  open.number = number ?? (first >= 0 ? first : shown);
  drawDetail();
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

function stepSource(by) {
  const at = shownSources.findIndex((source) => source.index === open.index);
  const next = shownSources[at + by];
  if (next) openDetail(next.index);
}

function stepFile(by) {
  const source = REPORT.sources[open.index];
  const next = open.number + by;
  if (next < 0 || next >= source.deliverables.length) return;
  open.number = next;
  drawDetail();
}

function drawDetail() {
  const source = REPORT.sources[open.index];
  const item = source.deliverables[open.number] ?? null;
  dialog.replaceChildren(
    heading(source),
    el(
      "div.detail-body",
      {},
      el("div.stage", {}, tabs(source), source.error ? null : viewButtons(source, item), stage(source, item)),
      el("div.facts", {}, troubles(source, item), reason(source, item), timeline(source, item), covers(source), quality(source, item), notes(source, item),
        bystandersOf(source), skin(item), checks(item), details(source, source.error ? null : item)),
    ),
  );
}

function heading(source) {
  const at = shownSources.findIndex((each) => each.index === source.index);
  const step = (by, label, sign) =>
    el("button.quiet.icon", { type: "button", title: t(label), "aria-label": t(label), onclick: () => stepSource(by),
      disabled: !shownSources[at + by] }, sign);
  return el(
    "header.detail-top",
    {},
    badge(source),
    el("div.detail-title", {}, el("h2", { id: "detail-name" }, nameOf(source.path)),
      el("p.soft", {}, el(`strong.${source.state}`, {}, t(source.state)), " · ", summary(source))),
    el("div.tools", {}, step(-1, "previous", "‹"), step(1, "next", "›"),
      el("button.quiet.icon", { type: "button", title: t("close"), "aria-label": t("close"),
        onclick: () => dialog.close() }, "✕")),
  );
}

function tabs(source) {
  if (!source.deliverables.length || source.error) return null;
  return el(
    "div.tabs",
    { role: "tablist", "aria-label": t("platforms") },
    source.deliverables.map((item, number) =>
      el(`button.tab.${item.status}`, { type: "button", role: "tab", "aria-selected": String(number === open.number),
        onclick: () => { open.number = number; drawDetail(); } }, statusMark(item), targetName(item.target)),
    ),
  );
}

/** Which ways of looking there are for this file; the chosen one stays chosen while it can. */
function viewsOf(source, item) {
  const views = [];
  const original = picture(source, 0);
  if (item?.href && item.clip) views.push("play");
  if (original && picture(source, open.number + 1) && item?.crop_px && source.size_px) views.push("compare");
  if (original && item?.crop_px && source.size_px) views.push("crop");
  return views;
}

function viewButtons(source, item) {
  const views = viewsOf(source, item);
  if (views.length < 2) return null;
  const now = currentView(views);
  return el("div.views", { role: "group" }, views.map((name) =>
    el("button.quiet", { type: "button", "aria-pressed": String(name === now),
      onclick: () => { open.view = name; drawDetail(); } }, t(name))));
}

function currentView(views) {
  return views.includes(open.view) ? open.view : views[0];
}

function stage(source, item) {
  const views = viewsOf(source, item);
  const address = (item && picture(source, open.number + 1)) ?? picture(source, 0);
  if (views.length) {
    const draw = { play, compare, crop }[currentView(views)];
    return draw(source, item, address);
  }
  if (address) return el("div.canvas", {}, el("img", { src: address, alt: "" }));
  return el("div.canvas.empty", {}, source.error ? named(source.error.code) : t("no_picture"));
}

function play(source, item, poster) {
  const video = el("video", { controls: true, preload: "none", playsInline: true, src: item.href, poster });
  shape(video, item.size_px ?? source.size_px);
  return el("div.canvas", {}, video);
}

/** The file over the same part of the original, with a line to move. */
function compare(source, item, after) {
  const frame = el("div.compare");
  shape(frame, item.size_px ?? item.crop_px.slice(2));
  const top = el("img.after", { src: after, alt: t("after"), draggable: false });
  const line = el("span.line", { "aria-hidden": "true" });
  const slider = el("input.slider", { type: "range", min: "0", max: "100", step: "0.5", "aria-label": t("divider"),
    oninput: (event) => move(Number(event.target.value)) });
  const move = (position) => {
    open.position = position;
    top.style.clipPath = `inset(0 0 0 ${position}%)`;
    line.style.left = `${position}%`;
  };
  frame.append(before(source, item), top, line, el("span.tag.left", {}, t("before")),
    el("span.tag.right", {}, t("after")), slider);
  slider.value = String(open.position);
  move(open.position);
  return el("div.canvas", {}, frame);
}

/** The crop's part of the original, lying where the file shows it: filling, or in the middle of a border. */
function before(source, item) {
  const [width, height] = source.size_px;
  const [x, y, w, h] = item.crop_px;
  const [outWidth, outHeight] = item.size_px ?? [w, h];
  const scale = item.fit === "crop" ? null : Math.min(outWidth / w, outHeight / h);
  const box = el("div.before");
  const share = scale === null ? [1, 1] : [(w * scale) / outWidth, (h * scale) / outHeight];
  box.style.width = `${share[0] * 100}%`;
  box.style.height = `${share[1] * 100}%`;
  const image = el("img", { src: picture(source, 0), alt: t("before"), draggable: false });
  image.style.width = `${(width / w) * 100}%`;
  image.style.height = `${(height / h) * 100}%`;
  image.style.left = `${(-x / w) * 100}%`;
  image.style.top = `${(-y / h) * 100}%`;
  box.append(image);
  return box;
}

/** The original with what is shown left bright, and the faces that were found. */
function crop(source, item) {
  const frame = el("div.cropped");
  shape(frame, source.size_px);
  const corners = item.corners_px;
  const shown = corners ? turnedPart(corners, source.size_px) : placed("span.shown-part", item.crop_px, source);
  frame.append(el("img", { src: picture(source, 0), alt: t("original") }), shown);
  for (const face of source.faces) frame.append(placed(face.main ? "span.found.main" : "span.found", face.box_px, source));
  for (const mark of source.marks ?? []) {
    const node = placed("span.found.mark-box", mark.box_px, source);
    node.title = shownName(mark.text);
    frame.append(node);
  }
  const others = source.faces.some((face) => !face.main);
  const mains = source.faces.some((face) => face.main);
  return [el("div.canvas", {}, frame), el("p.legend.soft", {}, el("span.key.part"), t("crop_frame"),
    mains ? [el("span.key.main"), t("face_main")] : null, others ? [el("span.key.other"), t("face_other")] : null,
    source.marks?.length ? [el("span.key.marked"), t("marks")] : null)];
}

/** The part of a picture that was set upright: four corners, so no box can show it. What is around it is darkened. */
function turnedPart(corners, [width, height]) {
  const inner = [...corners, corners[0]].map(([x, y]) => `${(x / width) * 100}% ${(y / height) * 100}%`).join(", ");
  const node = el("span.turned-part");
  node.style.clipPath = `polygon(evenodd, 0% 0%, 100% 0%, 100% 100%, 0% 100%, 0% 0%, ${inner}, 0% 0%)`;
  return node;
}

function placed(tag, [x, y, w, h], source) {
  const [width, height] = source.size_px;
  const node = el(tag);
  Object.assign(node.style, { left: `${(x / width) * 100}%`, top: `${(y / height) * 100}%`,
    width: `${(w / width) * 100}%`, height: `${(h / height) * 100}%` });
  return node;
}

function shape(node, size) {
  if (!size) return;
  node.style.aspectRatio = `${size[0]} / ${size[1]}`;
  node.style.setProperty("--ratio", String(size[0] / size[1]));
}

function block(title, ...children) {
  return el("section.block", {}, el("h3", {}, title), ...children);
}

function troubles(source, item) {
  const found = [];
  if (source.error) found.push(trouble("failed", source.error));
  if (item?.error) found.push(trouble("failed", item.error));
  else if (item?.status === "failed" && !source.error) found.push(trouble("failed", { code: "", message: item.why, hint: "" }));
  if (item?.status === "skipped") {
    found.push(el("div.trouble.skipped", {}, el("strong", {}, t("skipped_because")), el("p", {}, item.why)));
  }
  return found;
}

function trouble(kind, { code, message, hint }) {
  return el(`div.trouble.${kind}`, {}, el("strong", {}, code ? named(code) : t("failed_because")),
    code ? el("code", {}, code) : null, el("p", {}, shownName(message)),
    hint ? el("p", {}, el("span.todo", {}, t("what_to_do")), " ", shownName(hint)) : null);
}

function reason(source, item) {
  if (!item || !item.crop_px || !source.size_px) return null;
  const [, , w, h] = item.crop_px;
  const share = Math.round((100 * w * h) / (source.size_px[0] * source.size_px[1]));
  const used = share >= 100 ? t("crop_all") : t("crop_of", { share });
  return block(t("why"), el("p", {}, item.why ? sentence(item.why) : "", used, " ", el("span.soft", {}, t(`fit_${item.fit}`))));
}

/** Words of the tool as a sentence of their own. */
function sentence(words) {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}. `;
}

/** The score's parts as bars, costliest first. Where the file has its own score, a tick shows the original's. */
function quality(source, item) {
  const score = item?.score ?? source.score;
  if (!score) return null;
  const original = item?.score && source.score ? source.score : null;
  const was = new Map((original?.parts ?? []).map((part) => [part.name, part.value]));
  const words = original
    ? t("quality_of_file", { a: Math.round(original.value), b: Math.round(score.value) })
    : `${Math.round(score.value)} / 100`;
  return block(t("quality"), el("p.soft", {}, words), el("ul.bars", {}, score.parts.map((part) => bar(part, was.get(part.name)))));
}

function bar(part, was) {
  const level = part.value >= 0.7 ? "fine" : part.value >= 0.4 ? "middling" : "poor";
  const fillPart = el(`span.fill.${level}`);
  fillPart.style.width = `${Math.max(2, part.value * 100)}%`;
  const track = el("span.track", {}, fillPart);
  if (was !== undefined) {
    const tick = el("span.was", { title: t("original") });
    tick.style.left = `${was * 100}%`;
    track.append(tick);
  }
  return el("li", {}, el("span.bar-name", {}, named(part.name)), el("span.bar-value", {}, String(Math.round(part.value * 100))),
    track, el("span.soft.bar-words", {}, part.measured), part.tip ? el("span.tip", {}, advice(part.tip)) : null);
}

function notes(source, item) {
  const all = [...source.notes, ...(item?.notes ?? [])];
  if (!all.length) return null;
  return block(t("notes"), el("ul.notes", {}, all.map((note) => el("li", {}, shownName(note.message)))));
}

/** Faces in the background, large enough to be told apart, with what became of each and how to keep one. */
function bystandersOf(source) {
  const all = source.bystanders;
  if (!all.length) return null;
  const shown = all.filter((each) => each.picture !== null && picture(source, each.picture));
  const faces = shown.map((each) => el("li", {}, el("img", { src: picture(source, each.picture), alt: "", draggable: false }),
    el("span", {}, `${each.face} · ${t(`face_${each.state}`)}`)));
  const more = all.length > shown.length ? el("p.soft", {}, t("faces_more", { n: all.length - shown.length })) : null;
  const how = el("p.soft", {}, t("keep_face"), " ", el("code", {}, `--keep-face ${shownName(source.path)}:${all[0].face}`));
  return block(named("bystanders"), el("ul.people", {}, faces), more, how);
}

/** What the retouch did to the skin of each face, in numbers. */
function skin(item) {
  if (!item?.skin?.length) return null;
  const head = ["face_number", "texture_kept", "lightness", "hue", "amount"].map((name) => el("th", {}, t(name)));
  const rows = item.skin.map((face, index) => el("tr", {}, el("td", {}, String(index + 1)),
    el("td", {}, `${value(100 * face.texture_kept)} %`), el("td", {}, `${value(face.lightness_change)} L*`),
    el("td", {}, `${value(face.hue_change_deg)}°`), el("td", {}, value(face.amount), face.amount < face.asked ? ` / ${value(face.asked)}` : null)));
  return el("details.block", {}, el("summary", {}, el("h3", {}, t("skin")), el("span.soft", {}, t("skin_faces", { n: item.skin.length }))),
    el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)));
}

function checks(item) {
  if (!item?.checks.length) return null;
  const bad = item.checks.filter((check) => !check.ok).length;
  const words = t(bad ? "checks_bad" : "checks_ok", { n: item.checks.length, bad });
  const rows = [...item.checks].sort((a, b) => Number(a.ok) - Number(b.ok)).map((check) =>
    el(`tr${check.ok ? "" : `.broken-${check.severity}`}`, {}, el("td", {}, statusMark({ status: check.ok ? "made" : "failed" }),
      " ", check.rule.replace(/-/g, " ")), el("td", {}, value(check.measured)), el("td", {}, value(check.limit))));
  return el("details.block", { open: bad > 0 }, el("summary", {}, el("h3", {}, t("checks", { target: targetName(item.target) })),
    el("span.soft", {}, words)), el("table", {}, el("thead", {}, el("tr", {}, ["rule", "measured", "limit"].map((name) =>
    el("th", {}, t(name))))), el("tbody", {}, rows)));
}

function value(some) {
  if (some === null || some === undefined) return t("none");
  if (typeof some === "boolean") return t(some ? "yes" : "no");
  if (Array.isArray(some)) return some.map(value).join(", ");
  if (typeof some === "number") return some.toLocaleString(language.now, { maximumFractionDigits: 3 });
  return shownName(some);
}

function details(source, item) {
  const rows = [[t("path"), nameOf(source.path)], [t("original"), source.size_px?.join(" × ")]];
  if (item) {
    rows.push([t("target"), item.target], [t("status"), t(`status_${item.status}`)], [t("size"), item.size_px?.join(" × ")],
      [t("bytes"), item.bytes ? shownBytes(item.bytes) : null],
      [t("length"), item.duration_s ? shownTime(item.duration_s) : null],
      [t("file_tab"), item.path ? nameOf(item.path) : null]);
  }
  const list = el("dl.details", {}, rows.filter(([, fact]) => fact).map(([name, fact]) => [el("dt", {}, name), el("dd", {}, fact)]));
  const link = item?.href ? el("a.button", { href: item.href, target: "_blank", rel: "noopener" }, t("open")) : null;
  return block(t("facts"), list, link);
}
