"""What a brand preset may say: `presets/<name>/preset.toml`, schema 1.

A preset is data: it can run no code and name no path outside its own folder. Every key has a default, so a preset says
only what the brand wants otherwise. Amounts run 0..1 where 0 is "leave it alone". Unknown keys are errors.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Amount = Annotated[float, Field(ge=0.0, le=1.0)]
Asset = Annotated[str, Field(min_length=1)]
"""A path below the preset's own folder, with forward slashes."""
Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


def _point_or_box(numbers: tuple[float, ...]) -> tuple[float, ...]:
    if len(numbers) not in (0, 2, 4):
        raise ValueError("must be a point (x, y) or a box (x, y, width, height)")
    if len(numbers) == 4 and not (min(numbers[2:]) > 0 and all(numbers[i] + numbers[i + 2] <= 1.0001 for i in (0, 1))):
        raise ValueError("must be a box with a size that ends inside the picture")
    return numbers


Focus = Annotated[tuple[Amount, ...], AfterValidator(_point_or_box)]
"""What a person wants kept, in shares of the picture as shown: nothing, a point (x, y), or a box (x, y, width, height)."""


class Section(BaseModel):
    """A table of the preset: frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Develop(Section):
    """Tone and colour. All of it ends up in one 33-point cube (see `mediakit.look`)."""

    white_balance: Amount = 0.6
    auto_tone: Amount = 0.6
    look: Asset | None = None
    """The brand's `.cube` file."""
    look_strength: Amount = 1.0
    local_light: Amount = 0.4
    """Photos: lifts faces and shelves out of shadow and holds bright regions, where the light is uneven."""
    product_shift: Annotated[float, Field(ge=0.0, le=100.0)] = 3.0
    """How far the look may move a saturated product, mean CIEDE2000; the look is weakened where it would go further."""
    share_scene: bool = True
    """Photos that show the same scene share their white balance and exposure; those after a colour checker its colours."""


class Retouch(Section):
    """Skin inside a face-skin mask only; noise; sharpness for the output's size."""

    skin: Amount = 0.35
    calm_shine: bool = True
    """Light mirrored by the skin is lowered too; false keeps a dewy look."""
    spots: Literal["keep", "red", "all"] = "red"
    """`red` calms short-lived spots and keeps moles and freckles; `all` softens these too; `keep` leaves every spot."""
    least_texture: Amount = 0.7
    """Share of the skin's texture energy that stays at least, whatever `skin` says."""
    most_lightness: Annotated[float, Field(ge=0.0, le=5.0)] = 0.5
    """How far a face's mean skin lightness may move, in L*."""
    most_hue_deg: Annotated[float, Field(ge=0.0, le=10.0)] = 1.0
    """How far a face's mean skin hue may turn, in degrees of CIELAB hue."""
    denoise: Amount = 0.5
    sharpen: Amount = 0.4


class Frame(Section):
    """Which part of the picture a surface shows, and what to do where a crop would cut somebody."""

    fit: Literal["crop", "pad", "blur"] = "crop"
    fallback: Literal["pad", "blur"] = "blur"
    pad_colour: Colour = "#ffffff"
    headroom: Annotated[float, Field(ge=0.0, le=0.5)] = 0.12
    """Free space above the top face, as a share of the crop's height, where the picture has it."""
    straighten: bool = True
    """Turn photos that lean by 0.5 to 6 degrees upright, their uprights parallel, where their lines leave no doubt."""
    focus: Focus = ()
    """What to keep and centre on, whatever the picture shows; mostly said by `--focus` or a sidecar file."""


LEAST_HEIGHT = 0.028
"""Of the picture's width, for the characters of a disclosure: 1.8 mm where a phone shows it 65 mm wide (GB 7718-2011)."""


