"""A file in the system's own window for files, selected where the system can do that."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QDir, QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def folder_of(path: Path) -> Path:
    """The folder to show: itself, or the one that the file lies in."""
    return path if path.is_dir() else path.parent


def show_in_folder(path: Path) -> bool:
    """Opens the folder with it. False where the system has no window for files, or it is gone."""
    folder = folder_of(path)
    if not folder.is_dir():
        return False
    if path != folder and sys.platform == "win32":
        return _started("explorer", "/select,", QDir.toNativeSeparators(str(path)))
    if path != folder and sys.platform == "darwin":
        return _started("open", "-R", str(path))
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _started(program: str, *words: str) -> bool:
    started, _pid = QProcess.startDetached(program, list(words))
    return bool(started)
