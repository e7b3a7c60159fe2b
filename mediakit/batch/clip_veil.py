"""Who and what is hidden in a clip: bystanders' heads and marks that a surface minds, where the preset says so.

People are numbered in the order in which the clip shows them, once in every shot; a number is what `--keep-face` takes, and
the manifest's `people` gives each with a picture. A person is left as they are when they are what their shot is about, when
somebody vouched for their number, or when they are in the preset's reference photos. A clip in which hiding fails is refused:
one that should have been blurred is never made without.

Limits: people seen from behind, and faces the detector misses in every look, are left; look at the clip before you post it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2

from mediakit.batch.marked import BLURRED, marked
from mediakit.batch.preview import write_preview
from mediakit.caption import load_rules
from mediakit.errors import Fault, FileError
from mediakit.frame.track import Shot, Track, main_tracks
from mediakit.marks.find import find_marks
from mediakit.marks.parts import HINT, reads_codes, reads_words
from mediakit.model import Mark, Note, Size
from mediakit.photo.bystanders import SUBJECT_HEIGHT, head_box
from mediakit.presets.recipe import Recipe
from mediakit.presets.schema import Limits
from mediakit.video.clip import ClipInfo
from mediakit.video.follow import Followed
from mediakit.video.heads import LOOKING_EDGE_PX
from mediakit.video.look import ClipLook
from mediakit.video.mark_track import SeenMark
from mediakit.video.probe import probe
from mediakit.video.sample import sample_frames
from mediakit.video.veil import Matte, Veiled, veiled, write_mattes
from mediakit.vision.faces import find_faces
from mediakit.vision.staff import Staff

HEAD_GROWN, MARK_GROWN = 1.15, 1.25
"""How much larger than found a place is hidden: between two looks people move."""
LOOKED_AGAIN = 8
"""Frames of a finished clip that are searched for codes that should be hidden."""
MOST_SHOWN = 40
"""People of a clip who get a picture in the report."""
NEAR = 2.0
"""Widths of a face within which, after a gap, somebody of like size is the same person."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is hidden of a clip for one deliverable, with JSON-able facts and what a person should know."""

    mattes: tuple[Matte, ...] = ()
    facts: dict[str, object] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    texts: frozenset[str] = frozenset()
    """What the hidden codes say: none of them may be read in the finished file."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person in one shot, by number."""

    number: int
    shot: Shot
    track: Track
    is_main: bool


@dataclass(slots=True)
class Veils:
    """Makes what each deliverable hides, once for all that hide the same. `work` takes the mattes, `out` the pictures."""

    info: ClipInfo
    look: ClipLook
    follower: Callable[[], Followed]
    work: Path
    out: Path
    name: str
    _made: dict[tuple[object, ...], Hidden] = field(default_factory=dict)

    def of(self, recipe: Recipe) -> Hidden:
        """What this deliverable hides; nothing where its preset says nothing. Raises FileError where hiding fails."""
        if not hides_heads(recipe) and not hides_marks(recipe):
            return Hidden()
        marks = self._minded(recipe)
        key = (hides_heads(recipe), recipe.keep_faces, recipe.staff, tuple(sorted({(m.kind, m.text) for m in marks})))
        if key not in self._made:
            try:
                self._made[key] = self._hidden(recipe, marks)
            except (cv2.error, MemoryError, ValueError, OSError) as problem:
                raise FileError(
                    Fault.INTERNAL,
                    "What the preset hides could not be hidden, so the clip was not made.",
                    'Set privacy.bystanders to "ask" and marks.on_find to "report" to make it as it is.',
                ) from problem
        return self._made[key]

    def _hidden(self, recipe: Recipe, marks: Sequence[Mark]) -> Hidden:
        followed = self.follower()
        places: list[Veiled] = []
        facts: dict[str, object] = {}
        notes = list(followed.notes)
        if hides_heads(recipe):
            people = people_in(followed, self.look)
            known = _who_is_known(people, recipe)
            heads = [one for one in people if known[one.number] == "hidden"]
            places += [place for one in heads if (place := _head(one)) is not None]
            facts["people"] = [self._fact(one, known[one.number]) for one in people]
            notes += _notes(len(heads), len(people), recipe)
        if marks:
            said = {(mark.kind, mark.text) for mark in marks}
            seen = [one for one in followed.marks if (one.mark.kind, one.mark.text) in said]
            places += [place for one in seen if (place := _mark(one, followed.shots)) is not None]
            named = "1 code or contact detail was" if len(said) == 1 else f"{len(said)} codes or contact details were"
            notes.append(Note(BLURRED, f"{named} blurred, as the preset says."))
        mattes: tuple[Matte, ...] = ()
        if places:
            name = f"veil-{len(self._made)}"
            mattes = write_mattes(places, self.info, followed.frame_times_s, followed.tick, self.work, name)
        texts = frozenset(mark.text for mark in marks if mark.kind == "code")
        return Hidden(mattes, facts, tuple(notes), texts)

    def _minded(self, recipe: Recipe) -> list[Mark]:
        """Codes, where the surface does not allow them, and lines with contact details."""
        if not hides_marks(recipe):
            return []
        assert recipe.marks is not None
        if not reads_codes() or not (recipe.marks.find == "codes" or reads_words()):
            raise FileError(Fault.MISSING_PART, "Codes and contact details cannot be blurred: a part is missing.", HINT)
        seen = {(one.mark.kind, one.mark.text): one.mark for one in self.follower().marks}
        minded = marked(tuple(seen.values()), recipe.target, load_rules())
        return list({(one.mark.kind, one.mark.text): one.mark for one in minded if one.is_contact}.values())

    def _fact(self, person: Person, what: str) -> dict[str, object]:
        largest = max(person.track.sightings, key=lambda one: one.face.box.area)
        fact: dict[str, object] = {
            "face": person.number,
            "is": what,
            "from_s": round(person.track.begin_s, 2),
            "to_s": round(person.track.end_s, 2),
            "box": largest.face.box.as_list(),
        }
        if person.track.portrait is not None and person.number <= MOST_SHOWN:
            fact["preview"] = write_preview(person.track.portrait, self.out, f"{self.name}-face{person.number}")
        return fact


