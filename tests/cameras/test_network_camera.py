"""A phone's camera by its address: seen, lost and found again, its password shown nowhere."""

from __future__ import annotations

import io
import logging
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from PIL import Image

from labeler.cameras import network
from labeler.cameras.base import CameraState
from labeler.cameras.catalogue import list_cameras, open_camera
from labeler.cameras.network import NetworkAddress, NetworkCamera, forget_address, read_address
from labeler.cameras.network_book import MOST, remember, remembered
from labeler.cameras.network_look import look, look_at_network, why_closed
from labeler.cameras.presence import Presence, Sighting
from labeler.commands.capture import camera_named
from labeler.errors import UserError
from tests.cameras.camera_waits import frames_of, wait_for_state, wait_until
from tests.cameras.network_stand_in import NetworkCameraStandIn


@pytest.fixture(scope="module")
def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (320, 240), (200, 40, 40)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@pytest.fixture
def phone(jpeg: bytes) -> Iterator[NetworkCameraStandIn]:
    with NetworkCameraStandIn(jpeg) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_known", {})
    monkeypatch.setattr(network, "OPEN_TIMEOUT", 20.0)  # on a crowded machine


@pytest.fixture
def watching() -> Iterator[list[NetworkCamera]]:
    cameras: list[NetworkCamera] = []
    yield cameras
    for camera in cameras:
        camera.stop(5.0)


def watch(address: str, watching: list[NetworkCamera]) -> NetworkCamera:
    camera = open_camera(f"network:{address}")
    assert isinstance(camera, NetworkCamera)
    watching.append(camera)
    camera.start()
    return camera


def test_a_phone_gives_pictures_and_comes_back_after_it_hung_up(
    phone: NetworkCameraStandIn, watching: list[NetworkCamera]
) -> None:
    phone.ends_after = 4
    camera = watch(f"{phone.host}/video", watching)
    frame = frames_of(camera, 3)[-1]
    assert Image.open(io.BytesIO(frame.data)).size == (320, 240)
    assert camera.name == f"network camera {phone.host}"
    status = wait_for_state(camera, CameraState.LOST)
    assert "gives no picture any more. Trying again." in status.message
    wait_until(lambda: phone.visits > 1)
    wait_until(lambda: (newest := camera.latest()) and newest.number > frame.number + 1)


def test_a_phone_that_froze_is_noticed_and_asked_again_at_a_word(
    phone: NetworkCameraStandIn,
    watching: list[NetworkCamera],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(network, "PAUSES", (60.0,))
    monkeypatch.setattr(network, "SILENCE", 1.0)
    camera = watch(f"{phone.host}/video", watching)
    frames_of(camera, 2)
    phone.freeze()
    status = wait_for_state(camera, CameraState.LOST)
    assert status.retry_at is not None
    phone.thaw()
    camera.retry_now()
    wait_for_state(camera, CameraState.LIVE)


def test_name_and_password_open_it_and_are_shown_nowhere(
    phone: NetworkCameraStandIn,
    watching: list[NetworkCamera],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    phone.password = "s3cret/pass"
    refused = watch(f"http://ann:wr0ng@{phone.host}/video", watching)
    message = wait_for_state(refused, CameraState.FAILED).message
    assert "wants a name and a password" in message
    camera = watch(f"http://ann:s3cret%2Fpass@{phone.host}/video?token=hidden", watching)
    frames_of(camera, 1)
    again = watch(f"http://{phone.host}/video", watching)  # from the list, without the password
    frames_of(again, 1)
    printed = capfd.readouterr()
    shown = [message, camera.name, repr(camera.address), camera.address.url, caplog.text]
    for secret in ("s3cret", "wr0ng", "hidden", "ann"):
        assert secret not in " ".join([*shown, printed.out, printed.err, *map(str, list_cameras())])


def test_each_reason_for_no_picture_has_its_sentence(phone: NetworkCameraStandIn) -> None:
    assert "has no picture at /film" in why_closed(read_address(f"{phone.host}/film"), 3.0)
    assert "sends nothing that is a video" in why_closed(read_address(f"{phone.host}/video"), 3.0)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert "refuses the connection" in why_closed(
        read_address(f"rtsp://127.0.0.1:{port}/live"), 3.0
    )
    assert "cannot be reached" in why_closed(read_address("http://no-phone.invalid/video"), 3.0)


def test_a_phone_that_accepts_and_says_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "OPEN_TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = read_address(f"127.0.0.1:{silent.getsockname()[1]}")
        assert network.open_stream(address) is None
        assert "does not answer" in why_closed(address, 0.3)
        assert look(address, 0.3).presence is Presence.READY  # busy with its one viewer, perhaps


def test_only_addresses_of_cameras_are_opened_and_none_is_repeated(tmp_path: Path) -> None:
    for text in ("file:///etc/passwd", "ftp://ann:pw@host/x", "http://", "http://host:port/x"):
        with pytest.raises(UserError, match="no address of a network camera") as caught:
            open_camera(f"network:{text}")
        assert "pw" not in str(caught.value)
    with pytest.raises(UserError) as caught:
        open_camera("gopher://ann:pw@host")
    assert "pw" not in str(caught.value)


def test_the_shell_takes_an_address_as_it_is() -> None:
    camera = camera_named("rtsp://ann:pw@192.168.1.9/live")
    assert isinstance(camera, NetworkCamera)
    assert camera.address == NetworkAddress("rtsp://192.168.1.9/live", "ann", "pw")
    assert camera.address.secret_url == "rtsp://ann:pw@192.168.1.9/live"


def test_a_look_tells_how_a_phone_is_and_asks_for_no_picture(phone: NetworkCameraStandIn) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    here, gone = read_address(f"{phone.host}/video"), read_address(f"127.0.0.1:{port}/video")
    told: list[Mapping[str, Sighting]] = []
    seen = look_at_network([here, gone], told.append, lambda: False)
    assert told[-1] == seen
    assert seen[here.url] == Sighting(Presence.READY)
    assert seen[gone.url].presence is Presence.NOT_THERE
    assert "refuses the connection" in seen[gone.url].sentence
    phone.password = "s3cret"
    assert look(here).presence is Presence.NEEDS_PASSWORD
    assert look(read_address(here.url, "ann", "s3cret")).presence is Presence.READY
    assert phone.visits == 0


def test_what_is_remembered_for_the_next_start_has_no_secret(isolated_home: Path) -> None:
    address = read_address("rtsp://ann:s3cret@10.0.0.2/live/user=ann_password=s3cret_1.sdp?key=7")
    assert address.url == "rtsp://10.0.0.2/live/"
    assert address.secret_url.endswith("10.0.0.2/live/user=ann_password=s3cret_1.sdp?key=7")
    remember(address.url)
    remember(address.url)
    remember("http://ann:s3cret@10.0.0.3/video")
    remember("http://10.0.0.3/video?key=s3cret")
    assert remembered() == ["rtsp://10.0.0.2/live/"]
    files = [path for path in isolated_home.rglob("*") if path.is_file()]
    assert [b"s3cret" in path.read_bytes() for path in files] == [False]
    (choice,) = (each for each in list_cameras() if each.id.startswith("network:rtsp"))
    assert (choice.name, choice.detail) == ("10.0.0.2", "rtsp://10.0.0.2/live/")
    forget_address(address.url)
    assert remembered() == []
    assert read_address(address.url).password == ""


def test_the_oldest_address_makes_room_and_a_damaged_list_is_an_empty_one(
    isolated_home: Path,
) -> None:
    for number in range(MOST + 2):
        remember(f"http://10.0.0.{number}/video")
    assert remembered() == [f"http://10.0.0.{number}/video" for number in range(2, MOST + 2)]
    (file,) = (path for path in isolated_home.rglob("*") if path.is_file())
    for text in ('["http://ann:pw@10.0.0.1/", 5, "no address"]', "{", '{"a": 1}', "[" * 99999):
        file.write_text(text, encoding="utf-8")
        assert remembered() == []


def test_two_cameras_of_one_host_are_told_apart_by_their_paths(isolated_home: Path) -> None:
    remember("http://10.0.0.2/left")
    remember("http://10.0.0.2/right")
    names = [each.name for each in list_cameras() if each.kind == "network"]
    assert names == ["10.0.0.2/left", "10.0.0.2/right", "Network camera…"]
