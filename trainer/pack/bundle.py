"""The zip: model.onnx, labels.txt, MODEL_CARD.md, predict.py, and an INT8 model on request."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from trainer.evaluate import model_of
from trainer.faults import TrainerError
from trainer.int8.compare import quantise
from trainer.machine import write_whole
from trainer.measured import QUANTISED
from trainer.pack.card import model_card, printable, read_me
from trainer.predict import Predictor
from trainer.report.story import read_story

_SCRIPT = Path(__file__).with_name("predict.py")


def pack(run: Path, out: Path, *, int8: bool = False, overwrite: bool = False) -> list[str]:
    """Writes the zip whole or not at all; gives the names in it.

    int8: with an INT8 model, which is made and measured first where there is none yet. Raises
    TrainerError, OSError.
    """
    if out.suffix.lower() != ".zip":
        raise TrainerError(f"{out} must end in .zip.")
    if out.exists() and not overwrite:
        raise TrainerError(f"{out} is there already. Choose another name, or allow to replace it.")
    story = read_story(run)
    model = model_of(run)
    if not model.is_file():
        raise TrainerError(
            f"{run} holds no model.onnx: the training ended before anything was learned. Train "
            "again, for longer."
        )
    details = Predictor(model).details
    told = quantise(run).told if int8 else None
    files = {
        "model.onnx": model.read_bytes(),
        **({"model.int8.onnx": (run / QUANTISED).read_bytes()} if int8 else {}),
        "labels.txt": "".join(f"{printable(name)}\n" for _, name in details.categories).encode(),
        "README.md": read_me(story, details).encode(),
        "MODEL_CARD.md": model_card(story, details, told).encode(),
        "predict.py": _SCRIPT.read_bytes(),
    }
    write_whole(out, _zipped(files))
    return list(files)


def _zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()
