"""Asking for the video, the folder or the address that is to be watched like a camera."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from labeler.cameras.catalogue import CameraChoice
from labeler.gui.live import file_choice
from labeler.gui.network_dialog import NetworkDialog

_VIDEOS = "*.mp4 *.mov *.avi *.mkv *.webm *.m4v *.mpg *.mjpeg"


def needs_file(choice: CameraChoice) -> bool:
    """Whether it is the entry that opens a file, folder or address, not one of them."""
    return choice.id in ("video:", "folder:", "network:")


def ask_for_file(
    parent: QWidget, choice: CameraChoice, on_chosen: Callable[[CameraChoice], None]
) -> None:
    """Opens the dialog and returns; on_chosen is called unless the person cancels.

    A network camera that is in the list already may get another address or password.
    """
    if choice.kind == "network":
        asking = NetworkDialog(parent, choice.id.partition(":")[2])
        asking.address_given.connect(on_chosen)
        asking.open()
        return
    dialog = QFileDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if choice.kind == "folder":
        dialog.setWindowTitle(_tr("Watch a folder of pictures"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    else:
        dialog.setWindowTitle(_tr("Watch a video"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([_tr("Videos ({0})").format(_VIDEOS), _tr("All files (*)")])
    dialog.fileSelected.connect(lambda path: on_chosen(file_choice(choice.kind, Path(path))))
    dialog.open()


def _tr(text: str) -> str:
    return QCoreApplication.translate("LiveFiles", text)
