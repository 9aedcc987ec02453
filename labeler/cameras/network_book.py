"""The addresses of network cameras that are kept from start to start: host and path alone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import platformdirs

from labeler.cameras.network_address import split_address
from labeler.dataset.files import PART
from labeler.dataset.lock import one_after_the_other
from labeler.errors import UserError

MOST = 8
PATIENCE = 0.5
_APPLICATION = "vector-labeler"
_LONGEST = 500
_LARGEST = 1 << 16


def remembered() -> list[str]:
    """In the order in which they came; empty where nothing is kept that can be read."""
    try:
        with _file().open("rb") as file:
            read = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(read, list):
        return []
    return [url for url in read if isinstance(url, str) and _may_be_kept(url)][-MOST:]


def remember(url: str) -> None:
    """Adds it at the end, in the place of the oldest one where there are many."""
    if _may_be_kept(url):
        _change(lambda known: known if url in known else [*known, url][-MOST:])


def forget(url: str) -> None:
    """Takes it out of the file."""
    _change(lambda known: [each for each in known if each != url])


def _may_be_kept(url: str) -> bool:
    """An address that can be opened, with neither a name, a password nor a query: whoever calls
    has taken them out.
    """
    try:
        parts = split_address(url)
    except UserError:
        return False
    is_plain = "://" in url and "@" not in parts.netloc and not parts.query and not parts.fragment
    return is_plain and len(url) <= _LONGEST and url.isprintable()


def _change(changed: Callable[[list[str]], list[str]]) -> None:
    """Replaces the file as a whole, one window after the other. What cannot be kept is forgotten at
    the end, as before.
    """
    file = _file()
    part = file.with_name(f"{file.name}-{os.getpid()}{PART}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with one_after_the_other(file.with_suffix(".lock"), PATIENCE):
            known = remembered()
            urls = changed(known)
            if urls != known:
                part.write_text(json.dumps(urls), encoding="utf-8")
                part.replace(file)


def _file() -> Path:
    folder = platformdirs.user_state_path(_APPLICATION, appauthor=False)
    return folder / "network-cameras.json"
