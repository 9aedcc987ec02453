"""A child process that speaks one line at a time, and never outlives the window."""

from __future__ import annotations

import collections
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, QProcess, QProcessEnvironment, QTimer, Signal

FAILED_TO_START = 127
"""The exit code reported for a program that could not be started."""

_TAIL_LINES = 40


class LineProcess(QObject):
    """Runs a program. Its stdout comes as line_arrived, its end as finished(exit code), once.

    The children it is made for watch their stdin: it closes when the window asks them to stop
    (close_stdin, stop) and when the window dies, however it dies. What still runs when the
    application quits is asked to stop, waited for, and killed.
    """

    line_arrived = Signal(str)
    error_line_arrived = Signal(str)
    finished = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read_lines)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.finished.connect(self._end)
        self._process.errorOccurred.connect(self._notice_failure)
        self._out = b""
        self._err = b""
        self._is_over = True
        self._starts = 0
        self._tail: collections.deque[str] = collections.deque(maxlen=_TAIL_LINES)

    def start(
        self,
        command: Sequence[str],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Starts command (program and arguments). environment is added to the window's own."""
        if self.is_running:
            raise RuntimeError("the process runs already")
        self._out, self._err, self._is_over = b"", b"", False
        self._starts += 1
        self._tail.clear()
        if folder is not None:
            self._process.setWorkingDirectory(str(folder))
        self._process.setProcessEnvironment(_environment(environment or {}))
        _watch(self)
        self._process.start(command[0], list(command[1:]))

    @property
    def is_running(self) -> bool:
        """True from start() until finished was told."""
        return not self._is_over

    @property
    def pid(self) -> int:
        """0 where it does not run."""
        return self._process.processId()

    @property
    def error_tail(self) -> str:
        """The last lines the child wrote to stderr."""
        return "\n".join(self._tail)

    def write(self, line: str) -> None:
        """To the child's stdin, as it is; what is to be a line ends with a newline. Never waits."""
        self._process.write(line.encode("utf-8"))

    def close_stdin(self) -> None:
        """Tells the child to finish by itself."""
        self._process.closeWriteChannel()

    def kill(self) -> None:
        self._process.kill()

    def stop(self, grace_s: float) -> None:
        """Closes stdin, and kills the child where it still runs after grace_s. Returns at once."""
        self.close_stdin()
        start = self._starts
        QTimer.singleShot(round(grace_s * 1000), self, lambda: self._kill_if_running(start))

    def stop_and_wait(self, grace_s: float) -> None:
        """As stop(), but returns when the child is gone. For closing the window."""
        if not self.is_running:
            return
        self.close_stdin()
        if not self._process.waitForFinished(round(grace_s * 1000)):
            self._process.kill()
            self._process.waitForFinished(2000)

    def _kill_if_running(self, start: int) -> None:
        """Not the program that was started after the one that was to stop."""
        if self.is_running and start == self._starts:
            self._process.kill()

    def _read_lines(self) -> None:
        self._out += bytes(self._process.readAllStandardOutput().data())
        *lines, self._out = self._out.split(b"\n")
        for line in lines:
            self.line_arrived.emit(_text(line))

    def _read_errors(self) -> None:
        self._err += bytes(self._process.readAllStandardError().data())
        *lines, self._err = self._err.split(b"\n")
        for line in lines:
            self._tell_error(_text(line))

    def _tell_error(self, line: str) -> None:
        self._tail.append(line)
        self.error_line_arrived.emit(line)

    def _notice_failure(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._tell_error(self._process.errorString())
            self._finish(FAILED_TO_START)

    def _end(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read_lines()
        self._read_errors()
        if self._out:
            self.line_arrived.emit(_text(self._out))
        if self._err:
            self._tell_error(_text(self._err))
        crashed = status == QProcess.ExitStatus.CrashExit
        self._finish(-code if crashed and code else -1 if crashed else code)

    def _finish(self, code: int) -> None:
        if not self._is_over:
            self._is_over = True
            self.finished.emit(code)


_running: weakref.WeakSet[LineProcess] = weakref.WeakSet()
_watching = False


def finish_processes(grace_s: float = 5.0) -> None:
    """Ends every child: asks all at once, then waits for each. Runs when the application quits."""
    processes = [
        process for process in list(_running) if shiboken6.isValid(process) and process.is_running
    ]
    for process in processes:
        process.close_stdin()
    for process in processes:
        process.stop_and_wait(grace_s)


def _watch(process: LineProcess) -> None:
    global _watching
    _running.add(process)
    application = QCoreApplication.instance()
    if application is not None and not _watching:
        application.aboutToQuit.connect(finish_processes)
        _watching = True


def _environment(extra: Mapping[str, str]) -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("PYTHONUNBUFFERED", "1")
    environment.insert("PYTHONIOENCODING", "utf-8")
    for name, value in extra.items():
        environment.insert(name, value)
    return environment


def _text(line: bytes) -> str:
    return line.rstrip(b"\r").decode("utf-8", errors="replace")
