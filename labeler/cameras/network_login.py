"""How a name and a password are given to a web or RTSP server: Basic and Digest (RFC 7616)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from urllib.request import parse_http_list, parse_keqv_list

if TYPE_CHECKING:
    from labeler.cameras.network_address import NetworkAddress

Login = Callable[[list[str]], str | None]
"""From the values of WWW-Authenticate to that of Authorization; None where it has no answer."""

_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


def login_of(address: NetworkAddress, method: str, uri: str) -> Login | None:
    """None where no name is known."""
    if not address.user:
        return None
    return partial(authorization, address.user, address.password, method, uri)


def authorization(
    user: str, password: str, method: str, uri: str, challenges: list[str]
) -> str | None:
    """The header's value for the first challenge that is understood, a Digest before a Basic.

    challenges: the values of WWW-Authenticate. None where there is no answer to them.
    """
    for challenge in challenges:
        scheme, _, words = challenge.strip().partition(" ")
        if scheme.lower() == "digest":
            answer = _digest(user, password, method, uri, parse_keqv_list(_pairs(words)))
            if answer is not None:
                return answer
    if any(each.strip().lower().startswith("basic") for each in challenges):
        return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
    return None


def _pairs(words: str) -> list[str]:
    return [each for each in parse_http_list(words) if each.partition("=")[2]]


def _digest(user: str, password: str, method: str, uri: str, asked: dict[str, str]) -> str | None:
    algorithm = asked.get("algorithm", "MD5")
    make = _HASHES.get(algorithm.upper())
    if make is None or "nonce" not in asked or "realm" not in asked:
        return None

    def hashed(*words: str) -> str:
        return make(":".join(words).encode()).hexdigest()

    told = {"username": user, "realm": asked["realm"], "nonce": asked["nonce"], "uri": uri}
    who, what = hashed(user, asked["realm"], password), hashed(method, uri)
    more = ""
    if "auth" in asked.get("qop", "").replace(" ", "").split(","):
        once = secrets.token_hex(8)
        more = f', qop=auth, nc=00000001, cnonce="{once}"'
        told["response"] = hashed(who, asked["nonce"], "00000001", once, "auth", what)
    else:
        told["response"] = hashed(who, asked["nonce"], what)
    if "opaque" in asked:
        told["opaque"] = asked["opaque"]
    quoted = ", ".join(f'{name}="{value}"' for name, value in told.items())
    return f"Digest {quoted}, algorithm={algorithm}{more}"
