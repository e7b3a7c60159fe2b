"""docs/PLATFORMS.md lists every rule that `check` can report, and no rule that it cannot."""

from __future__ import annotations

import re
from pathlib import Path

from mediakit.platforms import check_clip, privacy

REPO = Path(__file__).resolve().parents[3]


def rules_in_code() -> set[str]:
    folder = Path(check_clip.__file__).parent
    text = "\n".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    named = set(re.findall(r'\.hold(?:_house)?\(\s*"([a-z-]+)"', text))
    looped = {"serial-numbers", "owner"}
    constants = (
        privacy.LOCATION, privacy.SERIALS, privacy.OWNER, privacy.MAKER_NOTE, privacy.THUMBNAIL, privacy.DATE
    )  # fmt: skip
    return named | looped | set(constants)


def test_the_table_of_rules_is_complete_and_true() -> None:
    table = (REPO / "docs" / "PLATFORMS.md").read_text("utf-8").partition("## Rules of")[2]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    documented = {rule for cell in rows for rule in re.findall(r"`([a-z-]+)`", cell)}
    assert documented == rules_in_code()
    assert len(documented) > 40
