"""Workers' memory: asked for by the environment, and only while they are started."""

import os

import pytest

from mediakit.batch.prepare import large_pages

NAME = "GLIBC_TUNABLES"


def test_processes_started_within_it_are_asked_for_large_pages(monkeypatch):
    monkeypatch.delenv(NAME, raising=False)
    with large_pages():
        assert os.environ[NAME] == "glibc.malloc.hugetlb=1"
    assert NAME not in os.environ


def test_what_a_user_set_there_stands(monkeypatch):
    monkeypatch.setenv(NAME, "glibc.malloc.check=1")
    with large_pages():
        assert os.environ[NAME] == "glibc.malloc.check=1"
    assert os.environ[NAME] == "glibc.malloc.check=1"


def test_the_environment_is_left_as_it_was_after_an_error(monkeypatch):
    monkeypatch.delenv(NAME, raising=False)
    with pytest.raises(ValueError, match="stopped"), large_pages():
        raise ValueError("stopped")
    assert NAME not in os.environ
