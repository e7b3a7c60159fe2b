"""The live page: what arrives, with its verdict, on a screen in the shop. Server-sent events (WHATWG HTML, 9.2); read only.

Bound to this machine it needs no password, but answers only to this machine's names, so that no other page can read it
through the browser. Bound to anything else it wants a token, which is in the address that is printed at the start.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import queue
import secrets
import threading
from collections import deque
from collections.abc import Iterator
from http import HTTPStatus
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mediakit.batch.outfolder import home
from mediakit.errors import UsageError

REMEMBERED = 200
"""Events a page gets that is opened later."""
MOST_PAGES = 20
PULSE_S = 15.0
_COOKIE = "mediakit"
_RULES = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"


def parse_address(text: str) -> tuple[str, int]:
    """ "127.0.0.1:8800", ":8800" or "8800" to host and port. Raises UsageError."""
    host, _, port = text.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port.isdigit() or not 0 <= int(port) <= 65535:
        raise UsageError(f"{text} is no address to serve on.", "Say host and port, such as 127.0.0.1:8800.")
    return host, int(port)


def is_here(host: str) -> bool:
    """The address is this machine's own and cannot be reached from outside."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Live:
    """Serves the page. `tell` it what happens; `close` it."""

    def __init__(self, host: str, port: int, out: Path) -> None:
        """Raises UsageError where the address cannot be had."""
        self.token = "" if is_here(host) else secrets.token_urlsafe(16)
        self._past: deque[str] = deque(maxlen=REMEMBERED)
        self._pages: list[queue.Queue[str | None]] = []
        self._lock = threading.Lock()
        self.previews = home(out) / "previews"
        live = self

        class Handler(_Handler):
            pass

        Handler.live = live
        try:
            self._server = ThreadingHTTPServer((host, port), Handler)
        except OSError as error:
            raise UsageError(
                f"{host}:{port} cannot be served on ({error.strerror}).", "Choose another port."
            ) from error
        self._server.daemon_threads = True
        self.host, self.port = host, int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, name="live page", daemon=True).start()

    @property
    def address(self) -> str:
        """What to open in a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/" + (f"?token={self.token}" if self.token else "")

    def tell(self, event: dict[str, Any]) -> None:
        """Send an event to every open page. A page that does not keep up loses it, not we."""
        text = json.dumps(event, ensure_ascii=True)
        with self._lock:
            self._past.append(text)
            for page in self._pages:
                if not page.full():
                    page.put_nowait(text)

    def close(self) -> None:
        """End every page."""
        with self._lock:
            for page in self._pages:
                if not page.full():
                    page.put_nowait(None)
        self._server.shutdown()
        self._server.server_close()

    def admits(self, host_header: str, given: str) -> bool:
        """Whether a request may be answered: by its token, or here, by the name it used for this machine."""
        if self.token:
            return hmac.compare_digest(given.encode(), self.token.encode())
        name = urlsplit(f"//{host_header}").hostname or ""
        return is_here(name)

    def events(self) -> Iterator[str | None]:
        """What happened and what happens, for one page; None now and then, so that a closed page is noticed."""
        mine: queue.Queue[str | None] = queue.Queue(maxsize=1000)
        with self._lock:
            if len(self._pages) >= MOST_PAGES:
                return
            past = list(self._past)
            self._pages.append(mine)
        try:
            yield from past
            while True:
                try:
                    told = mine.get(timeout=PULSE_S)
                except queue.Empty:
                    yield None
                    continue
                if told is None:
                    return
                yield told
        finally:
            with self._lock:
                self._pages.remove(mine)


class _Handler(BaseHTTPRequestHandler):
    live: Live
    protocol_version = "HTTP/1.1"
    server_version = "mediakit"
    sys_version = ""
    timeout = 60

    def do_GET(self) -> None:
        """The page, its events, its pictures; nothing else is there."""
        asked = urlsplit(self.path)
        given = parse_qs(asked.query).get("token", [""])[0] or self._cookie()
        if not self.live.admits(self.headers.get("Host", ""), given):
            self._answer(
                HTTPStatus.FORBIDDEN, "text/plain", b"The address with its token is printed where watch runs.\n"
            )
        elif asked.path == "/":
            page = files("mediakit.watch").joinpath("page.html").read_bytes()
            self._answer(HTTPStatus.OK, "text/html; charset=utf-8", page, cookie=given if self.live.token else "")
        elif asked.path == "/events":
            self._stream()
        elif asked.path.startswith("/previews/"):
            self._picture(asked.path.removeprefix("/previews/"))
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"There is nothing here.\n")

    def _cookie(self) -> str:
        found = SimpleCookie(self.headers.get("Cookie", "")).get(_COOKIE)
        return found.value if found else ""

    def _picture(self, name: str) -> None:
        """A preview by its plain file name; a name with a path in it names nothing."""
        kinds = {".webp": "image/webp", ".jpg": "image/jpeg"}
        path = self.live.previews / name
        if path.parent != self.live.previews or path.suffix not in kinds or not path.is_file():
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"There is no such picture.\n")
            return
        self._answer(HTTPStatus.OK, kinds[path.suffix], path.read_bytes())

    def _stream(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            for event in self.live.events():
                self.wfile.write(b": still here\n\n" if event is None else f"data: {event}\n\n".encode())
                self.wfile.flush()
        except OSError:
            pass  # the page was closed

    def _answer(self, status: HTTPStatus, kind: str, body: bytes, *, cookie: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", _RULES)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        if cookie:
            self.send_header("Set-Cookie", f"{_COOKIE}={cookie}; HttpOnly; SameSite=Strict; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are nobody's news."""
