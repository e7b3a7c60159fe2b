"use strict";
// Every word of the page, in English and Chinese; advice is in advice.js. What the tool measured stays in its own words.

const WORDS = {
  en: {
    title: "Shoot report", glance: "At a glance", filters: "Filters",
    search: "Search names, reasons, tips", sort: "Order", platforms: "Platforms",
    theme: "Light or dark", keys: "Keyboard", close: "Close", language: "中文",
    pass: "Ready to post", fix: "Needs a look", reject: "Take again", failed: "Not usable",
    pass_hint: "good as they are", fix_hint: "worth a second look", reject_hint: "better shot again",
    failed_hint: "could not be read", all: "All", all_hint: "in this shoot",
    made: "made", kept: "unchanged since last run", skipped: "skipped", failed_files: "failed",
    files: "{n} files", file: "1 file", total: "{size} in all", took: "{time}", not_shown: "{n} more sources are in manifest.json only",
    preset: "Preset", shown: "{n} of {all} shown", nothing: "Nothing matches.", clear: "Clear the filters",
    order_shoot: "As in the shoot", order_worst: "Worst first", order_best: "Best first", order_name: "By name",
    all_platforms: "All platforms", photo: "photo", clip: "clip", faces: "{n} faces", face: "1 face",
    no_score: "no score", previous: "Previous", next: "Next", original: "Original", file_tab: "File",
    compare: "Before / after", crop: "Crop", play: "Play", before: "before", after: "after",
    divider: "Move the line between before and after",
    crop_all: "All of the picture is used.", crop_of: "Shows {share} % of the picture.",
    fit_crop: "cropped to fill", fit_pad: "with a plain border", fit_blur: "with a blurred border",
    face_main: "main face", face_other: "other face", crop_frame: "what is shown", no_picture: "No preview.",
    why: "Why it looks like this", quality: "Quality", quality_of_file: "original {a} → this file {b}",
    checks: "Ready for {target}", checks_ok: "{n} of {n} rules met", checks_bad: "{bad} of {n} rules not met",
    rule: "rule", measured: "measured", limit: "limit", notes: "Good to know", facts: "Details",
    open: "Open the file", size: "size", bytes: "weight", length: "length", path: "path", target: "target",
    status: "status", skipped_because: "Skipped", failed_because: "Failed", what_to_do: "What to do",
    status_made: "made", status_kept: "unchanged", status_skipped: "skipped", status_failed: "failed",
    files_failed: "{n} failed", nothing_made: "no files", loading: "…",
    key_next: "next, previous", key_open: "open, close", key_search: "search", key_file: "next, previous file",
    key_divider: "move the before/after line", key_theme: "light or dark", key_help: "this list",
    face_blurred: "blurred", face_kept: "kept", face_staff: "known, kept", face_asked: "please ask", face_shown: "shown",
    faces_more: "and {n} more", keep_face: "To keep one sharp where the preset blurs:",
    skin: "Skin", skin_faces: "{n} retouched", face_number: "face", texture_kept: "texture kept", lightness: "lightness",
    hue: "hue", amount: "amount",
    posts: "Posts: {n}", posts_label: "Posts", post_post: "Post", post_feed: "Feed and grid", verdict_pass: "ready",
    verdict_warn: "look first", verdict_block: "blocked", no_grid: "This place shows no grid.", more: "more",
    title_cut: "The app cuts this off", safe_zone: "covered by the app", left_out: "{n} left out", checklist: "Still to do in the app",
    archive: "Take the .zip", count_title: "title", count_body: "body", count_topics: "topics", marks: "Codes and words",
    histogram: "Scores of the shoot", median: "median {value}", bin: "{from} to {to}: {n}", worst_part: "What costs most",
    score: "Score", verdict: "Verdict", name: "Name", faces_column: "Faces", files_column: "Files", show_as: "Show as",
    show_cards: "Cards", show_table: "Table", retake: "Take again while you are still in the shop: {n}", retake_label: "Take again",
    retake_none: "Nothing has to be taken again", retake_maybe: "{n} more would gain by a second shot", copy: "Copy as text", copied: "Copied", takes: "Takes of one photo: {n}",
    takes_label: "Takes of one photo", takes_how: "The green one is kept. g: next group, x: keep the next take, 1 to 9: keep that one.",
    takes_of: "{n} takes, kept: {name}", takes_count: "{n} takes", keeper: "Kept", keep_this: "Keep this one", open_take: "Open {name}",
    chosen_here: "chosen on this page", chosen_by_hand: "chosen by hand", choices: "{n} changed",
    choices_how: "This page cannot write into the shoot. Save {file} there, or run the line below; the next run honours it.",
    choices_file: "Save {file}", key_group: "next group of takes", key_swap: "keep another take", key_show: "cards or table",
    worst_moments: "Worst moments", whole_clip: "The whole clip", covers: "Covers", cover_at: "at {time}", cover_made: "made",
    cover_other: "would do too", covers_how: "To use another one, pick that moment as the cover in the app.",
    places: "On this page", place_retake: "Take again", place_takes: "Takes", place_posts: "Posts", place_sources: "Everything",
    yes: "yes", no: "no", none: "–",
  },
  zh: {
    title: "素材报告", glance: "一览", filters: "筛选",
    search: "搜索文件名、原因、建议", sort: "排序", platforms: "平台",
    theme: "浅色或深色", keys: "键盘操作", close: "关闭", language: "English",
    pass: "可以发布", fix: "需要看看", reject: "建议重拍", failed: "无法使用",
    pass_hint: "无需修改", fix_hint: "值得再看一眼", reject_hint: "重拍效果更好",
    failed_hint: "无法读取", all: "全部", all_hint: "本次素材",
    made: "新生成", kept: "与上次相同", skipped: "跳过", failed_files: "失败",
    files: "{n} 个文件", file: "1 个文件", total: "共 {size}", took: "用时 {time}", not_shown: "另有 {n} 个素材只在 manifest.json 中",
    preset: "预设", shown: "显示 {n} / {all}", nothing: "没有符合条件的素材。", clear: "清除筛选",
    order_shoot: "按拍摄文件夹", order_worst: "先看最差", order_best: "先看最好", order_name: "按名称",
    all_platforms: "全部平台", photo: "照片", clip: "视频", faces: "{n} 张人脸", face: "1 张人脸",
    no_score: "无评分", previous: "上一个", next: "下一个", original: "原图", file_tab: "文件",
    compare: "前后对比", crop: "裁切", play: "播放", before: "处理前", after: "处理后",
    divider: "移动前后对比的分界线",
    crop_all: "使用整张画面。", crop_of: "显示画面的 {share} %。",
    fit_crop: "裁切填满", fit_pad: "纯色留边", fit_blur: "模糊留边",
    face_main: "主要人脸", face_other: "其他人脸", crop_frame: "显示范围", no_picture: "没有预览。",
    why: "为什么是这样", quality: "画质", quality_of_file: "原片 {a} → 成品 {b}",
    checks: "符合 {target}", checks_ok: "{n} 项规则全部符合", checks_bad: "{n} 项规则中 {bad} 项不符",
    rule: "规则", measured: "实测", limit: "限制", notes: "说明", facts: "详情",
    open: "打开文件", size: "尺寸", bytes: "大小", length: "时长", path: "路径", target: "发布位置",
    status: "状态", skipped_because: "已跳过", failed_because: "失败", what_to_do: "怎么办",
    status_made: "新生成", status_kept: "未变", status_skipped: "跳过", status_failed: "失败",
    files_failed: "{n} 个失败", nothing_made: "没有成品", loading: "…",
    key_next: "下一个、上一个", key_open: "打开、关闭", key_search: "搜索", key_file: "下一个、上一个成品",
    key_divider: "移动分界线", key_theme: "浅色或深色", key_help: "本说明",
    face_blurred: "已模糊", face_kept: "保留", face_staff: "店员，保留", face_asked: "请确认", face_shown: "显示",
    faces_more: "另有 {n} 张", keep_face: "预设要求模糊时，保留某张人脸：",
    skin: "肤质", skin_faces: "{n} 张已修饰", face_number: "人脸", texture_kept: "保留纹理", lightness: "明度",
    hue: "色相", amount: "强度",
    posts: "成稿 {n} 篇", posts_label: "成稿", post_post: "笔记", post_feed: "信息流与九宫格", verdict_pass: "可以发布",
    verdict_warn: "先看看", verdict_block: "不能发布", no_grid: "这里没有缩略图。", more: "展开",
    title_cut: "超出部分会被截断", safe_zone: "被界面遮住", left_out: "未选入 {n} 张", checklist: "还要在 App 里做的",
    archive: "下载 .zip", count_title: "标题", count_body: "正文", count_topics: "话题", marks: "二维码与文字",
    histogram: "本次素材的得分", median: "中位数 {value}", bin: "{from} 到 {to} 分：{n} 个", worst_part: "主要问题",
    score: "得分", verdict: "结论", name: "名称", faces_column: "人脸", files_column: "成品", show_as: "显示方式",
    show_cards: "卡片", show_table: "表格", retake: "趁还在店里，重拍这 {n} 张", retake_label: "建议重拍",
    retake_none: "没有必须重拍的", retake_maybe: "另有 {n} 张重拍会更好", copy: "复制为文字", copied: "已复制", takes: "同一画面拍了几张：{n} 组",
    takes_label: "同一画面的多张照片", takes_how: "绿框为保留的一张。g：下一组，x：改留下一张，1 到 9：改留那一张。",
    takes_of: "{n} 张，保留 {name}", takes_count: "{n} 张", keeper: "保留", keep_this: "改留这张", open_take: "打开 {name}",
    chosen_here: "在本页选定", chosen_by_hand: "人工选定", choices: "改了 {n} 组",
    choices_how: "网页不能写入素材文件夹。请把 {file} 存到素材文件夹，或运行下面这行命令；下次处理就按它来。",
    choices_file: "保存 {file}", key_group: "下一组", key_swap: "改留另一张", key_show: "卡片或表格",
    worst_moments: "最差的几处", whole_clip: "整段视频", covers: "封面", cover_at: "{time} 处", cover_made: "已生成",
    cover_other: "也可以用", covers_how: "想换封面，在 App 里选那一刻的画面即可。",
    places: "本页内容", place_retake: "重拍", place_takes: "多张挑一", place_posts: "成稿", place_sources: "全部素材",
    yes: "是", no: "否", none: "–",
  },
};

