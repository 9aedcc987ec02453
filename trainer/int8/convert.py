"""model.onnx in INT8: ONNX Runtime's static quantisation, calibrated on images that trained."""

from __future__ import annotations

import contextlib
import logging
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from trainer.coco import Picture
from trainer.faults import TrainerError
from trainer.letterbox import Letterbox
from trainer.picture_gate import PictureError
from trainer.pictures import read_picture
from trainer.predict import INPUT, ModelDetails, letterboxed

MOST_CALIBRATED = 32
"""Pictures. 60 gave no better AP than 32."""

_WHOLE = ("Conv", "Gemm", "Add", "Clip", "Relu", "MaxPool", "Resize", "Concat")
_WITH_WEIGHTS = ("Conv", "Gemm", "MatMul")


def quantised(model: Path, details: ModelDetails, learnt: Sequence[Picture]) -> tuple[bytes, int]:
    """The INT8 model, and how many pictures calibrated it. Its metadata is that of model.

    Weights are INT8 per channel and of seven bits, so that processors without VNNI do not
    overflow; activations are UINT8. What follows the last weights, boxes and scores and their
    suppression, stays in floats, and so do these weights. Raises TrainerError.
    """
    canvases = _canvases(learnt, details.input_size)
    if not canvases:
        raise TrainerError("No picture that trained can be read, so nothing can be calibrated.")
    with TemporaryDirectory() as folder:
        plain, whole = Path(folder, "plain.onnx"), Path(folder, "whole.onnx")
        try:
            _quantise(model, plain, whole, canvases)
        except ImportError as error:
            raise TrainerError(
                f"INT8 needs more than is installed ({error.name} is missing). Install it with "
                'pip install "vector-labeler[train]".'
            ) from error
        return _with_metadata_of(model, whole), len(canvases)


def _quantise(model: Path, plain: Path, whole: Path, canvases: Sequence[Any]) -> None:
    import onnx
    from onnxruntime import quantization
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Calibration(quantization.CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._rest = iter(canvases)

        def get_next(self) -> dict[str, Any] | None:
            canvas = next(self._rest, None)
            return None if canvas is None else {INPUT: canvas[None]}

    with _quiet():
        quant_pre_process(str(model), str(plain), skip_symbolic_shape=True)
        quantization.quantize_static(
            str(plain),
            str(whole),
            Calibration(),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=list(_WHOLE),
            nodes_to_exclude=list(last_nodes(onnx.load(str(plain)).graph)),
            per_channel=True,
            reduce_range=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
        )


def last_nodes(graph: Any) -> Iterator[str]:
    """The names of all that comes after the last weights on the way to an output, these included.

    graph: ONNX's GraphProto.
    """
    makers = {output: node for node in graph.node for output in node.output}
    # a product with a vector is no layer, but the mean of a distribution, such as a box's side is
    weights = {tensor.name for tensor in graph.initializer if len(tensor.dims) > 1}
    waiting = [output.name for output in graph.output]
    seen: set[str] = set()
    while waiting:
        node = makers.get(waiting.pop())
        if node is None or node.name in seen:
            continue
        seen.add(node.name)
        yield node.name
        if node.op_type not in _WITH_WEIGHTS or not weights.intersection(node.input):
            waiting += node.input


def _canvases(learnt: Sequence[Picture], size: tuple[int, int]) -> list[Any]:
    canvases: list[Any] = []
    for picture in random.Random(0).sample(list(learnt), len(learnt)):
        if len(canvases) == MOST_CALIBRATED:
            break
        with contextlib.suppress(PictureError):  # the training has named it
            claimed = (picture.width, picture.height)
            rgb = read_picture(picture.path, claimed, enough=size).rgb
            fit = Letterbox.fit((rgb.shape[1], rgb.shape[0]), size)
            canvases.append(letterboxed(rgb, fit, size))
    return canvases


def _with_metadata_of(model: Path, whole: Path) -> bytes:
    import onnx

    described = onnx.load(str(whole))
    metadata = onnx.load(str(model)).metadata_props
    onnx.helper.set_model_props(described, {prop.key: prop.value for prop in metadata})
    data: bytes = described.SerializeToString()
    return data


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The quantiser logs advice for programmers on the root logger."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
