"""Weights that come by redirects, proxies, slow drips or from beside a process that dies."""

from __future__ import annotations

import gc
import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import pytest

import trainer.download
from tests.trainer.training_runs import ROOT
from tests.trainer_torchvision.conftest import handler_of
from tests.trainer_torchvision.safe_site import NAME, make_certificate, serving, tunnel_to
from trainer.weights import WeightsUnavailableError, fetch

if TYPE_CHECKING:
    from tests.trainer_torchvision.conftest import Site

WEIGHTS = random.Random(1).randbytes(600_000)
HASH = hashlib.sha256(WEIGHTS).hexdigest()
FETCH = """
import sys; from pathlib import Path; from trainer import weights
weights._SECONDS_BETWEEN_EVENTS = 0
def tell(event): print(event.received_bytes, flush=True)
weights.fetch(sys.argv[1], sys.argv[2], name="a net", cache=Path(sys.argv[3]), on_progress=tell,
      should_stop=lambda: False)
"""


def get(url: str, cache: Path, timeout: float = 10.0) -> Path:
    return fetch(
        url,
        HASH[:8],
        name="a net",
        cache=cache,
        on_progress=lambda _event: None,
        should_stop=lambda: False,
        timeout=timeout,
    )


def test_a_redirect_to_another_place_is_followed_and_resumed_there(
    site: Site, tmp_path: Path
) -> None:
    url = site.publish("net", WEIGHTS)
    site.files["/moved"] = site.files.pop("/" + url.rpartition("/")[2])
    site.redirects["/" + url.rpartition("/")[2]] = site.base + "moved"
    site.cut_after, site.cuts_left = 200_000, 1
    path = get(url, tmp_path)
    assert path.read_bytes() == WEIGHTS
    assert path.name == url.rpartition("/")[2]
    assert site.asked[-1] == ("/moved", "bytes=200000-")


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("file:///etc/passwd", "answered 302"),
        ("ftp://127.0.0.1/net", "sends on to ftp://127.0.0.1, which is not safe"),
        (None, "infinite loop"),
    ],
)
def test_a_redirect_out_of_the_web_or_in_a_circle_is_refused(
    site: Site, tmp_path: Path, target: str | None, words: str
) -> None:
    url = site.publish("net", WEIGHTS)
    site.redirects["/" + url.rpartition("/")[2]] = target or url
    with pytest.raises(WeightsUnavailableError, match=words):
        get(url, tmp_path)


def test_a_server_that_drips_is_given_up(site: Site, tmp_path: Path) -> None:
    site.drips = True
    began = monotonic()
    with pytest.raises(WeightsUnavailableError, match=r"hardly anything came for 0\.5 seconds"):
        get(site.publish("net", WEIGHTS), tmp_path, timeout=0.5)
    assert monotonic() - began < 20


def test_a_file_that_changes_between_two_pieces_is_fetched_anew(site: Site, tmp_path: Path) -> None:
    url = site.publish("net", WEIGHTS)
    name = "/" + url.rpartition("/")[2]
    site.files[name] = bytes(len(WEIGHTS))
    site.after_first[name] = WEIGHTS
    site.cut_after, site.cuts_left = 200_000, 1
    assert get(url, tmp_path).read_bytes() == WEIGHTS
    assert [wanted for _, wanted in site.asked] == [None, "bytes=200000-", None]


def test_a_server_that_goes_on_at_another_place_is_asked_for_everything(
    site: Site, tmp_path: Path
) -> None:
    url = site.publish("net", WEIGHTS)
    site.cut_after, site.cuts_left, site.range_shift = 200_000, 1, 7
    assert get(url, tmp_path).read_bytes() == WEIGHTS
    assert [wanted for _, wanted in site.asked] == [None, "bytes=200000-", None]


def test_a_server_that_never_ends_does_not_fill_the_disk(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer.download, "SIZE_LIMIT", 300_000)
    site.say_length = False
    with pytest.raises(WeightsUnavailableError, match="sends more than any file of weights"):
        get(site.publish("net", WEIGHTS), tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 400_000


def test_a_trainer_that_is_killed_leaves_its_part_to_the_one_that_waits(
    site: Site, tmp_path: Path
) -> None:
    url = site.publish("net", WEIGHTS)
    site.stall_after = 300_000
    first = _fetching(url, tmp_path)
    assert first.stdout is not None
    while int(first.stdout.readline()) < 300_000:
        pass
    second = _fetching(url, tmp_path)
    assert second.stdout is not None
    assert int(second.stdout.readline()) == 300_000  # it tells what the other one has
    site.stall_after = None
    first.kill()
    first.communicate()
    told, _ = second.communicate(timeout=60)
    assert second.returncode == 0
    assert int(told.split()[-1]) == len(WEIGHTS)
    assert [wanted for _, wanted in site.asked] == [None, "bytes=300000-"]


# Python 3.11 leaves what the proxy has answered open for the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_proxy_for_safe_connections_is_followed_and_the_certificate_checked(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = site.publish("net", WEIGHTS).rpartition("/")[2]
    certificate = make_certificate(tmp_path)
    asked: list[str] = []
    url = f"https://{NAME}/{name}"
    with (
        serving(handler_of(site), certificate) as port,
        serving(tunnel_to(port, asked)) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
        with pytest.raises(WeightsUnavailableError, match="no safe connection"):
            get(url, tmp_path / "cache")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        assert get(url, tmp_path / "cache").read_bytes() == WEIGHTS
        site.redirects["/" + name] = f"http://{NAME}/{name}"
        with pytest.raises(WeightsUnavailableError, match=rf"sends on to http://{NAME}"):
            get(url, tmp_path / "other")
    assert set(asked) == {f"{NAME}:443"}
    gc.collect()


def _fetching(url: str, cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", FETCH, url, HASH[:8], str(cache)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
