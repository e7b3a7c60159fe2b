// What only a clip has: where it is at its worst, which part of it is shown, and the frames that would do as its cover.

/** A line as long as the clip, with its worst moments on it and a word on each. */
function timeline(source, item) {
  const length = source.duration_s;
  const moments = source.score?.moments ?? [];
  if (source.kind !== "clip" || !length || (!moments.length && !source.covers.length)) return null;
  const at = (seconds) => `${Math.min(100, Math.max(0, (100 * seconds) / length))}%`;
  const line = el("div.timeline", { "aria-hidden": "true" });
  if (item?.duration_s && item.duration_s < length - 0.05) {
    const used = el("span.used");
    Object.assign(used.style, { left: at(item.begin_s ?? 0), width: at(item.duration_s) });
    line.append(used);
  }
  for (const moment of moments) line.append(pin(`moment.${moment.value < 0.4 ? "poor" : "middling"}`, at(moment.time_s), named(moment.part)));
  for (const cover_ of source.covers) line.append(pin("cover-at", at(cover_.time_s), t("cover_at", { time: clock(cover_.time_s) })));
  return block(t(moments.length ? "worst_moments" : "whole_clip"), line,
    el("div.axis.soft", { "aria-hidden": "true" }, el("span", {}, "0:00"), el("span", {}, clock(length))),
    moments.length ? el("ul.moments", {}, moments.map((moment) => momentRow(moment, item))) : null);
}

function pin(classes, left, title) {
  const node = el(`span.pin.${classes}`, { title });
  node.style.left = left;
  return node;
}

/** A click plays the file from there, where the file shows that moment. */
function momentRow(moment, item) {
  const into = item?.clip ? moment.time_s - (item.begin_s ?? 0) : -1;
  const shown = into >= 0 && into <= (item?.duration_s ?? 0);
  return el("li", {}, el("button.quiet", { type: "button", disabled: !shown, onclick: () => playFrom(into) }, clock(moment.time_s)),
    el("span", {}, el("strong", {}, named(moment.part)), el("span.soft", {}, ` ${moment.measured}`)));
}

function playFrom(seconds) {
  open.view = "play";
  drawDetail();
  const video = dialog.querySelector("video");
  if (!video) return;
  video.currentTime = seconds;
  video.play().catch(() => {}); // a browser that wants another click shows the frame all the same
}

/** Minutes and seconds with a tenth. */
function clock(seconds) {
  const tenths = Math.round(seconds * 10);
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  return `${Math.floor(tenths / 600)}:${rest}`;
}

/** Three frames that would do as the cover: the first was made, the others can be picked in the app. */
function covers(source) {
  if (!source.covers.length) return null;
  const frames = source.covers.map((cover_, number) => {
    const address = picture(source, cover_.picture);
    return el(`li${number ? "" : ".chosen"}`, {}, address ? el("img", { src: address, alt: "", draggable: false }) : null,
      el("span", {}, t("cover_at", { time: clock(cover_.time_s) })), el("span.soft", {}, t(number ? "cover_other" : "cover_made")));
  });
  return block(t("covers"), el("ul.covers", {}, frames), frames.length > 1 ? el("p.soft", {}, t("covers_how")) : null);
}