def refuse_readable(path: Path, texts: frozenset[str]) -> None:
    """Look for codes in frames of a finished clip. Raises FileError where one of `texts` can still be read."""
    info = probe(path, Limits(), thorough=False)
    for sample in sample_frames(path, info, count=LOOKED_AGAIN, long_edge_px=LOOKING_EDGE_PX):
        marks, _ = find_marks(sample.rgb, info.size, "codes")
        if any(mark.text in texts for mark in marks):
            words = f"A code could not be blurred beyond reading at {sample.t_s:.1f} s, so the clip was not made."
            raise FileError(Fault.INTERNAL, words, 'Set marks.on_find to "report" to make it as it is.')


def hides_heads(recipe: Recipe) -> bool:
    """Whether bystanders are blurred."""
    return recipe.privacy.bystanders == "blur"


def hides_marks(recipe: Recipe) -> bool:
    """Whether codes and contact details are."""
    return recipe.marks is not None


def people_in(followed: Followed, look: ClipLook) -> tuple[Person, ...]:
    """Everybody who is surely seen, shot by shot, in the order of their coming, the larger first."""
    people: list[Person] = []
    for shot in followed.shots:
        main = _main(shot, followed.picture, look)
        for track in sorted(shot.tracks, key=lambda track: (track.begin_s, -track.area)):
            if any(one.sure for one in track.sightings):
                is_main = any(track is one or _continues(one, track) for one in main)
                people.append(Person(len(people) + 1, shot, track, is_main))
    return tuple(people)


def _main(shot: Shot, picture: Size, look: ClipLook) -> list[Track]:
    """Those whom the shot is about, by the rule for photos: large enough, or inside what the clip is about."""
    about = look.findings.subject
    kept = []
    for track in main_tracks(shot, picture):
        x, y = track.sightings[len(track.sightings) // 2].face.box.centre
        inside = about is not None and about.x <= x <= about.right and about.y <= y <= about.bottom
        if inside or track.height >= SUBJECT_HEIGHT * picture.height_px:
            kept.append(track)
    return kept


def _continues(main: Track, other: Track) -> bool:
    """Whether a track is the same person who had turned away for a while: never there at once, and close by."""
    if main.begin_s <= other.end_s and other.begin_s <= main.end_s:
        return False
    before, after = (main, other) if main.end_s < other.begin_s else (other, main)
    one, next_one = before.sightings[-1].face.box, after.sightings[0].face.box
    (x0, y0), (x1, y1) = one.centre, next_one.centre
    close = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 <= NEAR * max(one.w, next_one.w)
    return close and 0.5 <= one.area / max(next_one.area, 1e-9) <= 2.0


def _who_is_known(people: Sequence[Person], recipe: Recipe) -> dict[int, str]:
    """What becomes of everybody: "main", "kept" (by number), "staff" (by reference photos) or "hidden"."""
    staff = Staff.of(recipe.staff) if recipe.staff else None
    known = {}
    for one in people:
        if one.is_main:
            known[one.number] = "main"
        elif one.number in recipe.keep_faces:
            known[one.number] = "kept"
        else:
            known[one.number] = "staff" if staff is not None and _is_staff(one.track, staff) else "hidden"
    return known


def _is_staff(track: Track, staff: Staff) -> bool:
    """By their portrait, the largest picture of them there is."""
    portrait = track.portrait
    if portrait is None:
        return False
    faces = find_faces(portrait, shown=Size(portrait.shape[1], portrait.shape[0]))
    return bool(faces) and staff.knows(portrait, faces[0])


def _head(person: Person) -> Veiled | None:
    places = [(one.t_s, head_box(one.face.box)) for one in person.track.sightings]
    return veiled(places, shot=(person.shot.begin_s, person.shot.end_s), is_round=True, grow=HEAD_GROWN)


def _mark(seen: SeenMark, shots: Sequence[Shot]) -> Veiled | None:
    """The mark in the shot in which it was read."""
    read_s = next(t_s for t_s, box in seen.places if box is seen.mark.box)
    shot = next((one for one in shots if one.begin_s - 1e-6 <= read_s < one.end_s), shots[-1])
    return veiled(seen.places, shot=(shot.begin_s, shot.end_s), is_round=False, grow=MARK_GROWN)


def _notes(hidden: int, people: int, recipe: Recipe) -> list[Note]:
    notes = [
        Note("face-unknown", f"Person {number} was to be kept, but the clip shows {people}.")
        for number in recipe.keep_faces
        if number > people
    ]
    if hidden:
        who = "1 face" if hidden == 1 else f"{hidden} faces"
        notes.append(Note("bystanders-hidden", f"{who} in the background blurred for good, from shot to shot."))
    return notes
