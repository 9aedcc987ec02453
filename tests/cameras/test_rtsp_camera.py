"""A camera that speaks RTSP, as OpenCV's FFmpeg really plays it."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any
from urllib.request import parse_http_list, parse_keqv_list

import numpy as np
import pytest
from PIL import Image

from labeler.cameras import network, network_film
from labeler.cameras.base import CameraState
from labeler.cameras.network import NetworkCamera, read_address
from labeler.cameras.network_film import Backlog, FilmStream, Pace
from labeler.cameras.network_login import authorization
from labeler.cameras.network_look import look, why_closed
from labeler.cameras.presence import Presence
from tests.cameras.camera_waits import (
    PATIENCE,
    frames_of,
    python_environment,
    wait_for_state,
    wait_until,
)
from tests.cameras.rtsp_stand_in import RtspStandIn


def picture(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def phone() -> Iterator[RtspStandIn]:
    with RtspStandIn(picture(320, 240)) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_known", {})
    monkeypatch.setattr(network, "OPEN_TIMEOUT", 20.0)  # on a crowded machine
    monkeypatch.setattr(network, "SILENCE", 0.5)
    monkeypatch.setattr(network, "PAUSES", (0.05,))


@pytest.fixture
def watching() -> Iterator[list[NetworkCamera]]:
    cameras: list[NetworkCamera] = []
    yield cameras
    for camera in cameras:
        camera.stop(5.0)


def watch(address: str, watching: list[NetworkCamera]) -> NetworkCamera:
    camera = NetworkCamera(read_address(address))
    watching.append(camera)
    camera.start()
    return camera


def size_of(camera: NetworkCamera) -> tuple[int, int]:
    frame = camera.latest()
    return Image.open(io.BytesIO(frame.data)).size if frame is not None else (0, 0)


def test_it_plays_over_tcp_and_goes_on_when_the_size_changes(
    phone: RtspStandIn, watching: list[NetworkCamera]
) -> None:
    camera = watch(f"rtsp://127.0.0.1:{phone.port}/live", watching)
    shown = Image.open(io.BytesIO(frames_of(camera, 3)[-1].data)).convert("L")
    assert shown.size == (320, 240)
    middle, corner = shown.getpixel((160, 120)), shown.getpixel((2, 2))
    assert isinstance(middle, int)
    assert isinstance(corner, int)
    assert middle < 10 < 240 < corner  # the very picture
    assert "interleaved" in next(each for each in phone.asked if each.startswith("RTP/"))
    phone.jpeg = picture(160, 128)
    wait_until(lambda: size_of(camera) == (160, 128))
    phone.jpeg = picture(320, 240)
    assert "fpsprobesize" not in os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"]  # a video needs it


def test_a_stall_is_noticed_and_a_switched_off_camera_comes_back(
    phone: RtspStandIn, watching: list[NetworkCamera]
) -> None:
    camera = watch(f"rtsp://127.0.0.1:{phone.port}/live", watching)
    frames_of(camera, 1)
    phone.freeze()
    assert "gives no picture any more" in wait_for_state(camera, CameraState.LOST).message
    phone.thaw()
    wait_for_state(camera, CameraState.LIVE)
    phone.switch_off()
    wait_until(lambda: "refuses the connection" in camera.status().message)
    phone.switch_on()
    wait_for_state(camera, CameraState.LIVE)


def test_a_wrong_path_and_a_missing_password_are_told(
    phone: RtspStandIn, watching: list[NetworkCamera], monkeypatch: pytest.MonkeyPatch
) -> None:
    host = f"127.0.0.1:{phone.port}"
    lost = watch(f"rtsp://{host}/film", watching)
    assert "has no picture at /film" in wait_for_state(lost, CameraState.FAILED).message
    monkeypatch.setattr(phone, "password", "s3cret/pass")
    refused = watch(f"rtsp://{host}/live", watching)
    assert "wants a name and a password" in wait_for_state(refused, CameraState.FAILED).message
    frames_of(watch(f"rtsp://ann:s3cret%2Fpass@{host}/live", watching), 1)


def test_a_program_that_leaves_while_it_plays_ends_as_it_should(phone: RtspStandIn) -> None:
    program = f"""
