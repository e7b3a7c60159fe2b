"""Every good clip of the corpus, rendered in all three fits and judged by ffprobe."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from clip_maker import ffprobe, stream, track

from mediakit.model import Crop, Size
from mediakit.presets.schema import Limits
from mediakit.video.probe import probe
from mediakit.video.render import ClipOutput, render_clip
from mediakit.video.timing import output_fps

NOT_CLIPS = {
    "bbb_mono_16kHz_23.05kbps_amrwb.3gp",
    "sample_ac3_aac.mp4",
    "sample_audio_only.mp4",
    "bitmap.mp4",
}


def middle(size: Size, ratio: Fraction) -> Crop:
    """The largest crop of that ratio from the middle."""
    if size.ratio > ratio:
        width = int(size.height_px * ratio)
        return Crop((size.width_px - width) // 2, 0, width, size.height_px)
    height = int(size.width_px / ratio)
    return Crop(0, (size.height_px - height) // 2, size.width_px, height)


@pytest.mark.corpus
@pytest.mark.slow
def test_every_good_clip_is_made_as_asked(corpus: Path, tmp_path: Path) -> None:
    folders = (corpus / "video", corpus / "video" / "derived")
    files = [path for folder in folders for path in sorted(folder.glob("*.*")) if path.name not in NOT_CLIPS]
    wrong: list[str] = []
    for source in files:
        wrong += [f"{source.name}: {what}" for what in faults(source, tmp_path)]
    assert not wrong, "\n".join(wrong)
    assert len(files) > 50


def faults(source: Path, folder: Path) -> list[str]:
    """Render one clip three ways; whatever is not as it should be, in words."""
    info = probe(source, Limits())
    fps, half = output_fps(info.fps, 60), output_fps(info.fps, 30)
    whole = Crop.whole(info.size)
    crop = ClipOutput(path=folder / "crop.mp4", size=Size(240, 320), crop=middle(info.size, Fraction(3, 4)), fps=fps)
    sound = track(folder / "track.m4a", float(crop.duration(info)))
    outputs = [
        ClipOutput(path=crop.path, size=crop.size, crop=crop.crop, fps=fps, track=sound),
        ClipOutput(path=folder / "blur.mp4", size=Size(180, 320), crop=whole, fps=half, fit="blur"),
        ClipOutput(path=folder / "pad.mp4", size=Size(320, 180), crop=whole, fps=half, fit="pad"),
    ]
    found = []
    for written in render_clip(source, info, outputs):
        probed = ffprobe(written.path, "-count_frames")
        video = next(s for s in probed["streams"] if s["codec_type"] == "video")
        tags = [video.get(key) for key in ("color_space", "color_transfer", "color_primaries", "color_range")]
        if tags != ["bt709", "bt709", "bt709", "tv"]:
            found.append(f"tagged {tags}")
        if [video["width"], video["height"]] != written.size.as_list():
            found.append(f"{video['width']}x{video['height']} instead of {written.size}")
        if abs(float(video["duration"]) - float(written.duration)) > 0.001 or float(video["start_time"]) != 0:
            found.append(f"runs {video['duration']} from {video['start_time']}, not {float(written.duration)}")
        if int(video["nb_read_frames"]) != round(written.duration * Fraction(video["r_frame_rate"])):
            found.append(f"{video['nb_read_frames']} frames")
        if abs(float(written.duration - info.duration)) > float(1 / Fraction(video["r_frame_rate"])):
            found.append(f"{float(written.duration)} s of {float(info.duration)} s")
        if video.get("side_data_list") or video["r_frame_rate"] != video["avg_frame_rate"]:
            found.append("side data, or a rate that varies")
    audio = stream(ffprobe(crop.path), "audio")
    if abs(float(audio["duration"]) - float(crop.duration(info))) > float(1 / fps):
        found.append(f"sound of {audio['duration']} s")
    return found
