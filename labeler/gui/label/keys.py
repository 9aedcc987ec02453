"""The actions of the Label workspace with their keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QCoreApplication

from labeler.gui.label.canvas import Canvas
from labeler.gui.label.copying import Copying
from labeler.gui.label.editor import Editor
from labeler.gui.label.remarks import Remarks
from labeler.gui.label.tone import Tone
from labeler.gui.label.travel import Travel
from labeler.gui.label.travel_keys import travel_actions
from labeler.gui.workspace import Action

_ZOOM = 1.25


class Steps(Protocol):
    """What the workspace itself does."""

    def verify_and_go(self) -> None: ...
    def focus_new_class(self) -> None: ...
    def ask_class(self) -> None: ...
    def cancel(self) -> None: ...


def _tr(text: str) -> str:
    return QCoreApplication.translate("LabelKeys", text)


def actions(
    steps: Steps, travel: Travel, editor: Editor, copying: Copying, canvas: Canvas
) -> list[Action]:
    """One row an action; the window makes the shortcuts and the page of keys from them."""
    return [
        *_of_boxes(steps, editor, canvas),
        *_of_copies(copying),
        *_of_images(steps, travel),
        *_of_view(canvas),
        *_of_the_canvas_itself(),
    ]


def _of_boxes(steps: Steps, editor: Editor, canvas: Canvas) -> list[Action]:
    group = _tr("Boxes")

    def row(
        id: str, text: str, keys: tuple[str, ...], slot: Callable[[], Any], tooltip: str = ""
    ) -> Action:
        return Action(id, text, keys, slot, tooltip, group=group)

    return [
        row(
            "draw",
            _tr("Draw a box"),
            ("W", "R"),
            canvas.begin_drawing,
            _tr("Draw a box, even over another one, with the mouse or the arrow keys"),
        ),
        row("delete", _tr("Delete box"), ("Del", "Backspace"), editor.delete),
        row("select_all", _tr("Select all boxes"), ("Ctrl+A",), canvas.select_all),
        row("new_class", _tr("Name a new class"), ("N",), steps.focus_new_class),
        row(
            "ask_class",
            _tr("Choose the class by typing"),
            ("C",),
            steps.ask_class,
            _tr("Choose the class of the selected box, or of the next one, by typing"),
        ),
        *(
            Action(
                f"class_{number}",
                _tr("Class {n}").format(n=number),
                (str(number),),
                partial(editor.choose_number, number),
                _tr("Class of the selected box, or of the next one"),
                group=group,
            )
            for number in range(1, 10)
        ),
        row("cancel", _tr("Cancel a drag, or clear the selection"), ("Esc",), steps.cancel),
    ]


def _of_copies(copying: Copying) -> list[Action]:
    rows: tuple[tuple[str, str, str, Callable[[], Any]], ...] = (
        ("duplicate", _tr("Duplicate box"), "Ctrl+D", copying.duplicate),
        ("copy", _tr("Copy boxes"), "Ctrl+C", copying.copy),
        ("cut", _tr("Cut boxes"), "Ctrl+X", copying.cut),
        ("paste", _tr("Paste boxes, or copy those of the previous image"), "Ctrl+V", copying.paste),
        (
            "copy_previous",
            _tr("Copy the boxes of the previous image"),
            "Ctrl+Shift+V",
            copying.take_from_previous,
        ),
    )
    return [Action(id, text, (key,), slot, group=_tr("Copies")) for id, text, key, slot in rows]


def of_remarks(remarks: Remarks, write_note: Callable[[], Any]) -> list[Action]:
    """What is said of the selected boxes; each key turns it on or off for all of them."""
    rows = (
        ("occluded", _tr("Occluded: something is in front of it"), "Q"),
        ("truncated", _tr("Cut off: it extends beyond the picture"), "E"),
        ("difficult", _tr("Difficult: hard to tell, even for a person"), "I"),
    )
    group = _tr("Selected boxes")
    return [
        Action(name, text, (key,), partial(remarks.toggle, name), group=group)
        for name, text, key in rows
    ] + [
        Action(
            "note",
            _tr("Write a note on them or on the image"),
            ("Shift+N",),
            write_note,
            group=group,
        )
    ]


def _of_images(steps: Steps, travel: Travel) -> list[Action]:
    group = _tr("Images")
    return [
        Action(
            "verify",
            _tr("Looks right, next"),
            ("Space",),
            steps.verify_and_go,
            _tr("Confirm that this image is right, even if empty, and go on"),
            group=group,
        ),
        *travel_actions(travel),
    ]


def _of_view(canvas: Canvas) -> list[Action]:
    group = _tr("View")
    return [
        Action(
            "zoom_in",
            _tr("Zoom in"),
            ("+", "="),
            lambda: canvas.zoom(_ZOOM),
            repeats=True,
            group=group,
        ),
        Action(
            "zoom_out",
            _tr("Zoom out"),
            ("-",),
            lambda: canvas.zoom(1 / _ZOOM),
            repeats=True,
            group=group,
        ),
        Action("fit", _tr("Whole picture"), ("F",), canvas.fit, group=group),
        Action("actual_size", _tr("100 %"), ("Ctrl+0",), canvas.show_actual_size, group=group),
        Action("names", _tr("Hide or show class names"), ("L",), canvas.toggle_names, group=group),
        Action(
            "crosshair",
            _tr("Hide or show the crosshair"),
            ("X",),
            canvas.toggle_crosshair,
            group=group,
        ),
        Action(
            "magnifier",
            _tr("Hide or show the magnifier"),
            ("M",),
            canvas.toggle_magnifier,
            _tr("Hide or show a fourfold magnifier beside the pointer"),
            group=group,
        ),
        *_of_tone(canvas, group),
    ]


def _of_tone(canvas: Canvas, group: str) -> list[Action]:
    """Brightness and contrast: of what is shown, never of the picture itself."""
    rows = (
        ("brighter", _tr("Brighter, for this window only"), ("]",), {"brightness": 1}),
        ("darker", _tr("Darker, for this window only"), ("[",), {"brightness": -1}),
        ("more_contrast", _tr("More contrast"), ("Shift+]",), {"contrast": 1}),
        ("less_contrast", _tr("Less contrast"), ("Shift+[",), {"contrast": -1}),
    )

    def change(steps: dict[str, int]) -> Callable[[], None]:
        return lambda: canvas.set_tone(canvas.tone.changed(**steps))

    return [
        *(
            Action(id, text, keys, change(steps), repeats=True, group=group)
            for id, text, keys, steps in rows
        ),
        Action(
            "plain_tone",
            _tr("The picture's own brightness and contrast"),
            ("\\",),
            lambda: canvas.set_tone(Tone()),
            group=group,
        ),
    ]


def _of_the_canvas_itself() -> list[Action]:
    """What the canvas does by itself while it has the focus or the mouse."""
    arrows = ("Left", "Right", "Up", "Down")
    steps = (*arrows, *(f"Shift+{arrow}" for arrow in arrows))
    grows = (*(f"Alt+{arrow}" for arrow in arrows), *(f"Alt+Shift+{arrow}" for arrow in arrows))
    rows = (
        (
            "cycle",
            _tr("Next or previous of overlapping boxes"),
            _tr("Tab, or click again; Shift+Tab"),
            (),
        ),
        (
            "nudge",
            _tr("Move the selected boxes by 1 px; by 10 px"),
            _tr("Arrows; Shift+arrows"),
            steps,
        ),
        ("grow", _tr("Resize them by 1 px; by 10 px"), _tr("Alt+arrows; Alt+Shift+arrows"), grows),
        (
            "cross",
            _tr("After W: move the cross; set a corner"),
            _tr("Arrows, Shift, Ctrl; Enter"),
            (),
        ),
        (
            "add_to_selection",
            _tr("Add a box to the selection, or remove it"),
            _tr("Shift+click"),
            (),
        ),
        ("band", _tr("Select what a rectangle touches"), _tr("Shift+drag"), ()),
        (
            "menu",
            _tr("What can be done with a box, a suggestion or the picture"),
            _tr("Right click; menu key"),
            (),
        ),
        ("wheel", _tr("Zoom at the pointer"), _tr("Ctrl+wheel"), ()),
        ("pan", _tr("Move the picture"), _tr("Middle drag, H or Ctrl and drag, wheel"), ("H",)),
    )
    return [
        Action(id, text, keys, None, group=_tr("Mouse and canvas"), shown=shown)
        for id, text, shown, keys in rows
    ]
