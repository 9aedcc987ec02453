"""What the simulated camera costs: CPU milliseconds a frame, and the share of a core at 15 fps.

Run: python tests/benchmarks/simulator_cost.py [--seeds 4] [--frames 60]
Prints one JSON object. Drawing alone runs in this process; the whole server (drawing, JPEG, TLS,
gRPC) is measured in a process of its own while a raw client takes every frame.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

os.environ.setdefault("GRPC_VERBOSITY", "NONE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the simulator's own process has it

import cv2

from labeler.simulator.render import Renderer
from labeler.simulator.world import World
from tests.script import run
from tests.simulator.simulator_process import SimulatorProcess

FPS = 15
CLOCK_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=8.0, help="of a whole server")
    words = parser.parse_args()
    cv2.setNumThreads(1)
    small = [cost for seed in range(words.seeds) for cost in drawing(seed, words.frames, 640, 360)]
    large = list(drawing(0, max(5, words.frames // 6), 1280, 720))
    figures: dict[str, Any] = {
        "draw_and_encode_640x360_cpu_ms": spread(small),
        "draw_and_encode_1280x720_cpu_ms": spread(large),
        "core_share_drawing_at_15_fps": round(statistics.mean(small) * FPS / 1000, 3),
        "core_share_whole_server_at_15_fps": whole_server(seconds=words.seconds),
        "core_share_two_robots_at_15_fps": whole_server(seconds=words.seconds, robots=2),
        "load_average": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
    }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return 0


def drawing(seed: int, frames: int, width: int, height: int) -> Iterator[float]:
    """CPU milliseconds of each frame, six ticks of the world apart. The first one is left out."""
    world, renderer = World(seed), Renderer(seed)
    renderer.photograph(world.scene(), width, height)
    for _ in range(frames):
        for _ in range(6):
            world.step(1 / FPS)
        began = time.thread_time()
        renderer.photograph(world.scene(), width, height)
        yield 1000 * (time.thread_time() - began)


def spread(costs: list[float]) -> dict[str, float]:
    ordered = sorted(costs)
    return {
        "p50": round(statistics.median(ordered), 1),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
        "mean": round(statistics.mean(ordered), 1),
    }


def whole_server(seconds: float, robots: int = 1) -> float | None:
    """CPU seconds a second of the server's process, a feed of each robot being watched. None where
    /proc is missing."""
    simulator = SimulatorProcess("--robots", str(robots))
    stat = Path(f"/proc/{simulator.process.pid}/stat")
    if not stat.exists():
        simulator.end()
        return None
    with tempfile.TemporaryDirectory() as home:
        os.environ["HOME"] = home
        folder = Path(home) / ".anki_vector"
        folder.mkdir(exist_ok=True)
        config = Path(simulator.ready["config"]).read_text(encoding="utf-8")
        (folder / "sdk_config.ini").write_text(config, encoding="utf-8")
        share = _under_feed(simulator, stat, seconds)
    simulator.end()
    return round(share, 3)


def _under_feed(simulator: SimulatorProcess, stat: Path, seconds: float) -> float:
    from tests.simulator.simulator_process import Client

    clients = [Client(robot) for robot in simulator.ready["robots"]]
    feeds = [client.feed() for client in clients]
    for feed in feeds:
        feed.wait_for(3)
    before, began = _cpu(stat), time.monotonic()
    feeds[0].wait_for(round(seconds * FPS))
    share = (_cpu(stat) - before) / (time.monotonic() - began)
    for feed, client in zip(feeds, clients, strict=True):
        feed.end()
        client.close()
    return share


def _cpu(stat: Path) -> float:
    fields = stat.read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


if __name__ == "__main__":
    run(main)
