"""Published weights arrive whole and right, or not at all and with a sentence."""

from __future__ import annotations

import hashlib
import random
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from trainer.events import Downloading
from trainer.weights import (
    MIRROR_VARIABLE,
    WeightsStoppedError,
    WeightsUnavailableError,
    default_cache,
    fetch,
)

if TYPE_CHECKING:
    from tests.trainer_torchvision.conftest import Site

WEIGHTS = random.Random(0).randbytes(600_000)
HASH = hashlib.sha256(WEIGHTS).hexdigest()
PUBLISHED = f"https://download.pytorch.org/models/net-{HASH[:8]}.pth"


def get(url: str, cache: Path, **changes: Any) -> Path:
    arguments: dict[str, Any] = {
        "name": "a net",
        "cache": cache,
        "on_progress": lambda event: None,
        "should_stop": lambda: False,
        "timeout": 10.0,
    }
    return fetch(url, HASH[:8], **(arguments | changes))


def only_file(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir() if path.suffix != ".lock")


def test_the_file_arrives_whole_and_progress_ends_at_its_size(site: Site, tmp_path: Path) -> None:
    events: list[Downloading] = []
    path = get(site.publish("net", WEIGHTS), tmp_path / "deep" / "cache", on_progress=events.append)
    assert path.read_bytes() == WEIGHTS
    assert only_file(path.parent) == [path.name]
    assert events[-1] == Downloading("a net", len(WEIGHTS), len(WEIGHTS))
    assert [e.received_bytes for e in events] == sorted(e.received_bytes for e in events)


def test_a_second_run_takes_the_file_from_the_cache(site: Site, tmp_path: Path) -> None:
    url = site.publish("net", WEIGHTS)
    assert get(url, tmp_path) == get(url, tmp_path)
    assert len(site.asked) == 1


def test_a_damaged_file_in_the_cache_is_fetched_anew(site: Site, tmp_path: Path) -> None:
    url = site.publish("net", WEIGHTS)
    get(url, tmp_path).write_bytes(WEIGHTS[:-1])
    assert get(url, tmp_path).read_bytes() == WEIGHTS


def test_a_broken_download_goes_on_where_it_stopped(site: Site, tmp_path: Path) -> None:
    site.cut_after, site.cuts_left = 200_000, 2
    path = get(site.publish("net", WEIGHTS), tmp_path)
    assert path.read_bytes() == WEIGHTS
    assert [wanted for _, wanted in site.asked] == [None, "bytes=200000-", "bytes=400000-"]


def test_what_a_failed_run_left_is_used_by_the_next(site: Site, tmp_path: Path) -> None:
    site.cut_after, site.cuts_left = 100_000, 99
    url = site.publish("net", WEIGHTS)
    with pytest.raises(WeightsUnavailableError, match=r"127\.0\.0\.1: the connection broke off"):
        get(url, tmp_path)
    site.cuts_left = 0
    assert get(url, tmp_path).read_bytes() == WEIGHTS
    assert site.asked[-1][1] == "bytes=400000-"


def test_a_server_that_cannot_resume_sends_it_all_again(site: Site, tmp_path: Path) -> None:
    site.ranges = False
    site.cut_after, site.cuts_left = 200_000, 1
    assert get(site.publish("net", WEIGHTS), tmp_path).read_bytes() == WEIGHTS


@pytest.mark.parametrize("left", [b"another file's beginning", b"x" * 700_000])
def test_a_leftover_of_another_file_does_no_harm(site: Site, tmp_path: Path, left: bytes) -> None:
    url = site.publish("net", WEIGHTS)
    (tmp_path / (url.rpartition("/")[2] + ".part")).write_bytes(left)
    assert get(url, tmp_path).read_bytes() == WEIGHTS
    assert len(only_file(tmp_path)) == 1


def test_a_finished_leftover_needs_no_server(site: Site, tmp_path: Path) -> None:
    url = site.publish("net", WEIGHTS)
    (tmp_path / (url.rpartition("/")[2] + ".part")).write_bytes(WEIGHTS)
    assert get(url, tmp_path).read_bytes() == WEIGHTS
    assert site.asked == []


