"""JPEGs in a flow of bytes, found by their own structure (ITU T.81), whatever stands around them.

Apps differ in what they write between two pictures (boundaries, lengths, types), and many write it
wrong. A picture's own last marker also tells its end before the next one comes.
"""

from __future__ import annotations

import re

LARGEST = 1 << 26
"""Bytes of one picture."""

BEGIN = b"\xff\xd8\xff"
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""What ends compressed data: neither a stuffed byte nor a restart."""
_END_OF_IMAGE = 0xD9
_START_OF_SCAN = 0xDA
_ENDLESS = 2
"""So many pictures without an end, and none with one: the camera writes no ends."""


class JpegScanner:
    """Fed with bytes as they come, it hands out whole pictures. One that was cut off is dropped."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._at = 0  # so far the picture in front is understood; 0 where none has begun
        self._in_scan = self._had_scan = False
        self._writes_ends = False
        self._endless = 0
        self._missing = b""

    def feed(self, piece: bytes) -> list[bytes]:
        """The pictures that are complete now, untouched, but for an end where the camera writes
        none. Raises ValueError for one that does not stop.
        """
        self._held += piece
        found = []
        while self._find_begin() and self._find_end():
            found.append(bytes(self._held[: self._at]) + self._missing)
            self._drop(self._at)
        if len(self._held) > LARGEST:
            raise ValueError(f"a picture of more than {LARGEST} bytes")
        return found

    def _find_begin(self) -> bool:
        if self._at:
            return True
        begin = self._held.find(BEGIN)
        if begin < 0:
            self._drop(max(0, len(self._held) - len(BEGIN) + 1))
            return False
        self._drop(begin)
        self._at = 2
        return True

    def _find_end(self) -> bool:
        """False where more has to come."""
        while True:
            if self._in_scan and not self._skip_scan():
                return False
            head = self._held[self._at : self._at + 4]
            if len(head) < 2:
                return False
            if head[0] != 0xFF or _is_misplaced(head[1]):
                if self._is_endless(head):
                    return True
                self._drop(self._at)
                if not self._find_begin():
                    return False
            elif head[1] == _END_OF_IMAGE:
                self._at += 2
                self._writes_ends, self._missing = True, b""
                return True
            elif head[1] == 0xFF:  # any number of them may stand before a marker
                self._at += 1
            elif len(head) < 4:
                return False
            else:
                self._at += 2 + int.from_bytes(head[2:])
                self._in_scan = head[1] == _START_OF_SCAN
                self._had_scan |= self._in_scan

    def _is_endless(self, head: bytearray) -> bool:
        """Whether another picture begins behind one that a camera without ends has made."""
        if self._writes_ends or not self._had_scan or not head.startswith(BEGIN[:2]):
            return False
        self._endless += 1
        self._missing = bytes((0xFF, _END_OF_IMAGE))
        return self._endless > _ENDLESS

    def _skip_scan(self) -> bool:
        mark = _MARKER.search(self._held, self._at)
        if mark is None:
            self._at = max(self._at, len(self._held) - 1)
            return False
        self._at, self._in_scan = mark.start(), False
        return True

    def _drop(self, count: int) -> None:
        del self._held[:count]
        self._at = 0
        self._in_scan = self._had_scan = False


def _is_misplaced(marker: int) -> bool:
    """No segment begins with it: the picture is damaged, or another one begins."""
    return marker < 0xC0 or 0xD0 <= marker <= 0xD8
