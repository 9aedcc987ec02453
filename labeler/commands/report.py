"""`vector-labeler report`: a run as one HTML page."""

from __future__ import annotations

import argparse
import json
import sys
import webbrowser
from pathlib import Path

from labeler.runs.errand import answer_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Write a run as one HTML page that needs nothing else: scores with their intervals, "
        "curves, precision against recall, classes, sizes, the mistakes by kind with pictures, and "
        "what was chosen and why. It prints well and follows light and dark. A run that was "
        "stopped is measured first. The pictures of the mistakes are part of it: give it only to "
        "those who may see your photos."
    )
    parser.add_argument("run_folder", type=Path, metavar="RUN", help="the run's folder")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where to write it (default: RUN/report.html)"
    )
    parser.add_argument("--open", action="store_true", help="show it in the browser")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """0 when it is written. Works while the run is under way, and without PyTorch."""
    words: list[str | Path] = ["report", arguments.run_folder.absolute()]
    if arguments.out is not None:
        words += ["--out", arguments.out.absolute()]
    path = Path(answer_of(*words).strip())
    told = json.dumps({"report": str(path)}) if arguments.json else f"The report is {path}."
    sys.stdout.write(told + "\n")
    if arguments.open:
        webbrowser.open(path.as_uri())
    return 0
