"""A camera or wire-pod that speaks TLS is the one that it always was, or it is told nothing."""

from __future__ import annotations

import io
import json
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from PIL import Image

from labeler.cameras import network, server_trust
from labeler.cameras.base import CameraState
from labeler.cameras.faults import Cause, RobotError
from labeler.cameras.network import NetworkCamera, read_address
from labeler.cameras.network_look import why_closed
from labeler.cameras.network_opening import open_stream
from labeler.cameras.network_tunnel import TlsTunnel
from labeler.cameras.pod import read_pod, robots_of
from labeler.cameras.robots import RobotConfig
from labeler.cameras.server_trust import CertificateChangedError, agree, open_tls
from labeler.cameras.setup import Wish, set_up
from labeler.cli import main
from labeler.errors import UserError
from labeler.simulator.certificate import Certificate, make_certificate
from tests.cameras.camera_waits import frames_of, wait_for_state
from tests.cameras.network_stand_in import NetworkCameraStandIn
from tests.cameras.pod_stand_in import PodStandIn
from tests.cameras.rtsp_stand_in import RtspStandIn
from tests.cameras.tls import Authority

PASSWORD = "s3cret"


@pytest.fixture(scope="module")
def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (160, 128), (200, 40, 40)).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_known", {})
    for name in ("_news", "_refused", "_unkept"):
        monkeypatch.setattr(server_trust, name, {})
    monkeypatch.setattr(network, "OPEN_TIMEOUT", 20.0)  # on a crowded machine
    monkeypatch.setattr(network, "PAUSES", (0.05,))


Switch = Callable[[Certificate], NetworkCameraStandIn]


@pytest.fixture
def switch(jpeg: bytes) -> Iterator[Switch]:
    """Starts a camera with a password; a second one stands at the port of the first."""
    with ExitStack() as stack:
        running: list[NetworkCameraStandIn] = []

        def start(certificate: Certificate) -> NetworkCameraStandIn:
            port = 0
            if running:
                port = running[-1].port
                running[-1].__exit__(None, None, None)
            camera = NetworkCameraStandIn(jpeg, certificate, port)
            camera.password = PASSWORD
            running.append(stack.enter_context(camera))
            return camera

        yield start


def _address(camera: NetworkCameraStandIn | RtspStandIn, scheme: str = "https") -> str:
    path = "video" if scheme == "https" else "live"
    return f"{scheme}://ann:{PASSWORD}@127.0.0.1:{camera.port}/{path}"


@pytest.fixture
def watching() -> Iterator[list[NetworkCamera]]:
    cameras: list[NetworkCamera] = []
    yield cameras
    for camera in cameras:
        camera.stop(5.0)


def _watch(address: str, watching: list[NetworkCamera]) -> NetworkCamera:
    camera = NetworkCamera(read_address(address))
    watching.append(camera)
    camera.start()
    return camera


def _place(camera: NetworkCameraStandIn) -> tuple[str, int]:
    return "127.0.0.1", camera.port


def _known() -> dict[str, str]:
    read: dict[str, str] = json.loads(server_trust._file().read_text("utf-8"))
    return read


def test_a_certificate_of_its_own_is_said_once_and_remembered(
    switch: Switch, watching: list[NetworkCamera]
) -> None:
    phone = switch(make_certificate("phone"))
    camera = _watch(_address(phone), watching)
    assert frames_of(camera, 1)[-1].data == phone.jpeg
    message = wait_for_state(camera, CameraState.LIVE).message
    assert f"The certificate of {phone.host} is its own" in message
    assert "SHA-256 " in message
    assert _known() == {phone.host: _known()[phone.host]}
    again = _watch(_address(phone), watching)
    frames_of(again, 1)
    assert again.status().message == ""


