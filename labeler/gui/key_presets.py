"""Key maps for people who are used to another program, as what differs from the defaults."""

from __future__ import annotations

from labeler.gui.key_map import Changes

PRESETS: dict[str, Changes] = {
    "labelImg": {
        "label.fit": ("Ctrl+F", "F"),
        "label.zoom_in": ("Ctrl+=", "Ctrl++", "+", "="),
        "label.zoom_out": ("Ctrl+-", "-"),
    },
    "CVAT": {
        "label.next": ("F", "PgDown"),
        "label.previous": ("D", "PgUp"),
        "label.draw": ("N", "W", "R"),
        "label.fit": ("Ctrl+F",),
        "label.new_class": ("Ctrl+Shift+N",),
    },
}
"""By the program's name. labelImg's other keys are the defaults: W, A, D, Space, Ctrl+D, Del."""
