"""Shoots and output in buckets, against a real S3 server: moto's, in a process of its own, spoken to over HTTP."""

from __future__ import annotations

import hashlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from shoots import photo_shoot

from mediakit.api import process
from mediakit.errors import ClashError, MissingPartError, UsageError
from mediakit.store import mirror as mirrors
from mediakit.store.address import address_of, safe_name
from mediakit.store.mirror import Mirror, StoreError, connect
from mediakit.watch.order import order_for

NO_SERVER = "a test of buckets needs s3fs and moto's server: pip install -e '.[dev]'"
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
TO = ["xiaohongshu.image"]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an S3 server that runs."""
    for part in ("s3fs", "moto", "flask", "flask_cors"):
        pytest.importorskip(part, reason=NO_SERVER)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], **quiet)
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            with suppress(OSError):
                urllib.request.urlopen(f"{address}/moto-api/", timeout=2).close()
                break
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def bucket(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty bucket "shop" of this test alone, through a client that shares no code with ours."""
    import boto3

    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("MEDIAKIT_SCRATCH", str(tmp_path / "scratch"))
    urllib.request.urlopen(urllib.request.Request(f"{server}/moto-api/reset", method="POST"), timeout=10).close()
    made = boto3.resource("s3", endpoint_url=server).Bucket("shop")
    made.create()
    return made


def held(bucket: Any, prefix: str) -> dict[str, str]:
    found = {o.key: hashlib.sha256(o.get()["Body"].read()).hexdigest() for o in bucket.objects.filter(Prefix=prefix)}
    return {key.removeprefix(prefix): sha for key, sha in found.items()}


def deliverables(out: Path) -> dict[str, str]:
    files = (p for p in out.rglob("*.jpg") if ".mediakit" not in p.parts)
    return {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_a_shoot_in_a_bucket_becomes_deliverables_in_a_bucket(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shoot = photo_shoot(tmp_path / "shoot", 3)
    for photo in shoot.iterdir():
        bucket.upload_file(str(photo), f"shoot/counter/{photo.name}")
    result = process("s3://shop/shoot", to=TO, out="s3://shop/ready", jobs=1)
    assert result.exit_code == 0
    there = held(bucket, "ready/")
    (tmp_path / "again/shoot").mkdir(parents=True)
    shoot.rename(tmp_path / "again/shoot/counter")
    process(tmp_path / "again/shoot", to=TO, out=tmp_path / "local", jobs=1)
    local = deliverables(tmp_path / "local")
    assert len(local) == 3
    assert {rel: there[rel] for rel in local} == local
    assert {"manifest.json", "report.html"} <= there.keys()
    assert not [rel for rel in there if "tmp" in rel or "ledger" in rel or rel.endswith("lock")]

    moved: list[str] = []
    for name in ("_fetch_one", "_send_one"):
        act = getattr(Mirror, name)
        monkeypatch.setattr(Mirror, name, lambda self, rel, *a, act=act: (moved.append(rel), act(self, rel, *a))[1])
    second = process(Path("s3://shop/shoot"), to=TO, out=Path("s3://shop/ready"), jobs=1)
    assert {d.status for o in second.outcomes for d in o.delivered} == {"kept"}
    assert not set(moved) - {"manifest.json", "report.html"}, "nothing that is there already travels again"

    bucket.Object("shoot/counter/IMG_0000.jpg").delete()
    third = process("s3://shop/shoot", to=TO, out="s3://shop/ready", jobs=1)
    assert [o.rel for o in third.outcomes] == ["counter/IMG_0001.jpg", "counter/IMG_0002.jpg"]


def test_what_does_not_arrive_as_it_was_sent_is_sent_again_and_then_an_error(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.jpg").write_bytes(b"what was made" * 1000)
    fs = connect()
    tries: list[str] = []
    put, broken = fs.put_file, 1

    def put_file(local: str, key: str) -> None:
        tries.append(key)
        put(local, key)
        if len(tries) <= broken:
            bucket.Object(key.removeprefix("shop/")).put(Body=b"something else")

    monkeypatch.setattr(fs, "put_file", put_file)
    assert Mirror(fs, address_of("s3://shop/ready"), tmp_path / "out").send() == 1
    assert len(tries) == 2
    assert bucket.Object("ready/a.jpg").get()["Body"].read() == b"what was made" * 1000
    broken = 99
    (tmp_path / "out/a.jpg").write_bytes(b"newer")
    with pytest.raises(StoreError, match=r"does not hold a\.jpg as it was sent"):
        Mirror(fs, address_of("s3://shop/ready"), tmp_path / "out").send()


def test_an_object_that_somebody_changed_there_is_sent_again(bucket: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.jpg").write_bytes(b"ours")
    assert Mirror(connect(), address_of("s3://shop/ready"), tmp_path / "out").send() == 1
    assert Mirror(connect(), address_of("s3://shop/ready"), tmp_path / "out").send() == 0
    bucket.Object("ready/a.jpg").put(Body=b"theirs")
    assert Mirror(connect(), address_of("s3://shop/ready"), tmp_path / "out").send() == 1
    assert held(bucket, "ready/") == {"a.jpg": hashlib.sha256(b"ours").hexdigest()}


def test_setup_errors_are_words(bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.put_object(Key="shoot/a.jpg", Body=b"\xff\xd8")
    with pytest.raises(UsageError, match="There is nothing at s3://shop/empty"):
        process("s3://shop/empty", out=tmp_path / "out")
    with pytest.raises(ClashError, match="lie in each other"):
        process("s3://shop/shoot", out="s3://shop/shoot/ready")
    with pytest.raises(UsageError, match="no name of a bucket"):
        process("s3://UP_PER/shoot", out=tmp_path / "out")
    monkeypatch.setattr(mirrors.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 1})())
    with pytest.raises(UsageError, match="GB of scratch"):
        process("s3://shop/shoot", out=tmp_path / "out")
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(MissingPartError, match=r"pip install 'mediakit\[s3\]'"):
        process("s3://shop/shoot", out=tmp_path / "out")


def test_a_server_that_is_gone_is_an_error_in_words(
    server: str, bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(StoreError, match="s3://shop/shoot cannot be listed"):
        process("s3://shop/shoot", out=tmp_path / "out")


@pytest.mark.parametrize("name", ["../a.jpg", "/etc/passwd", "a/../../b", "a\\b", "a\0b", "a//b", ".", "", "x" * 300])
def test_an_object_cannot_lie_outside_its_folder(name: str) -> None:
    assert not safe_name(name)


def test_the_daemon_refuses_what_it_cannot_write_to(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="watch cannot write to s3://shop/ready"):
        order_for(tmp_path, out=Path("s3://shop/ready"))


def test_addresses_survive_having_been_paths() -> None:
    for said in ("s3://shop/a/b/", Path("s3://shop/a/b"), "s3:/shop/a/b"):
        assert str(address_of(said)) == "s3://shop/a/b"
    assert address_of("shoot") is None
    assert address_of("/mnt/s3:/x") is None
    assert str(address_of("s3://shop")) == "s3://shop"
    assert address_of("s3://shop/a").holds(address_of("s3://shop/a/b"))
    assert not address_of("s3://shop/a").holds(address_of("s3://shop/ab"))
