"""A feed is recorded as it was sent and replayed the same, also where the file was cut off."""

from __future__ import annotations

import errno
import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from anki_vector.connection import ControlPriorityLevel
from anki_vector.messaging import protocol
from anki_vector.util import degrees

from labeler.cameras.folder import FolderCamera
from labeler.cli import main
from labeler.errors import UserError
from labeler.simulator.playback import Playback
from labeler.simulator.recording import Recorder, Recording
from tests.cameras.camera_waits import robot_of
from tests.cameras.raw_client import RawClient
from tests.dataset.conftest import make_picture
from tests.simulator.simulator_process import Client, SimulatorProcess, wait_until


def recorded(path: Path, frames: int) -> Path:
    """So many frames, five a second, the robot's head a little higher in each."""
    recorder = Recorder(path, "Vector-A1B2")
    for n in range(frames):
        state = protocol.RobotState(head_angle_rad=0.1 * n, last_image_time_stamp=1000 + 200 * n)
        picture = b"\xff\xd8picture %d\n{}" % n
        recorder.add(0.2 * n, 70 + n, 1000 + 200 * n, state.SerializeToString(), picture)
    recorder.close()
    return path


def test_a_recorded_feed_is_played_at_its_own_pace_and_begins_again(tmp_path: Path) -> None:
    recording = Recording(recorded(tmp_path / "table.feed", 3))
    playback = Playback(recording)
    assert playback.frame(50.0).data == b"\xff\xd8picture 0\n{}"  # it begins when it is looked at
    shown = [playback.frame(50.0 + 0.1 * tick) for tick in range(8)]
    assert [frame.data[10:11] for frame in shown] == [
        b"0",
        b"0",
        b"1",
        b"1",
        b"2",
        b"2",
        b"0",
        b"0",
    ]
    assert [frame.number for frame in shown] == [70, 70, 71, 71, 72, 72, 73, 73]
    assert [frame.time_stamp for frame in shown[::2]] == [1000, 1200, 1400, 1600]
    state = playback.state(50.65)
    assert state.last_image_time_stamp == shown[6].time_stamp
    assert state.head_angle_rad == 0.0
    assert playback.state(50.25).head_angle_rad == pytest.approx(0.1)
    recording.close()


def test_a_file_that_was_cut_off_is_good_up_to_its_last_whole_picture(tmp_path: Path) -> None:
    path = recorded(tmp_path / "table.feed", 4)
    whole = path.read_bytes()
    counts = set()
    for size in [*range(0, len(whole), 7), len(whole)]:
        path.write_bytes(whole[:size])
        try:
            recording = Recording(path)
        except UserError:
            continue
        counts.add(len(recording.frames))
        for frame in recording.frames:
            assert recording.picture(frame).endswith(b"\n{}")
        recording.close()
    assert counts == {1, 2, 3, 4}


