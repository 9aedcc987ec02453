"""The shell's door: finds the verb, imports only its module, turns UserErrors into sentences."""

from __future__ import annotations

import argparse
import errno
import gc
import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from labeler import __version__
from labeler.commands.stopping import ending_as_interrupted, exit_code
from labeler.dataset.progress import Stopped
from labeler.errors import UserError
from trainer.shell_text import make_streams_printable, printable_streams

VERBS: dict[str, tuple[str, str]] = {
    "simulator": ("labeler.simulator.command", "run the simulated robot until it is stopped"),
    "capture": ("labeler.commands.capture", "photograph through a robot into a dataset"),
    "record": ("labeler.commands.record", "keep a robot's feed in a file to be replayed"),
    "import": ("labeler.commands.import_coco", "add a COCO file and its images to a dataset"),
    "import-video": ("labeler.commands.import_video", "add pictures of a video to a dataset"),
    "export": ("labeler.commands.export", "write a dataset as a COCO folder or zip"),
    "synthesize": ("labeler.commands.synthesize", "make simulated pictures to learn from"),
    "train": ("labeler.commands.train", "train a detector on a dataset or a COCO file"),
    "compare": ("labeler.commands.compare", "train from COCO and from scratch, and compare"),
    "evaluate": ("labeler.commands.evaluate", "score a run or model.onnx on a COCO file"),
    "final-score": ("labeler.commands.final_score", "score a run once on what waited for the end"),
    "report": ("labeler.commands.report", "write what a run has become as one page"),
    "predict": ("labeler.commands.predict", "find things in pictures with a run or model.onnx"),
    "export-model": ("labeler.commands.export_model", "write a run's model as a zip to give away"),
    "check": ("labeler.commands.check", "compare a dataset's rows with its files"),
    "backup": ("labeler.commands.backup", "copy a dataset's boxes to a dated file"),
    "restore": ("labeler.commands.restore", "go back to a backup of a dataset"),
    "demo": ("labeler.commands.demo", "play the whole loop with the simulated robot"),
}

_REFUSALS = (errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ELOOP, errno.EIO, errno.EROFS)
"""No access, a name that is none, a drive that fails: the environment's faults, none of ours."""


def main(argv: Sequence[str] | None = None) -> int:
    """Without arguments (or with only a dataset folder) opens the window. Returns the exit code.

    0: done; 1: a fault the person can mend, told on stderr; 2: the command line is wrong;
    130: stopped by Ctrl+C, 143: by SIGTERM.
    """
    if argv is None:
        make_streams_printable()  # for good: a traceback is written after the end
        return _run(sys.argv[1:])
    with printable_streams():
        return _run(list(argv))


def _run(words: list[str]) -> int:
    if _wants_window(words):
        gc.disable()  # starting makes much and drops nothing; then the window does it by itself
        from labeler.gui.app import run_window

        return run_window(words)
    try:
        parser = _parser(words[0] if words[0] in VERBS else None)
        arguments = parser.parse_args(words)
        with ending_as_interrupted():
            return int(arguments.run(arguments))
    except Stopped as error:
        _tell(error, as_json=getattr(arguments, "json", False))
        return exit_code(error)
    except UserError as error:
        _tell(error, as_json=getattr(arguments, "json", False))
        return 1
    except OSError as error:  # which may come up at any path that a person names
        _tell(_refused(error), as_json=getattr(arguments, "json", False))
        return 1
    except KeyboardInterrupt as error:
        sys.stderr.write("Stopped.\n")
        return exit_code(error)


def _wants_window(words: list[str]) -> bool:
    """A mistyped verb is no new dataset: what is not there yet is made only by a path."""
    if not words:
        return True
    first = words[0]
    if first.startswith("-"):
        return first not in {"-h", "--help", "--version"}
    if first in VERBS:
        return False
    return "/" in first or "\\" in first or Path(first).exists()


def _parser(verb: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vector-labeler",
        description="Teach a Vector robot to see. Without a verb the window opens: "
        "vector-labeler [DATASET] [--camera simulated].",
    )
    parser.add_argument("--version", action="version", version=f"vector-labeler {__version__}")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for name, (module, summary) in VERBS.items():
        subparser = verbs.add_parser(
            name, help=summary, description=summary[0].upper() + summary[1:] + "."
        )
        if name == verb:
            command: Any = importlib.import_module(module)
            command.add_arguments(subparser)
            subparser.set_defaults(run=command.run)
    return parser


def _refused(error: OSError) -> UserError:
    """What the system says of a path that was named. Any other fault travels on."""
    if error.filename is None or error.errno not in _REFUSALS:
        raise error
    from labeler.dataset.files import reason

    return UserError(f"{error.filename} cannot be used: {reason(error)}.")


def _tell(error: UserError, *, as_json: bool) -> None:
    sentence = f"{error} {error.in_shell}".strip()
    if as_json:
        sys.stdout.write(json.dumps({"error": sentence}) + "\n")
    sys.stderr.write(f"{sentence}\n")
    if error.details:
        sys.stderr.write(f"{error.details}\n")
