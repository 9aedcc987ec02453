"""How a network camera is opened: by what its address and its first answer tell."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from labeler.cameras import network_web
from labeler.cameras.network_film import open_film

if TYPE_CHECKING:
    from labeler.cameras.network_address import NetworkAddress
    from labeler.cameras.network_stream import Stream

LEAST = 0.2


def open_stream(address: NetworkAddress, timeout: float, silence: float) -> Stream | None:
    """None where it cannot be opened within timeout seconds. Call it on a worker thread.

    JPEGs from a web server are taken as they are; all else is FFmpeg's.
    """
    deadline = time.monotonic() + timeout
    if address.url.startswith("http"):
        try:
            answer, line = network_web.ask(address, timeout)
        except network_web.FAULTS:
            return None
        with suppress(*network_web.FAULTS):
            if answer.status == network_web.OK:
                stream = network_web.jpegs_in(answer, line, address, silence)
                if stream is not None:
                    return stream
        answer.close()
        line.close()
        if answer.status >= 400:
            return None
    return open_film(address, max(LEAST, deadline - time.monotonic()), silence)
