"""Where a verb's images are: of a dataset, or of a COCO file that the shell names."""

from __future__ import annotations

import argparse
from pathlib import Path

from labeler.errors import UserError


def add_source_arguments(parser: argparse.ArgumentParser, *, is_needed: bool = True) -> None:
    """source, which is None where it may be left out and was; --images, --val, --val-images."""
    parser.add_argument(
        "source",
        type=Path,
        nargs=None if is_needed else "?",
        metavar="DATASET|COCO.json",
        help="what to learn from",
    )
    parser.add_argument(
        "--images",
        type=Path,
        metavar="DIR",
        help="the folder that COCO's file_name is relative to (default: images/ beside the file)",
    )
    parser.add_argument("--val", type=Path, metavar="COCO.json", help="what to check with")
    parser.add_argument(
        "--val-images", type=Path, metavar="DIR", help="the images of --val (default: --images)"
    )


def images_folders(arguments: argparse.Namespace) -> tuple[Path, Path | None]:
    """Of the images to learn from and to check with; the second None: nothing was said."""
    images = arguments.images or images_beside(arguments.source)
    val_images = arguments.val_images or arguments.images
    if arguments.val is not None and val_images is None:
        val_images = images_beside(arguments.val)
    return images, val_images


def refuse_for_dataset(arguments: argparse.Namespace) -> None:
    """Raises UserError where a dataset was named with options that go with a COCO file."""
    if arguments.val or arguments.images or arguments.val_images:
        raise UserError(
            "--images, --val and --val-images go with a COCO file. A dataset knows its images and "
            "is split by session."
        )


def images_beside(coco: Path) -> Path:
    """images/ beside the file, else the file's own folder."""
    folder = coco.absolute().parent
    return folder / "images" if (folder / "images").is_dir() else folder
