"""AI-content labels (TC260, C2PA, IPTC) as a source carries them: told in the report, and a reason to declare in the app."""

from __future__ import annotations

from mediakit.model import Note, Outcome

FACT = "ai_label"
CARRIED = Note(
    "ai-label", "It carries an AI-content label, which its files keep. Declare AI content on the posting page too."
)


def label_facts(aigc: str, source_type: str) -> dict[str, object]:
    """The fact for an outcome; empty where neither label says that AI had a hand in it.

    aigc: the TC260 label's JSON. source_type: IPTC's digital source type, of which only those that name trained algorithms
    say AI; "digitalCapture" is a camera.
    """
    made = source_type if "trainedalgorithmicmedia" in source_type.lower() else ""
    return {FACT: {"aigc": aigc or None, "source_type": made or None}} if aigc or made else {}


def is_labelled(outcome: Outcome) -> bool:
    """Whether a source says that AI had a hand in it."""
    return FACT in outcome.facts


def notes_on(facts: dict[str, object]) -> tuple[Note, ...]:
    """What a person should know of it."""
    return (CARRIED,) if FACT in facts else ()
