"""Opening the program: which dataset, which looks, and that it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeler.dataset import schema
from labeler.dataset.lock import WriterLock
from labeler.dataset.store import LOCK_NAME, Dataset
from labeler.errors import UserError
from labeler.gui import icons, theme
from labeler.gui.app import _opened, _parser
from labeler.gui.dataset_opening import open_folder, open_last, open_or_create, open_remembered
from labeler.gui.decimal_field import DecimalField
from labeler.gui.document import Document
from labeler.gui.settings import Settings
from labeler.gui.theme import DARK, LIGHT, Colors
from tests.gui.label_window import add_plain_pictures

ROOT = Path(__file__).parents[2]


def run_program(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *words],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        check=False,
        timeout=90,
    )


def test_the_program_opens_a_new_dataset_takes_its_picture_and_ends(tmp_path: Path) -> None:
    picture = tmp_path / "shots" / "label.png"
    done = run_program(
        str(tmp_path / "kitchen"),
        "--screenshot",
        str(picture),
        "--appearance",
        "dark",
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1280, 800)
    assert QColor(image.pixel(3, 3)).name() == DARK.window
    with Dataset.open(tmp_path / "kitchen") as dataset:
        assert dataset.counts().total == 0


def test_a_place_that_cannot_be_a_dataset_is_told_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-mother.txt").write_text("dear", encoding="utf-8")
    picture = tmp_path / "never.png"
    done = run_program("letters", "--screenshot", str(picture), folder=tmp_path)
    assert done.returncode == 1
    assert "is not a dataset" in done.stderr
    assert not picture.exists()


def test_the_last_dataset_is_opened_again(tmp_path: Path) -> None:
    for name in ("one", "two"):
        Dataset.create(tmp_path / name).close()
    opened = open_last([tmp_path / "two", tmp_path / "one"], tmp_path, "first")
    assert opened.dataset.name == "two"
    assert opened.concern is None
    opened.dataset.close()


def test_a_broken_last_dataset_is_told_and_the_next_one_opened(tmp_path: Path) -> None:
    for name in ("one", "two"):
        Dataset.create(tmp_path / name).close()
    (tmp_path / "two" / "dataset.sqlite").write_bytes(b"nonsense" * 1000)
    opened = open_last([tmp_path / "two", tmp_path / "one"], tmp_path, "first")
    assert opened.dataset.name == "one"
    assert "two" in str(opened.concern)
    opened.dataset.close()


def test_a_dataset_that_cannot_even_be_looked_at_is_told_and_the_next_one_opened(
    tmp_path: Path,
) -> None:
    settings = Settings(tmp_path / "window.ini")
    Dataset.create(tmp_path / "one").close()
    far = tmp_path / ("x" * 300)  # asked for it, the system fails, as where there is no access
    for folder in (tmp_path / "one", far):
        settings.remember_dataset(folder)
    opened = open_last(settings.recent_datasets(), tmp_path, "first")
    assert opened.dataset.name == "one"
    assert str(opened.concern) == f"Cannot open {far}: file name too long."
    opened.dataset.close()
    for attempt in (open_or_create, open_folder):
        with pytest.raises(UserError, match=r"Cannot open .* too long"):
            attempt(far)


def test_the_first_time_a_dataset_is_made(tmp_path: Path) -> None:
    opened = open_last([], tmp_path / "place", "My first dataset")
    assert opened.dataset.folder == tmp_path / "place" / "My first dataset"
    assert not opened.dataset.read_only
    opened.dataset.close()


def test_a_dataset_that_another_writes_to_is_opened_to_look(tmp_path: Path) -> None:
    with Dataset.create(tmp_path / "shared") as writer:
        add_plain_pictures(writer, 1)
        opened = open_folder(tmp_path / "shared")
        assert opened.dataset.read_only
        assert "already open" in str(opened.concern)
        assert opened.dataset.counts().total == 1
        opened.dataset.close()


def test_a_dataset_of_an_older_format_that_cannot_be_written_tells_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shared"
    with monkeypatch.context() as before:
        before.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:2])
        Dataset.create(folder).close()
    lock = WriterLock(folder / LOCK_NAME, name="shared")
    with pytest.raises(UserError, match="already open"):
        open_folder(folder)
    lock.release()
    (folder / LOCK_NAME).unlink()
    (folder / LOCK_NAME).mkdir()  # as good as a folder that may not be written, also for root
    with pytest.raises(UserError, match=r"older format.*open a copy of it"):
        open_folder(folder)


def test_a_folder_with_other_things_is_never_made_a_dataset(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UserError, match="is not a dataset"):
        open_or_create(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("place", ["de_DE", "en_US"])
def test_point_and_comma_both_begin_the_decimals_of_a_typed_number(
    qtbot: QtBot, place: str
) -> None:
    field = DecimalField()
    qtbot.addWidget(field)
    field.setLocale(QLocale(place))
    field.setPrefix("x ")
    for typed in ("94.5", "94,5"):
        field.setValue(1.0)
        field.selectAll()
        QTest.keyClicks(field, typed)
        assert field.value() == 94.5
        assert field.text() == ("x 94,5" if place == "de_DE" else "x 94.5")


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_can_be_read_on_every_ground(scheme: Colors) -> None:
    for ground in (scheme.window, scheme.ground, scheme.field, scheme.raised):
        assert contrast(scheme.text, ground) >= 7
        assert contrast(scheme.faint, ground) >= 4.5
    assert contrast(scheme.on_accent, scheme.accent) >= 4.5
    assert contrast(scheme.on_bad, scheme.bad) >= 4.5
    for mark in (scheme.accent, scheme.good, scheme.warning, scheme.bad):
        for ground in (scheme.window, scheme.ground, scheme.field, scheme.raised):
            assert contrast(mark, ground) >= 3


def test_looks_change_at_once_when_the_system_turns_dark(qtbot: QtBot, qapp: QApplication) -> None:
    before, sheet = qapp.palette(), qapp.styleSheet()
    try:
        theme.use(qapp, DARK)
        assert theme.is_dark()
        assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.window)
        theme.use(qapp, LIGHT)
        assert theme.colors() is LIGHT
        assert LIGHT.accent in qapp.styleSheet()
    finally:
        qapp.setPalette(before)
        qapp.setStyleSheet(sheet)


def test_every_icon_can_be_drawn_and_has_a_licence(qapp: QApplication) -> None:
    licences = (ROOT / "assets" / "LICENSES.md").read_text(encoding="utf-8")
    files = sorted((ROOT / "assets" / "icons").glob("*.svg"))
    assert len(files) >= 10
    for file in files:
        assert f"`icons/{file.name}`" in licences
        drawn = icons.pixmap(file.stem, 24, QColor(Qt.GlobalColor.red)).toImage()
        assert any(drawn.pixelColor(x, y).alpha() for x in range(24) for y in range(24))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(name: str) -> float:
    color = QColor(name)
    parts = (color.redF(), color.greenF(), color.blueF())
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ([], ""),
        (["--camera", "simulated"], "My first dataset"),
        (["--workspace", "train"], "My first dataset"),
    ],
)
def test_the_first_start_makes_a_dataset_only_for_a_camera_or_a_workspace(
    tmp_path: Path, words: list[str], name: str
) -> None:
    settings = Settings(tmp_path / "window.ini")
    settings.datasets_folder = tmp_path / "place"
    opened = _opened(_parser().parse_args(words), settings)
    assert opened.dataset.name == name
    assert (tmp_path / "place").exists() == bool(name)
    opened.dataset.close()


def test_what_was_open_is_opened_again_unless_it_was_closed(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "window.ini")
    settings.datasets_folder = tmp_path
    Dataset.create(tmp_path / "kitchen").close()
    settings.remember_dataset(tmp_path / "kitchen")
    for closed, name in ((False, "kitchen"), (True, "")):
        if closed:
            settings.remember_closed()
        opened = _opened(_parser().parse_args([]), settings)
        assert opened.dataset.name == name
        opened.dataset.close()


def test_where_no_dataset_opens_the_start_page_says_why(tmp_path: Path) -> None:
    Dataset.create(tmp_path / "kitchen").close()
    (tmp_path / "kitchen" / "dataset.sqlite").write_bytes(b"nonsense" * 1000)
    opened = open_remembered([tmp_path / "kitchen"], tmp_path)
    assert not Document(opened.dataset).has_dataset
    assert "kitchen" in str(opened.concern)