def test_another_certificate_is_told_and_gets_no_password_until_the_person_agrees(
    switch: Switch, watching: list[NetworkCamera]
) -> None:
    frames_of(_watch(_address(switch(make_certificate("phone"))), watching), 1)
    watching[0].stop(5.0)
    impostor = switch(make_certificate("phone"))
    camera = _watch(_address(impostor), watching)
    status = wait_for_state(camera, CameraState.FAILED)
    assert status.cause is Cause.OTHER_CERTIFICATE
    assert "shows another certificate" in status.message
    assert "No password was sent." in status.message
    assert impostor.asked == []
    with pytest.raises(CertificateChangedError):
        why_closed(camera.address, 5.0)
    assert impostor.asked == []
    agree(_place(impostor))
    again = _watch(_address(impostor), watching)
    frames_of(again, 1)
    assert again.status().message == ""


def test_where_nothing_can_be_written_a_certificate_is_remembered_until_the_program_ends(
    switch: Switch,
) -> None:
    """As on a full disk: whoever stands in between later is told nothing all the same."""
    phone = switch(make_certificate("phone"))
    file = server_trust._file()
    part = file.with_name(f"{file.name}-{os.getpid()}.part")
    part.mkdir(parents=True)  # in the way of what is to be written
    with suppress(FileNotFoundError):
        file.unlink()
    try:
        open_tls(_place(phone), 5.0).close()
        assert not file.exists()
        open_tls(_place(phone), 5.0).close()
        impostor = switch(make_certificate("phone"))
        with pytest.raises(CertificateChangedError):
            open_tls(_place(impostor), 5.0)
        assert impostor.asked == []
    finally:
        part.rmdir()


def test_a_camera_that_changes_while_it_is_watched_is_told(
    switch: Switch, watching: list[NetworkCamera], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "SILENCE", 1.0)
    phone = switch(make_certificate("phone"))
    camera = _watch(_address(phone), watching)
    frames_of(camera, 1)
    impostor = switch(make_certificate("phone"))
    phone.ends_after = 1
    assert wait_for_state(camera, CameraState.FAILED).cause is Cause.OTHER_CERTIFICATE
    assert impostor.asked == []


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Authority:
    """One that this computer believes."""
    made = Authority()
    file = tmp_path / "authority.pem"
    file.write_bytes(made.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return made


def test_a_certificate_that_a_ca_vouches_for_needs_no_word_and_may_change(
    switch: Switch, authority: Authority, watching: list[NetworkCamera]
) -> None:
    camera = _watch(_address(switch(authority.certificate())), watching)
    frames_of(camera, 1)
    assert camera.status().message == ""
    camera.stop(5.0)
    frames_of(_watch(_address(switch(authority.certificate())), watching), 1)


@pytest.mark.parametrize("is_own", [True, False])
def test_who_was_verified_once_is_not_believed_without(
    switch: Switch, authority: Authority, *, is_own: bool
) -> None:
    phone = switch(authority.certificate())
    open_tls(_place(phone), 5.0).close()
    other = make_certificate("phone") if is_own else authority.certificate("127.0.0.9")
    impostor = switch(other)
    with pytest.raises(CertificateChangedError, match="one that was verified"):
        open_tls(_place(impostor), 5.0)


def test_a_known_camera_that_a_ca_vouches_for_now_is_believed(
    switch: Switch, authority: Authority
) -> None:
    own = switch(make_certificate("phone"))
    open_tls(_place(own), 5.0).close()
    open_tls(_place(switch(authority.certificate())), 5.0).close()


def test_a_damaged_list_of_certificates_is_told_and_nobody_is_believed_anew(
    switch: Switch,
) -> None:
    phone = switch(make_certificate("phone"))
    open_tls(_place(phone), 5.0).close()
    server_trust._file().write_text('{"127', "utf-8")
    with pytest.raises(RobotError, match="it is damaged"):
        open_stream(read_address(_address(phone)), 5.0, 1.0)
    assert phone.asked == []


def test_what_speaks_no_tls_has_its_sentence() -> None:
    with NetworkCameraStandIn(b"") as plain, pytest.raises(ssl.SSLError):
        open_tls(_place(plain), 5.0)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimeoutError):
        open_tls(("127.0.0.1", silent.getsockname()[1]), 0.3)
    with (
        NetworkCameraStandIn(b"") as plain,
        pytest.raises(UserError, match="sends nothing that is a video"),
    ):
        open_stream(read_address(_address(plain)), 5.0, 1.0)


