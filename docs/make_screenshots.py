"""Makes the pictures of docs/pictures with the program itself: `make screenshots`.

A dataset is photographed from the simulated robot, labelled and trained on by the headless demo;
then the window is opened on it, workspace by workspace.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
OUT = ROOT / "docs" / "pictures"
SHOTS = (
    ("label", "label", "dark", ()),
    ("capture", "capture", "dark", ("--camera", "simulated")),
    ("train", "train", "light", ()),
    ("preview", "preview", "light", ("--camera", "simulated")),
)


def main() -> None:
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        environment = os.environ | {"HOME": folder, "QT_QPA_PLATFORM": "offscreen"}
        _run(["demo", "--headless", "--out", str(work / "demo")], environment)
        dataset = work / "demo" / "table"
        for name, workspace, appearance, words in SHOTS:
            picture = OUT / f"{name}.png"
            options = ["--workspace", workspace, "--appearance", appearance, *words]
            _run([str(dataset), *options, "--screenshot", str(picture)], environment)


def _run(words: list[str], environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-m", "labeler", *words], cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    main()
