"""This computer's own address in the network that the phones are in."""

from __future__ import annotations

import socket

from labeler.errors import UserError

_SOMEWHERE = ("192.0.2.1", 9)
"""An address kept for documentation (RFC 5737). Nothing is sent there."""


def lan_address() -> str:
    """The IPv4 address by which others in the network reach this computer. Raises UserError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        try:
            asker.connect(_SOMEWHERE)  # chooses the way out, and with it the address
            address = str(asker.getsockname()[0])
        except OSError as error:
            raise UserError(_NO_NETWORK) from error
    if address.startswith(("127.", "0.")):
        raise UserError(_NO_NETWORK)
    return address


_NO_NETWORK = (
    "This computer is in no network that phones could reach it by. Join the same Wi-Fi as the "
    "phones, or vote at the computer."
)
