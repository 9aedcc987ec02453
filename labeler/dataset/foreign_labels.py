"""Labels of other programs beside pictures: recognised by their content, so that they can be named.

Only COCO is read. What else is seen is said, so that nobody takes a folder for imported whose boxes
stayed behind.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from labeler.dataset.progress import ShouldStop, never_stop
from labeler.dataset.words import counted
from trainer.shell_text import one_line

_SUFFIXES = (".txt", ".xml", ".json", ".csv", ".yaml", ".yml", ".names")
_HEAD = 1 << 14
_MOST = 20_000
"""So many files are looked into; a folder of more is told by those."""
_NUMBER = r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_YOLO_LINE = re.compile(rf"\d+(?:[ \t]+{_NUMBER}){{4,}}\s*")
_YOLO_NAMES = re.compile(r"^names\s*:", re.MULTILINE)
_YOLO_PARTS = re.compile(r"^(nc|train|val|path)\s*:", re.MULTILINE)
_FIRST_TAG = re.compile(r"<([A-Za-z_][\w.-]*)")
_CSV_PICTURE = re.compile(r"(file_?name|image|path|img)", re.IGNORECASE)
_CSV_BOX = re.compile(r"(x_?min|xmax|x1|bbox|width|left)", re.IGNORECASE)
_CSV_LINE = re.compile(rf"[^,]+\.\w{{2,4}}(?:[,;]{_NUMBER}){{4}}[,;][^,;]+", re.IGNORECASE)


class LabelKind(StrEnum):
    """Whose labels a file holds, in the words that people use."""

    COCO = "COCO"
    YOLO = "YOLO"
    VOC = "Pascal VOC"
    CVAT = "CVAT"
    LABELME = "labelme"
    CREATE_ML = "Create ML"
    CSV = "CSV"


@dataclass(frozen=True, slots=True)
class SeenLabels:
    """So many files of one kind, and one of them."""

    kind: LabelKind
    files: int
    example: Path


def kind_of(path: Path) -> LabelKind | None:
    """What labels the file holds, by its first 16 KB; None for any other file. Never raises."""
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        return None
    head = _head_of(path)
    if suffix == ".xml":
        return _of_xml(head)
    if suffix == ".json":
        return _of_json(head)
    if suffix == ".csv":
        return LabelKind.CSV if _is_csv(head) else None
    return LabelKind.YOLO if _is_yolo(path, suffix, head) else None


def seen_in(paths: Sequence[Path], should_stop: ShouldStop = never_stop) -> tuple[SeenLabels, ...]:
    """The labels among these files and in these folders, the most files first."""
    counts: Counter[LabelKind] = Counter()
    examples: dict[LabelKind, Path] = {}
    for path in _candidates(paths):
        if should_stop():
            break
        kind = kind_of(path)
        if kind is not None:
            counts[kind] += 1
            examples.setdefault(kind, path)
    return tuple(SeenLabels(kind, files, examples[kind]) for kind, files in counts.most_common())


def told(seen: Iterable[SeenLabels]) -> str:
    """A sentence on what was seen and not taken; nothing where nothing was."""
    found = list(seen)
    others = [each for each in found if each.kind is not LabelKind.COCO]
    sentences = []
    if others:
        names = ", ".join(
            f"{each.kind} ({counted(each.files, 'file')}, such as {one_line(each.example.name)})"
            for each in others
        )
        sentences.append(
            f"Labels were seen and not taken: {names}. COCO files are read, these are not yet, so "
            "the pictures are without those boxes. Convert the labels to COCO and import that "
            "file: it puts them on the pictures."
        )
    for each in found:
        if each.kind is LabelKind.COCO:
            sentences.append(
                f"A COCO file was seen and not taken: {one_line(str(each.example))}. Import it as "
                "well: it puts its boxes on the pictures."
            )
    return " ".join(sentences)


def why_not_coco(path: Path) -> str:
    """Why a file that was chosen as COCO cannot be one, before anything is asked; else nothing."""
    kind = kind_of(path)
    if kind is None or kind is LabelKind.COCO:
        return ""
    return (
        f"{one_line(path.name)} holds {kind} labels. Only COCO files are read so far: convert it "
        "to COCO, then import that."
    )


def _candidates(paths: Sequence[Path]) -> Iterator[Path]:
    left = _MOST
    for path in paths:
        for found in _files_of(path):
            if found.suffix.lower() in _SUFFIXES:
                yield found
                left -= 1
                if not left:
                    return


def _files_of(path: Path) -> Iterator[Path]:
    with suppress(OSError):
        if not path.is_dir():
            yield path
            return
    for folder, inner, names in os.walk(path):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(folder, name)


def _head_of(path: Path) -> str:
    with suppress(OSError, ValueError):
        if path.is_file():  # also keeps off pipes, which never end
            with path.open("rb") as stream:
                return stream.read(_HEAD).decode("utf-8-sig", "replace")
    return ""


def _of_xml(head: str) -> LabelKind | None:
    tags = _FIRST_TAG.findall(head)
    if not tags:
        return None
    if tags[0] == "annotation" and {"object", "filename", "size"} & set(tags):
        return LabelKind.VOC
    is_cvat = tags[0] == "annotations" and {"version", "meta", "image", "track"} & set(tags)
    return LabelKind.CVAT if is_cvat else None


def _of_json(head: str) -> LabelKind | None:
    if '"shapes"' in head and re.search(r'"(imagePath|imageData|imageHeight|flags)"', head):
        return LabelKind.LABELME
    if head.lstrip().startswith("[") and '"coordinates"' in head and '"image"' in head:
        return LabelKind.CREATE_ML
    names = {"images", "annotations", "categories"}
    is_coco = head.lstrip().startswith("{") and sum(f'"{name}"' in head for name in names)
    return LabelKind.COCO if is_coco and '"file_name"' in head else None


def _is_yolo(path: Path, suffix: str, head: str) -> bool:
    if suffix in (".yaml", ".yml"):
        return bool(_YOLO_NAMES.search(head) and _YOLO_PARTS.search(head))
    lines = [line for line in head.splitlines()[:20] if line.strip()]
    if path.name.lower() in ("classes.txt", "obj.names") or suffix == ".names":
        return bool(lines)
    if len(head) == _HEAD:
        lines = lines[:-1]
    return bool(lines) and all(_YOLO_LINE.fullmatch(line.strip()) for line in lines)


def _is_csv(head: str) -> bool:
    first = head.partition("\n")[0].strip()
    named = _CSV_PICTURE.search(first) and _CSV_BOX.search(first)
    return bool(named or _CSV_LINE.fullmatch(first))
