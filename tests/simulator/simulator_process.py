"""Starting the simulated robot as a person would, and reaching it through the unmodified SDK."""

from __future__ import annotations

import asyncio
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import anki_vector
from anki_vector.messaging import protocol

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


class SimulatorProcess:
    """`vector-labeler simulator` in a process of its own. ready holds its first line."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "labeler", "simulator", "--exit-with-stdin", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.ready: dict[str, Any] = json.loads(line) if line else {}
        self._is_logged = "--log" in words
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._told.put(json.loads(line))

    def next_told(self, what: str) -> str:
        """With --log, the words of the next line of that kind; others before it are left out."""
        while True:
            line = self._told.get(timeout=PATIENCE)
            if what in line:
                return str(line[what])

    def order(self, words: str) -> None:
        """With --log it comes back when the order is obeyed, or waits for its time."""
        assert self.process.stdin is not None
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        if self._is_logged and not {"at", "for", "every"} & set(words.split()):
            while self.next_told("obeyed") != words:
                """One that was given before."""

    def end(self) -> int:
        """Closes its standard input and waits. The exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(PATIENCE)
        self._listening.join(PATIENCE)  # before its pipe is closed
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()
        return code


class Client:
    """One SDK robot. feed() works on the raw messages, as the product's own camera does."""

    def __init__(self, ready: dict[str, Any], **options: Any) -> None:
        config = {key: str(ready[key]) for key in ("name", "ip", "port", "cert", "guid")}
        options.setdefault("behavior_control_level", None)
        self.robot = anki_vector.Robot(
            ready["serial"], config=config, default_logging=False, **options
        )
        self.robot.connect(timeout=PATIENCE)

    def call(self, name: str, request: Any) -> Any:
        async def answer() -> Any:
            return await getattr(self.robot.conn.grpc_interface, name)(request, timeout=PATIENCE)

        return self.robot.conn.run_coroutine(answer()).result(PATIENCE)

    def photo(self, *, high_resolution: bool = False) -> Any:
        request = protocol.CaptureSingleImageRequest(enable_high_resolution=high_resolution)
        return self.call("CaptureSingleImage", request)

    def streaming(self) -> bool:
        answer = self.call("IsImageStreamingEnabled", protocol.IsImageStreamingEnabledRequest())
        return bool(answer.is_image_streaming_enabled)

    def feed(self) -> Feed:
        return Feed(self)

    def close(self) -> None:
        self.robot.conn._channel._channel.close()


class Feed:
    """A camera feed whose messages pile up in frames."""

    def __init__(self, client: Client) -> None:
        self.frames: list[Any] = []
        self._client = client
        self.error: BaseException | None = None
        self._call: Any = None
        self._future: Future[None] = client.robot.conn.run_coroutine(self._read())

    async def _read(self) -> None:
        interface = self._client.robot.conn.grpc_interface
        self._call = interface.CameraFeed(protocol.CameraFeedRequest())
        try:
            async for message in self._call:
                self.frames.append(message)
        except asyncio.CancelledError:
            return
        except BaseException as error:
            self.error = error

    def wait_for(self, count: int) -> list[Any]:
        """The next count frames."""
        first = len(self.frames)
        wait_until(lambda: len(self.frames) >= first + count)
        return self.frames[first : first + count]

    def end(self) -> None:
        wait_until(lambda: self._call is not None)
        self._client.robot.conn.loop.call_soon_threadsafe(self._call.cancel)
        self._future.result(PATIENCE)


def wait_until(condition: Callable[[], object], patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.005)
