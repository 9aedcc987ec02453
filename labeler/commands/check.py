"""`vector-labeler check`: compares a dataset's rows with its files."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from labeler.commands.progress import ProgressLine
from labeler.dataset.check import check
from labeler.dataset.store import Dataset
from labeler.dataset.words import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Compare a dataset's rows with its files: missing, changed and stray pictures, wrong "
        "sizes, boxes outside, a damaged database. Changes nothing. The exit code is 0 when all is "
        "well, 1 when something was found."
    )
    parser.add_argument("dataset", type=Path, help="its folder")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """0 when clean, 1 with findings."""
    with (
        Dataset.open(arguments.dataset, read_only=True) as dataset,
        ProgressLine("Checking") as line,
    ):
        findings = check(dataset, on_progress=line.update)
        total = dataset.counts().total
    if arguments.json:
        told = [
            {"kind": str(found.kind), "what": found.what, "message": found.message}
            for found in findings
        ]
        sys.stdout.write(
            json.dumps({"clean": not findings, "images": total, "findings": told}) + "\n"
        )
    else:
        for found in findings:
            sys.stdout.write(f"{found.kind}: {found.what}: {found.message}\n")
        sys.stdout.write(f"{counted(total, 'image')}, {counted(len(findings), 'finding')}.\n")
    return 1 if findings else 0
