"""The verb `vector-labeler simulator`: runs robots until they are stopped."""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labeler.errors import UserError
from labeler.simulator import faults, timetable
from labeler.simulator.configuration import Identity, numbered, sdk_folder
from labeler.simulator.setting import BATTERY_HOURS, HOURS, MOST_CLUTTER, ROOMS, TABLES, Setting
from labeler.simulator.timetable import Entry
from labeler.temporary import temporary_folder

if TYPE_CHECKING:
    from labeler.simulator.company import Company

MOST_ROBOTS = 6
LONGEST_LINE = 4096
"""Bytes that an order may have."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=0, help="TCP port (default: any free one)")
    parser.add_argument("--seed", type=int, default=0, help="which world: table, light, things")
    parser.add_argument(
        "--folder",
        type=Path,
        help="where sdk_config.ini goes (default: a temporary folder)",
    )
    parser.add_argument("--fps", type=float, default=15.0, help="frames a second (default: 15)")
    parser.add_argument("--pace", type=float, default=1.0, help="how fast the world moves (1)")
    parser.add_argument(
        "--robots", type=int, default=1, help="how many, all on one table, each with a camera (1)"
    )
    parser.add_argument("--room", choices=ROOMS, default="", help="around the table (by seed)")
    parser.add_argument("--table", choices=TABLES, default="", help="what they stand on (by seed)")
    parser.add_argument("--hour", choices=HOURS, default="", help="time of day (by seed)")
    parser.add_argument(
        "--clutter",
        type=int,
        choices=range(MOST_CLUTTER + 1),
        help="how many other things stand around (by seed)",
    )
    parser.add_argument(
        "--battery",
        type=float,
        default=BATTERY_HOURS,
        metavar="HOURS",
        help=f"how long their batteries last ({BATTERY_HOURS:g})",
    )
    parser.add_argument("--name", default="Vector-SIM1", help="the robot's name")
    parser.add_argument("--serial", default="00sim001", help="the robot's serial number")
    parser.add_argument("--guid", help="a fixed token (default: a new random one)")
    parser.add_argument(
        "--install", action="store_true", help="also add the robot to ~/.anki_vector"
    )
    parser.add_argument(
        "--exit-with-stdin", action="store_true", help="stop when standard input is closed"
    )
    parser.add_argument(
        "--log",
        action="store_true",
        help="print what robots are told to say and play, and the faults as they are obeyed, one "
        "JSON object a line",
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="WORDS",
        help=f"a fault, {timetable.HELP}; again for more; with --exit-with-stdin the same "
        "words can be typed while it runs",
    )
    parser.add_argument(
        "--faults", type=Path, metavar="FILE", help="faults by a timetable in a JSON file"
    )
    parser.add_argument(
        "--record", type=Path, metavar="FILE", help="write every picture and state to a new file"
    )
    parser.add_argument(
        "--replay",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="show a recorded feed, again and again; more files: more robots",
    )
    parser.add_argument("--ready-json", action="store_true", help=argparse.SUPPRESS)
    parser.epilog = f"Faults: {', '.join(faults.WORDS)}. They are told in docs/simulator.md."


def run(arguments: argparse.Namespace) -> int:
    entries = _checked(arguments)
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    for library in ("OPENBLAS", "OMP", "MKL"):  # read when numpy is imported: one core is enough
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    with ExitStack() as stack:
        folder = arguments.folder or stack.enter_context(temporary_folder("simulator"))
        asyncio.run(_serve(arguments, folder, entries))
    return 0


def _checked(arguments: argparse.Namespace) -> list[Entry]:
    """The faults by timetable. Raises UserError for words that make no world."""
    for identity in _identities(arguments):
        identity.check()
    robots = len(arguments.replay) or arguments.robots
    if arguments.replay and arguments.robots != 1:
        raise UserError("Each file of --replay is a robot: leave --robots out.")
    if not 1 <= arguments.fps <= 60 or not 0 < arguments.pace <= 20:
        raise UserError("--fps goes from 1 to 60 and --pace from 0 to 20.")
    if not 1 <= robots <= MOST_ROBOTS:
        raise UserError(f"--robots goes from 1 to {MOST_ROBOTS}: the table is small.")
    if not 0 < arguments.battery < math.inf:
        raise UserError("--battery is a number of hours above 0.")
    if arguments.seed < 0:
        raise UserError("--seed goes from 0 on.")
    if arguments.port and not 1 <= arguments.port <= 65536 - robots:
        raise UserError("--port goes from 1 to 65535, with a port for each robot; 0: any free one.")
    entries = [timetable.entry_of(words) for words in arguments.fault]
    if arguments.faults is not None:
        entries += timetable.read_timetable(arguments.faults)
    timetable.check_robots(entries, robots)
    return entries


async def _serve(arguments: argparse.Namespace, folder: Path, entries: list[Entry]) -> None:
    told_why = sys.stderr.write if arguments.exit_with_stdin else None
    stopped, orders = _stop_signals(told_why), asyncio.Queue[str]()
    import cv2

    from labeler.simulator.company import Company
    from labeler.simulator.playback import Playback
    from labeler.simulator.recording import Recording
    from labeler.simulator.server import RunningServer

    cv2.setNumThreads(1)
    if arguments.exit_with_stdin:
        _follow_stdin(stopped, orders)
    playbacks = [Playback(Recording(path)) for path in arguments.replay]
    setting = Setting(arguments.room, arguments.table, arguments.hour, arguments.clutter)
    tell = _say if arguments.log else _keep_quiet
    company = Company(
        _identities(arguments),
        arguments.seed,
        arguments.fps,
        arguments.pace,
        setting,
        tell,
        playbacks,
    )
    for robot in company.robots:
        robot.battery_hours = arguments.battery
    server = RunningServer(company, folder, arguments.port)
    try:
        if arguments.record is not None:
            company.record(arguments.record)
        ready = await server.start(sdk_folder() if arguments.install else None)
        if await company.awake(stopped):
            _say(ready)  # before anything that is told of the faults
            obey = partial(_obey, company, tell)
            timed = timetable.begin(entries, obey)
            timed.append(asyncio.create_task(_follow_orders(orders, obey)))
            await server.run_until(stopped)
            for task in timed:
                task.cancel()
    finally:
        await server.stop()


def _identities(arguments: argparse.Namespace) -> list[Identity]:
    robots = len(arguments.replay) or arguments.robots
    extra = {} if arguments.guid is None else {"guid": arguments.guid}
    return numbered(Identity(arguments.name, arguments.serial.lower(), **extra), robots)


def _say(line: dict[str, Any]) -> None:
    if sys.stdout is None:  # it was closed from the beginning
        return
    try:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    except OSError:  # nobody reads any more, which is no reason to end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _keep_quiet(line: dict[str, Any]) -> None:
    pass


async def _follow_orders(orders: asyncio.Queue[str], obey: Callable[[str], None]) -> None:
    """Lines from standard input: faults as on the command line, counted from now."""
    timed: set[asyncio.Task[None]] = set()
    while True:
        words = await orders.get()
        try:
            begun = timetable.begin([timetable.entry_of(words)], obey)
        except UserError as error:
            sys.stderr.write(f"{error}\n")
            continue
        timed.update(begun)
        for task in begun:
            task.add_done_callback(timed.discard)


def _obey(company: Company, tell: Callable[[dict[str, Any]], None], words: str) -> None:
    if company.obey(words):
        tell({"obeyed": words})
    else:
        sys.stderr.write(f"The simulated robot does not understand {words!r}.\n")


def _stop_signals(tell: Callable[[str], object] | None) -> asyncio.Event:
    """Set by Ctrl+C and SIGTERM. signal.signal, because Windows' loops take no handlers.

    tell: hears which it was, for whoever started it and wonders why it ended.
    """
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()

    def stop(number: int, _frame: object) -> None:
        if tell is not None:
            tell(f"It was told to end by {signal.Signals(number).name}.\n")
        if not loop.is_closed():  # or it is ending already
            loop.call_soon_threadsafe(stopped.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopped


def _follow_stdin(stopped: asyncio.Event, orders: asyncio.Queue[str]) -> None:
    """Its lines become orders; its end is the robot's."""
    loop = asyncio.get_running_loop()

    def follow() -> None:
        with suppress(RuntimeError):  # the loop has ended before
            for line in _typed():
                loop.call_soon_threadsafe(orders.put_nowait, line)
            loop.call_soon_threadsafe(stopped.set)

    threading.Thread(target=follow, daemon=True, name="stdin").start()


def _typed() -> Iterator[str]:
    """The lines of standard input that are not empty."""
    # os.read instead of sys.stdin: a thread inside the latter's lock would break the exit.
    rest = b""
    with suppress(OSError, AttributeError):  # there was none from the beginning
        while data := os.read(sys.stdin.fileno(), LONGEST_LINE):
            *lines, rest = (rest[-LONGEST_LINE:] + data).split(b"\n")
            yield from filter(None, (line.decode("utf-8", "replace").strip() for line in lines))
