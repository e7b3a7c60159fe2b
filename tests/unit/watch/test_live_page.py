"""The live page: who may read it, what it sends, and that it serves nothing else."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediakit.batch.outfolder import home
from mediakit.errors import UsageError
from mediakit.watch.serve import Live, is_here, parse_address


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    previews = home(tmp_path) / "previews"
    previews.mkdir(parents=True)
    (previews / "a.jpg").write_bytes(b"\xff\xd8picture")
    (home(tmp_path) / "ledger.sqlite").write_bytes(b"secret")
    page = Live("127.0.0.1", 0, tmp_path)
    yield page
    page.close()


def ask(live: Live, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, dict(answer.getheaders())


def test_the_page_is_there_and_may_load_nothing_from_elsewhere(live: Live) -> None:
    status, body, headers = ask(live, "/")
    assert status == 200
    assert b"EventSource" in body
    assert b"http://" not in body
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "name", ["../ledger.sqlite", "..%2fledger.sqlite", "%2e%2e/ledger.sqlite", "ledger.sqlite", ""]
)
def test_nothing_but_previews_can_be_read(live: Live, name: str) -> None:
    status, body, _ = ask(live, f"/previews/{name}")
    assert status == 404
    assert b"secret" not in body


def test_a_preview_is_a_picture(live: Live) -> None:
    assert ask(live, "/previews/a.jpg")[0] == 200


def test_another_sites_name_for_this_machine_is_refused(live: Live) -> None:
    """DNS rebinding: the browser asks us, but under a name that is not ours."""
    assert ask(live, "/", Host="evil.example")[0] == 403
    assert ask(live, "/", Host=f"localhost:{live.port}")[0] == 200


def test_a_page_that_opens_later_hears_what_happened(live: Live) -> None:
    live.tell({"path": "a <b>.jpg", "value": 71.5, "verdict": "pass"})
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=10)
    connection.request("GET", "/events")
    answer = connection.getresponse()
    assert answer.getheader("Content-Type") == "text/event-stream"
    line = answer.fp.readline()
    assert json.loads(line.removeprefix(b"data: "))["value"] == 71.5
    connection.close()


def test_what_others_can_reach_wants_a_token(tmp_path: Path) -> None:
    home(tmp_path).mkdir()
    live = Live("0.0.0.0", 0, tmp_path)
    try:
        assert ask(live, "/")[0] == 403
        assert ask(live, "/?token=wrong")[0] == 403
        status, _, headers = ask(live, f"/?token={live.token}")
        assert status == 200
        cookie = headers["Set-Cookie"].split(";")[0]
        assert ask(live, "/previews/none.jpg", Cookie=cookie)[0] == 404
        assert live.token in live.address
    finally:
        live.close()


@pytest.mark.parametrize(
    ("text", "expected"), [("127.0.0.1:88", ("127.0.0.1", 88)), (":88", ("127.0.0.1", 88)), ("[::1]:9", ("::1", 9))]
)
def test_addresses(text: str, expected: tuple[str, int]) -> None:
    assert parse_address(text) == expected


@pytest.mark.parametrize("text", ["", "here", "127.0.0.1:99999", "127.0.0.1:x"])
def test_no_address(text: str) -> None:
    with pytest.raises(UsageError):
        parse_address(text)


def test_only_this_machine_is_here() -> None:
    assert is_here("127.0.0.1")
    assert is_here("::1")
    assert is_here("localhost")
    assert not is_here("0.0.0.0")
    assert not is_here("192.168.1.5")
