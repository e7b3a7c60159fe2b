"""What of a clip each deliverable shows: all of it, its best stretch, or one of several parts.

Light on purpose, as `clip_plan`: new sound for a clip whose picture is copied needs nothing of what is behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mediakit.batch.names import PART, part_path
from mediakit.batch.plan import Wanted

if TYPE_CHECKING:
    from mediakit.batch.clip_length import Stretch
    from mediakit.batch.clip_output import Known


@dataclass(frozen=True, slots=True)
class Shown:
    """A deliverable and what of the clip it shows (None: all of it); `facts` say which part it is, where there are more."""

    item: Wanted
    stretch: Stretch | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def shown_of(item: Wanted, known: Known | None) -> list[Shown]:
    """The deliverable, or its parts where the preset wants a clip that is too long in several."""
    if known is None:
        return [Shown(item)]
    from mediakit.batch.clip_output import stretches_of

    stretches = stretches_of(item.recipe, known)
    if len(stretches) == 1:
        return [Shown(item, stretches[0])]
    return [
        Shown(replace(item, path=part_path(item.path, n)), stretch, {PART: {"number": n, "of": len(stretches)}})
        for n, stretch in enumerate(stretches, start=1)
    ]
