// Small pieces of page, the run's data, and the pictures that belong to it.

const REPORT = JSON.parse(document.getElementById("report").textContent);
const VERDICTS = ["pass", "fix", "reject", "failed"];

REPORT.sources.forEach((source, index) => {
  source.index = index;
  source.state = stateOf(source);
  source.words = searchWords(source);
});

/** Where a source stands: its verdict, but never better than `fix` where one of its files failed. */
function stateOf(source) {
  if (source.error) return "failed";
  const verdict = source.score ? source.score.verdict : "fix";
  const someFailed = source.deliverables.some((item) => item.status === "failed");
  return someFailed && verdict === "pass" ? "fix" : verdict;
}

function searchWords(source) {
  const words = [source.path, source.error?.code, source.error?.message];
  for (const part of source.score?.parts ?? []) if (part.value < 0.7) words.push(part.name, part.measured, part.tip);
  for (const item of source.deliverables) {
    words.push(item.target, item.why, item.error?.code, item.error?.message, ...item.notes.map((note) => note.message));
  }
  for (const note of source.notes) words.push(note.message);
  return words.filter(Boolean).join("\n").toLowerCase();
}

function platformOf(item) {
  return split(item.target, ".")[0];
}

/** An element: tag with classes, properties, children. Strings become text, never markup. */
function el(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key in node && !key.startsWith("aria")) node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** A file's name, kept apart from the direction of the text around it; only the last part stands out. */
function nameOf(path, tag = "bdi") {
  const text = shownName(path);
  const at = text.lastIndexOf("/") + 1;
  return el(`${tag}.name`, { title: text }, at ? el("span.folder", {}, text.slice(0, at)) : null, text.slice(at));
}

/** The pictures of a source: [original, one a deliverable ...]; null while the page is still being read. */
function picturesOf(source) {
  if (!source.pictures) {
    const block = document.getElementById(`pictures-${source.index}`);
    if (!block) return null;
    try {
      source.pictures = JSON.parse(block.textContent);
    } catch {
      return null; // half a block: the rest of the file is still to come
    }
  }
  return source.pictures;
}

function picture(source, number) {
  return picturesOf(source)?.[number] ?? null;
}

/** A number in a ring: the score, or a mark where there is none. */
function badge(source) {
  const value = source.score && !source.error ? Math.round(source.score.value) : null;
  const label = value === null ? named(source.error?.code ?? "no_score") : `${t(source.state)}, ${value} / 100`;
  return el(`span.badge.${source.state}`, { "aria-label": label, role: "img" }, value === null ? "!" : String(value));
}

/** One line that says what matters most about a source. */
function gist(source) {
  if (source.error) return `${named(source.error.code)}. ${source.error.hint || source.error.message}`;
  const failed = source.deliverables.find((item) => item.status === "failed");
  if (failed) return `${targetName(failed.target)}: ${failed.error ? named(failed.error.code) : failed.why}`;
  const part = worstPart(source);
  if (part) return `${named(part.name)}: ${advice(part.tip)}`;
  if (bystanders(source)) return named("bystanders");
  const worst = source.state === "pass" ? null : source.score?.parts[0];
  return worst ? `${named(worst.name)}: ${worst.measured}` : "";
}

/** The tool's note on faces in the background, from the first file that shows any. */
function bystanders(source) {
  const notes = source.deliverables.flatMap((item) => item.notes);
  return notes.find((note) => note.code === "bystanders") ?? null;
}

function statusMark(item) {
  const marks = { made: "✓", kept: "✓", skipped: "–", failed: "✕" };
  return el(`span.mark.${item.status}`, { "aria-hidden": "true" }, marks[item.status] ?? "");
}

/** What a page remembers between visits, where the browser lets it. */
const memory = {
  get(key) {
    try {
      return localStorage.getItem(`mediakit.${key}`);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(`mediakit.${key}`, value);
    } catch {
      // private window: it holds for this visit
    }
  },
};
