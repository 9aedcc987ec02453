"""Files, folders and web pages in the system's own programs; where that fails, it is said."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDir, QObject, QProcess, QTimer, QUrl
from PySide6.QtGui import QDesktopServices

_LOOK_MS = 100
_LOOKS = 100
"""So often the system's opener is asked whether it gave up: one that runs on has succeeded."""


def open_outside(target: Path | QUrl, failed: Callable[[str], object], owner: QObject) -> None:
    """Opens a file, a folder or a page.

    failed gets a sentence with its place, at once or within seconds, while owner lives.
    """
    url = target if isinstance(target, QUrl) else QUrl.fromLocalFile(str(target))
    place = url.toLocalFile() if url.isLocalFile() else url.toString()
    if url.isLocalFile() and not Path(place).exists():
        failed(
            _tr("{0} cannot be shown. Is it still there?").format(QDir.toNativeSeparators(place))
        )
        return
    words = _tr("This computer has no program that opens {0}.").format(
        QDir.toNativeSeparators(place) if url.isLocalFile() else place
    )
    opener = _xdg_open()
    if opener is None:
        if not QDesktopServices.openUrl(url):
            failed(words)
        return
    try:
        process = subprocess.Popen(  # detached: what it opens outlives the window
            [opener, url.toString(QUrl.ComponentFormattingOption.FullyEncoded)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        failed(words)
        return
    _watch(process, lambda: failed(words), owner)


def show_in_folder(path: Path, failed: Callable[[str], object], owner: QObject) -> None:
    """Opens the folder with it, selected where the system can do that. The rest as above."""
    folder = folder_of(path)
    if path != folder and path.exists() and sys.platform == "win32":
        started = _started("explorer", "/select,", QDir.toNativeSeparators(str(path)))
    elif path != folder and path.exists() and sys.platform == "darwin":
        started = _started("open", "-R", str(path))
    else:
        started = False
    if not started:
        open_outside(folder, failed, owner)


def folder_of(path: Path) -> Path:
    """The folder to show: itself, or the one that the file lies in."""
    return path if path.is_dir() else path.parent


def _xdg_open() -> str | None:
    """Asked directly on Linux: Qt starts it without looking whether it found a program."""
    return shutil.which("xdg-open") if sys.platform.startswith("linux") else None


def _watch(process: subprocess.Popen[bytes], failed: Callable[[], object], owner: QObject) -> None:
    timer = QTimer(owner)
    timer.setInterval(_LOOK_MS)
    looks = iter(range(_LOOKS))

    def look() -> None:
        code = process.poll()
        if code is None and next(looks, None) is not None:
            return
        timer.stop()
        timer.deleteLater()
        if code:
            failed()

    timer.timeout.connect(look)
    timer.start()


def _started(program: str, *words: str) -> bool:
    started, _pid = QProcess.startDetached(program, list(words))
    return bool(started)


def _tr(text: str) -> str:
    return QCoreApplication.translate("OpenOutside", text)
