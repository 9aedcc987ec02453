"""What runs here, in which version and under which licence, without importing any of it."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from labeler import __version__

_PACKAGES = (
    ("PySide6", "PySide6-Essentials", "LGPL-3.0"),
    ("ONNX Runtime", "onnxruntime", "MIT"),
    ("OpenCV", "opencv-python-headless", "Apache-2.0"),
    ("Vector SDK", "wirepod_vector_sdk", "Apache-2.0"),
    ("NumPy", "numpy", "BSD-3-Clause"),
    ("Pillow", "Pillow", "MIT-CMU"),
    ("pyqtgraph", "pyqtgraph", "MIT"),
    ("PyTorch", "torch", "BSD-3-Clause"),
    ("torchvision", "torchvision", "BSD-3-Clause"),
)
"""As people call it, as it is installed, and its licence."""


@dataclass(frozen=True, slots=True)
class Version:
    """One part of the program. version is empty where it is not installed."""

    name: str
    version: str
    licence: str


def versions(qt: str) -> list[Version]:
    """The program first. qt: Qt's own version, which only the window knows."""
    return [
        Version("Vector Labeler", __version__, "Apache-2.0"),
        Version("Python", platform.python_version(), "PSF-2.0"),
        Version("Qt", qt, "LGPL-3.0"),
        *(Version(name, _installed(package), licence) for name, package, licence in _PACKAGES),
    ]


def report_text(parts: Sequence[Version], screen: str, log_file: Path) -> str:
    """For a bug report: a line for each part, then the system. screen: how Qt draws."""
    return "\n".join(
        [
            *(f"{part.name} {part.version or '(not installed)'}" for part in parts),
            f"{platform.platform()}, {platform.machine()}, {screen}",
            f"executable {sys.executable}",
            f"log {log_file}",
        ]
    )


def _installed(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
