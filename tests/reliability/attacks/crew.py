"""Processes that do the cases of an attack; the one that orders them ends those that hang."""

from __future__ import annotations

import faulthandler
import importlib
import multiprocessing
import os
import re
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.reliability.attacks.verdict import Ground

ROOT = Path(__file__).resolve().parents[3]
MOST_SECONDS = 10.0
MOST_MEGABYTES = 500
KILLED_AFTER_S = 40.0
"""A case that takes so long is ended. Between this and MOST_SECONDS it is tried once more in a new
process, as the machine may be crowded. So is one that needs too much memory: the allocator keeps
some of what earlier cases have freed."""
CASES_A_PROCESS = 400
_TOO_SLOW, _TOO_LARGE = (
    f"takes longer than {MOST_SECONDS:.0f} s",
    f"needs more than {MOST_MEGABYTES} MB",
)
_STACK = "stack.txt"
"""What each thread was doing when a case had hung for long."""
ATTACKS = {
    "coco": ("coco_files", "coco_files", 10_000),
    "pictures": ("picture_files", "picture_files", 2_000),
    "runs": ("run_folders", "run_folders", 500),
    "models": ("model_files", "model_files", 500),
    "databases": ("databases", "databases", 500),
    "rows": ("databases", "rows_of_a_stranger", 500),
    "votes": ("vote_requests", "vote_requests", 2_000),
}
"""Name on the command line: module, function, how many at full size."""


_THUMBNAIL = re.compile(r"/home/vector-labeler(/thumbnails(/[0-9a-f]{64}\.jpg)?)?$")


@dataclass(frozen=True, slots=True)
class Ended:
    """What one case came to. fault: a kind, empty where there is none."""

    attack: str
    number: int
    is_taken: bool
    fault: str = ""
    details: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0


# In a process of its own.


def _work(orders: Connection, base: Path, seed: int) -> None:
    """Does the cases that are ordered until None comes."""
    place = base / "ground"
    for name in ("tmp", "home", "above/kept"):
        (place / name).mkdir(parents=True)
    for folder in (place, place / "above"):
        (folder / "treasure.txt").write_text("mine", encoding="utf-8")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        os.environ[name] = str(place / "home")
    os.environ["TMPDIR"] = tempfile.tempdir = str(place / "tmp")
    with (base / _STACK).open("w") as stack:
        while (order := orders.recv()) is not None:
            faulthandler.dump_traceback_later(KILLED_AFTER_S - 5, file=stack)
            orders.send(_case(order[0], order[1], base, seed))


def _case(attack: str, number: int, base: Path, seed: int) -> Ended:
    from tests.reliability.attacks.verdict import FaultFound, Ground

    act = _function(attack)
    above = base / "ground" / "above"
    ground = Ground(above / "place", above / "kept")
    ground.place.mkdir()
    before = _around(base)
    _forget_peak()
    began = time.monotonic()
    is_taken, fault, details = False, "", ""
    try:
        is_taken = act(Random(f"{seed} {attack} {number}"), ground)
    except FaultFound as found:
        fault, details = found.kind, found.details
    except Exception as error:  # any other exception is what this looks for
        fault = f"{type(error).__name__} at {_spot(error)}"
        details = "".join(traceback.format_exception(error))[-3000:]
    seconds, megabytes = time.monotonic() - began, _peak()
    if not fault:
        changed = sorted(n for n, told in _around(base).items() if before.get(n) != told)
        changed += sorted(before.keys() - _around(base).keys())
        fault, details = ("something outside is changed", str(changed)) if changed else ("", "")
    if not fault and seconds > MOST_SECONDS:
        fault = _TOO_SLOW
    if not fault and megabytes > MOST_MEGABYTES:
        fault = _TOO_LARGE
    shutil.rmtree(ground.place, ignore_errors=True)
    return Ended(attack, number, is_taken, fault, details, seconds, megabytes)


def _function(attack: str) -> Callable[[Random, Ground], bool]:
    module, name, _ = ATTACKS[attack]
    found: Callable[[Random, Ground], bool] = getattr(
        importlib.import_module(f"tests.reliability.attacks.{module}"), name
    )
    return found


