"""Holds a clip against its surface: container, codec, colour, rhythm, sound, length, and what it tells of the shop."""

from __future__ import annotations

import re
from pathlib import Path

from mediakit.model import Kind
from mediakit.platforms.clip_facts import ClipFacts, Picture, Sound, read_clip
from mediakit.platforms.geometry import hold_bytes, hold_geometry
from mediakit.platforms.schema import ClipSpec, Target
from mediakit.platforms.verdicts import Held
from mediakit.tools.sniff import name_fits

LENGTH_TOLERANCE_S = 0.05
"""A limit of 30 s takes 30.05 s: the last frame and the sound codec's block end when they end."""
SYNC_TOLERANCE_S = 0.08
_AI_LABELS = ("AIGC", "DigitalSourceType")
_PACE_TOLERANCE_S = 0.0015  # containers that count milliseconds cannot say 30000/1001 any better
_SHORT_CLIP_S = 10.0  # a rate limit is about long uploads; a short clip's first key frame outweighs everything
_RATE_TOLERANCE = 1.05
_FPS_TOLERANCE = 1.005  # a phone's clock is off by a little: 60.06 is 60
_CODEC_DELAY_S = 0.2
_CODEC_DELAY_FRAMES = 4
_LOCATION_TAG = re.compile(r"location|gps|xyz|geo(tag|data)?$|\bloci\b", re.IGNORECASE)
_LOCATION_BYTES = re.compile(rb"\xa9xyz|loci|ISO6709|:GPS\w+|exif:GPS", re.IGNORECASE)
_SERIAL_TAG = re.compile(r"serial|camera\.identifier|device\.?id", re.IGNORECASE)
_OWNER_TAG = re.compile(r"owner", re.IGNORECASE)
_LOCATION_TRACKS = frozenset({"gpmd", "camm"})
_DATE_TAG = re.compile(r"creation_?(time|date)|creationdate|^date$", re.IGNORECASE)
_NO_DATE = re.compile(r"^(1904-01-01|1970-01-01|0000)")


def check_clip(held: Held, path: Path, fmt: str, target: Target, spec: ClipSpec) -> None:
    """Every rule for clips. `fmt` is what `sniff` said. Raises FileError where the file cannot be read or decoded."""
    copied = held.expect is not None and held.expect.copied_picture
    facts = read_clip(path, fmt, whole_end=not copied)
    held.hold("format", facts.container in spec.containers, facts.container, list(spec.containers))
    held.hold("extension", name_fits(fmt, path.suffix), path.suffix, facts.container)
    hold_bytes(held, facts.bytes, spec)
    hold_geometry(held, facts.picture.size, target, Kind.CLIP)
    if spec.picture == "delivery":
        hold_picture(held, facts.picture, spec)
    _hold_layout(held, facts)
    _hold_length(held, facts, spec)
    _hold_sound(held, facts)
    _hold_privacy(held, facts)


def hold_picture(held: Held, picture: Picture, spec: ClipSpec) -> None:
    """The video track alone; what passes here may be copied instead of encoded."""
    held.hold("codec", picture.codec in spec.codecs, picture.codec, list(spec.codecs))
    if picture.codec == "h264":
        held.hold_house("profile", picture.profile == "High", picture.profile, "High")
        held.hold_house("level", 0 < picture.level <= spec.max_level, picture.level / 10, spec.max_level / 10)
    if picture.pixel_format == "yuvj420p":  # full range: shown right by most apps, too contrasty by some
        held.hold_house("pixel-format", False, picture.pixel_format, "yuv420p")
    else:
        held.hold("pixel-format", picture.pixel_format == "yuv420p", picture.pixel_format, "yuv420p")
    _hold_colour(held, picture)
    held.hold("progressive", not picture.is_interlaced, not picture.is_interlaced, True)
    held.hold(
        "orientation", not picture.is_turned, not picture.is_turned, True, "warn" if held.expect is None else "block"
    )
    held.hold("square-pixels", abs(picture.pixel_aspect - 1.0) < 0.01, round(picture.pixel_aspect, 3), 1.0)
    _hold_rhythm(held, picture, spec)


def _hold_colour(held: Held, picture: Picture) -> None:
    """BT.709 in all three tags. Missing tags are guessed right by most apps; other colours are shown wrong."""
    tags = [picture.matrix, picture.primaries, picture.curve]
    wanted = ["bt709", "bt709", "bt709"]
    if set(tags) <= {"bt709", "unspecified"}:
        held.hold_house("colour", tags == wanted, tags, wanted)
    else:
        held.hold("colour", False, tags, wanted)


def _hold_rhythm(held: Held, picture: Picture, spec: ClipSpec) -> None:
    fps = round(picture.fps, 3)
    held.hold("max-fps", picture.fps <= spec.max_fps * _FPS_TOLERANCE, fps, spec.max_fps)
    if spec.min_fps is not None and picture.frames > 1:
        held.hold("min-fps", picture.fps >= spec.min_fps, fps, spec.min_fps)
    held.hold_house("constant-rate", picture.jitter_s <= _PACE_TOLERANCE_S, round(picture.jitter_s, 4), 0.0)
    frame_s = 1.0 / picture.fps if picture.fps else 0.0
    held.hold_house("key-frames", picture.gop_s <= spec.max_gop_s + frame_s, round(picture.gop_s, 3), spec.max_gop_s)
    held.hold_house("closed-gop", picture.leading_frames == 0, picture.leading_frames, 0)
    within = picture.kbps <= spec.max_video_kbps * _RATE_TOLERANCE
    if picture.duration_s < _SHORT_CLIP_S:
        held.hold("video-rate", within, round(picture.kbps), spec.max_video_kbps, "warn")
    else:
        held.hold_house("video-rate", within, round(picture.kbps), spec.max_video_kbps)


