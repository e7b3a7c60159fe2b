"""What tests of whole flows share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import Page, browser, executable


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    """A tab of headless Chromium; skips where there is none."""
    program = executable()
    if program is None:
        pytest.skip("no Chromium on the PATH")
    with browser(program) as page:
        yield page