# Through FFmpeg


@pytest.fixture
def film(jpeg: bytes) -> Iterator[RtspStandIn]:
    with RtspStandIn(jpeg, make_certificate("camera")) as running:
        running.password = PASSWORD
        running.wants_digest = True
        yield running


def test_rtsps_is_played_over_a_line_that_is_known(
    film: RtspStandIn, watching: list[NetworkCamera]
) -> None:
    camera = _watch(_address(film, "rtsps"), watching)
    frame = frames_of(camera, 2)[-1]
    assert Image.open(io.BytesIO(frame.data)).size == (160, 128)
    assert "is its own" in camera.status().message
    assert not [each for each in film.asked if each.startswith("RTP/AVP;")]  # nothing over UDP


def test_rtsps_with_another_certificate_gets_no_password(
    film: RtspStandIn, watching: list[NetworkCamera], jpeg: bytes
) -> None:
    server_trust._keep(("127.0.0.1", film.port), "0" * 64)
    camera = _watch(_address(film, "rtsps"), watching)
    assert wait_for_state(camera, CameraState.FAILED).cause is Cause.OTHER_CERTIFICATE
    assert film.asked == []
    with pytest.raises(CertificateChangedError):
        TlsTunnel(("127.0.0.1", film.port), 5.0)


def test_an_encrypted_address_that_a_camera_sends_one_on_to_is_told_not_followed(
    jpeg: bytes,
) -> None:
    with NetworkCameraStandIn(jpeg) as phone:
        phone.further = "https://ann:pw@10.0.0.9/film?key=s3cret"
        with pytest.raises(UserError, match=r"that one: https://10\.0\.0\.9/film$"):
            open_stream(read_address(f"http://{phone.host}/video"), 5.0, 1.0)


# wire-pod


def test_a_wire_pod_over_https_is_remembered_and_another_one_told(
    simulated_robot: RobotConfig,
) -> None:
    robot, steps = simulated_robot, []
    with PodStandIn(make_certificate("pod")) as pod:
        pod.robots = [(robot.serial, robot.address, "")]
        pod.certificates = {robot.serial: robot.cert.read_bytes()}
        wish = Wish(f"https://{pod.address}")
        set_up(wish, lambda _step, sentence: steps.append(sentence))
        assert "is its own" in " ".join(steps)
        place = read_pod(wish.pod)
        server_trust._keep((place.host, place.port), "0" * 64)
        with pytest.raises(CertificateChangedError):
            robots_of(place)


# In the shell


def test_the_shell_says_it_refuses_it_and_takes_it_by_an_option(
    switch: Switch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def capture(camera: NetworkCameraStandIn, *more: str) -> tuple[int, str]:
        words = ["capture", str(tmp_path / "x"), "--robot", _address(camera), "--count", "1"]
        code = main([*words, *more])
        return code, capfd.readouterr().err

    phone = switch(make_certificate("phone"))
    code, said = capture(phone)
    assert code == 0
    assert said.count("is its own") == 1
    impostor = switch(make_certificate("phone"))
    impostor.jpeg = b""
    code, said = capture(impostor)
    assert code == 1
    assert "shows another certificate" in said
    assert "add --trust-new-certificate" in said
    assert impostor.asked == []
    impostor.jpeg = phone.jpeg[:-2] + b"\xff\xfe\x00\x03x\xff\xd9"
    code, said = capture(impostor, "--trust-new-certificate")
    assert code == 0
    assert PASSWORD not in said
