"""The window: workspaces across the top, one on show, and the wires between them. No logic."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QFrame, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from labeler.dataset.coco_places import coco_at
from labeler.dataset.files import is_file
from labeler.dataset.store import FILE_NAME, Counts
from labeler.gui import theme
from labeler.gui.backup_keeper import BackupKeeper
from labeler.gui.banner import Banner
from labeler.gui.battery_words import BatteryWords
from labeler.gui.dataset_actions import DatasetActions, looks_like_video
from labeler.gui.dataset_menu import DatasetMenu
from labeler.gui.document import Document
from labeler.gui.floating_bars import FloatingBars
from labeler.gui.garbage import GarbageCollector
from labeler.gui.help.menu import HelpMenu
from labeler.gui.history_actions import HistoryActions
from labeler.gui.job_bar import JobBar
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.pages import CAPTURE, COMPARE, LABEL, PREVIEW, START, TRAIN, Page, pages
from labeler.gui.robot_pill import RobotPill
from labeler.gui.segmented_bar import SegmentedBar
from labeler.gui.settings import Settings
from labeler.gui.shortcuts import GLOBAL, HISTORY
from labeler.gui.status_line import StatusLine
from labeler.gui.top_bar import TopBar
from labeler.gui.window_actions import global_actions
from labeler.gui.window_keys import WindowKeys
from labeler.gui.window_place import place_window
from labeler.gui.workspace import Workspace
from labeler.gui.written_bar import WrittenBar

if TYPE_CHECKING:
    from labeler.gui.live import LiveCamera

_SMALLEST = (600, 320)
"""So much the workspaces get at least; half of 1280x800 is a screen at 200 %."""


class MainWindow(QWidget):
    """painted comes once, after the first paint."""

    painted = Signal()

    def __init__(self, document: Document, settings: Settings) -> None:
        super().__init__()
        self.document = document
        self._settings = settings
        self.pages: dict[str, Page] = {page.id: page for page in pages()}
        self._workspaces: dict[str, Workspace] = {}
        self._current = ""
        self._destination = ""
        self._live: LiveCamera | None = None
        self._was_painted = False
        # Made in the order in which Tab is to go.
        self.jobs = JobBar(self)
        self.actions_of_dataset = DatasetActions(document, self.jobs, settings)
        self.garbage = GarbageCollector(self)
        self.backups = BackupKeeper(document, self)
        self.actions_of_dataset.imported.connect(self.backups.look_after_change)
        document.classes_merged.connect(self.backups.look_after_change)
        self.menu = DatasetMenu(document, self.actions_of_dataset, settings, self)
        self.bar = self._made_bar()
        self.pill = RobotPill(self)
        self.help = HelpMenu(self)
        self.menu.fill_help = self.help.fill
        self._battery = BatteryWords()
        self.banner = Banner(self)
        self.written = WrittenBar(self)
        self.status = StatusLine(self)
        self.stack = _Stack(self)
        self.history = HistoryActions(document, self.stack, self)
        titles = {page.id: page.title for page in self.pages.values()}
        self.keys = WindowKeys(self, titles, settings)
        self.menu.key_of = self.help.key_of = self.keys.key
        self.actions_of_dataset.may_leave = self._may_leave_dataset
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        with document.reporting():
            self.keys.load()
        self.keys.add(GLOBAL, global_actions(self), self)
        self.keys.add(HISTORY, self.history.actions_table(), self)
        self._show_dataset()
        self._show_first()
        place_window(self, settings.geometry)

    @property
    def live(self) -> LiveCamera:
        """The one camera that Capture and Preview share; made when it is first needed."""
        if self._live is None:
            from labeler.gui.live import LiveCamera

            self._live = LiveCamera(self)
            self._live.status_changed.connect(self._show_camera)
            self._live.camera_changed.connect(self._show_camera)
        return self._live

    @property
    def current(self) -> Workspace:
        return self._workspaces[self._current]

    def workspace(self, page_id: str) -> Workspace:
        """Builds it the first time. page_id may be START."""
        if page_id not in self._workspaces:
            workspace = self._built(page_id)
            self._workspaces[page_id] = workspace
            self.stack.addWidget(workspace)
            self._wire(page_id, workspace)
            self.keys.add(page_id, workspace.actions_table(), workspace)
        return self._workspaces[page_id]

    def show_workspace(self, page_id: str) -> None:
        """Without an open dataset a new one is made for it, unless it is the start page."""
        if page_id == self._current:
            return
        if page_id != START and not self._has_dataset_for(page_id):
            self.bar.show_chosen(self._shown_in_bar())
            return
        workspace = self.workspace(page_id)
        if self._current:
            self.current.deactivated()
        self._current = page_id
        if page_id != START:
            self._settings.remember_workspace(self.document.dataset.folder, page_id)
        self.status.show_detail("")
        self.status.fall_silent()
        self.stack.setCurrentWidget(workspace)
        self._place_messages()
        self.bar.show_chosen(self._shown_in_bar())
        self.keys.set_current(page_id)
        workspace.activated()
        if not workspace.isAncestorOf(self.focusWidget() or self):
            workspace.setFocus()  # or the focus would stay on the bar, and Space would press it

    def show_start(self) -> None:
        self.show_workspace(START)

    def show_left_workspace(self) -> None:
        """The one in which the open dataset was left, or Label."""
        left = self._settings.workspace_of(self.document.dataset.folder)
        self.show_workspace(left if left in self.pages else LABEL)

    def use_camera(self, camera: str) -> None:
        """Opens a camera by its id ("simulated", "robot:SERIAL") and shows Capture."""
        self.live.choose(camera)
        self.show_workspace(CAPTURE)

    def show_failure(self, message: str, details: str = "") -> None:
        self.banner.show_failure(message, details)

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _show_first(self) -> None:
        """Label before the first paint; others bring libraries, and the window does not wait."""
        if not self.document.has_dataset:
            self.show_start()
            return
        left = self._settings.workspace_of(self.document.dataset.folder)
        if left in self.pages and left != LABEL:
            self.bar.show_chosen(left)
            self.painted.connect(self._show_left_at_last)
        else:
            self.show_workspace(LABEL)

    def _show_left_at_last(self) -> None:
        if not self._current:
            self.show_left_workspace()

    def _shown_in_bar(self) -> str:
        return self._current if self._current in self.pages else ""

    def _built(self, page_id: str) -> Workspace:
        if page_id != START:
            return self.pages[page_id].build(self.document, lambda: self.live)
        from labeler.gui.start.page import StartPage

        return StartPage(self.document, self._settings)

    def _wire(self, page_id: str, workspace: Any) -> None:
        """Connects the wishes of one workspace to the others, which it does not know."""
        workspace.detail_changed.connect(self.status.show_detail)
        workspace.main_part_changed.connect(self._place_messages)
        if page_id == START:
            workspace.robot_requested.connect(self._bring_robot)
            workspace.simulated_requested.connect(partial(self.use_camera, "simulated"))
            workspace.pictures_requested.connect(self.menu.ask_pictures_of_new)
            workspace.picture_folder_requested.connect(self.menu.ask_folder_of_new)
            workspace.sample_requested.connect(self.actions_of_dataset.open_sample)
            workspace.dataset_requested.connect(self._open_from_start)
            workspace.new_requested.connect(self.menu.ask_new)
            workspace.open_requested.connect(self.menu.ask_open)
            workspace.left.connect(self.show_left_workspace)
            self.jobs.began.connect(workspace.show_job)
            self.jobs.ended.connect(workspace.show_job)
            workspace.show_job(self.jobs.title.text() if self.jobs.is_busy else "")
            return
        if page_id == LABEL:
            workspace.camera_requested.connect(self._bring_camera)
            workspace.pictures_requested.connect(self.menu.ask_pictures)
            workspace.training_requested.connect(partial(self.show_workspace, TRAIN))
            if self._live is not None:
                workspace.show_camera(self._live.name, self._live.status.state)
        elif page_id == CAPTURE:
            workspace.image_requested.connect(self._label_image)
        elif page_id == TRAIN:
            workspace.model_available.connect(self._offer_model)
            workspace.model_chosen.connect(self._show_model)
            workspace.run_began.connect(self._forget_judged)
            workspace.image_requested.connect(self._label_image)
            workspace.labelling_requested.connect(partial(self.show_workspace, LABEL))
            workspace.preview_requested.connect(partial(self.show_workspace, PREVIEW))
        elif page_id == PREVIEW:
            workspace.train_requested.connect(partial(self.show_workspace, TRAIN))
            workspace.image_requested.connect(self._label_image)
            workspace.improve_requested.connect(self._improve)
        elif page_id == COMPARE:
            workspace.labelling_requested.connect(partial(self.show_workspace, LABEL))

    def _place_messages(self) -> None:
        if self._current:
            self._messages.stand_over(self.current.main_part(), self.current.signs_height)

    def _bring_camera(self, camera: str) -> None:
        """Without an id the person chooses in Capture."""
        if camera:
            self.use_camera(camera)
        else:
            self.show_workspace(CAPTURE)

    def _bring_robot(self) -> None:
        """To the list of cameras; where no robot is in it yet, to what sets one up."""
        self.show_workspace(CAPTURE)
        if self._current == CAPTURE and not any(
            choice.kind == "robot" for choice in self.live.choices()
        ):
            capture: Any = self.current
            capture.set_up_robot()

    def _open_from_start(self, folder: Path) -> None:
        if folder == self.document.dataset.folder:
            self.show_left_workspace()
        else:
            self.actions_of_dataset.open(folder)

    def _label_image(self, image_id: int) -> None:
        self.show_workspace(LABEL)
        label: Any = self.current
        label.show_image(image_id)

    def _improve(self, model: Path | None) -> None:
        self.show_workspace(TRAIN)
        train: Any = self.current
        train.improve(model)

    def _forget_judged(self) -> None:
        preview: Any = self._workspaces.get(PREVIEW)
        if preview is not None:
            preview.judging.begin_training()

    def _offer_model(self, model: Path) -> None:
        preview: Any = self.workspace(PREVIEW)
        preview.use_model(model)

    def _show_model(self, model: Path) -> None:
        preview: Any = self.workspace(PREVIEW)
        preview.models.choose(model)

    def _connect(self) -> None:
        document = self.document
        document.said.connect(lambda sentence: self.status.say(self.keys.told(sentence)))
        document.failed.connect(self.show_failure)
        document.written.connect(self.written.show_written)
        document.written.connect(lambda _path, _sentence: self.status.fall_silent())  # "Writing …"
        document.dataset_opened.connect(self.written.hide)
        document.dataset_opened.connect(self.banner.hide)  # it was about what was open before
        self.written.said.connect(document.say)
        document.recovered.connect(self.banner.take_back)
        document.dataset_opened.connect(self._follow_dataset)
        document.counts_changed.connect(self._show_counts)
        self.history.replayed.connect(partial(self.show_workspace, LABEL))
        self.history.image_requested.connect(self._label_image)
        self.bar.chosen.connect(self.show_workspace)
        self.pill.clicked.connect(partial(self.show_workspace, CAPTURE))
        self.menu.start_requested.connect(self.show_start)
        self.help.start_requested.connect(self.show_start)
        self.help.keys_requested.connect(self.keys.show_keys)
        self.help.failed.connect(self.show_failure)
        self.menu.history_requested.connect(self.history.toggle_panel)
        self.menu.palette_requested.connect(self.keys.show_palette)
        self.keys.said.connect(document.say)
        self.keys.place_requested.connect(self.show_workspace)

    def _follow_dataset(self) -> None:
        """A dataset that is opened from the start page is shown, one that is closed leads to it."""
        self._show_dataset()
        if not self.document.has_dataset:
            self.show_start()
        elif self._current == START and not self._destination:
            self.show_left_workspace()

    def _show_dataset(self) -> None:
        self._show_counts(self.document.counts)
        self._show_title()

    def _show_counts(self, counts: Counts) -> None:
        self.status.show_counts(counts if self.document.has_dataset else None)

    def _show_title(self) -> None:
        words = [self.document.dataset.name] if self.document.has_dataset else []
        if self._live is not None and self._live.name:
            words.append(self._live.name)
        self.setWindowTitle(" - ".join([*words, "Vector Labeler"]))

    def _show_camera(self) -> None:
        self.pill.show_status(self.live.name, self.live.status)
        if low := self._battery.sentence(self.live.name, self.live.status):
            self.document.say(low)
        self._show_title()
        label: Any = self._workspaces.get(LABEL)
        if label is not None:
            label.show_camera(self.live.name, self.live.status.state)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and not self.document.is_locked:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        dataset = next((path for path in paths if is_file(path / FILE_NAME)), None)
        coco = next(filter(None, map(coco_at, paths)), None)
        video = next((path for path in paths if looks_like_video(path)), None)
        if dataset is not None:
            self.actions_of_dataset.open(dataset)
        elif paths and self._current == START and not self._may_begin_anew():
            return
        elif coco is not None:
            self.menu.import_coco(coco)
        elif video is not None:
            self.menu.import_video(video)
        elif paths:
            self.actions_of_dataset.add_pictures(paths)

    def _has_dataset_for(self, page_id: str) -> bool:
        self._destination = page_id
        is_there = self.actions_of_dataset.need_dataset()
        self._destination = ""
        return is_there and self._current != page_id

    def _may_begin_anew(self) -> bool:
        """What is dropped onto the start page becomes a dataset of its own."""
        if self.document.has_dataset:
            self.actions_of_dataset.close()
        return not self.document.has_dataset

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close():
            event.ignore()
            return
        if self._current:
            self.current.deactivated()
        if self._live is not None:  # a photo that a robot never sends would hold up those behind
            self._live.stop()
        for workspace in self._workspaces.values():
            workspace.shut_down()
        self.jobs.stop()
        self.backups.stop()
        self._settings.geometry = self.saveGeometry()
        self._settings.save()
        super().closeEvent(event)

    def _may_close(self) -> bool:
        questions = [workspace.closing_question() for workspace in self._workspaces.values()]
        return self._agrees(self.tr("Close"), questions)

    def _may_leave_dataset(self) -> bool:
        questions = [workspace.leaving_question() for workspace in self._workspaces.values()]
        return self._agrees(self.tr("Another dataset"), questions)

    def _agrees(self, title: str, questions: list[str]) -> bool:
        question = " ".join(filter(None, questions))
        button = QMessageBox.StandardButton
        return not question or (
            QMessageBox.question(self, title, question, button.Yes | button.No) is button.Yes
        )

    def _made_bar(self) -> SegmentedBar:
        bar = SegmentedBar(self)
        for page in self.pages.values():
            bar.add(page.id, page.title)
            hint_tooltip(bar.button(page.id), f"everywhere.{page.id}", page.title)
        return bar

    def _lay_out(self) -> None:
        top = TopBar(self.menu, self.bar, self.pill, self.help, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(_line(self))
        column.addWidget(self.stack, 1)
        column.addWidget(_line(self))
        column.addWidget(self.status)
        self.status.take_job_bar(self.jobs)
        self._messages = FloatingBars(self, self.stack, at_top=True)
        self._messages.add(self.banner)
        self._messages.add(self.written)


class _Stack(QStackedWidget):
    """One workspace's wish for room must not keep the window from fitting a small screen."""

    def minimumSizeHint(self) -> QSize:
        return super().minimumSizeHint().boundedTo(QSize(*_SMALLEST))


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setFixedHeight(1)
    theme.set_role(line, "line")
    return line
