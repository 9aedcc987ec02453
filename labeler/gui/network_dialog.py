"""Asking for the address of a camera in the network."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labeler.cameras.catalogue import network_choice
from labeler.cameras.network import read_address
from labeler.cameras.network_address import url_of
from labeler.errors import UserError
from labeler.gui import theme
from labeler.gui.field_label import FieldLabel

_WIDTH = 460


class NetworkDialog(QDialog):
    """address_given carries a CameraChoice; name and password stay in memory.

    known: the id of an address, for another one or another password; fields left empty keep what
    was typed for it before.
    """

    address_given = Signal(object)

    def __init__(self, parent: QWidget, known: str = "") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._known = known
        self.setWindowTitle(self.tr("Watch a network camera"))
        self.address, self.user, self.password = (QLineEdit(self) for _ in range(3))
        self.address.setText(url_of(known))
        self.note = QLabel(self)
        self.go = QPushButton(self.tr("Watch"), self)
        self.close_button = QPushButton(self.tr("Cancel"), self)
        self._lay_out(parent.window())
        (self.user if known else self.address).setFocus()
        self.go.clicked.connect(self.take)
        self.close_button.clicked.connect(self.reject)

    def take(self) -> None:
        """Hands the camera on, or says why this is no address."""
        try:
            address = read_address(
                self.address.text(), self.user.text(), self.password.text(), known=self._known
            )
        except UserError as error:
            theme.set_role(self.note, "bad")
            self.note.setText(str(error))
            return
        self.address_given.emit(network_choice(address))
        self.accept()

    def _lay_out(self, window: QWidget) -> None:
        self.address.setPlaceholderText(self.tr("http://192.168.1.9:8080/video"))
        self.address.setToolTip(
            self.tr("http://, https:// or rtsp://, as the camera's app shows it")
        )
        self.user.setToolTip(self.tr("Only if the camera asks for one"))
        self.password.setToolTip(self.tr("Only if the camera asks for one; it is not written down"))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.note.setText(
            self.tr(
                "A phone becomes a camera with an app that shows its picture in the network as "
                "MJPEG or RTSP. It stays in the list once it has given a picture; but name, "
                "password and what follows a ? are not written down and are asked for again."
            )
        )
        self.note.setWordWrap(True)
        theme.set_role(self.note, "faint")
        theme.set_role(self.go, "primary")
        self.go.setDefault(True)
        self.go.setToolTip(self.tr("Open this camera"))
        self.close_button.setAutoDefault(False)
        self.close_button.setToolTip(self.tr("Keep the camera that is chosen"))
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        for text, field in (
            (self.tr("Address"), self.address),
            (self.tr("Name"), self.user),
            (self.tr("Password"), self.password),
        ):
            form.addRow(FieldLabel(text, field), field)
            field.setAccessibleName(text)
        buttons = QDialogButtonBox(self)
        buttons.addButton(self.close_button, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.note)
        column.addStretch(1)
        column.addWidget(buttons)
        width = min(_WIDTH, window.width() - 20)
        self.resize(width, column.totalHeightForWidth(width))
