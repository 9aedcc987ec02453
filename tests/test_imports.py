"""The walls between the parts: who may import whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*ROOT.glob("labeler/**/*.py"), *ROOT.glob("trainer/**/*.py")])
FOLDERS = sorted({path.parent for path in SOURCES})
SQL_FILES = {
    "labeler/dataset/backups.py",
    "labeler/dataset/connections.py",
    "labeler/dataset/image_queries.py",
    "labeler/dataset/no_dataset.py",
    "labeler/dataset/queries.py",
    "labeler/dataset/restoring.py",
    "labeler/dataset/rows.py",
    "labeler/dataset/schema.py",
    "labeler/dataset/sound_rows.py",
    "labeler/dataset/store.py",
}
FROM_TRAINER = {
    "trainer.assist_lines",
    "trainer.coco_weights",
    "trainer.config",
    "trainer.events",
    "trainer.measured",
    "trainer.names",
    "trainer.picture_gate",
    "trainer.predict",
    "trainer.run_files",
    "trainer.shell_text",
    "trainer.stored",
    "trainer.vector_weights",
}
"""The rest of the trainer needs torch, or is its own business. stored and run_files read what both
sides keep on the disk, and picture_gate is asked before any picture is decoded: one checked reader,
so that neither trusts what the other refuses. The same of names (the gate) and of what is written
to a terminal (shell_text). coco_weights knows COCO's names and the files of its detector,
vector_weights the same of ready-made Vector."""
FOR_THE_TRACKER = {
    "labeler.dataset.model",
    "labeler.dataset.picture",
    "labeler.errors",
    "labeler.track",
}
WORKSPACES = ("capture", "label", "curate", "train", "preview", "compare")


def imported(path: Path) -> set[str]:
    """Every module that the file names in an import, wherever it stands in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def any_in(names: set[str], *packages: str) -> list[str]:
    return sorted(n for n in names if any(n == p or n.startswith(p + ".") for p in packages))


def breaches(path: Path) -> list[str]:
    """What the file imports although its place forbids it."""
    place = path.relative_to(ROOT).as_posix()
    names = imported(path)
    found: list[str] = []
    if not place.startswith("labeler/gui/"):
        found += (
            any_in(names, "PySide6", "pyqtgraph", "labeler.gui")
            if place != "labeler/cli.py"
            else []
        )
    if place not in SQL_FILES:
        found += any_in(names, "sqlite3")
    if place.startswith("trainer/"):
        found += any_in(names, "labeler")
    else:
        found += any_in(names, "torch", "torchvision", "pycocotools", "onnx", "safetensors")
        found += [n for n in any_in(names, "trainer") if not from_trainer_allowed(n)]
    if place.startswith("labeler/simulator/"):
        found += [
            n for n in any_in(names, "labeler.dataset") if not n.startswith("labeler.dataset.model")
        ]
        found += any_in(names, "labeler.cameras")
    if place.startswith("labeler/track/"):
        found += [n for n in any_in(names, "labeler") if not any_in({n}, *FOR_THE_TRACKER)]
    for own in WORKSPACES:
        if place.startswith(f"labeler/gui/{own}/"):
            others = [f"labeler.gui.{other}" for other in WORKSPACES if other != own]
            found += any_in(names, *others, "labeler.gui.main_window")
    return found


def from_trainer_allowed(name: str) -> bool:
    return name == "trainer" or any(name == m or name.startswith(m + ".") for m in FROM_TRAINER)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_a_file_imports_only_what_its_place_allows(folder: Path) -> None:
    found = {path.name: breaches(path) for path in SOURCES if path.parent == folder}
    assert {name: names for name, names in found.items() if names} == {}


def test_a_forbidden_import_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    bad = tmp_path / "labeler" / "dataset" / "bad.py"
    bad.parent.mkdir(parents=True)
    bad.write_text("import torch\ndef f():\n    from PySide6 import QtCore\n    import sqlite3\n")
    assert set(breaches(bad)) == {"torch", "PySide6", "PySide6.QtCore", "sqlite3"}


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        (
            "labeler.gui.main_window",
            {"torch", "cv2", "onnxruntime", "anki_vector", "grpc", "pyqtgraph"},
        ),
        ("trainer.predict", {"torch", "PySide6", "labeler"}),
        ("trainer.assist_lines", {"torch", "numpy"}),
        ("trainer.coco_weights", {"torch", "numpy", "safetensors"}),
        ("trainer.vector_weights", {"torch", "numpy", "safetensors"}),
        ("labeler.runs.coco_detector", {"torch", "numpy", "onnxruntime", "PySide6"}),
        ("trainer.events", {"torch", "numpy"}),
        ("trainer.config", {"torch", "numpy"}),
        ("trainer.training", {"transformers", "scipy", "torchvision"}),
        ("trainer.measured", {"torch", "numpy"}),
        ("trainer.run_files", {"torch", "numpy"}),
        ("trainer.shell_text", {"torch", "numpy", "PIL", "json", "labeler"}),
        ("trainer.stored", {"torch", "numpy"}),
        ("trainer.picture_gate", {"torch", "numpy", "PIL", "labeler"}),
        ("trainer.names", {"torch", "numpy", "PIL", "json", "labeler"}),
        ("labeler.track", {"torch", "cv2", "numpy", "PIL", "PySide6"}),
        ("labeler.cli", {"torch", "cv2", "PySide6", "anki_vector", "onnxruntime", "numpy"}),
    ],
)
def test_importing_stays_light(module: str, forbidden: set[str]) -> None:
    code = f"import sys, {module}; print(*(m for m in {sorted(forbidden)!r} if m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == []
