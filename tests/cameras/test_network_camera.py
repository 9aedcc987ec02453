"""A phone's camera by its address: seen, lost and found again, its password shown nowhere."""

from __future__ import annotations

import io
import json
import logging
import socket
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from labeler.cameras import network, network_book, network_look, network_web
from labeler.cameras.base import CameraState
from labeler.cameras.catalogue import list_cameras, open_camera
from labeler.cameras.network import NetworkCamera, forget_address, read_address
from labeler.cameras.network_address import NetworkAddress
from labeler.cameras.network_book import remember, remembered
from labeler.cameras.network_look import look, look_at_network, why_closed
from labeler.cameras.network_stream import Stream
from labeler.cameras.presence import Presence, Sighting
from labeler.commands.capture import camera_named
from labeler.errors import UserError
from tests.cameras.camera_waits import PATIENCE, frames_of, wait_for_state, wait_until
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
    assert frame.data == phone.jpeg  # as the camera made it
    assert camera.name == f"network camera {phone.host}"
    status = wait_for_state(camera, CameraState.LOST)
    assert "gives no picture any more. Trying again." in status.message
    wait_until(lambda: phone.visits > 1)
    wait_until(lambda: (newest := camera.latest()) and newest.number > frame.number + 1)


MULTIPART = 'multipart/x-mixed-replace;boundary="--a"'


@pytest.mark.parametrize(
    ("kind", "wrapping"),
    [
        (MULTIPART, ("--a\r\n", "Content-Type: image/jpeg\r\n\r\n", "\r\n--a\r\n")),
        (MULTIPART, ("", "Content-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", "\r\n--a\r\n")),
        (MULTIPART, ("", "--a\nContent-Type: image/jpg\nContent-Length: 9{}\n\n", "\n")),
        ("application/octet-stream", ("", "--a\r\n\r\n", "\r\n")),
        ("video/x-jpeg", ("", "", "")),
    ],
)
def test_each_app_may_wrap_its_pictures_as_it_likes(
    phone: NetworkCameraStandIn,
    watching: list[NetworkCamera],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    wrapping: tuple[str, str, str],
) -> None:
    monkeypatch.setattr(phone, "kind", kind)
    monkeypatch.setattr(phone, "wrapping", wrapping)
    frames = frames_of(watch(f"{phone.host}/video", watching), 2)
    assert {each.data for each in frames} == {phone.jpeg}


def test_what_flows_without_a_picture_is_told(
    phone: NetworkCameraStandIn,
    watching: list[NetworkCamera],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(network_web, "SLOWEST", 0.1)
    monkeypatch.setattr(phone, "jpeg", b"GIF89a")
    status = wait_for_state(watch(f"{phone.host}/video", watching), CameraState.LOST)
    assert "gives no picture. Trying again." in status.message


def test_a_camera_with_one_picture_an_answer_is_asked_again(
    phone: NetworkCameraStandIn, watching: list[NetworkCamera]
) -> None:
    camera = watch(f"{phone.host}/shot", watching)
    assert frames_of(camera, 2)[-1].data == phone.jpeg
    assert camera.status().state is CameraState.LIVE


def test_a_camera_that_is_just_being_opened_is_let_go_at_once(
    watching: list[NetworkCamera],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        camera = watch(f"127.0.0.1:{silent.getsockname()[1]}", watching)
        with silent.accept()[0]:
            camera.stop(PATIENCE)
    assert camera._thread is not None
    assert not camera._thread.is_alive()


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
    assert len(phone.asked) == 2  # without one, and once with the wrong one: some lock out
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
    phone.kind = "text/html; charset=utf-8"
    assert "shows a web page at /video." in why_closed(read_address(f"{phone.host}/video"), 3.0)
    phone.refusal = 503
    assert "is busy" in why_closed(read_address(f"{phone.host}/video"), 3.0)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert "refuses the connection" in why_closed(
        read_address(f"rtsp://127.0.0.1:{port}/live"), 3.0
    )
    assert "cannot be reached" in why_closed(read_address("http://no-phone.invalid/video"), 3.0)


def test_a_phone_that_accepts_and_says_nothing_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = read_address(f"127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(UserError, match="does not answer"):
            vars(network)["open_stream"](address, 0.3, 1.0)
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


@pytest.mark.parametrize(
    "text",
    ["rtsp://admin:12/34@192.168.1.9/s", "admin:12?34@192.168.1.9/s", "admin:12#34@192.168.1.9/s"],
)
def test_a_password_that_ends_the_host_too_early_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(UserError, match="fields of their own") as caught:
        read_address(text)
    assert "34" not in f"{caught.value} {caught.value.in_shell}"
    assert network._known == {}
    assert read_address("rtsp://ann:pw@10.0.0.2/@live").url == "rtsp://10.0.0.2/@live"
    assert read_address("http://10.0.0.2/video?user=a@b").rest == "?user=a@b"


def test_what_is_not_typed_again_is_kept_from_before() -> None:
    url = "http://10.0.0.2/video"
    read_address(f"{url}?key=7")
    address = read_address(url, "ann", "s3cret")
    assert address.secret_url == "http://ann:s3cret@10.0.0.2/video?key=7"
    assert read_address(f"{url}?key=8", known=address.id) == NetworkAddress(
        url, "ann", "s3cret", "?key=8"
    )
    assert read_address(url, password="new").secret_url.startswith("http://ann:new@")
    assert read_address(url, "bob").password == ""  # another's is not told
    assert read_address("10.0.0.2/video").user == "bob"


def test_two_channels_of_one_recorder_are_two_cameras_and_one_line_on_the_disk() -> None:
    url = "http://10.0.0.2/video"
    one = read_address("http://ann:s3cret@10.0.0.2/video?channel=1")
    two = read_address(f"{url}?channel=2")
    assert (two.rest, two.user, two.password) == ("?channel=2", "ann", "s3cret")
    remember(one.url)
    remember(two.id)  # no url
    choices = [each for each in list_cameras() if each.kind == "network"][:-1]
    assert [each.name for each in choices] == ["10.0.0.2/video", "10.0.0.2/video (2)"]
    assert {each.detail for each in choices} == {url}
    for choice, address in zip(choices, (one, two), strict=True):
        camera = open_camera(choice)
        assert isinstance(camera, NetworkCamera)
        assert camera.address == address
    assert read_address(url, known=two.id) == two  # its dialog shows no number
    forget_address(one.id)
    assert remembered() == [url]
    assert read_address(url) == two
    forget_address(two.id)
    assert remembered() == []


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
    assert phone.visits == 0


def test_a_look_sends_no_secret_so_that_a_wrong_one_shuts_nobody_out(
    phone: NetworkCameraStandIn,
) -> None:
    phone.password = "s3cret"
    url = f"http://{phone.host}/video"
    assert look(read_address(url)).presence is Presence.NEEDS_PASSWORD
    assert look(read_address(f"{url}?key=wr0ng")).presence is Presence.READY
    assert look(read_address(url, "ann", "wr0ng")).presence is Presence.READY
    assert set(phone.asked) == {("/video", None)}


def test_a_look_that_fails_for_one_camera_tells_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def look(address: NetworkAddress, _timeout: float) -> Sighting:
        if address.host == "10.0.0.1":
            raise IndexError(address.host)
        return Sighting(Presence.READY)

    monkeypatch.setattr(network_look, "look", look)
    addresses = [read_address(f"10.0.0.{number}/video") for number in (1, 2)]
    told: list[Mapping[str, Sighting]] = []
    with pytest.raises(IndexError):
        look_at_network(addresses, told.append, lambda: False)
    assert told[-1] == {addresses[1].id: Sighting(Presence.READY)}


def test_a_challenge_of_one_connection_is_answered_over_that_very_connection() -> None:
    class Visit(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            nonces.append(f"nonce-{len(nonces)}")
            self.nonce = nonces[-1]

        def do_GET(self) -> None:
            is_known = self.nonce in (self.headers["Authorization"] or "")
            self.send_response(404 if is_known else 401)
            self.send_header("WWW-Authenticate", f'Digest realm="r", nonce="{self.nonce}"')
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"page")

        def log_message(self, *words: object) -> None:
            """Not on stderr."""

    nonces: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Visit) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        address = read_address(f"http://ann:pw@127.0.0.1:{server.server_address[1]}/film")
        assert "has no picture at /film" in why_closed(address, 3.0)
        server.shutdown()


def test_what_is_remembered_for_the_next_start_has_no_secret(isolated_home: Path) -> None:
    address = read_address("rtsp://ann:s3cret@10.0.0.2/live/user=ann_password=s3cret_1.sdp?key=7")
    assert address.url == "rtsp://10.0.0.2/live/"
    assert address.secret_url.endswith("10.0.0.2/live/user=ann_password=s3cret_1.sdp?key=7")
    remember(address.url)
    remember(address.url)
    remember("http://ann:s3cret@10.0.0.3/video")
    remember("http://10.0.0.3/video?key=s3cret")
    assert remembered() == ["rtsp://10.0.0.2/live/"]
    files = [path for path in isolated_home.rglob("network-cameras.*") if path.is_file()]
    assert [b"s3cret" in path.read_bytes() for path in files] == [False, False]
    (choice,) = (each for each in list_cameras() if each.id.startswith("network:rtsp"))
    assert (choice.name, choice.detail) == ("10.0.0.2", "rtsp://10.0.0.2/live/")
    forget_address(address.url)
    assert remembered() == []
    assert read_address(address.url).password == ""


def test_the_oldest_address_makes_room_and_a_damaged_list_is_an_empty_one(
    isolated_home: Path,
) -> None:
    for number in range(10):
        remember(f"http://10.0.0.{number}/video")
    assert remembered() == [f"http://10.0.0.{number}/video" for number in range(2, 10)]
    (file,) = isolated_home.rglob("network-cameras.json")
    unusable = ["ftp://10.0.0.1/", "http://10.0.0.1:99999/", "http://10.0.0.1/1@h", "10.0.0.1/v"]
    file.write_text(json.dumps([*unusable, "http://10.0.0.1/video"]), encoding="utf-8")
    assert remembered() == ["http://10.0.0.1/video"]
    for text in ('["http://ann:pw@10.0.0.1/", 5, "no address"]', "{", '{"a": 1}', "[" * 99999):
        file.write_text(text, encoding="utf-8")
        assert remembered() == []


def test_what_opens_while_the_camera_is_stopped_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Closable(Stream):
        is_closed = False

        def next(self) -> bytes | None:
            return None

        def wake(self) -> None:
            pass

        def close(self) -> None:
            self.is_closed = True

    stream, stop = Closable(), threading.Event()

    def opened(self: NetworkCamera, stop: threading.Event) -> Stream:
        stop.set()
        return stream

    monkeypatch.setattr(NetworkCamera, "_opened", opened)
    NetworkCamera(NetworkAddress("http://10.0.0.1/video"))._run(stop)
    assert stream.is_closed


def test_windows_that_remember_at_once_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_book, "PATIENCE", PATIENCE)
    urls = [f"http://10.0.0.{number}/video" for number in range(8)]
    threads = [threading.Thread(target=remember, args=(url,)) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(remembered()) == urls


def test_two_cameras_of_one_host_are_told_apart_by_their_paths(isolated_home: Path) -> None:
    remember("http://10.0.0.2/left")
    remember("http://10.0.0.2/right")
    names = [each.name for each in list_cameras() if each.kind == "network"]
    assert names == ["10.0.0.2/left", "10.0.0.2/right", "Network camera…"]
