"""The verb `vector-labeler simulator`: runs robots until they are stopped."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labeler.errors import UserError
from labeler.simulator import faults, timetable
from labeler.simulator.configuration import Identity, numbered, sdk_folder
from labeler.simulator.setting import HOURS, MOST_CLUTTER, ROOMS, TABLES, Setting
from labeler.simulator.timetable import Entry

if TYPE_CHECKING:
    from labeler.simulator.company import Company

MOST_ROBOTS = 6


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
    if not 1 <= arguments.fps <= 60 or not 0 < arguments.pace <= 20:
        raise UserError("--fps goes from 1 to 60 and --pace from 0 to 20.")
    if not 1 <= max(arguments.robots, len(arguments.replay)) <= MOST_ROBOTS:
        raise UserError(f"--robots goes from 1 to {MOST_ROBOTS}: the table is small.")
    entries = [timetable.entry_of(words) for words in arguments.fault]
    if arguments.faults is not None:
        entries += timetable.read_timetable(arguments.faults)
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    for library in ("OPENBLAS", "OMP", "MKL"):  # read when numpy is imported: one core is enough
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    with ExitStack() as stack:
        folder = arguments.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="vector-simulator-"))
        )
        asyncio.run(_serve(arguments, folder, entries))
    return 0


async def _serve(arguments: argparse.Namespace, folder: Path, entries: list[Entry]) -> None:
    import cv2

    from labeler.simulator.company import Company
    from labeler.simulator.playback import Playback
    from labeler.simulator.recording import Recording
    from labeler.simulator.server import RunningServer

    cv2.setNumThreads(1)
    extra = {"guid": arguments.guid} if arguments.guid else {}
    playbacks = [Playback(Recording(path)) for path in arguments.replay]
    robots = len(playbacks) or arguments.robots
    identities = numbered(Identity(arguments.name, arguments.serial, **extra), robots)
    setting = Setting(arguments.room, arguments.table, arguments.hour, arguments.clutter)
    tell = _say if arguments.log else _keep_quiet
    company = Company(
        identities, arguments.seed, arguments.fps, arguments.pace, setting, tell, playbacks
    )
    if arguments.record is not None:
        company.record(arguments.record)
    server = RunningServer(company, folder, arguments.port)
    also = sdk_folder() if arguments.install else None
    ready = await server.start(also)
    stopped = _stop_signals()
    obey = partial(_obey, company, tell)
    timed: list[asyncio.Task[None]] = []

    def follow(words: str) -> None:
        timed[:] = [task for task in timed if not task.done()] + _ordered(obey, words)

    if arguments.exit_with_stdin:
        _follow_stdin(stopped, follow)
    awake = await company.awake(stopped)
    timed += timetable.begin(entries, obey)
    if awake:
        _say(ready)
    await server.run_until(stopped)
    for task in timed:
        task.cancel()


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _keep_quiet(line: dict[str, Any]) -> None:
    pass


def _ordered(obey: Callable[[str], None], words: str) -> list[asyncio.Task[None]]:
    """A line from standard input: faults as on the command line, counted from now."""
    try:
        return timetable.begin([timetable.entry_of(words)], obey)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return []


def _obey(company: Company, tell: Callable[[dict[str, Any]], None], words: str) -> None:
    if company.obey(words):
        tell({"obeyed": words})
    else:
        sys.stderr.write(f"The simulated robot does not understand {words!r}.\n")


def _stop_signals() -> asyncio.Event:
    """Set by Ctrl+C and SIGTERM. signal.signal, because Windows' loops take no handlers."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
    return stopped


def _follow_stdin(stopped: asyncio.Event, obey: Callable[[str], None]) -> None:
    loop = asyncio.get_running_loop()

    def follow() -> None:
        # os.read instead of sys.stdin: a thread inside the latter's lock would break the exit.
        rest = b""
        while data := os.read(sys.stdin.fileno(), 4096):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                loop.call_soon_threadsafe(obey, line.decode("utf-8", "replace").strip())
        loop.call_soon_threadsafe(stopped.set)

    threading.Thread(target=follow, daemon=True, name="stdin").start()