def test_a_server_that_tells_no_length_will_do(site: Site, tmp_path: Path) -> None:
    site.say_length = False
    events: list[Downloading] = []
    path = get(site.publish("net", WEIGHTS), tmp_path, on_progress=events.append)
    assert path.read_bytes() == WEIGHTS
    assert {event.total_bytes for event in events} == {0}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda s: s.files.update(dict.fromkeys(s.files, b"<html>Log in</html>")), "its hash diff"),
        (lambda s: setattr(s, "claim_length", 500_000), "its hash differs, so it was deleted"),
        (lambda s: s.files.clear(), "the server answered 404 Not Found"),
    ],
    ids=["wrong bytes", "shorter than it is", "404"],
)
def test_a_bad_answer_leaves_nothing_that_looks_like_weights(
    site: Site, tmp_path: Path, spoil: Callable[[Site], None], words: str
) -> None:
    url = site.publish("net", WEIGHTS)
    spoil(site)
    with pytest.raises(WeightsUnavailableError, match=words) as caught:
        get(url, tmp_path)
    assert str(caught.value).startswith("The weights of a net could not be downloaded from 127.0.")
    assert str(caught.value).endswith("The built-in detector works without a download.")
    assert not [name for name in only_file(tmp_path) if name.endswith(".pth")]


def test_a_server_that_promises_more_than_the_whole_file_will_do(
    site: Site, tmp_path: Path
) -> None:
    site.claim_length = len(WEIGHTS) + 100_000
    assert get(site.publish("net", WEIGHTS), tmp_path).read_bytes() == WEIGHTS


@pytest.mark.parametrize("sent", [0, 100_000])
def test_a_server_that_falls_silent_is_given_up(site: Site, tmp_path: Path, sent: int) -> None:
    site.stall_after = sent
    began = monotonic()
    with pytest.raises(WeightsUnavailableError, match=r"came for 0\.5 seconds"):
        get(site.publish("net", WEIGHTS), tmp_path, timeout=0.5)
    assert monotonic() - began < 20


def test_the_person_can_stop_a_silent_download(site: Site, tmp_path: Path) -> None:
    site.stall_after = 100_000
    stop = threading.Event()
    began = monotonic()
    with pytest.raises(WeightsStoppedError):
        get(
            site.publish("net", WEIGHTS),
            tmp_path,
            on_progress=lambda event: stop.set(),
            should_stop=stop.is_set,
        )
    assert monotonic() - began < 20


def test_nobody_listening_is_no_connection(site: Site, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(WeightsUnavailableError, match="no connection"):
        get(f"http://127.0.0.1:{port}/net-{HASH[:8]}.pth", tmp_path)


def test_a_cache_that_is_no_folder_is_told(site: Site, tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"")
    with pytest.raises(WeightsUnavailableError, match="could not be kept in"):
        get(site.publish("net", WEIGHTS), tmp_path / "cache")


def test_two_runs_at_once_download_once(site: Site, tmp_path: Path) -> None:
    url = site.publish("net", WEIGHTS)
    with ThreadPoolExecutor(2) as pool:
        paths = list(pool.map(lambda _: get(url, tmp_path), range(2)))
    assert paths[0].read_bytes() == WEIGHTS
    assert len(site.asked) == 1


def test_waiting_for_another_run_can_be_stopped(site: Site, tmp_path: Path) -> None:
    url = site.publish("net", WEIGHTS)
    with (
        FileLock(tmp_path / (url.rpartition("/")[2] + ".lock")),
        pytest.raises(WeightsStoppedError),
    ):
        get(url, tmp_path, should_stop=lambda: True)


def test_a_mirror_can_stand_in(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site.publish("net", WEIGHTS)
    monkeypatch.setenv(MIRROR_VARIABLE, site.base)
    assert get(PUBLISHED, tmp_path).read_bytes() == WEIGHTS


def test_a_file_that_many_publish_by_the_same_name_has_another_in_the_cache_and_at_a_mirror(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.files["/some/model.safetensors"] = site.files["/some_net.safetensors"] = WEIGHTS
    name = "some_net.safetensors"
    path = get(site.base + "some/model.safetensors", tmp_path / "one", file_name=name)
    assert path == tmp_path / "one" / name
    monkeypatch.setenv(MIRROR_VARIABLE, site.base)
    get("https://huggingface.co/some/model.safetensors", tmp_path / "two", file_name=name)
    assert [asked for asked, _ in site.asked] == ["/some/model.safetensors", f"/{name}"]


def test_a_mirror_that_is_no_web_address_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MIRROR_VARIABLE, "file:///etc")
    with pytest.raises(WeightsUnavailableError, match=MIRROR_VARIABLE):
        get(PUBLISHED, tmp_path)


def test_the_proxy_of_the_environment_is_followed(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = site.publish("net", WEIGHTS).rpartition("/")[2]
    monkeypatch.setenv("http_proxy", site.base)
    get(f"http://weights.invalid/{name}", tmp_path)
    assert site.asked == [(f"http://weights.invalid/{name}", None)]


def test_the_cache_lies_in_the_persons_own_cache_folder(isolated_home: Path) -> None:
    assert default_cache().is_relative_to(isolated_home)
    assert default_cache().name == "weights"
