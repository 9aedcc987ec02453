"""`vector-labeler restore`: goes back to one of a dataset's dated backups."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import suppress
from pathlib import Path

from labeler.dataset.backups import Backup, backups_of, contents_of, require_good
from labeler.dataset.check import Finding, check
from labeler.dataset.restoring import Restored, choose_backup, restore
from labeler.dataset.store import Dataset
from labeler.dataset.words import counted
from labeler.errors import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Go back to a backup of a dataset's boxes and images. The database that is there now is "
        "kept beside the backups, and pictures added since are taken in again, without boxes. The "
        "newest backup that is undamaged is used unless another one is named."
    )
    parser.add_argument("dataset", type=Path, help="its folder")
    parser.add_argument("--list", action="store_true", help="only show the backups")
    parser.add_argument("--from", dest="name", default="", metavar="NAME", help="this backup")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """0 when done and the dataset checks clean; 1 with findings, or without any backup to list."""
    folder: Path = arguments.dataset.absolute()
    if not folder.is_dir():
        raise UserError(f"{folder} is not there.")
    if arguments.list:
        return _list(folder, as_json=arguments.json)
    backup, passed_over = choose_backup(folder, arguments.name)
    done = restore(folder, backup)
    with Dataset.open(folder, read_only=True) as dataset:
        findings = check(dataset)
    _tell(done, passed_over, findings, as_json=arguments.json)
    return 1 if findings else 0


def _list(folder: Path, *, as_json: bool) -> int:
    told = [_described(backup) for backup in backups_of(folder)]
    if as_json:
        sys.stdout.write(json.dumps({"backups": told}) + "\n")
        return 0 if told else 1
    for each in told:
        sys.stdout.write("   ".join(str(each[key]) for key in ("name", "made_at", "holds")) + "\n")
    if not told:
        sys.stdout.write("There is no backup yet.\n")
    return 0 if told else 1


def _described(backup: Backup) -> dict[str, object]:
    told: dict[str, object] = {
        "name": backup.name,
        "made_at": f"{backup.made_at:%Y-%m-%d %H:%M}",
        "good": False,
        "holds": "damaged",
    }
    with suppress(UserError):
        require_good(backup.path)
        held = contents_of(backup.path)
        words = f"{counted(held.images, 'image')}, {counted(held.boxes, 'box')}"
        told |= {"good": True, "holds": words, "images": held.images, "boxes": held.boxes}
    return told


def _tell(done: Restored, passed_over: str, findings: list[Finding], *, as_json: bool) -> None:
    if as_json:
        told = {
            "restored": done.backup.name,
            "passed_over": passed_over,
            "kept_aside": str(done.kept_aside) if done.kept_aside else None,
            "found_again": [image.file_name for image in done.found_again],
            "findings": [f"{each.kind}: {each.what}: {each.message}" for each in findings],
        }
        sys.stdout.write(json.dumps(told) + "\n")
        return
    lines = [f"Restored {done.backup.name}, made on {done.backup.made_at:%Y-%m-%d at %H:%M}."]
    lines += [passed_over] if passed_over else []
    if done.kept_aside:
        lines.append(f"What was there before is kept as {done.kept_aside}.")
    if done.found_again:
        lines.append(
            "Added since, found in images/ and taken in again, without boxes: "
            f"{counted(len(done.found_again), 'picture')}."
        )
    lines += [f"{each.kind}: {each.what}: {each.message}" for each in findings]
    lines.append(f"Checked: {counted(len(findings), 'finding')}.")
    sys.stdout.write("\n".join(lines) + "\n")
