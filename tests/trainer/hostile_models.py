"""Models that a stranger could send: each is small, and each is made to hurt whoever loads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from trainer.predict import DETAILS_KEY, FORMAT_KEY, FORMAT_VERSION

WIDTH, HEIGHT = 64, 36
DETAILS = {
    "categories": [[1, "vector"], [2, "mug"]],
    "input_size": [WIDTH, HEIGHT],
    "threshold": 0.5,
    "detector": "lite",
    "finest_stride": 8,
}
FLOAT, LONG = TensorProto.FLOAT, TensorProto.INT64
Make = Callable[[Path], None]


def constant(name: str, values: Any) -> TensorProto:
    return numpy_helper.from_array(np.asarray(values), name)


def node(kind: str, inputs: Sequence[str], outputs: Sequence[str], **words: Any) -> NodeProto:
    return helper.make_node(kind, list(inputs), list(outputs), **words)


BOXES = constant("b", np.array([[0, 0, 9, 9]], np.float32))
SCORES = constant("s", np.array([0.9], np.float32))
LABELS = constant("l", np.array([0], np.int64))
GIVEN = {"boxes": "b", "scores": "s", "labels": "l"}
ZERO = helper.make_tensor("zero", FLOAT, [1], [0.0])


def model(
    nodes: Sequence[NodeProto] = (),
    constants: Sequence[TensorProto] = (),
    *,
    outputs: Mapping[str, tuple[int, Sequence[Any] | None]] | None = None,
    details: Any = DETAILS,
    raw_details: str | None = None,
    version: str = FORMAT_VERSION,
    picture: tuple[int, Sequence[int]] = (TensorProto.UINT8, (1, HEIGHT, WIDTH, 3)),
    sources: Mapping[str, str] | None = None,
    **instead: str,
) -> ModelProto:
    """One that finds a vector. instead: where each output comes from, if not from a constant."""
    sources = {**GIVEN, **(sources or {}), **instead}
    outputs = outputs or {
        "boxes": (FLOAT, ("n", 4)),
        "scores": (FLOAT, ("n",)),
        "labels": (LONG, ("n",)),
    }
    graph = helper.make_graph(
        [*nodes, *(node("Identity", [sources.get(name, "b")], [name]) for name in outputs)],
        "hostile",
        [helper.make_tensor_value_info("picture", picture[0], list(picture[1]))],
        [helper.make_tensor_value_info(name, *kind) for name, kind in outputs.items()],
        [BOXES, SCORES, LABELS, *constants],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    told = json.dumps(details) if raw_details is None else raw_details
    helper.set_model_props(made, {FORMAT_KEY: version, DETAILS_KEY: told})
    return made


def detailed(**changes: Any) -> ModelProto:
    return model(details={**DETAILS, **changes})


def of_picture(last: Sequence[NodeProto], *constants: TensorProto) -> ModelProto:
    """One whose boxes hang on "r", which is worked out from the brightness "m": nothing of it can
    be worked out beforehand."""
    return model(
        [
            node("Cast", ["picture"], ["pf"], to=FLOAT),
            node("ReduceMean", ["pf"], ["m"], keepdims=0),
            *last,
            node("Add", ["b", "r"], ["bb"]),
        ],
        constants,
        boxes="bb",
    )


def endless() -> ModelProto:
    body = helper.make_graph(
        [node("Identity", ["go"], ["on"]), node("Add", ["x", "one"], ["y"])],
        "body",
        [
            helper.make_tensor_value_info("i", LONG, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("x", FLOAT, []),
        ],
        [
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("y", FLOAT, []),
        ],
        [constant("one", np.float32(1))],
    )
    loop = helper.make_node("Loop", ["times", "yes", "m"], ["r"], body=body)
    return of_picture([loop], constant("times", np.int64(2**62)), constant("yes", np.bool_(True)))


def nested(depth: int) -> ModelProto:
    made = model()
    graph = made.graph
    for _ in range(depth):
        inner = onnx.GraphProto()
        inner.CopyFrom(graph)
        branch = onnx.NodeProto(op_type="If", input=["c"], output=["o"])
        branch.attribute.append(helper.make_attribute("then_branch", inner))
        del graph.node[:]
        graph.node.append(branch)
    return made


def outside(name: str) -> ModelProto:
    """Its boxes are the bytes of another file."""
    made = model()
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=name)
    return made


def doubled(times: int) -> ModelProto:
    """Constants that grow while they are worked out, before any picture came."""
    grow = [node("Expand", ["s", "shape"], ["a0"])]
    grow += [node("Concat", [f"a{i}", f"a{i}"], [f"a{i + 1}"], axis=0) for i in range(times)]
    grow += [node("ReduceSum", [f"a{times}"], ["r"], keepdims=0), node("Add", ["b", "r"], ["bb"])]
    return model(grow, [constant("shape", np.array([200_000], np.int64))], boxes="bb")


def many(count: int) -> ModelProto:
    return model(
        [
            node("Expand", ["b", "n4"], ["bb"]),
            node("Expand", ["s", "n1"], ["ss"]),
            node("Expand", ["l", "n1"], ["ll"]),
        ],
        [constant("n4", np.array([count, 4])), constant("n1", np.array([count]))],
        boxes="bb",
        scores="ss",
        labels="ll",
    )


def numbers(boxes: Any = None, scores: Any = None, labels: Any = None) -> ModelProto:
    """One that answers these; their shapes are only found out when it runs."""
    constants, instead = [], {}
    nodes = []
    for name, given, kind in (
        ("boxes", boxes, np.float32),
        ("scores", scores, np.float32),
        ("labels", labels, np.int64),
    ):
        if given is not None:
            flat = np.asarray(given, kind)
            constants += [constant(f"{name}_flat", flat.ravel())]
            constants += [constant(f"{name}_shape", np.array(flat.shape, np.int64))]
            nodes += [node("Reshape", [f"{name}_flat", f"{name}_shape"], [f"{name}_new"])]
            instead[name] = f"{name}_new"
    kinds: dict[str, tuple[int, Sequence[Any] | None]] = {
        "boxes": (FLOAT, None),
        "scores": (FLOAT, None),
        "labels": (LONG, None),
    }
    return model(nodes, constants, outputs=kinds, sources=instead)


HUGE = "1" + "0" * 400
TOLD = json.dumps(DETAILS)
IN_METADATA: dict[str, tuple[ModelProto, str]] = {
    "infinity": (model(raw_details=TOLD.replace("0.5", "Infinity")), "damaged: Infinity is no"),
    "nan": (model(raw_details=TOLD.replace("0.5", "NaN")), "damaged: NaN is no number"),
    "overflow": (model(raw_details=TOLD.replace("0.5", "1e999")), "damaged: the number 1e999"),
    "huge": (model(raw_details=TOLD.replace("64", HUGE)), "damaged: the number 1000"),
    "threshold": (detailed(threshold=-3), "threshold must lie between 0 and 1"),
    "no classes": (detailed(categories=[]), "it names no class"),
    "missing": (model(details={"threshold": 0.5}), "is missing"),
    "twice": (detailed(categories=[[1, "a"], [1, "b"]]), "two classes have the same id"),
    "class types": (detailed(categories=[["one", 1]]), r"categories\[0\]\[0\] is 'one'"),
    "class shape": (detailed(categories={"1": "mug"}), "categories is an object, not a list"),
    "class short": (detailed(categories=[[1]]), "has 1 entries, not 2"),
    "many classes": (detailed(categories=[[i, "x"] for i in range(20_000)]), "more than 10000"),
    "size": (detailed(input_size=[10**9, 10**9]), "input_size.* must lie between 1 and 4096"),
    "size zero": (detailed(input_size=[0, 36]), "must lie between 1 and 4096"),
    "size null": (detailed(input_size=None), "input_size is null, not a list"),
    "nested json": (model(raw_details="[" * 100_000), "nested too deeply"),
    "list": (model(details=[1, 2]), "is a list, not an object"),
    "no json": (model(raw_details="hello"), "is not JSON"),
    "version": (model(version="9" * 10_000), "another version of Vector Labeler"),
}
IN_GRAPH: dict[str, tuple[ModelProto, str]] = {
    "another size": (detailed(input_size=[128, 72]), "inputs or outputs are not those"),
    "input type": (
        model(picture=(FLOAT, (1, HEIGHT, WIDTH, 3))),
        "this is no ONNX model, or it is damaged|inputs or outputs are not those",
    ),
    "no outputs": (model(outputs={"boxes": (FLOAT, (1, 4))}), "inputs or outputs are not those"),
    "other types": (
        model(
            outputs={"boxes": (FLOAT, None), "scores": (LONG, None), "labels": (LONG, None)},
            scores="l",
        ),
        "inputs or outputs are not those",
    ),
    "external": (outside("../../../../etc/passwd"), "keeps its numbers in other files"),
    "external beside": (outside("weights.bin"), "keeps its numbers in other files"),
    "unknown step": (
        of_picture([helper.make_node("Explode", ["m"], ["r"], domain="evil")]),
        "no ONNX model, or it is damaged",
    ),
    "nested": (nested(20), "nested too deeply"),
    "many steps": (
        model([node("Identity", ["b"], [f"x{i}"]) for i in range(60_000)]),
        "more than 50000 steps",
    ),
}
IN_ANSWER: dict[str, tuple[ModelProto, str]] = {
    "nan boxes": (numbers(boxes=[[np.nan] * 4]), "not finite"),
    "infinite boxes": (numbers(boxes=[[0, 0, np.inf, 5]]), "not finite"),
    "infinite scores": (numbers(scores=[np.inf]), "not finite"),
    "large scores": (numbers(scores=[7.0]), "scores that do not lie between 0 and 1"),
    "no such class": (numbers(labels=[2]), "a class that it does not name"),
    "negative class": (numbers(labels=[-1]), "a class that it does not name"),
    "large class": (numbers(labels=[2**62]), "a class that it does not name"),
    "fewer labels": (numbers(boxes=[[0, 0, 9, 9]] * 2, scores=[0.9] * 2), "not the shape"),
    "flat boxes": (numbers(boxes=[0, 0, 9, 9]), "not those it describes|not the shape"),
    "a score alone": (numbers(scores=0.9), "not the shape"),
    "five million": (many(5_000_000), "finds 5000000 things on one picture"),
    "1001": (many(1001), "finds 1001 things on one picture"),
    "zeros": (
        model(
            [node("ConstantOfShape", ["shape"], ["bb"], value=ZERO)],
            [constant("shape", np.array([200_000_000, 4], np.int64))],
            boxes="bb",
        ),
        "needs too much memory",
    ),
    "zeros of the picture": (
        of_picture(
            [node("Expand", ["m", "shape"], ["z"]), node("ReduceSum", ["z"], ["r"], keepdims=0)],
            constant("shape", np.array([800_000_000], np.int64)),
        ),
        "needs too much memory",
    ),
    "constants that grow": (doubled(14), "needs too much memory"),
    "impossible shapes": (
        of_picture([node("Reshape", ["m", "shape"], ["r"])], constant("shape", np.array([7]))),
        "does not run|no ONNX model",
    ),
}
EVERY = {**IN_METADATA, **IN_GRAPH, **IN_ANSWER}


def write(path: Path, made: ModelProto) -> Path:
    path.write_bytes(made.SerializeToString())
    return path
