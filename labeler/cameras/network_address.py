"""What the address of a network camera holds: what may be shown of it, and what may not."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urlsplit

from labeler.errors import UserError

SCHEMES = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}
_EXAMPLE = "http://192.168.1.9:8080/video"


@dataclass(frozen=True, slots=True)
class NetworkAddress:
    """url is what may be shown and kept: host and path.

    rest: the query, and where a part of the path has a "=", all from that part on. Some cameras
    want name and password there. number: from 1 on, of those that differ in their rest alone, such
    as the cameras of one recorder.
    """

    url: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    rest: str = field(default="", repr=False)
    number: int = 1

    @property
    def id(self) -> str:
        """Finds it again while the program runs; of the first one it is the url."""
        return self.url if self.number == 1 else f"{self.url}#{self.number}"

    @property
    def host(self) -> str:
        """Host, and port where there is one."""
        return urlsplit(self.url).netloc

    @property
    def place(self) -> tuple[str, int]:
        """Host and port, to connect to."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or SCHEMES[parts.scheme]

    @property
    def is_tls(self) -> bool:
        return urlsplit(self.url).scheme in ("https", "rtsps")

    @property
    def secret_url(self) -> str:
        """For the one who opens it, and nobody else."""
        return self._with_secrets(*self.url.split("://", 1))

    def through(self, port: int) -> str:
        """The same by way of that port of this computer, where TLS is somebody else's task."""
        parts = urlsplit(self.url)
        return self._with_secrets(parts.scheme.removesuffix("s"), f"127.0.0.1:{port}{parts.path}")

    def _with_secrets(self, scheme: str, shown: str) -> str:
        who = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.user else ""
        return f"{scheme}://{who}{shown}{self.rest}"

    def name_with(self, path: str) -> str:
        """Its host, the path where others have the same host, and its number from 2 on."""
        return f"{self.host}{path}" + (f" ({self.number})" if self.number > 1 else "")


def url_of(id: str) -> str:
    """The url in an address's id."""
    return id.partition("#")[0]


def split_address(words: str) -> SplitResult:
    """Its parts, with a host, a known scheme and a possible port. Raises UserError.

    No error repeats the words: they may hold a password.
    """
    try:
        parts = urlsplit(words if "://" in words else f"http://{words}")
        is_one = bool(parts.hostname) and parts.scheme in SCHEMES and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        raise UserError(f"This is no address of a network camera. One looks like {_EXAMPLE}.")
    behind = parts.path + parts.fragment + ("" if parts.path else parts.query)
    if "@" in behind and "@" not in parts.netloc:  # its host is a name, and shown
        raise UserError(
            "The @ of this address stands behind a / ? or #. Give name and password in the fields "
            "of their own; an @ of the path itself is written %40.",
            in_shell="In a password / is written %2F, ? is %3F and # is %23.",
        )
    return parts


def without_secrets(path: str, query: str) -> tuple[str, str]:
    """What may be shown of it, and the rest."""
    equals = path.find("=")
    cut = len(path) if equals < 0 else path.rfind("/", 0, equals) + 1
    return path[:cut], path[cut:] + (f"?{query}" if query else "")
