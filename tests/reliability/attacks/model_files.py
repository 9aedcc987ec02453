"""model.onnx of a stranger, through the predictor's gate."""

from __future__ import annotations

import math
from pathlib import Path
from random import Random

import numpy as np
import onnx

from tests.gui.tiny_model import write_seeing_model, write_tiny_model
from tests.reliability.attacks.verdict import Ground, refusal_of, require
from tests.trainer import hostile_models
from tests.trainer.constant_model import NAMES, write_model
from trainer.predict import Detection, Predictor

PICTURE = np.zeros((36, 64, 3), np.uint8)


def model_files(chance: Random, ground: Ground) -> bool:
    """Loaded, and asked about a picture twice; what it finds is finite and of classes it names."""
    path = ground.place / "model.onnx"
    path.write_bytes(_made(chance, ground))
    found: list[Detection] = []
    names: set[int] = set()

    def ask() -> None:
        predictor = Predictor(path, threads=1)
        names.update(predictor.names)
        for _ in range(2):
            found.extend(predictor.predict(PICTURE))

    if refusal_of(ask, (str(path),)) is not None:
        return False
    for each in found:
        numbers = (*each.bbox, each.score)
        require(all(math.isfinite(number) for number in numbers), "a number is not finite", each)
        require(each.category_id in names, "a class that the model does not name", each)
    return True


def _made(chance: Random, ground: Ground) -> bytes:
    kind = chance.random()
    if kind < 0.2:
        built = hostile_models.EVERY[chance.choice(sorted(hostile_models.EVERY))][0]
        return bytes(built.SerializeToString())
    if kind < 0.21:
        return bytes(hostile_models.endless().SerializeToString())
    good = chance.choice(sorted(ground.once("models", _models).iterdir())).read_bytes()
    if kind < 0.6:
        return _with_other_bytes(good, chance)
    return _with_other_parts(good, chance)


def _models(folder: Path) -> None:
    write_tiny_model(folder / "tiny.onnx")
    write_seeing_model(folder / "seeing.onnx")
    write_model(folder / "constant.onnx", tuple((each["id"], each["name"]) for each in NAMES))


def _with_other_bytes(good: bytes, chance: Random) -> bytes:
    data = bytearray(good)
    if chance.random() < 0.2:
        return bytes(data[: chance.randrange(len(data))])
    if chance.random() < 0.1:
        return chance.randbytes(chance.choice((0, 1, 100, 5000)))
    for _ in range(chance.choice((1, 3, 30))):
        at = chance.randrange(len(data))
        if chance.random() < 0.8:
            data[at] = chance.randrange(256)
        else:
            data[at:at] = data[chance.randrange(len(data)) :][: chance.randrange(60)]
    return bytes(data)


def _with_other_parts(good: bytes, chance: Random) -> bytes:  # noqa: C901 - one change a case
    """A sound file of another model: steps, constants and metadata are changed and swapped."""
    model = onnx.load_from_string(good)
    for _ in range(chance.choice((1, 2, 4))):
        graph = model.graph
        match chance.randrange(9):
            case 0:
                chance.choice(graph.node).op_type = chance.choice(_STEPS)
            case 1:
                tensor = chance.choice(graph.initializer)
                tensor.data_type = chance.choice((1, 6, 7, 8, 9, 10, 11, 16, 99))
            case 2:
                tensor = chance.choice(graph.initializer)
                tensor.dims.append(chance.choice((0, 1, 2, -1, 2**40)))
            case 3:
                tensor = chance.choice(graph.initializer)
                tensor.raw_data = chance.choice((b"", b"\xff", tensor.raw_data * 3)) or bytes(4)
            case 4:
                size = chance.choice(graph.output).type.tensor_type.shape.dim
                for each in size:
                    each.dim_value = chance.choice((-1, 0, 1, 4, 10**6, 2**62))
            case 5:
                node = chance.choice(graph.node)
                others = [name for each in graph.node for name in (*each.input, *each.output)]
                if node.input:
                    node.input[0] = chance.choice(others)
            case 6:
                entry = chance.choice(model.metadata_props)
                at = chance.randrange(len(entry.value) + 1)
                entry.value = entry.value[:at] + chance.choice(_WORDS) + entry.value[at + 1 :]
            case 7:
                model.opset_import[0].version = chance.choice((0, 1, 9, 99, 2**40))
                model.ir_version = chance.choice((0, 3, 8, 99))
            case 8:
                tensor = chance.choice(graph.initializer)
                if tensor.data_type == onnx.TensorProto.FLOAT:
                    count = len(tensor.raw_data) // 4
                    bad = chance.choice((np.nan, np.inf, -np.inf, 1e38, -1.0))
                    tensor.raw_data = np.full(count, bad, np.float32).tobytes()
    return bytes(model.SerializeToString())


_STEPS = (
    *("Identity", "Add", "Exp", "Log", "Div", "Expand", "Tile", "Range", "ConstantOfShape"),
    *("NonZero", "TopK", "Resize", "If", "Loop", "Scan", "Einsum", "Gather", "Cast", "Unknown"),
    *("MatMul", "Conv", "StringNormalizer", "RandomNormal", "OneHot", "Pad", "SplitToSequence"),
)
_WORDS = ("9" * 400, "Infinity", "NaN", "null", "-", '"', "[", "}", "\\u0000", "\\ud800", "1e999")