class Overlay(Section):
    """The brand's logo and words on the picture, and a disclosure where somebody pays for it."""

    logo: Asset | None = None
    """PNG with alpha, for bright backgrounds."""
    logo_on_dark: Asset | None = None
    """The version for dark backgrounds; `logo` where it is absent."""
    corner: Corner = "bottom-right"
    """Tried first; another corner, or a place along an edge, is taken where this one would cover a face or a product."""
    width: Annotated[float, Field(gt=0.0, le=0.5)] = 0.16
    """Share of the output's width; down to three quarters of it where the logo fits nowhere else."""
    opacity: Amount = 0.85
    margin: Annotated[float, Field(ge=0.0, le=0.2)] = 0.03
    surfaces: tuple[str, ...] = ("*",)
    """Surface names the logo goes on; `*` and `xiaohongshu.*` are patterns."""
    not_on: tuple[str, ...] = ("douyin.*",)
    text: Annotated[str, Field(max_length=40)] = ""
    """A line of words, in any script a font can be found for; on the logo's surfaces."""
    text_corner: Corner = "bottom-left"
    text_height: Annotated[float, Field(gt=0.0, le=0.2)] = 0.034
    """How high a character is, as a share of the output's width."""
    font: Asset | None = None
    """The font of the words and the disclosure; without it one that can write them is looked for."""
    disclosure: Annotated[str, Field(max_length=20)] = ""
    """A mark such as "广告" or "Sponsored"; on every surface, on a plate, at full strength."""
    disclosure_corner: Corner = "top-left"
    disclosure_height: Annotated[float, Field(ge=LEAST_HEIGHT, le=0.2)] = 0.034


class Bed(Section):
    """A piece of background music."""

    file: Asset
    title: str = ""
    owner: str = ""
    licence: str = ""
    energy: Amount = 0.5
    """How lively it is, 0 calm to 1 lively, for `choose`."""


class Sound(Section):
    """What a clip sounds like."""

    mode: Literal["keep", "mute", "music", "mix", "hush", "presenter"] = "keep"
    beds: tuple[Bed, ...] = ()
    choose: Literal["hash", "length", "calm", "lively"] = "hash"
    """Which bed a clip gets: shared out by content, the one of the clip's length, or the calmest or liveliest."""
    unlicensed: Literal["warn", "refuse"] = "warn"
    """A bed with no licence beside it (see `presets.licences`)."""
    territory: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    """Where the posts are shown, ISO 3166-1; beds licensed elsewhere are refused. Empty: nobody asks."""
    loudness_lufs: Annotated[float, Field(ge=-40.0, le=-5.0)] = -14.0
    """Integrated, ITU-R BS.1770-4."""
    true_peak_dbtp: Annotated[float, Field(ge=-12.0, le=0.0)] = -1.5
    bed_under_db: Annotated[float, Field(ge=0.0, le=40.0)] = 9.0
    """How far the bed lies under the original in `mix`, where nobody speaks."""
    duck_db: Annotated[float, Field(ge=0.0, le=40.0)] = 9.0
    """How much further it goes down under speech."""
    presenter_drop_db: Annotated[float, Field(ge=15.0, le=60.0)] = 20.0
    """How far everything but the near voice goes down in `presenter`."""
    fade_s: Annotated[float, Field(ge=0.0, le=10.0)] = 1.2
    crossfade_s: Annotated[float, Field(ge=0.0, le=10.0)] = 2.0


class Clip(Section):
    """How clips are treated."""

    too_long: Literal["report", "trim", "parts"] = "report"
    """Over the surface's length: refuse with the limit named (`report`), keep the best stretch of it (`trim`), or make
    several files of it, cut where nobody speaks (`parts`)."""
    follow: bool = True
    """The crop follows the main faces, or the thing the clip is about; false keeps one crop for the whole clip."""
    apart: Literal["pad", "speaker"] = "pad"
    """Two people too far apart for one crop: the whole picture with a border, or cuts to whoever is speaking."""
    stabilise: bool = True
    """A clip that shakes is steadied, which costs 4 % of the picture on each side; others are left as they are."""
    denoise: Amount = 0.5
    """Where noise is seen at the output's size."""
    sharpen: Amount = 0.3
    """Where the picture is made much smaller."""
    debug_frames: bool = False
    """Draw each crop over the original, in OUT/.mediakit/debug; the manifest names the file (`--debug-frames`)."""
    max_fps: Annotated[int, Field(ge=12, le=60)] = 60
    x264_preset: Literal["veryfast", "faster", "fast", "medium", "slow"] = "faster"


class Reel(Section):
    """A video made of photos (`mediakit reel`)."""

    each_s: Annotated[float, Field(ge=1.2, le=10.0)] = 2.5
    """How long a photo is shown, about; changes lie on the beats of the music."""
    change: Literal["crossfade", "cut"] = "crossfade"
    crossfade_s: Annotated[float, Field(gt=0.0, le=1.0)] = 0.4
    zoom: Annotated[float, Field(ge=0.0, le=0.25)] = 0.09
    """How much nearer a slow move goes, as a share."""
    most_photos: Annotated[int, Field(ge=1, le=24)] = 10
    """Where a folder is given: the best so many of it."""
    card_s: Annotated[float, Field(ge=0.0, le=5.0)] = 2.0
    """How long the end card with the logo is shown; 0 for none."""
    card_colour: Colour = "#ffffff"