// [English, Chinese] of names that the tool uses in its data; one that is not here is shown as it is.
const NAMES = {
  sharpness: ["Sharpness", "清晰度"], exposure: ["Exposure", "曝光"], clipping: ["Highlights & shadows", "高光与阴影"],
  impression: ["Impression", "整体观感"], eyes: ["Eyes", "眼睛"], speech: ["Speech", "人声"], "face-time": ["Face time", "人脸出镜"],
  stretches: ["Black or frozen stretches", "黑屏与静止"], "sound-noise": ["Sound noise", "背景噪声"],
  noise: ["Noise", "噪点"], "colour-cast": ["Colour cast", "偏色"], tilt: ["Level", "水平"], faces: ["Faces", "人脸"],
  resolution: ["Resolution", "分辨率"], compression: ["Compression", "压缩"], shake: ["Steadiness", "稳定"],
  flicker: ["Flicker", "频闪"], black: ["Black frames", "黑屏"], frozen: ["Frozen picture", "画面静止"],
  "black-frames": ["Black frames", "黑屏"], "frozen-frames": ["Frozen picture", "画面静止"],
  "audio-clipping": ["Sound overload", "声音爆音"], sound: ["Sound", "声音"], composition: ["Composition", "构图"],
  bystanders: ["Faces in the background", "背景中有他人面孔"],
  empty: ["Empty file", "空文件"], unreadable: ["Cannot be read", "无法读取"],
  "not-media": ["Not a photo or clip", "不是照片或视频"], mislabelled: ["Not what its name says", "格式与扩展名不符"],
  polyglot: ["Hides a second file", "夹带其他文件"], truncated: ["The end is missing", "文件不完整"],
  corrupt: ["Damaged", "文件损坏"], "too-large": ["Too large", "过大"], "too-small": ["Too small", "过小"],
  "too-short": ["Too short", "过短"], "too-long": ["Too long", "过长"],
  "unsupported-format": ["Unknown format", "不支持的格式"], "unsupported-codec": ["Unknown codec", "不支持的编码"],
  "no-picture": ["Sound only", "只有声音"], "timed-out": ["Took too long", "处理超时"],
  "out-of-memory": ["Not enough memory", "内存不足"], crashed: ["Stopped the worker", "处理中断"],
  "check-failed": ["Does not conform", "不符合平台要求"], "disk-full": ["Disk full", "磁盘已满"],
  "not-writable": ["Cannot be written", "无法写入"], "missing-part": ["A part is not installed", "缺少组件"],
  "preset-asset": ["The preset's file cannot be used", "预设中的文件不可用"], incomplete: ["Still arriving", "尚未传完"],
  changed: ["Changed meanwhile", "处理时文件被改动"], internal: ["Our mistake", "程序错误"],
  xiaohongshu: ["Xiaohongshu", "小红书"], "wechat-moments": ["WeChat Moments", "朋友圈"],
  "wechat-channels": ["WeChat Channels", "视频号"], "wechat-article": ["WeChat article", "公众号"],
  "wechat-chat": ["WeChat chat", "微信聊天"], wecom: ["WeCom", "企业微信"], weibo: ["Weibo", "微博"],
  douyin: ["Douyin", "抖音"], instagram: ["Instagram", "Instagram"], facebook: ["Facebook", "Facebook"],
  pinterest: ["Pinterest", "Pinterest"], tiktok: ["TikTok", "TikTok"], youtube: ["YouTube", "YouTube"],
  bilibili: ["Bilibili", "哔哩哔哩"], "as-shot": ["As shot", "原样"],
};

