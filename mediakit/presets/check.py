"""What no single key can be blamed for: settings that contradict each other, and names that no platform has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from mediakit.errors import UsageError
from mediakit.platforms.load import platform, surfaces
from mediakit.platforms.targets import resolve
from mediakit.presets.schema import Preset, SurfaceOverride
from mediakit.presets.toml_file import Key
from mediakit.presets.validate import Mistake, nearest


def contradictions(preset: Preset, was_said: Callable[[Key], bool]) -> Iterator[Mistake]:
    """Everything that does not go together; `was_said` tells a key somebody wrote from a default."""
    yield from _targets(preset)
    yield from _score(preset)
    yield from _sound(preset, was_said)
    yield from _overlay(preset, was_said)
    for name, override in preset.surfaces.items():
        yield from _surface(name, override)


def target_mistake(name: str) -> str:
    """What is wrong with a target's name, in words; empty where it exists."""
    try:
        resolve([name])
    except UsageError as error:
        return str(error)
    return ""


def _targets(preset: Preset) -> Iterator[Mistake]:
    if not preset.targets:
        yield Mistake(("targets",), "is empty; name at least one platform, or leave the key out")
    for name in preset.targets:
        if words := target_mistake(name):
            yield Mistake(("targets",), words)


def _score(preset: Preset) -> Iterator[Mistake]:
    score = preset.score
    if score.reject_below > score.pass_at:
        yield Mistake(
            ("score", "reject_below"),
            f"is {score.reject_below:g}, above pass_at ({score.pass_at:g}); what passes would be rejected",
        )


def _sound(preset: Preset, was_said: Callable[[Key], bool]) -> Iterator[Mistake]:
    if preset.sound.mode in ("music", "mix") and not preset.sound.beds:
        key = ("sound", "beds") if was_said(("sound", "beds")) else ("sound", "mode")
        yield Mistake(key, f'mode {preset.sound.mode!r} needs a bed; add [[sound.beds]] with file = "beds/..."')


def _overlay(preset: Preset, was_said: Callable[[Key], bool]) -> Iterator[Mistake]:
    if preset.overlay.logo_on_dark is not None and preset.overlay.logo is None:
        yield Mistake(("overlay", "logo_on_dark"), "needs `logo` too: the version for bright backgrounds")
    for name in ("surfaces", "not_on"):
        if was_said(("overlay", name)):
            for pattern in getattr(preset.overlay, name):
                if not _names_something(pattern):
                    known = [surface.id for surface in surfaces()]
                    yield Mistake(("overlay", name), f"{pattern!r} matches no surface; {nearest(pattern, known)}")


def _names_something(pattern: str) -> bool:
    """Looked up in the platform that the pattern begins with, where it begins with one: no other is read for it."""
    words = pattern.partition("@")[0]
    if words == "*":
        return True
    named = platform(words.partition(".")[0])
    among = surfaces() if named is None else named.surfaces
    return any(fnmatchcase(name, words) for surface in among for name in (surface.id, surface.platform))


def _surface(name: str, override: SurfaceOverride) -> Iterator[Mistake]:
    found = next((surface for surface in surfaces() if surface.id == name), None)
    if found is None:
        yield Mistake(("surfaces", name), f"unknown surface; {nearest(name, [s.id for s in surfaces()])}")
        return
    if override.max_duration_s is not None and found.clip is None:
        yield Mistake(("surfaces", name, "max_duration_s"), f"{name} takes no clips, so it has no length")
    most, wished = override.max_bytes, override.target_bytes
    if most is not None and wished is not None and wished > most:
        yield Mistake(("surfaces", name, "target_bytes"), "is above max_bytes")
