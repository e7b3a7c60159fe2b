"""From a preset to the recipe of one deliverable: only what changes the file, and nothing of what does not.

Whatever cannot change this file is set to its default, so that its fingerprint stays when, say, a bed is renamed, the
logo is taken off another surface, or ducking is retuned for a brand whose clips are mute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

from mediakit.model import Kind
from mediakit.platforms.load import adjusted
from mediakit.platforms.schema import Target
from mediakit.presets.assets import reference
from mediakit.presets.beds import WITH_BEDS, choose_bed
from mediakit.presets.load import LoadedPreset
from mediakit.presets.recipe import STAFF, AssetRef, Recipe
from mediakit.presets.schema import Bed, Develop, Marks, Overlay, Privacy, Retouch, Sound, SurfaceOverride

_EVERYWHERE = {"surfaces": ("*",), "not_on": ()}
_BED_MODES = (*WITH_BEDS, "hush")
"""With `hush` a bed lies on top of the room, where the preset has one."""
_OF_CHOICE = ("choose", "unlicensed", "territory")
"""What decides on the bed, which is in the recipe itself."""
_OF_BEDS = ("bed_under_db", "duck_db", "fade_s", "crossfade_s")
_UNUSED: Mapping[str, tuple[str, ...]] = {
    "keep": (*_OF_BEDS, "presenter_drop_db"),
    "mute": (*_OF_BEDS, "presenter_drop_db", "loudness_lufs", "true_peak_dbtp"),
    "music": ("bed_under_db", "duck_db", "presenter_drop_db"),
    "mix": ("presenter_drop_db",),
    "hush": ("duck_db", "presenter_drop_db"),
    "presenter": _OF_BEDS,
}
"""What has no effect in each sound mode."""


def recipe_for(
    loaded: LoadedPreset, target: Target, kind: Kind, *, bed_seed: str = "", duration_s: float | None = None
) -> Recipe:
    """How a source of `kind` becomes `target`, which must take that kind.

    `bed_seed` (the source's sha256) picks one of the beds: the same source always gets the same one, many sources
    share them out evenly, and a bed that is added or removed changes only the clips that move to or from it. `duration_s`
    is the clip's length, where the preset chooses beds by it. Raises DataError where no bed may be used on `target`.
    """
    with_bed = kind is Kind.CLIP and loaded.preset.sound.mode in _BED_MODES
    bed = choose_bed(loaded, target, bed_seed, duration_s) if with_bed else None
    return _recipe(loaded, target, kind, bed)


@lru_cache(maxsize=512)
def _recipe(loaded: LoadedPreset, target: Target, kind: Kind, bed_index: int | None) -> Recipe:
    preset = loaded.preset
    files: dict[str, AssetRef] = {}
    surface = adjusted(target.surface, _limits(preset.surfaces.get(target.surface.id)))
    return Recipe(
        kind=kind,
        target=target.model_copy(update={"surface": surface}),
        develop=_develop(loaded, kind, files),
        retouch=preset.retouch if kind is Kind.PHOTO else Retouch(),  # clips are not retouched
        frame=preset.frame,
        overlay=_overlay(loaded, target, files),
        privacy=_privacy(loaded, files) if kind is Kind.PHOTO or preset.privacy.bystanders == "blur" else Privacy(),
        marks=preset.marks if _blurs_marks(preset.marks) else None,
        sound=_sound(preset.sound) if kind is Kind.CLIP else None,
        clip=preset.clip if kind is Kind.CLIP else None,
        bed=None if bed_index is None else _bed(loaded, bed_index, files),
        assets=files,
    )


def _blurs_marks(marks: Marks) -> bool:
    """Reporting a mark changes no file."""
    return marks.on_find == "blur" and marks.find != "off"


def has_brand(overlay: Overlay, target: Target) -> bool:
    """Whether the brand's logo and words go on this surface: some platforms show marked posts to fewer people."""
    if target.surface.logo == "discouraged":
        return False
    return _matches(overlay.surfaces, target) and not _matches(overlay.not_on, target)


def _matches(patterns: Sequence[str], target: Target) -> bool:
    names = (target.name, target.surface.id, target.surface.platform)
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)


def _privacy(loaded: LoadedPreset, files: dict[str, AssetRef]) -> Privacy:
    """What changes the file: telling of bystanders in the report does not, blurring them does."""
    privacy = loaded.preset.privacy
    if privacy.bystanders != "blur":
        return privacy.model_copy(update={"bystanders": Privacy().bystanders, "staff": None, "keep_faces": {}})
    names = sorted(key for key in loaded.assets if key.startswith(STAFF))
    files.update({name: reference(loaded.assets[name]) for name in names})
    return privacy.model_copy(update={"staff": None, "keep_faces": {}})


def _limits(override: SurfaceOverride | None) -> dict[str, float | int]:
    return {} if override is None else override.model_dump(exclude_none=True)


def _develop(loaded: LoadedPreset, kind: Kind, files: dict[str, AssetRef]) -> Develop:
    # What a scene shares is in the photo's anchor, not in how it came about. A clip is one colour cube, the same everywhere.
    plain = Develop()
    everywhere: dict[str, bool | float] = {"share_scene": plain.share_scene}
    if kind is Kind.CLIP:
        everywhere["local_light"] = plain.local_light
    develop = loaded.preset.develop.model_copy(update=everywhere)
    if develop.look is None or develop.look_strength == 0:
        unused = {"look": None, "look_strength": plain.look_strength, "product_shift": plain.product_shift}
        return develop.model_copy(update=unused)
    files["look"] = reference(loaded.assets["develop.look"])
    return develop.model_copy(update={"look": "look"})


def _overlay(loaded: LoadedPreset, target: Target, files: dict[str, AssetRef]) -> Overlay | None:
    """What is laid over the picture on this surface: the disclosure everywhere, the brand's own only where it goes."""
    overlay, plain = loaded.preset.overlay, Overlay()
    branded = has_brand(overlay, target)
    logo, on_dark = (overlay.logo, overlay.logo_on_dark) if branded else (None, None)
    text = overlay.text if branded else ""
    if logo is None and not text and not overlay.disclosure:
        return None
    unused: list[str] = [] if logo else ["width", "corner"]
    unused += [] if text else ["text_corner", "text_height"]
    unused += [] if overlay.disclosure else ["disclosure_corner", "disclosure_height"]
    unused += [] if logo or text else ["opacity"]
    font = overlay.font if text or overlay.disclosure else None
    names = {"logo": logo, "logo_on_dark": on_dark, "font": font}
    for name, asset in names.items():
        if asset is not None:
            files[name] = reference(loaded.assets[f"overlay.{name}"])
    said = {name: name if asset is not None else None for name, asset in names.items()}
    reset = {name: getattr(plain, name) for name in unused}
    return overlay.model_copy(update={**said, "text": text, **reset, **_EVERYWHERE})


def _sound(sound: Sound) -> Sound:
    plain = Sound()
    names = (*_UNUSED[sound.mode], *_OF_CHOICE, *(_OF_BEDS if sound.mode == "hush" and not sound.beds else ()))
    return sound.model_copy(update={"beds": (), **{name: getattr(plain, name) for name in names}})


def _bed(loaded: LoadedPreset, index: int, files: dict[str, AssetRef]) -> Bed:
    files["bed"] = reference(loaded.assets[f"sound.beds.{index}.file"])
    return Bed(file="bed")