def _around(base: Path) -> dict[str, Any]:
    """Everything around the place of a case, with size and time; kept/ is the attack's own, and
    small pictures of datasets that may only be read are kept in the person's cache."""
    found: dict[str, Any] = {}
    waiting = [base / "ground"]
    while waiting:
        for path in waiting.pop().iterdir():
            if path.parent.name == "above" and path.name in ("place", "kept"):
                continue
            if _THUMBNAIL.search(str(path)):
                continue
            told = path.lstat()
            if path.is_dir() and not path.is_symlink():
                waiting.append(path)
                found[str(path)] = "folder"
            else:
                found[str(path)] = told.st_size, told.st_mtime_ns, told.st_mode
    return found


def _spot(error: BaseException) -> str:
    """The last line of our own code that it came through."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if re.search(r"/(labeler|trainer|tests)/", frame.filename)
    ]
    if not frames:
        return "?"
    last = frames[-1]
    return f"{Path(last.filename).relative_to(ROOT)}:{last.name}"


def _forget_peak() -> None:
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # its highest memory begins anew: man proc


def _peak() -> float:
    """Megabytes that this process or its largest child held at most."""
    import resource

    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    with suppress(OSError):
        status = Path("/proc/self/status").read_text()
        return max(children, int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024)
    return max(children, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


# In the process that orders.


class Worker:
    """A process and what it is doing."""

    def __init__(self, base: Path, seed: int) -> None:
        self.orders, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")  # whose memory is all its own
        base.mkdir(parents=True)
        self._base = base
        self._process = context.Process(target=_work, args=(theirs, base, seed), daemon=True)
        self._process.start()
        theirs.close()
        self._done = 0
        self.order: tuple[str, int] | None = None
        self.since = 0.0

    def give(self, order: tuple[str, int]) -> None:
        self.order, self.since = order, time.monotonic()
        self.orders.send(order)

    def answer(self) -> Ended:
        """Of the order. A process that died is a fault."""
        assert self.order is not None
        order, self.order = self.order, None
        self._done += 1
        try:
            ended = self.orders.recv()
        except (EOFError, OSError):
            self._process.join(5)
            self.end()
            code = self._process.exitcode
            return Ended(*order, False, f"the process died (code {code})")
        assert isinstance(ended, Ended)
        if ended.seconds > 5:  # it may still be at work on it
            self.end()
        return ended

    def end(self) -> None:
        """It is given nothing more."""
        self._done = CASES_A_PROCESS

    @property
    def has_ended(self) -> bool:
        return self._done >= CASES_A_PROCESS

    def is_late(self) -> bool:
        return self.order is not None and time.monotonic() - self.since > KILLED_AFTER_S

    def hung(self) -> Ended:
        """What its order came to, which it has not answered."""
        assert self.order is not None
        order, self.order = self.order, None
        self.end()
        stack = (self._base / _STACK).read_text()
        return Ended(*order, False, "it hangs", stack, seconds=KILLED_AFTER_S)

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self.orders.close()
        shutil.rmtree(self._base, ignore_errors=True)


def attack(
    cases: Sequence[tuple[str, int]], seed: int, workers: int, base: Path
) -> Iterator[Ended]:
    """What each case came to, as they end."""
    waiting = list(reversed(cases))
    later: list[tuple[str, int]] = []
    tried: set[tuple[tuple[str, int], str]] = set()
    made = 0
    crew: list[Worker] = []
    try:
        while waiting or later or any(worker.order for worker in crew):
            for worker in [each for each in crew if each.has_ended]:
                worker.kill()
                crew.remove(worker)
            while len(crew) < workers and (waiting or later):
                made += 1
                crew.append(Worker(base / str(made), seed))
                crew[-1].give(later.pop() if later else waiting.pop())
            for worker in crew:
                if worker.order is None and waiting:
                    worker.give(waiting.pop())
            by_wire = {each.orders: each for each in crew if each.order is not None}
            for wire in wait(list(by_wire), 0.5):
                worker = by_wire[wire]  # type: ignore[index] # it is one of them
                ended = worker.answer()
                order = ended.attack, ended.number
                if ended.fault in (_TOO_SLOW, _TOO_LARGE) and (order, ended.fault) not in tried:
                    tried.add((order, ended.fault))
                    later.append(order)
                    worker.end()
                else:
                    yield ended
            yield from (each.hung() for each in crew if each.is_late())
    finally:
        for worker in crew:
            worker.kill()
