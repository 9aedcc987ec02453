"""How long honest phones wait for the vote page while others hold connections open or flood it.

    python tests/reliability/vote_attack.py --seconds 20
    python tests/reliability/vote_attack.py --kind flood

Attackers are threads of a process of its own, at loopback addresses 127.0.2.x; phones are at
127.0.1.x. Each phone asks for the page every half second, and for a new connection each time, as
browsers do with this page.
"""

from __future__ import annotations

import argparse
import multiprocessing
import selectors
import socket
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from multiprocessing.synchronize import Event
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.votes.ballot_box import BallotBox
from labeler.votes.phone_server import PhonePage
from labeler.votes.vote_book import VoteBook
from tests.script import run
from tests.votes.phones import Phone

KINDS = ("slow", "silent", "body", "flood")
"""A header every half second; nothing at all; a body that never comes; whole requests at once."""
DRIP_S = 0.5
ASK_S = 0.5
LONGEST_S = 10.0
"""A phone that waited so long counts as shut out."""
_REQUEST = {
    "slow": b"POST %s HTTP/1.1\r\nHost: %s\r\n",
    "silent": b"",
    "body": b"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 16\r\n\r\n",
    "flood": b"GET %s HTTP/1.1\r\nHost: %s\r\n\r\n",
}


@dataclass
class Figures:
    """seconds: of each answer that a phone got. shut_out: each time that one got none.

    voters: the addresses whose vote was counted. Lists, as several threads add to them.
    """

    seconds: list[float] = field(default_factory=list)
    shut_out: list[str] = field(default_factory=list)
    voters: list[str] = field(default_factory=list)

    def at(self, share: float) -> float:
        """The answer time that this share of all answers stayed under, in seconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def __str__(self) -> str:
        return (
            f"{len(self.seconds)} answers, {len(self.shut_out)} without one, "
            f"{len(self.voters)} votes; "
            f"p50 {1000 * self.at(0.5):.0f} ms, p95 {1000 * self.at(0.95):.0f} ms, "
            f"longest {1000 * self.at(1.0):.0f} ms"
        )


def attack(
    place: tuple[str, int], path: str, kind: str, addresses: int, each: int, over: Event
) -> None:
    """Keeps so many connections of each address open, and opens another for each that ends."""
    request = _REQUEST[kind]
    if request:
        request %= (path.encode(), f"{place[0]}:{place[1]}".encode())
    with selectors.DefaultSelector() as waiting:
        for number in range(addresses * each):
            _open(waiting, place, f"127.0.2.{1 + number % addresses}", request)
        dripped = time.monotonic()
        while not over.is_set():
            for key, _ in waiting.select(0.05):
                if _is_over(key.fileobj):
                    waiting.unregister(key.fileobj)
                    key.fileobj.close()  # type: ignore[union-attr] # it is a socket
                    _open(waiting, place, key.data, request)
            if kind == "slow" and time.monotonic() - dripped > DRIP_S:
                dripped = time.monotonic()
                for key in list(waiting.get_map().values()):
                    with suppress(OSError):
                        key.fileobj.send(b"X-Slow: 1\r\n")  # type: ignore[union-attr]
        for key in list(waiting.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]


def _open(
    waiting: selectors.BaseSelector, place: tuple[str, int], address: str, request: bytes
) -> None:
    with suppress(OSError):
        wire = socket.create_connection(place, 5.0, (address, 0))
        wire.setblocking(False)
        waiting.register(wire, selectors.EVENT_READ, address)
        wire.send(request)


def _is_over(wire: object) -> bool:
    assert isinstance(wire, socket.socket)
    try:
        while piece := wire.recv(65536):
            del piece
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def visit(phone: Phone, figures: Figures, over: threading.Event) -> None:
    """Asks for the page until over is set, and votes in between as soon as it can."""
    while not over.is_set():
        began = time.monotonic()
        try:
            answer = phone.get()
            if 'value="a"' in answer.body and phone.vote("a").status == 303:
                figures.voters.append(phone.address)
            is_answered = answer.status == 200
        except (OSError, HTTPException):
            is_answered = False
        if is_answered:
            figures.seconds.append(time.monotonic() - began)
        else:
            figures.shut_out.append(phone.address)
        over.wait(ASK_S)


def measure(
    folder: Path, kind: str, *, seconds: float, addresses: int, each: int, phones: int
) -> Figures:
    """What so many phones saw in that time. addresses 0: nobody attacks."""
    book, figures = VoteBook(folder), Figures()
    book.begin_round()
    page = PhonePage(BallotBox(book, lambda: None))
    context = multiprocessing.get_context("spawn")
    attack_over, over = context.Event(), threading.Event()
    place = (page.host, page.port)
    attacker = context.Process(
        target=attack, args=(place, page.path, kind, addresses, each, attack_over), daemon=True
    )
    attacker.start()
    visitors = [
        threading.Thread(
            target=visit,
            args=(Phone(page, f"127.0.1.{1 + number}", LONGEST_S), figures, over),
            daemon=True,
        )
        for number in range(phones)
    ]
    try:
        for visitor in visitors:
            visitor.start()
        time.sleep(seconds)
    finally:
        over.set()
        for visitor in visitors:
            visitor.join(2 * LONGEST_S)
        attack_over.set()
        attacker.join(5.0)
        attacker.kill()
        page.close()
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=(*KINDS, "all"), default="all")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--addresses", type=int, default=12)
    parser.add_argument("--each", type=int, default=16)
    parser.add_argument("--phones", type=int, default=20)
    asked = parser.parse_args()
    trials = [("slow", 0)] + [
        (kind, asked.addresses) for kind in KINDS if asked.kind in (kind, "all")
    ]
    failed = False
    for kind, addresses in trials:
        with tempfile.TemporaryDirectory() as folder:
            figures = measure(
                Path(folder),
                kind,
                seconds=asked.seconds,
                addresses=addresses,
                each=asked.each,
                phones=asked.phones,
            )
        sys.stdout.write(f"{kind if addresses else 'nobody':8} {figures}\n")
        sys.stdout.flush()
        failed = failed or bool(figures.shut_out) or len(figures.voters) < asked.phones
    return failed


if __name__ == "__main__":
    run(main)