def _hold_layout(held: Held, facts: ClipFacts) -> None:
    """Fast start, no edits beyond a codec's delay, and no tracks nobody asked for."""
    held.hold_house("tracks", not facts.other_tracks, list(facts.other_tracks), [])
    if facts.outline is None:
        return
    held.hold("fast-start", facts.outline.layout == "moov first", facts.outline.layout, "moov first")
    edits = _edits_that_cut(facts)
    held.hold("edit-list", not edits, edits, [], "warn")


def _edits_that_cut(facts: ClipFacts) -> list[str]:
    """Edits that do more than skip a codec's delay: players that ignore them would show other frames."""
    words = []
    delay_s = max(_CODEC_DELAY_S, _CODEC_DELAY_FRAMES / facts.picture.fps if facts.picture.fps else 0.0)
    for track in facts.outline.tracks if facts.outline is not None else ():
        if track.handler not in ("vide", "soun"):
            continue
        late_s = sum(edit.length_s for edit in track.edits if edit.media_start_s is None)
        shown = [edit for edit in track.edits if edit.media_start_s is not None]
        skipped_s = shown[0].media_start_s or 0.0 if shown else 0.0
        shown_s = sum(edit.length_s for edit in shown)
        if len(shown) > 1:
            words.append(f"{track.handler}: {len(shown)} pieces")
        if late_s > delay_s:
            words.append(f"{track.handler}: starts {late_s:.2f} s late")
        if skipped_s > delay_s:
            words.append(f"{track.handler}: skips {skipped_s:.2f} s")
        elif shown_s and track.media_length_s - skipped_s - shown_s > delay_s:
            words.append(f"{track.handler}: shows {shown_s:.2f} of {track.media_length_s:.2f} s")
    return words


def _hold_length(held: Held, facts: ClipFacts, spec: ClipSpec) -> None:
    length_s = round(facts.duration_s, 3)
    if spec.min_duration_s is not None:
        held.hold("min-duration", length_s >= spec.min_duration_s - LENGTH_TOLERANCE_S, length_s, spec.min_duration_s)
    if spec.max_duration_s is not None:
        held.hold("max-duration", length_s <= spec.max_duration_s + LENGTH_TOLERANCE_S, length_s, spec.max_duration_s)
    if spec.warn_duration_s is not None:
        ok = length_s <= spec.warn_duration_s + LENGTH_TOLERANCE_S
        held.hold("max-duration", ok, length_s, spec.warn_duration_s, "warn")
    wanted_s = None if held.expect is None else held.expect.duration_s
    if wanted_s is not None:
        ok = abs(length_s - wanted_s) <= SYNC_TOLERANCE_S + 1.0 / max(1.0, facts.picture.fps)
        held.hold("expected-duration", ok, length_s, round(wanted_s, 3))


def _hold_sound(held: Held, facts: ClipFacts) -> None:
    sound = facts.sound
    if held.expect is not None and held.expect.has_audio is not None:
        held.hold("sound", (sound is not None) == held.expect.has_audio, sound is not None, held.expect.has_audio)
    if sound is None:
        return
    held.hold("audio-codec", _is_aac_lc(sound), f"{sound.codec} {sound.profile}".strip(), "aac LC")
    held.hold_house("audio-sampling", sound.rate_hz == 48_000, sound.rate_hz, 48_000)
    held.hold_house("audio-channels", sound.channels == 2, sound.channels, 2)
    apart_s = abs(sound.duration_s - facts.picture.duration_s)
    held.hold_house("same-length", apart_s <= SYNC_TOLERANCE_S, round(apart_s, 3), SYNC_TOLERANCE_S)


def _is_aac_lc(sound: Sound) -> bool:
    return sound.codec == "aac" and sound.profile == "LC"


def _hold_privacy(held: Held, facts: ClipFacts) -> None:
    held.hold("location", not (found := _location(facts)), found, [])
    for rule, pattern in (("serial-numbers", _SERIAL_TAG), ("owner", _OWNER_TAG)):
        found = sorted(key for key in facts.tags if pattern.search(key))
        held.hold(rule, not found, found, [])
    if held.expect is not None and not held.expect.capture_date:
        dated = sorted(k for k, value in facts.tags.items() if _DATE_TAG.search(k) and not _NO_DATE.match(value))
        held.hold("capture-date", not dated, dated, [])
    if held.expect is not None and held.expect.ai_label:
        hidden = facts.outline.metadata if facts.outline is not None else b""
        labelled = any(name.encode() in hidden or any(name in key for key in facts.tags) for name in _AI_LABELS)
        held.hold("ai-label", labelled, labelled, True)


def _location(facts: ClipFacts) -> list[str]:
    found = sorted(key for key in facts.tags if _LOCATION_TAG.search(key))
    if facts.outline is None:
        return found
    if not found and _LOCATION_BYTES.search(facts.outline.metadata):
        found.append("place in the file's metadata")
    return found + [f"track {t.entry}" for t in facts.outline.tracks if t.entry in _LOCATION_TRACKS]