// What a platform's surfaces are called in Chinese; in English they keep the name of the data.
const SURFACES = {
  image: "图文", video: "视频", cover: "封面", grid: "九宫格", single: "单图", long: "长图", square: "次条封面", inline: "正文图",
  "inline-editor": "正文图", thumb: "缩略图", "video-editor": "正文视频", newspic: "贴图", feed: "帖子", story: "快拍", reel: "Reel",
};

const language = { now: "en" };

/** The words for `key`, with {name} filled in. */
function t(key, values = {}) {
  const text = WORDS[language.now][key] ?? WORDS.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** What people call something the data names: a score part, an error code, a platform. */
function named(name) {
  const known = Object.hasOwn(NAMES, name) ? NAMES[name] : null;
  if (known) return known[language.now === "zh" ? 1 : 0];
  const plain = String(name).replace(/-/g, " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** A target such as `xiaohongshu.image@1:1`, its platform in words. */
function targetName(target) {
  const [platform, rest] = split(target, ".");
  return rest ? `${named(platform)} · ${surfaceName(rest)}` : named(platform);
}

/** The part after the dot: `image@1:1`. */
function surfaceName(name) {
  const [surface, ratio] = split(name, "@");
  const chinese = language.now === "zh" && Object.hasOwn(SURFACES, surface) ? SURFACES[surface] : null;
  return `${chinese ?? surface.replace(/-/g, " ")} ${ratio}`.trim();
}

function split(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** A file's name as text that cannot mislead: controls and direction marks become visible. */
function shownName(name) {
  return String(name)
    .replace(/[\u0000-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/\u007f/g, "\u2421")
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (c) => `‹${c.charCodeAt(0).toString(16).toUpperCase()}›`);
}

function shownBytes(bytes) {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}

function shownTime(seconds) {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const tail = String(whole % 60).padStart(2, "0");
  return whole < 3600 ? `${Math.floor(whole / 60)}:${tail} min` : `${(whole / 3600).toFixed(1)} h`;
}
