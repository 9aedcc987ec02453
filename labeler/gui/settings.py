"""What the program remembers from one sitting to the next."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from PySide6.QtCore import QByteArray, QSettings

from labeler.dataset.places import datasets_folder

APPLICATION = "vector-labeler"
_RECENT = 8
_INTRODUCED = 100


class Settings:
    """A small INI file in the person's own configuration folder."""

    def __init__(self, path: Path | None = None) -> None:
        path = path or platformdirs.user_config_path(APPLICATION, appauthor=False) / "window.ini"
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    def recent_datasets(self) -> list[Path]:
        """The newest first; those that were moved away meanwhile are left out."""
        return [folder for folder in map(Path, self._texts("recent")) if _may_be_there(folder)]

    def all_recent_datasets(self) -> list[Path]:
        """As recent_datasets(), with those that are not there any more. Asks no drive."""
        return [Path(text) for text in self._texts("recent")]

    def remember_dataset(self, folder: Path) -> None:
        """It is open now, and opened again at the next start."""
        others = [text for text in self._texts("recent") if text != str(folder)]
        self._store.setValue("recent", [str(folder), *others][:_RECENT])
        self._store.setValue("closed", "no")

    def forget_dataset(self, folder: Path) -> None:
        """It is no longer in the list; the folder stays as it is."""
        others = [text for text in self._texts("recent") if text != str(folder)]
        self._store.setValue("recent", others)

    def remember_closed(self) -> None:
        """No dataset is open, because the person closed it."""
        self._store.setValue("closed", "yes")

    @property
    def was_closed(self) -> bool:
        """Whether the next start opens no dataset."""
        return self._text("closed", "no") == "yes"

    def is_first_time(self, folder: Path) -> bool:
        """Whether nobody has been told yet that this dataset is somebody else's."""
        return str(folder) not in self._texts("introduced")

    def remember_introduced(self, folder: Path) -> None:
        others = [text for text in self._texts("introduced") if text != str(folder)]
        self._store.setValue("introduced", [str(folder), *others][:_INTRODUCED])

    def workspace_of(self, folder: Path) -> str:
        """The id of the workspace in which this dataset was left; empty where none is known.

        Kept for each dataset: one is still being photographed while another one is trained on.
        """
        known = (text.partition(" ") for text in self._texts("workspaces"))
        return next((page for page, _, path in known if path == str(folder)), "")

    def remember_workspace(self, folder: Path, page_id: str) -> None:
        others = [
            text for text in self._texts("workspaces") if text.partition(" ")[2] != str(folder)
        ]
        self._store.setValue("workspaces", [f"{page_id} {folder}", *others][:_RECENT])

    @property
    def datasets_folder(self) -> Path:
        """Where new datasets go."""
        return Path(self._text("datasets_folder", str(datasets_folder())))

    @datasets_folder.setter
    def datasets_folder(self, value: Path) -> None:
        self._store.setValue("datasets_folder", str(value))

    @property
    def geometry(self) -> QByteArray:
        """Where the window stood; empty the first time."""
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.setValue("geometry", value)

    @property
    def appearance(self) -> str:
        """ "light", "dark" or "system"."""
        return self._text("appearance", "system")

    @appearance.setter
    def appearance(self, value: str) -> None:
        self._store.setValue("appearance", value)

    @property
    def key_map_file(self) -> Path:
        """Where the person's own keys are, if there are any; beside the other settings."""
        return Path(self._store.fileName()).with_name("keys.json")

    @property
    def recent_actions(self) -> list[str]:
        """The names of what was run from the command palette, the newest first."""
        return self._texts("recent_actions")

    def remember_action(self, name: str) -> None:
        others = [text for text in self.recent_actions if text != name]
        self._store.setValue("recent_actions", [name, *others][:_RECENT])

    @property
    def last_folder(self) -> str:
        """Where the last file dialog was."""
        return self._text("last_folder", str(Path.home()))

    @last_folder.setter
    def last_folder(self, value: str) -> None:
        self._store.setValue("last_folder", value)

    @property
    def wire_pod(self) -> str:
        """The address of the last one that answered; empty where none did."""
        return self._text("wire_pod", "")

    @wire_pod.setter
    def wire_pod(self, value: str) -> None:
        self._store.setValue("wire_pod", value)

    @property
    def exports_capture(self) -> bool:
        """Whether exports tell when, where and how pictures were taken."""
        return self._text("exports_capture", "yes") == "yes"

    @exports_capture.setter
    def exports_capture(self, value: bool) -> None:
        self._store.setValue("exports_capture", "yes" if value else "no")

    def number(self, name: str, default: int) -> int:
        """A number that a part of the window remembers under a name of its own."""
        text = str(self._store.value(name, default))
        return int(text) if text.lstrip("-").isdecimal() else default

    def set_number(self, name: str, value: int) -> None:
        self._store.setValue(name, value)

    def save(self) -> None:
        self._store.sync()

    def _text(self, name: str, default: str) -> str:
        value = self._store.value(name, default)
        return value if isinstance(value, str) else default

    def _texts(self, name: str) -> list[str]:
        value = self._store.value(name, [])
        if isinstance(value, str):  # a list of one comes back as its only text
            return [value]
        return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _may_be_there(folder: Path) -> bool:
    """Also where nobody can tell, for lack of access or a drive that fails: opening it says so."""
    try:
        return folder.is_dir()
    except OSError:
        return True
