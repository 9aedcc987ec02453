"""Text for a terminal: what came from outside is shown, and cannot act.

A file's name, a class or a sentence with one of them in it may hold what a terminal obeys: ESC
sequences that clear it, write its title or its clipboard, signs that turn the order of letters
round, half letters that no encoding knows. The streams of the shell show those in their spelling.
labeler/ uses the same functions.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and line break, DEL, C1
    "\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # unseen, bidi
    "\ud800-\udfff\U000e0000-\U000e0fff]"  # half letters, tags
)
_BREAKS = {"\n": "\\n", "\t": "\\t"}


def printable(text: str) -> str:
    """The text with everything spelled out that a terminal would obey: ESC becomes \\x1b.

    Line breaks and tabs stay; so do the signs that join letters and emoji.
    """
    return _ACTING.sub(_spelled, text)


def one_line(name: str) -> str:
    """As printable, with line breaks and tabs spelled out as well: for a name within a list."""
    return re.sub("[\n\t]", lambda found: _BREAKS[found[0]], printable(name))


def _spelled(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


class _PrintableStream:
    """A stream of the shell to which anything may be written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """A return at the very beginning is a line of progress that writes over itself."""
        start, rest = ("\r", text[1:]) if text.startswith("\r") else ("", text)
        self._stream.write(start + self._encodable(printable(rest)))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def _encodable(self, text: str) -> str:
        """A terminal of an old code page lacks most letters."""
        encoding = self._stream.encoding or "utf-8"
        return text.encode(encoding, "backslashreplace").decode(encoding)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def printable_streams() -> Iterator[None]:
    """While the block lasts, whatever is written to stdout and stderr is printable."""
    before = sys.stdout, sys.stderr
    make_streams_printable()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def make_streams_printable() -> None:
    """For good, so that a traceback is printable as well."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None:  # it was closed from the beginning
            setattr(sys, name, cast(TextIO, _PrintableStream(stream)))
