// Posts as the app will show them: a phone with the pictures and words, and what the feed or the grid cuts.

const POSTS = REPORT.posts ?? [];
const postView = { show: "post", at: new Map() };

/** The deliverable that a picture of a post is: its source, and the number of its preview there. */
function found(picture_) {
  for (const source of REPORT.sources) {
    const number = source.deliverables.findIndex((item) => item.path === picture_.deliverable);
    if (number >= 0) return { source, item: source.deliverables[number], number };
  }
  return null;
}

function drawPosts() {
  const section = document.getElementById("posts");
  section.hidden = POSTS.length === 0;
  if (!POSTS.length) return;
  const show = (name) => el("button.quiet", { type: "button", "aria-pressed": String(postView.show === name),
    onclick: () => { postView.show = name; drawPosts(); } }, t(`post_${name}`));
  const chosen = POSTS.filter((post) => view.platform === "all" || platformOf(post) === view.platform);
  section.replaceChildren(
    el("div.posts-top", {}, el("h2", {}, t("posts", { n: chosen.length })), el("div.views", { role: "group" }, show("post"), show("feed"))),
    el("div.phones", {}, chosen.map(phone)),
  );
}

function phone(post) {
  const screen = postView.show === "post" ? postScreen(post) : feedScreen(post);
  return el("article.post", {},
    el("header.post-top", {}, el(`span.verdict.${post.verdict}`, {}, t(`verdict_${post.verdict}`)),
      el("div", {}, el("h3", {}, nameOf(post.name, "bdi")), el("p.soft", {}, targetName(post.target)))),
    el("div.phone", {}, el("div.screen", {}, screen)), postFacts(post));
}

/** The open post: one picture at a time, the title as the app takes it, the body down to its fold. */
function postScreen(post) {
  const shots = post.pictures.filter((shot) => !shot.path.endsWith(".cover.jpg"));
  const at = Math.min(postView.at.get(post) ?? 0, Math.max(0, shots.length - 1));
  const step = (by) => { postView.at.set(post, (at + by + shots.length) % shots.length); drawPosts(); };
  const many = shots.length > 1;
  const turn = (by, label, sign) => el(`button.turn.${by < 0 ? "back" : "on"}`, { type: "button", "aria-label": t(label), onclick: () => step(by) }, sign);
  return [
    el("div.shot", {}, shots.length ? shotOf(shots[at], post) : el("span.blank", {}, t("no_picture")),
      many ? [turn(-1, "previous", "‹"), turn(1, "next", "›"), el("span.count-of", {}, `${at + 1}/${shots.length}`)] : null),
    el("div.words", {}, titleOf(post), bodyOf(post), el("p.topics", {}, topicsOf(post))),
  ];
}

function shotOf(shot, post) {
  const place = found(shot);
  const address = place && picture(place.source, place.number + 1);
  const frame = el("div.frame");
  if (shot.size_px) frame.style.aspectRatio = `${shot.size_px[0]} / ${shot.size_px[1]}`;
  frame.append(address ? el("img", { src: address, alt: shot.source, draggable: false }) : el("span.blank", {}, t("no_picture")));
  if (shot.kind === "clip" && post.shown.safe_zone) frame.append(...zones(post.shown.safe_zone, shot.size_px));
  return frame;
}

/** What the app covers with its own buttons and words: bands round what stays clear of the screen, as far as they reach over
 * the clip, which stands in the middle of it. */
function zones({ canvas_px: [width, height], top, bottom, left, right }, [wide, high] = [width, height]) {
  const scale = Math.min(width / wide, height / high);
  const across = (part) => Math.max(0, (part - (width - wide * scale) / 2) / (wide * scale));
  const down = (part) => Math.max(0, (part - (height - high * scale) / 2) / (high * scale));
  const share = (part) => `${100 * part}%`;
  const inner = { top: share(down(top)), bottom: share(down(bottom)) };
  const bands = [
    { top: 0, left: 0, right: 0, height: share(down(top)) },
    { bottom: 0, left: 0, right: 0, height: share(down(bottom)) },
    { ...inner, left: 0, width: share(across(left)) },
    { ...inner, right: 0, width: share(across(right)) },
  ];
  return [
    ...bands.map((place) => {
      const band = el("span.zone", { title: t("safe_zone") });
      Object.assign(band.style, place);
      return band;
    }),
    el("span.zone-word", {}, t("safe_zone")),
  ];
}

