"""Commands and web addresses: what they are told, and what is said when they fail."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from labeler.errors import UserError
from labeler.react.leash import Leash
from labeler.react.outside import post, run_command
from labeler.react.rules import Deed, Due, Rule, Sighted

MUG = Sighted("mug; rm -rf /", 0.91234, (1.0, 2.0, 30.0, 40.0))


def due(deed: Deed, text: str) -> Due:
    return Due(Rule("mug", deed, text), MUG, (640, 360))


def python(code: str) -> Due:
    quoted = sys.executable.replace("\\", "/")
    return due(Deed.RUN, f"'{quoted}' -c '{code}'")


def test_a_command_is_told_what_was_seen_and_no_shell_reads_it() -> None:
    code = 'import os; print(os.environ["SEEN_CLASS"], os.environ["SEEN_BOX"], "$HOME")'
    assert run_command(python(code), Leash()) == "mug; rm -rf / 1.0,2.0,30.0,40.0 $HOME"


def test_a_command_that_fails_or_hangs_or_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"code 3\. no tea"):
        run_command(python('print("no tea"); raise SystemExit(3)'), Leash())
    with pytest.raises(UserError, match="longer than"):
        run_command(python("import time; time.sleep(60)"), Leash(), timeout=0.3)
    with pytest.raises(UserError, match="cannot be run"):
        run_command(due(Deed.RUN, str(tmp_path / "nothing")), Leash())


def test_a_command_that_reads_finds_nothing_to_read_and_takes_none_of_our_input() -> None:
    """The window may have been started in a terminal: whatever is typed there stays there."""
    ours, theirs = os.pipe()
    before = os.dup(0)
    os.dup2(ours, 0)
    os.write(theirs, b"typed into the terminal\n")
    try:
        told = run_command(python("import sys; print(repr(sys.stdin.read()))"), Leash(), timeout=9)
        assert told == "''"
        assert os.read(0, 100) == b"typed into the terminal\n"
    finally:
        os.dup2(before, 0)
        for each in (ours, theirs, before):
            os.close(each)


def test_of_a_flood_of_words_little_is_kept_and_little_is_said() -> None:
    said = run_command(python('print("x" * 3000000)'), Leash())
    assert 20 < len(said) < 300  # it stands in one line of the window


def test_what_a_command_starts_in_the_background_is_not_waited_for(tmp_path: Path) -> None:
    script = tmp_path / "start.py"
    with socket.create_server(("127.0.0.1", 0)) as server:
        job = f"import socket; socket.create_connection({server.getsockname()}).recv(1)"
        script.write_text(
            "import subprocess, sys\n"
            f"subprocess.Popen([sys.executable, '-c', {job!r}])\n"
            "print('started')\n",
            encoding="utf-8",
        )
        command = f"'{Path(sys.executable).as_posix()}' '{script.as_posix()}'"
        assert run_command(due(Deed.RUN, command), Leash(), timeout=30) == "started"
        server.accept()[0].close()  # which ends the job


def test_a_command_that_takes_too_long_is_stopped_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "start.py"
    lines: list[socket.socket] = []
    real = subprocess.Popen.wait

    def wait(process: Any, timeout: float | None = None) -> int:
        """Its time is over once the one that it started is there."""
        if timeout is None:
            return real(process)
        lines.append(server.accept()[0])
        raise subprocess.TimeoutExpired("start.py", timeout)

    monkeypatch.setattr(subprocess.Popen, "wait", wait)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        job = f"import socket; socket.create_connection({server.getsockname()}).recv(1)"
        script.write_text(
            f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {job!r}])\n",
            encoding="utf-8",
        )
        command = f"'{Path(sys.executable).as_posix()}' '{script.as_posix()}'"
        with pytest.raises(UserError, match="was stopped"):
            run_command(due(Deed.RUN, command), Leash())
    with lines[0] as line:
        line.settimeout(60)
        assert line.recv(1) == b""


def test_nothing_outlives_the_program() -> None:
    leash = Leash()
    leash.end()
    with pytest.raises(UserError, match="ended with code"):
        run_command(python("import time; time.sleep(600)"), leash, timeout=300)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(UserError, match="not waited for"):
            post(due(Deed.POST, url), "", leash, timeout=300)


class Hook(HTTPServer):
    """Notes what it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.told: list[dict[str, object]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", f"{self.server.url}/elsewhere")
        else:
            self.server.told.append({"path": self.path, **json.loads(body)})
            self.send_response(204 if self.path == "/hook" else 500)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """The test's output stays clean."""


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    for name in [each for each in os.environ if each.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_web_address_is_told_as_json(hook: Hook) -> None:
    assert post(due(Deed.POST, f"{hook.url}/hook"), "Vector-A1B2", Leash()) == "HTTP 204"
    (told,) = hook.told
    assert (told["class"], told["score"], told["box"]) == (MUG.category, 0.9123, list(MUG.box))
    assert (told["camera"], told["picture"]) == ("Vector-A1B2", [640, 360])


def test_an_address_that_refuses_or_sends_elsewhere_is_a_sentence(hook: Hook) -> None:
    with pytest.raises(UserError, match="HTTP 500") as told:
        post(due(Deed.POST, f"{hook.url}/broken"), "", Leash())
    assert "broken" not in str(told.value)  # the path may be a key
    with pytest.raises(UserError, match="HTTP 302"):
        post(due(Deed.POST, f"{hook.url}/away"), "", Leash())
    assert [each["path"] for each in hook.told] == ["/broken"]


def test_nobody_at_the_address_is_a_sentence(hook: Hook) -> None:
    url = hook.url
    hook.server_close()
    with pytest.raises(UserError, match="cannot be reached"):
        post(due(Deed.POST, url), "", Leash())


def test_an_answer_that_is_no_http_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"no http\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(UserError, match="cannot be reached: no http"):
            post(due(Deed.POST, f"http://127.0.0.1:{server.getsockname()[1]}/"), "camera", Leash())
        thread.join()


def test_an_answer_that_drips_has_one_deadline_and_is_hung_up_on() -> None:
    cut_off, enough = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                for _ in range(200):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        cut_off.set()
                        return
                    enough.wait(0.05)

        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(UserError, match=r"no answer within 0\.5 s"):
            post(
                due(Deed.POST, f"http://127.0.0.1:{server.getsockname()[1]}/"),
                "camera",
                Leash(),
                0.5,
            )
        thread.join()
    assert cut_off.is_set()


def test_a_zero_character_in_what_was_seen_is_a_sentence() -> None:
    strange = Due(Rule("a\0b", Deed.RUN, "anything"), replace(MUG, category="a\0b"), (640, 360))
    with pytest.raises(UserError, match="cannot be run"):
        run_command(strange, Leash())
