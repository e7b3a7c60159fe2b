// What to do about a weak part, in Chinese: [what the score says, the same in Chinese]. N is a number in both. Advice that is not
// here is shown as it came.

const ADVICE = [
  ["It has no single fault but looks plain: go closer to one thing, in even light.", "没有明显的毛病，只是平淡：对准一样东西靠近拍，用均匀的光。"],
  ["Wipe the lens, go closer and find even light: beside other phone photos it looks weak.", "擦净镜头，靠近一些，找均匀的光：和其他手机照片相比，这张偏弱。"],
  ["Move closer, or show something with edges.", "靠近一些，或拍有轮廓的东西。"],
  ["Hold still, tap to focus or move closer: the face is blurred.", "拿稳，点屏幕对焦，或靠近一些：人脸模糊。"],
  ["Hold still, tap to focus or move closer: the subject is blurred.", "拿稳，点屏幕对焦，或靠近一些：主体模糊。"],
  ["Turn towards the light: about N stop under.", "朝向光源：大约暗了 N 档。"],
  ["Turn towards the light: about N stops under.", "朝向光源：大约暗了 N 档。"],
  ["Turn away from the glare, or tap on it: N stop over.", "避开强光，或点一下亮处：过亮 N 档。"],
  ["Turn away from the glare, or tap on it: N stops over.", "避开强光，或点一下亮处：过亮 N 档。"],
  ["Keep the lamp or window out of the frame.", "别让灯或窗进入画面。"],
  ["Add light: the shadows are empty.", "补光：暗处已没有细节。"],
  ["Find more light, or hold still longer: it is grainy.", "找更亮的地方，或多拿稳一会儿：画面有噪点。"],
  ["Switch off one of the two kinds of light, or go to the window: the colours are tinted.", "两种灯光关掉一种，或到窗边拍：颜色偏了。"],
  ["Send the original, not a screenshot or a chat copy.", "请发原图，不要截图或聊天里转存的图。"],
  ["Hold the phone the way it is shown, or stand so that less is cut off: little of it is left.", "按发布的方向拿手机，或换个位置少裁一些：裁剪后剩下的太少。"],
  ["Ask for the original: this copy was compressed hard.", "请要原图：这张被压缩得很厉害。"],
  ["Hold the phone level: it leans N degrees.", "把手机端平：画面斜了 N 度。"],
  ["Step back: a face is cut by the frame.", "后退一些：人脸被画面切掉了。"],
  ["Move closer to the person: the face is small.", "离人近一些：脸太小。"],
  ["Tap on the face to focus: the eyes are soft.", "点人脸对焦：眼睛不清晰。"],
  ["Rest the phone or your elbows on something.", "手机或手肘靠在稳的东西上。"],
  ["Lamps flicker: set the camera to 50 Hz or use daylight.", "灯光频闪：相机设为 50 Hz，或用自然光。"],
  ["Cut the black or frozen stretches.", "剪掉黑屏或静止的部分。"],
  ["Move closer to the person: on a phone the face is small.", "离人近一些：在手机上看脸太小。"],
  ["Add a bed, or mute it on purpose.", "配上音乐，或干脆静音。"],
  ["Hold the phone further from the loudspeaker.", "手机离音箱远一些。"],
  ["Go closer with the phone or a microphone: the voice hardly stands out.", "手机或话筒再近一些：人声不突出。"],
  ["A fan or music hums throughout: move away from it, or lay a bed over it.", "一直有风扇或音乐的嗡嗡声：离远一些，或配上音乐盖住。"],
];

const NUMBER = /(?<![\w.])\d+(?![\w.]| Hz)/;
const inChinese = new Map(ADVICE);

/** The tip of a score's part, in the language of the page. */
function advice(tip) {
  if (language.now !== "zh") return tip;
  const known = inChinese.get(tip);
  if (known) return known;
  const number = NUMBER.exec(tip)?.[0];
  return inChinese.get(tip.replace(NUMBER, "N"))?.replace("N", number) ?? tip;
}