class RelaxedRule(Section):
    """A rule for words that the brand lets pass, and why; the report shows the reason."""

    rule: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]
    terms: tuple[str, ...] = ()
    """Only findings of these words; empty means the whole rule."""
    to: Literal["warn", "info", "off"] = "info"


class Words(Section):
    """The post's words (see `mediakit.caption`)."""

    rules: tuple[Asset, ...] = ()
    """The brand's own rules, `.toml` files in the form of the shipped ones."""
    relax: tuple[RelaxedRule, ...] = ()
    sponsored: bool = False
    """The brand pays or gives: a clear disclosure must stand in every post."""


class Marks(Section):
    """Codes and words in pictures and clips (extra `marks`)."""

    find: Literal["auto", "off", "codes", "all"] = "auto"
    """`codes`: QR and bar codes; `all`: words too (half a second a photo); `auto`: codes, and words where posts are made."""
    on_find: Literal["report", "blur"] = "report"
    """`blur` makes codes and contact details unreadable where the surface minds them, in clips wherever they go."""


class Posting(Section):
    """Posts put together from the finished files (see `mediakit.batch.posts`); a post.toml asks for its own."""

    each: Literal["none", "folder", "shoot"] = "none"
    """What becomes a post where no post.toml says: nothing, every folder of the shoot, or the whole of it."""


class Scoring(Section):
    """From which value on a source passes, and under which it is rejected."""

    measure: bool = True
    """False: photos are not scored, and the report shows no verdicts on them."""
    pass_at: Annotated[float, Field(ge=0.0, le=100.0)] = 55.0
    reject_below: Annotated[float, Field(ge=0.0, le=100.0)] = 30.0


class Privacy(Section):
    """What may leave the shop."""

    keep_capture_date: bool = False
    bystanders: Literal["keep", "ask", "blur"] = "ask"
    """Faces a photo or clip is not about: `ask` lists them in the report, `blur` blurs the heads for good, `keep` says
    nothing."""
    staff: Asset | None = None
    """A folder with reference photos of people who agreed to be shown: `blur` leaves their faces (extra `staff`)."""
    keep_faces: dict[str, tuple[Annotated[int, Field(ge=1)], ...]] = Field(default_factory=dict)
    """Faces that `blur` leaves, by their numbers in the report: {"IMG_1.jpg" = [2]}. Mostly said in mediakit.toml."""


class Limits(Section):
    """What is refused before anything is decoded."""

    max_megapixels: Annotated[float, Field(gt=0.0, le=1000.0)] = 250.0
    max_photo_mb: Annotated[float, Field(gt=0.0)] = 300.0
    max_clip_mb: Annotated[float, Field(gt=0.0)] = 20000.0
    max_clip_megapixels: Annotated[float, Field(gt=0.0)] = 40.0
    max_clip_s: Annotated[float, Field(gt=0.0)] = 14400.0
    max_frames: Annotated[int, Field(ge=1)] = 1_000_000
    min_side_px: Annotated[int, Field(ge=1)] = 16
    mislabelled: Literal["refuse", "accept"] = "refuse"


class SurfaceOverride(Section):
    """What the brand's own account may do beyond a surface's shipped figures (a 5-minute Moments clip, say)."""

    max_duration_s: float | None = None
    max_bytes: int | None = None
    target_bytes: int | None = None


class Preset(Section):
    """A brand preset with everything it inherits filled in."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    version: str = "1"
    title: str = ""
    extends: str | None = None
    targets: tuple[str, ...] = ("xiaohongshu", "wechat-moments")
    develop: Develop = Develop()
    retouch: Retouch = Retouch()
    frame: Frame = Frame()
    overlay: Overlay = Overlay()
    sound: Sound = Sound()
    clip: Clip = Clip()
    reel: Reel = Reel()
    caption: Words = Words()
    marks: Marks = Marks()
    post: Posting = Posting()
    score: Scoring = Scoring()
    privacy: Privacy = Privacy()
    limits: Limits = Limits()
    surfaces: dict[str, SurfaceOverride] = Field(default_factory=dict)
