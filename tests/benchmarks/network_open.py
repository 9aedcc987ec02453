"""How long a network camera takes from its choice to its first picture, at different frame rates.

python tests/benchmarks/network_open.py
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.cameras.network import NetworkCamera, read_address
from tests.cameras import network_stand_in, rtsp_stand_in
from tests.cameras.test_rtsp_camera import picture
from tests.script import run

JPEG = picture(640, 480)


def seconds_to_picture(url: str) -> float:
    camera = NetworkCamera(read_address(url))
    began = time.monotonic()
    camera.start()
    while camera.latest() is None:
        time.sleep(0.002)
    took = time.monotonic() - began
    camera.stop()
    return round(took, 2)


def main() -> None:
    for rate in (30, 15, 5, 2):
        network_stand_in.FRAME_S = rtsp_stand_in.FRAME_S = 1 / rate
        with (
            rtsp_stand_in.RtspStandIn(JPEG) as rtsp,
            network_stand_in.NetworkCameraStandIn(JPEG) as web,
        ):
            seconds_to_picture(f"rtsp://127.0.0.1:{rtsp.port}/live")  # OpenCV is loaded once
            told = {
                "fps": rate,
                "rtsp_s": seconds_to_picture(f"rtsp://127.0.0.1:{rtsp.port}/live"),
                "http_s": seconds_to_picture(f"http://{web.host}/video"),
            }
        sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    run(main)