from labeler.cameras.network import NetworkCamera, read_address
from tests.cameras.camera_waits import frames_of
camera = NetworkCamera(read_address("rtsp://127.0.0.1:{phone.port}/live"))
camera.start()
frames_of(camera, 1)
"""
    words = [sys.executable, "-c", program]
    assert subprocess.run(words, env=python_environment(), check=False).returncode == 0


def test_old_pictures_are_left_out_until_the_newest_is_there() -> None:
    backlog = Backlog()
    now = [number / 30 for number in range(30)]
    assert all(backlog.is_worth_showing(each, 100 + each) for each in now)
    late = [backlog.is_worth_showing(1 + number / 30, 105 + number / 300) for number in range(150)]
    assert sum(late[8:120]) <= 1  # it took half a second to come to the newest
    assert all(late[125:])
    assert all(backlog.is_worth_showing(6 + each, 106 + each) for each in now)


def test_what_comes_in_pieces_is_shown_at_the_pace_it_was_taken() -> None:
    pace = Pace()
    assert pace.seconds_to(7.0, 100.0) == 0.0
    assert pace.seconds_to(7.5, 100.1) == pytest.approx(0.4)
    assert pace.seconds_to(8.0, 103.0) == 0.0  # late: all that follow are put off
    assert pace.seconds_to(8.5, 103.1) == pytest.approx(0.4)
    assert pace.seconds_to(0.0, 103.5) == pace.seconds_to(60.0, 103.6) == 0.0  # its clock jumped


@pytest.mark.parametrize("pace", [0.0, 0.5, -1.0])
def test_a_camera_whose_clock_is_wrong_shows_all_its_pictures(pace: float) -> None:
    backlog = Backlog()
    assert all(backlog.is_worth_showing(pace * each / 30, each / 30) for each in range(300))


def test_a_stream_has_time_to_its_first_key_frame_and_two_seconds_from_then_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Capture:
        """Nothing twice, a picture, and one that FFmpeg gives away when nothing more comes."""

        waits = iter([(2.0, False), (2.0, False), (0.03, True), (2.0, True)])

        def grab(self) -> bool:
            seconds, is_there = next(self.waits)
            if seconds < 2.0:
                is_seen.clear()
            else:
                assert is_seen.wait(PATIENCE)
            clock.now += seconds
            return is_there

        def get(self, _property: int) -> float:
            return 0.0

        def retrieve(self) -> tuple[bool, Any]:
            return True, np.zeros((8, 8, 3), np.uint8)

        def release(self) -> None:
            """Nothing to give back."""

    class Clock:
        now = 100.0

        def monotonic(self) -> float:
            return self.now

    clock, is_seen = Clock(), threading.Event()
    is_seen.set()
    monkeypatch.setattr(network_film, "time", clock)
    capture: Any = Capture()
    stream = FilmStream(capture, silence=2.0)
    assert stream.next() is not None
    is_seen.set()
    assert stream.next() is None


def test_a_look_at_it_asks_for_no_picture(phone: RtspStandIn) -> None:
    phone.asked.clear()
    assert look(read_address(f"rtsp://127.0.0.1:{phone.port}/live")).presence is Presence.READY
    assert phone.asked == []


def test_a_camera_that_wants_no_password_in_plain_text_gets_none(
    phone: RtspStandIn, watching: list[NetworkCamera], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone, "password", "s3cret")
    monkeypatch.setattr(phone, "wants_digest", True)
    who = f"rtsp://ann:s3cret@127.0.0.1:{phone.port}"
    frames_of(watch(f"{who}/live", watching), 1)
    assert "has no picture at /film" in why_closed(read_address(f"{who}/film"), 3.0)
    assert "wants a name" in why_closed(read_address(who.replace("s3cret", "wr0ng")), 3.0)


def test_a_camera_that_hangs_up_on_who_has_no_password_is_asked_again(
    phone: RtspStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone, "password", "s3cret")
    monkeypatch.setattr(phone, "wants_digest", True)
    monkeypatch.setattr(phone, "hangs_up", True)
    address = read_address(f"rtsp://ann:s3cret@127.0.0.1:{phone.port}/film")
    assert "has no picture at /film" in why_closed(address, 3.0)


def test_a_challenge_with_an_empty_or_an_unquoted_value_is_answered() -> None:
    told = authorization("ann", "pw", "GET", "/", ["Digest realm=r, nonce=YWI=, opaque="])
    assert told is not None
    assert 'nonce="YWI="' in told
    assert "opaque" not in told


def test_a_digest_is_made_as_its_standard_says() -> None:
    challenges = ['Basic realm="x"', 'Digest realm="a, b", nonce="n", qop="auth-int, auth"']
    told = authorization("ann", "pw", "GET", "/video", challenges)
    assert told is not None
    assert "pw" not in told
    fields = parse_keqv_list(parse_http_list(told.removeprefix("Digest ")))
    who, what = (hashlib.md5(each).hexdigest() for each in (b"ann:a, b:pw", b"GET:/video"))
    words = f"{who}:n:00000001:{fields['cnonce']}:auth:{what}"
    assert fields["response"] == hashlib.md5(words.encode()).hexdigest()
    unknown = 'Digest realm="x", nonce="n", algorithm=MD5-sess'
    assert authorization("ann", "pw", "GET", "/", [unknown]) is None
    assert authorization("ann", "pw", "GET", "/", [unknown, "basic"]) == "Basic YW5uOnB3"