def test_no_file_is_written_over_and_what_is_no_feed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = recorded(tmp_path / "table.feed", 1)
    with pytest.raises(UserError, match="is there already"):
        Recorder(path, "Vector-A1B2")
    path.write_bytes(b"a letter to somebody\n")
    with pytest.raises(UserError, match="is no recorded feed"):
        Recording(path)
    with pytest.raises(UserError, match="cannot be read"):
        Recording(tmp_path / "none.feed")
    empty = Recorder(tmp_path / "nothing.feed", "Vector-A1B2")
    unlink = Path.unlink

    def remove(file: Path, missing_ok: bool = False) -> None:
        assert empty._file.closed  # Windows removes no open one
        unlink(file, missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", remove)
        empty.close()
    assert not (tmp_path / "nothing.feed").exists()  # so that the next try has its name

    def fill(recorder: Recorder, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Recorder, "_write", fill)
    with pytest.raises(UserError, match="No space left"):
        Recorder(tmp_path / "nothing.feed", "Vector-A1B2")
    assert not (tmp_path / "nothing.feed").exists()


@pytest.mark.parametrize("size", [0, 9, "header", -1])
def test_what_a_killed_recording_left_is_no_obstacle_to_the_next(
    tmp_path: Path, size: int | str
) -> None:
    """Killed before its header, within it, behind it, and within its first picture."""
    path = recorded(tmp_path / "table.feed", 1)
    whole = path.read_bytes()
    left = whole[: whole.index(b"\n") + 1] if isinstance(size, str) else whole[:size]
    path.write_bytes(left)
    again = Recorder(path, "Vector-A1B2")
    assert "table.feed.cut-off now" in again.remark
    assert (tmp_path / "table.feed.cut-off").read_bytes() == left
    again.add(0.0, 1, 1, b"", b"picture")
    again.close()
    with pytest.raises(UserError, match="is there already"):
        Recorder(path, "Vector-A1B2")
    with Recording(path) as recording:
        assert len(recording.frames) == 1


@pytest.mark.parametrize("content", [b"a letter", b'{"kind":"another"}\n', b"{}"])
def test_what_is_no_recording_is_left_where_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.feed"
    path.write_bytes(content)
    with pytest.raises(UserError, match="is there already"):
        Recorder(path, "Vector-A1B2")
    assert [each.name for each in tmp_path.iterdir()] == ["table.feed"]


HEAD = b'{"kind": "vector feed 1", "robot": "V"}\n'


@pytest.mark.parametrize(
    "lines",
    [
        9000 * b"[",
        b'{"at": 1e999, "number": 1, "stamp": 1, "size": 1, "state": ""}\nx\n',
        b'{"at": 0, "number": -1, "stamp": 1, "size": 1, "state": ""}\nx\n',
        b'{"at": 0, "number": 1, "stamp": 9e99, "size": 1, "state": ""}\nx\n',
        b'{"at": 0, "number": 1, "stamp": 1, "size": 1e999, "state": ""}\nx\n',
        2 * b'{"at": 0, "number": 1, "stamp": 1, "size": 1, "state": ""}\nx\n',
        b'{"at": 0, "number": 1, "stamp": 1, "size": 1, "state": "////"}\nx\n',
    ],
)
def test_a_file_that_somebody_made_up_is_refused(tmp_path: Path, lines: bytes) -> None:
    path = tmp_path / "odd.feed"
    path.write_bytes(HEAD + lines)
    with pytest.raises(UserError, match="is no recorded feed"):
        Playback(Recording(path))


def test_pictures_of_one_moment_and_the_largest_numbers_can_be_played(tmp_path: Path) -> None:
    path = tmp_path / "odd.feed"
    line = b'{"at": 0, "number": %d, "stamp": 4294967295, "size": 1, "state": ""}\nx\n'
    path.write_bytes(HEAD + line % 0 + line % 4294967295)
    with Recording(path) as recording:
        playback = Playback(recording)
        for second in range(5):
            frame = playback.frame(float(second))
            protocol.CameraFeedResponse(
                image_id=frame.number, frame_time_stamp=frame.time_stamp, data=frame.data
            )


def test_what_a_client_saw_is_in_the_file_and_comes_again_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "lesson.feed"
    seen = watched("--seed", "4", "--record", str(path), frames=5)
    with Recording(path) as recording:
        kept = {f.number: (f.time_stamp, recording.picture(f)) for f in recording.frames}
    for image in seen:
        assert kept[image.image_id] == (image.frame_time_stamp, image.data)
    again = watched("--replay", str(path), frames=5)
    assert again[0].image_id == min(kept)
    for image in again:  # on a busy machine some are left out, and it has begun again by then
        first, count = min(kept), len(kept)
        stamp, data = kept[first + (image.image_id - first) % count]
        assert image.data == data
        assert image.frame_time_stamp == stamp or image.image_id >= first + count


def watched(*words: str, frames: int) -> list[protocol.CameraFeedResponse]:
    """The first frames of a new simulator's feed."""
    simulator = SimulatorProcess(*words)
    with RawClient(robot_of(json.dumps(simulator.ready))) as client:
        client.watch()
        wait_until(lambda: len(client.images) >= frames)
    assert simulator.end() == 0
    return client.images[:frames]


def test_any_cameras_pictures_are_recorded_untouched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(3):
        (photos / f"{number}.jpg").write_bytes(make_picture(number))
    path = tmp_path / "folder.feed"
    words = ["record", str(path), "--robot", f"folder:{photos}", "--frames", "3"]
    assert main(words) == 0
    assert f"simulator --replay {path}" in capsys.readouterr().out
    with Recording(path) as recording:
        shown = {recording.picture(frame) for frame in recording.frames}
        states = [protocol.RobotState.FromString(frame.state) for frame in recording.frames]
    assert len(recording.frames) == 3
    assert shown <= {make_picture(number) for number in range(3)}
    assert [state.last_image_time_stamp for state in states] == [
        frame.time_stamp for frame in recording.frames
    ]
    assert main(words) == 1
    assert "is there already" in capsys.readouterr().err
    for wrong in (["--seconds", "nan"], ["--frames", "0"]):
        assert main([*words, *wrong]) == 1
        assert "from 1 on" in capsys.readouterr().err


def test_a_recording_ends_after_the_seconds_that_were_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(3):
        (photos / f"{number}.jpg").write_bytes(make_picture(number))
    monkeypatch.setattr(FolderCamera, "SECONDS_EACH", 0.02)
    path = tmp_path / "folder.feed"
    words = ["record", str(path), "--robot", f"folder:{photos}", "--seconds", "0.3"]
    assert main([*words, "--frames", "500"]) == 0
    with Recording(path) as recording:
        assert 0.3 <= recording.frames[-1].at < 3  # 500 pictures take ten


def test_a_recorded_robot_tells_where_it_stood_and_how_it_held_its_head(
    connect: Callable[..., Client], running_simulator: SimulatorProcess, tmp_path: Path
) -> None:
    robot = connect(behavior_control_level=ControlPriorityLevel.DEFAULT_PRIORITY).robot
    robot.motors.set_wheel_motors(-40, 40)
    wait_until(lambda: abs(robot.pose_angle_rad) > 0.3)
    robot.motors.stop_all_motors()
    robot.behavior.set_head_angle(degrees(20))
    wait_until(lambda: not robot.status.are_wheels_moving)
    path = tmp_path / "robot.feed"
    words = ["record", str(path), "--robot", running_simulator.ready["name"], "--frames", "4"]
    assert main(words) == 0
    with Recording(path) as recording:
        state = protocol.RobotState.FromString(recording.frames[-1].state)
    place = robot.pose.position
    assert (state.pose.x, state.pose.y) == pytest.approx((place.x, place.y), abs=1)
    assert state.pose_angle_rad == pytest.approx(robot.pose_angle_rad, abs=0.02)
    assert state.head_angle_rad == pytest.approx(math.radians(20), abs=0.02)
    assert state.lift_height_mm == pytest.approx(robot.lift_height_mm, abs=1)
