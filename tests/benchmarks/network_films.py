"""How the films of a real RTSP server are watched: first picture, age, rate and processor time.

python tests/benchmarks/network_films.py [--transport tcp|udp]

It wants ffmpeg with x264 and x265, and GStreamer's RTSP server in the system's Python; on Debian:
apt install ffmpeg python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good
gstreamer1.0-plugins-bad. A picture's age is from the moment it is sent to the moment it can be
shown: each has its number burnt in.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.cameras.base import Camera, CameraState, Frame
from labeler.cameras.network import NetworkCamera, read_address
from tests.script import LACKING, run

SYSTEM_PYTHON = "/usr/bin/python3"
_HAS_SERVER = "import gi; gi.require_version('GstRtspServer', '1.0')"
SECONDS = 10
WATCHED_S = 5.0
BLOCK, BITS = 16, 12
X264 = "-c:v libx264 -preset superfast -g 60"
X265 = "-c:v libx265 -preset ultrafast -x265-params log-level=error:bframes=0 -tag:v hvc1"
FILMS = {
    "h264-720p-30": ((1280, 720), 30, f"{X264} -profile:v baseline -b:v 4M"),
    "h264-1080p-5": ((1920, 1080), 5, f"{X264} -profile:v baseline -b:v 2M"),
    "h264-1080p-30": ((1920, 1080), 30, f"{X264} -profile:v baseline -b:v 8M"),
    "h264-1080p-30-b": ((1920, 1080), 30, f"{X264} -profile:v high -bf 3 -b:v 8M"),
    "h264-1080p-60": ((1920, 1080), 60, f"{X264} -profile:v main -bf 0 -b:v 12M"),
    "h264-4k-30": ((3840, 2160), 30, f"{X264} -profile:v main -bf 0 -b:v 25M"),
    "h265-720p-30": ((1280, 720), 30, f"{X265} -b:v 3M"),
    "jpeg-720p-30": ((1280, 720), 30, "-c:v mjpeg -pix_fmt yuvj420p -q:v 4 -huffman default"),
}


def make_film(path: Path, size: tuple[int, int], rate: int, words: str) -> None:
    width, height = size
    given = f"-f rawvideo -pix_fmt gray -s {width}x{height} -r {rate} -i -"
    command = f"ffmpeg -loglevel error {given} -pix_fmt yuv420p {words} {path}"
    rows, columns = np.mgrid[0:height, 0 : 2 * width]
    scene = ((columns // 8 + rows // 8) % 200 + 20).astype(np.uint8)
    with subprocess.Popen(command.split(), stdin=subprocess.PIPE) as ffmpeg:
        assert ffmpeg.stdin is not None
        for number in range(SECONDS * rate):
            begin = 4 * number % width
            pixels = scene[:, begin : begin + width].copy()
            for bit in range(BITS):
                pixels[:BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = 235 if number >> bit & 1 else 20
            ffmpeg.stdin.write(pixels.tobytes())


def number_in(frame: Frame) -> int:
    strip = Image.open(io.BytesIO(frame.data)).convert("L").crop((0, 0, BITS * BLOCK, BLOCK))
    pixels = np.asarray(strip)
    middle = BLOCK // 2
    return sum(1 << bit for bit in range(BITS) if pixels[middle, bit * BLOCK + middle] > 128)


def seconds_until(condition: Callable[[], object]) -> float:
    began = time.monotonic()
    while not condition() and time.monotonic() < began + 20:
        time.sleep(0.002)
    return round(time.monotonic() - began, 2)


def frames_of(camera: Camera, seconds: float) -> list[Frame]:
    frames: dict[int, Frame] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        frame = camera.latest()
        if frame is not None:
            frames.setdefault(frame.number, frame)
        time.sleep(0.002)
    return list(frames.values())


def begin_of(server: subprocess.Popen[str]) -> float:
    assert server.stdout is not None
    return float(server.stdout.readline())


def watch(film: str, rate: int, port: int, server: subprocess.Popen[str]) -> dict[str, object]:
    camera = NetworkCamera(read_address(f"rtsp://127.0.0.1:{port}/{film}"))
    camera.start()
    first = seconds_until(camera.latest)
    begin = begin_of(server)
    worked, began = time.process_time(), time.monotonic()
    frames = frames_of(camera, WATCHED_S)
    load = (time.process_time() - worked) / (time.monotonic() - began)
    closing = time.monotonic()
    camera.stop()
    closed = time.monotonic() - closing
    ages = [1000 * (each.received - begin - number_in(each) / rate) for each in frames]
    return {
        "film": film,
        "first_s": first,
        "age_ms": round(statistics.median(ages)),
        "age_ms_95": round(statistics.quantiles(ages, n=20)[-1]),
        "fps": round(len(frames) / WATCHED_S, 1),
        "cores": round(load, 2),
        "close_s": round(closed, 3),
    }


def disturb(film: str, port: int, server: subprocess.Popen[str]) -> dict[str, object]:
    camera = NetworkCamera(read_address(f"rtsp://127.0.0.1:{port}/{film}"))
    camera.start()
    seconds_until(camera.latest)
    server.send_signal(signal.SIGSTOP)
    noticed = seconds_until(lambda: camera.status().state is CameraState.LOST)
    server.send_signal(signal.SIGCONT)
    back = seconds_until(lambda: camera.status().state is CameraState.LIVE)
    camera.stop()
    return {"film": film, "frozen_noticed_s": noticed, "back_s": back}


def lacking() -> str:
    """What is missing, for the person; empty where all is there."""
    if not shutil.which("ffmpeg"):
        return "ffmpeg"
    found = subprocess.run([SYSTEM_PYTHON, "-c", _HAS_SERVER], check=False, capture_output=True)
    return "" if found.returncode == 0 else "GStreamer's RTSP server for the system's Python"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transport", choices=("tcp", "udp"), default="tcp")
    parser.add_argument("--port", type=int, default=8554)
    asked = parser.parse_args()
    missing = lacking()
    if missing:
        sys.stdout.write(f"Not measured: {missing} is missing. --help says how to get it.\n")
        return LACKING
    with tempfile.TemporaryDirectory() as folder:
        for film, (size, rate, words) in FILMS.items():
            make_film(Path(folder) / f"{film}.mov", size, rate, words)
        sys.stderr.write("The films are made.\n")
        script = Path(__file__).with_name("gstreamer_server.py")
        command = [SYSTEM_PYTHON, str(script), folder, str(asked.port), asked.transport]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            server.stdout.readline()
            for film, (_, rate, _) in FILMS.items():
                told = watch(film, rate, asked.port, server)
                sys.stdout.write(json.dumps(told) + "\n")
                sys.stdout.flush()
            sys.stdout.write(json.dumps(disturb("h264-1080p-30", asked.port, server)) + "\n")
            server.kill()
    return 0


if __name__ == "__main__":
    run(main)
