"""Numbers with their nouns, in the language of the window."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

_NOUNS = {
    "box": (QT_TRANSLATE_NOOP("Counts", "1 box"), QT_TRANSLATE_NOOP("Counts", "%n boxes")),
    "class": (QT_TRANSLATE_NOOP("Counts", "1 class"), QT_TRANSLATE_NOOP("Counts", "%n classes")),
    "entry": (QT_TRANSLATE_NOOP("Counts", "1 entry"), QT_TRANSLATE_NOOP("Counts", "%n entries")),
    "file": (QT_TRANSLATE_NOOP("Counts", "1 file"), QT_TRANSLATE_NOOP("Counts", "%n files")),
    "finding": (
        QT_TRANSLATE_NOOP("Counts", "1 finding"),
        QT_TRANSLATE_NOOP("Counts", "%n findings"),
    ),
    "frame": (QT_TRANSLATE_NOOP("Counts", "1 frame"), QT_TRANSLATE_NOOP("Counts", "%n frames")),
    "image": (QT_TRANSLATE_NOOP("Counts", "1 image"), QT_TRANSLATE_NOOP("Counts", "%n images")),
    "line": (QT_TRANSLATE_NOOP("Counts", "1 line"), QT_TRANSLATE_NOOP("Counts", "%n lines")),
    "moment": (
        QT_TRANSLATE_NOOP("Counts", "1 moment"),
        QT_TRANSLATE_NOOP("Counts", "%n moments"),
    ),
    "photo": (QT_TRANSLATE_NOOP("Counts", "1 photo"), QT_TRANSLATE_NOOP("Counts", "%n photos")),
    "picture": (
        QT_TRANSLATE_NOOP("Counts", "1 picture"),
        QT_TRANSLATE_NOOP("Counts", "%n pictures"),
    ),
    "proposal": (
        QT_TRANSLATE_NOOP("Counts", "1 proposal"),
        QT_TRANSLATE_NOOP("Counts", "%n proposals"),
    ),
    "suggestion": (
        QT_TRANSLATE_NOOP("Counts", "1 suggestion"),
        QT_TRANSLATE_NOOP("Counts", "%n suggestions"),
    ),
    "vote": (QT_TRANSLATE_NOOP("Counts", "1 vote"), QT_TRANSLATE_NOOP("Counts", "%n votes")),
    "thing": (QT_TRANSLATE_NOOP("Counts", "1 thing"), QT_TRANSLATE_NOOP("Counts", "%n things")),
}
"""One, and any other number: %n lets a translation have as many forms as its language wants."""


def counted(count: int, noun: str) -> str:
    """As in "1 box", "2 boxes", "0 images". Raises KeyError for a noun that is not in the table."""
    one, many = _NOUNS[noun]
    if count == 1:
        return QCoreApplication.translate("Counts", str(one))
    return QCoreApplication.translate("Counts", str(many), "", count)
