"""How a network camera is opened: by what its address and its first answer tell."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from labeler.cameras.network_film import open_film
from labeler.cameras.network_look import why_closed, why_refused
from labeler.cameras.network_web import FAULTS, OK, ask, jpegs_in
from labeler.errors import UserError

if TYPE_CHECKING:
    from labeler.cameras.network_address import NetworkAddress
    from labeler.cameras.network_stream import Stream

LEAST = 0.2


def open_stream(address: NetworkAddress, timeout: float, silence: float) -> Stream:
    """Opened within timeout seconds. Raises UserError: why there is no picture, which may take as
    long again to find out. Call it on a worker thread.

    JPEGs from a web server are taken as they are; all else is FFmpeg's.
    """
    deadline = time.monotonic() + timeout
    stream: Stream | None = None
    if address.url.startswith("http"):
        stream = _jpegs_of(address, timeout, silence)
    if stream is None:
        stream = open_film(address, max(LEAST, deadline - time.monotonic()), silence)
    if stream is None:
        raise UserError(why_closed(address, timeout))
    return stream


def _jpegs_of(address: NetworkAddress, timeout: float, silence: float) -> Stream | None:
    """None where it sends something else, which may be a film. Raises UserError."""
    try:
        answer, line = ask(address, timeout)
    except FAULTS:
        raise UserError(why_closed(address, timeout)) from None
    with suppress(*FAULTS):
        if answer.status == OK:
            stream = jpegs_in(answer, line, address, silence)
            if stream is not None:
                return stream
    answer.close()
    line.close()
    kind = answer.headers.get("Content-Type", "").lower()
    further = answer.headers.get("Location", "")
    if 300 <= answer.status < 400 and further.startswith("https:"):  # FFmpeg would not verify it
        raise UserError(
            f"The camera at {address.host} sends one on to an encrypted address. Watch it under "
            f"that one: {_shown(further)}"
        )
    is_page = answer.status == OK and kind.startswith("text/html")
    if answer.status >= 400 or is_page:  # not asked twice: it may lock out
        raise UserError(why_refused(address, answer.status, kind))
    return None


def _shown(url: str) -> str:
    """Without what may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.partition('=')[0]}"