function titleOf(post) {
  if (!post.title) return null;
  const rest = post.title.slice(post.shown.title.length);
  return el("p.title", {}, shownName(post.shown.title), rest ? el("s.cut", { title: t("title_cut") }, shownName(rest)) : null);
}

function bodyOf(post) {
  const fold = post.shown.body_fold;
  const text = [...post.body];
  if (!fold || text.length <= fold) return el("p.body", {}, post.body.slice(0, 4000));
  return el("details.body", {}, el("summary", {}, text.slice(0, fold).join(""), el("span.soft", {}, ` … ${t("more")}`)), text.slice(fold, 4000).join(""));
}

function topicsOf(post) {
  if (post.shown.topics === "none") return "";
  const closing = post.shown.topics === "pair" ? "#" : "";
  return post.topics.map((topic) => `#${topic.replace(/^[#＃]+|#+$/g, "")}${closing}`).join(" ");
}

/** The feed or the grid: every picture cut to the app's ratio; in a feed the cover with its title under it. */
function feedScreen(post) {
  const { grid, columns, title_lines: lines } = post.shown;
  if (!grid) return el("p.soft.none", {}, t("no_grid"));
  const shots = post.pictures.filter((shot) => lines ? shot.cover : !shot.path.endsWith(".cover.jpg"));
  const best = lines ? (post.pictures.find((shot) => shot.path.endsWith(".cover.jpg")) ?? shots[0]) : null;
  const cells = (best ? [best] : shots).map((shot) => {
    const place = found(shot);
    const address = place && picture(place.source, place.number + 1);
    const tile_ = el("div.cell-face");
    tile_.style.aspectRatio = grid.replace(":", " / ");
    tile_.append(address ? el("img", { src: address, alt: shot.source }) : el("span.blank", {}, t("no_picture")));
    const words = el("p.cell-title", {}, shownName(post.shown.title || post.body.slice(0, 60)));
    if (lines) words.style.webkitLineClamp = String(lines);
    return el("div.cell", {}, tile_, lines ? words : null);
  });
  const ghosts = lines ? Array.from({ length: columns * 2 - 1 }, () => {
    const ghost = el("div.cell.ghost", {}, el("div.cell-face"), el("p.cell-title", {}, "▁▁▁▁"));
    ghost.firstChild.style.aspectRatio = grid.replace(":", " / ");
    return ghost;
  }) : [];
  const list = el("div.grid", {}, cells, ghosts);
  list.style.gridTemplateColumns = `repeat(${columns ?? 3}, 1fr)`;
  return [lines ? null : el("p.body", {}, shownName(post.title || post.body.slice(0, 120))), list];
}

function postFacts(post) {
  const zh = language.now === "zh";
  const problems = [...post.problems.map((one) => ({ severity: one.severity, words: one.message })),
    ...post.words.findings.map((one) => ({ severity: one.severity, words: `${one.text ? `“${one.text}” ` : ""}${zh ? one.why_zh : one.why_en}`,
      suggest: zh ? one.suggest_zh : one.suggest_en, relaxed: one.relaxed }))]
    .filter((one) => one.severity !== "info" || one.relaxed).slice(0, 40);
  const { counts, limits } = post.words;
  const count = (name) => `${t(`count_${name}`)} ${counts[name]}${limits[name] ? `/${limits[name]}` : ""}`;
  return el("div.post-facts", {},
    el("p.soft", {}, ["title", "body", "topics"].map(count).join(" · ")),
    problems.length ? el("ul.problems", {}, problems.map((one) => el(`li.${one.severity}`, {}, shownName(one.words),
      one.suggest ? el("span.soft", {}, ` → ${one.suggest}`) : null, one.relaxed ? el("span.soft", {}, ` (${one.relaxed})`) : null))) : null,
    post.left_out.length ? el("details", {}, el("summary.soft", {}, t("left_out", { n: post.left_out.length })),
      el("ul.notes", {}, post.left_out.map((one) => el("li", {}, nameOf(one.source), el("span.soft", {}, ` ${one.why}`))))) : null,
    el("details", { open: post.verdict !== "block" }, el("summary.soft", {}, t("checklist")),
      el("ul.todo-list", {}, post.checklist.map((one) => el("li", {}, zh ? one.zh : one.en)))),
    post.archive_href ? el("a.button", { href: post.archive_href, download: "" }, t("archive")) : null);
}
