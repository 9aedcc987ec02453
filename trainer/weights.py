"""Published weights: fetched once, checked against their hash, kept for every dataset."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from trainer.download import DownloadError, DownloadStoppedError, download, size_of
from trainer.events import Downloading

MIRROR_VARIABLE = "VECTOR_LABELER_WEIGHTS_URL"
"""Environment variable: the folder of a mirror, as "https://mirror.example/models/". The files
are called there as they are in the cache, and keep their published hashes."""

_FALLBACK = "The built-in detector works without a download."
_SECONDS_BETWEEN_EVENTS = 0.25


class WeightsUnavailableError(ValueError):
    """The weights cannot be had. Its text is for the person: what happened and what to do."""


class WeightsStoppedError(WeightsUnavailableError):
    """The person stopped the run while its weights were being fetched."""


def default_cache() -> Path:
    """Where the weights lie for all datasets of this person."""
    return user_cache_path("vector-labeler", appauthor=False) / "weights"


def fetch(
    weights_url: str,
    sha256_or_prefix: str,
    *,
    name: str,
    cache: Path,
    on_progress: Callable[[Downloading], None],
    should_stop: Callable[[], bool],
    file_name: str = "",
    timeout: float = 20.0,
) -> Path:
    """The file at weights_url, from the cache or from the network; always of the right hash.

    sha256_or_prefix is the published hash in hex digits, or its beginning: torchvision's file
    names carry the first eight. name is what the person calls these weights. file_name: what the
    file is called in the cache and at a mirror, where the last part of its address tells too
    little. timeout is in seconds without data.

    Raises WeightsUnavailableError, and WeightsStoppedError once should_stop() is true.
    """
    if not re.fullmatch("[0-9a-fA-F]{8,64}", sha256_or_prefix):
        raise AssertionError(f"not the beginning of a hash: {sha256_or_prefix!r}")
    file_name = file_name or Path(urlsplit(weights_url).path).name
    url = _address(weights_url, file_name)
    target = cache / file_name
    report = _throttled(name, on_progress)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _alone(target, report, should_stop):
            if not _matches(target, sha256_or_prefix):
                _obtain(url, target, sha256_or_prefix, report, should_stop, timeout)
    except DownloadStoppedError:
        raise WeightsStoppedError(
            f"Stopped while the weights of {name} were being fetched."
        ) from None
    except DownloadError as error:
        host = urlsplit(url).hostname
        raise WeightsUnavailableError(
            f"The weights of {name} could not be downloaded from {host}: {error}. {_FALLBACK}"
        ) from error
    except OSError as error:
        raise WeightsUnavailableError(
            f"The weights of {name} could not be kept in {cache}: {error.strerror or error}. "
            f"{_FALLBACK}"
        ) from error
    return target


def _address(weights_url: str, file_name: str) -> str:
    """The published address, or the same file at the mirror that the environment names."""
    mirror = os.environ.get(MIRROR_VARIABLE, "").strip()
    url = f"{mirror.rstrip('/')}/{file_name}" if mirror else weights_url
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise WeightsUnavailableError(
            f"{MIRROR_VARIABLE} must be an http or https address, not {mirror!r}. {_FALLBACK}"
        )
    return url


def _throttled(name: str, on_progress: Callable[[Downloading], None]) -> Callable[[int, int], None]:
    """A few events a second are enough for a bar; the last one always comes."""
    last = -_SECONDS_BETWEEN_EVENTS

    def report(received: int, total: int) -> None:
        nonlocal last
        now = monotonic()
        if now - last >= _SECONDS_BETWEEN_EVENTS or received == total:
            last = now
            on_progress(Downloading(name, received, total))

    return report


@contextmanager
def _alone(
    target: Path, report: Callable[[int, int], None], should_stop: Callable[[], bool]
) -> Iterator[None]:
    """Holds the file's lock. Another run that downloads is waited for, and its bytes reported."""
    lock = FileLock(target.with_name(target.name + ".lock"))
    while True:
        try:
            lock.acquire(timeout=0.2)
            break
        except Timeout:
            if should_stop():
                raise DownloadStoppedError from None
            report(size_of(_part_of(target)), 0)
    try:
        yield
    finally:
        lock.release()


def _obtain(
    url: str,
    target: Path,
    sha256_or_prefix: str,
    report: Callable[[int, int], None],
    should_stop: Callable[[], bool],
    timeout: float,
) -> None:
    """Downloads beside the target; takes its place only when complete and right."""
    part = _part_of(target)
    target.unlink(missing_ok=True)

    def is_right(path: Path) -> bool:
        return _matches(path, sha256_or_prefix)

    def go_on() -> bool:
        return download(
            url,
            part,
            is_right=is_right,
            on_bytes=report,
            should_stop=should_stop,
            timeout=timeout,
        )

    is_pieced = not is_right(part) and go_on()
    if is_pieced and not is_right(part):  # the pieces were not of one file
        part.unlink()
        go_on()
    if not is_right(part):
        part.unlink(missing_ok=True)
        raise DownloadError(
            "what came is not the published file, its hash differs, so it was deleted"
        )
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)


def _part_of(target: Path) -> Path:
    return target.with_name(target.name + ".part")


def _matches(path: Path, sha256_or_prefix: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest().startswith(sha256_or_prefix.lower())
