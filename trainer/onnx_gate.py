"""The gate for model.onnx, which may come from a stranger: looked through before it is loaded.

ONNX Runtime gets a file only after its wire format was walked here: no weights in other files, no
endless nesting, a description of itself that can be meant. Then memory and time are bounded while
it runs, and what it answers is checked before anybody sorts or stores it. Never imports torch.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_BYTES = 1 << 30
"""Of the file. The largest detector that can be chosen has 170 MB."""
MOST_DETECTIONS = 1000
"""On one picture. Our own give 100 at most."""
_MOST_NODES = 50_000
"""Ours have a thousand."""
_DEEPEST = 12
"""Graphs inside of graphs, with what lies between them."""
_MOST_METADATA = 1 << 20

_MEMORY = 320 << 20
"""Bytes for what all small models of this process calculate: a 640-pixel model needs 90 MB."""
_SMALL_FILE, _SMALL_INPUT = 48 << 20, 768 * 768
"""Bytes and pixels. Larger ones are those of GPUs, which need gigabytes; only their time is
bounded."""
_FOLDED = "65536"
"""Bytes of a constant that is worked out when a model is loaded: ours need no larger ones, and a
stranger's few bytes could ask for gigabytes then."""
_SECONDS_SMALL, _SECONDS_LARGE = 8.0, 90.0
"""For one picture; ours take 0.02 to 5."""
_GRACE = 1.0

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_GRAPHS: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 14: "entry", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
"""Which fields of which message hold what: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto."""
_EXTERNAL = {13: _BYTES, 14: _VARINT}
"""Fields of a tensor that say that its numbers lie in another file."""


class ModelError(ValueError):
    """A model that cannot be used. Its text is for the person, and names the file."""


def read_model(path: Path) -> tuple[bytes, Mapping[str, str]]:
    """The file's bytes, and what it says of itself. Raises ModelError."""
    if not path.is_file():
        raise ModelError(f"{path}: there is no such model. Train one first.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ModelError(f"{path}: this model is larger than {MOST_BYTES >> 30} GiB.")
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: this model cannot be read ({error.strerror}).") from error
    try:
        metadata = _looked_through(data)
    except _RefusedError as error:
        raise ModelError(f"{path}: {error}") from error
    except (IndexError, ValueError) as error:
        raise ModelError(f"{path}: this is no ONNX model, or it is damaged.") from error
    return data, metadata


class _RefusedError(Exception):
    """What is wrong with a model that could be read."""


def _looked_through(data: bytes) -> dict[str, str]:
    """Raises _RefusedError; ValueError or IndexError where it is no ONNX file."""
    view = memoryview(data)
    metadata: dict[str, str] = {}
    nodes = 0
    waiting: list[tuple[str, int, int, int]] = [("model", 0, len(data), 0)]
    has_graph = False
    while waiting:
        kind, start, end, depth = waiting.pop()
        if depth > _DEEPEST:
            raise _RefusedError("this model is nested too deeply.")
        for field, wire, begin, stop in _fields(view, start, end):
            if kind == "tensor" and _EXTERNAL.get(field) == wire and (field != 14 or begin):
                raise _RefusedError(
                    "this model keeps its numbers in other files, which are not read. Export it "
                    "as a single file."
                )
            inner = _GRAPHS[kind].get(field) if wire == _BYTES else None
            if inner == "entry":
                metadata.update(_entry(view, begin, stop))
            elif inner is not None:
                has_graph = has_graph or inner == "graph"
                nodes += inner == "node"
                waiting.append((inner, begin, stop, depth + 1))
        if nodes > _MOST_NODES:
            raise _RefusedError(f"this model has more than {_MOST_NODES} steps.")
    if not has_graph:
        raise ValueError("no graph")
    return metadata


def _entry(view: memoryview, start: int, end: int) -> dict[str, str]:
    """A pair of metadata."""
    if end - start > _MOST_METADATA:
        raise _RefusedError("the model's description of itself is too long.")
    texts = {field: bytes(view[begin:stop]) for field, _, begin, stop in _fields(view, start, end)}
    return {texts.get(1, b"").decode(): texts.get(2, b"").decode()}


def _fields(view: memoryview, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Of a protobuf message: number, wire type, and where the value begins and ends.

    Of a number the value itself stands for where it begins. Raises ValueError, IndexError.
    """
    place = start
    while place < end:
        key, place = _varint(view, place)
        field, wire = key >> 3, key & 7
        begin = place
        if wire == _VARINT:
            begin, place = _varint(view, place)
        elif wire == _BYTES:
            length, begin = _varint(view, place)
            place = begin + length
        elif wire in (_FIXED64, _FIXED32):
            place += 8 if wire == _FIXED64 else 4
        else:
            raise ValueError("no protobuf")
        if place > end:
            raise ValueError("cut short")
        yield field, wire, begin, place


def _varint(view: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = view[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7
        if shift > 63:
            raise ValueError("no number")


class BoundedSession:
    """An ONNX Runtime session that ends in time and in the memory it may have. Raises ModelError.

    Not for several threads at once.
    """

    def __init__(self, path: Path, data: bytes, pixels: int, threads: int) -> None:
        """pixels: of its input, as it describes itself."""
        # Whole before ONNX Runtime's library asks for a part of it: another thread that just
        # begins to import NumPy (the window, for its curves) would else meet it halfway.
        import numpy  # noqa: F401
        import onnxruntime

        self._path = path
        self._runtime = onnxruntime
        is_small = len(data) <= _SMALL_FILE and pixels <= _SMALL_INPUT
        self._seconds = _SECONDS_SMALL if is_small else _SECONDS_LARGE
        self._is_tried = False
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry(
            "optimization.constant_folding_max_output_size_in_bytes", _FOLDED
        )
        if is_small:
            _bound_memory(onnxruntime)
            options.add_session_config_entry("session.use_env_allocators", "1")
        try:
            self._session: Any = onnxruntime.InferenceSession(
                data,
                options,
                providers=["CPUExecutionProvider"],
                enable_fallback=0,  # or a second try prints on stdout, where --json answers
            )
        except Exception as error:  # ONNX Runtime's own classes have no common base of their own
            raise ModelError(f"{path}: this is no ONNX model, or it is damaged.") from error

    @property
    def inputs(self) -> list[tuple[str, str, list[Any]]]:
        """Name, type and shape of each."""
        return [(node.name, node.type, list(node.shape)) for node in self._session.get_inputs()]

    @property
    def outputs(self) -> list[tuple[str, str, int]]:
        """Name, type and number of dimensions of each."""
        return [(node.name, node.type, len(node.shape)) for node in self._session.get_outputs()]

    def run(self, names: tuple[str, ...], inputs: Mapping[str, NDArray[np.uint8]]) -> list[Any]:
        """What the model answers. Raises ModelError where it fails or takes too long."""
        if self._session is None:
            raise self._endless()
        options = self._runtime.RunOptions()
        try:
            with _DEADLINES.watching(options, self._seconds):
                if self._is_tried:
                    return list(self._session.run(names, inputs, options))
                return self._try(names, inputs, options)
        except ModelError:
            raise
        except Exception as error:  # as above
            if options.terminate:
                raise self._endless() from error
            lines = str(error).strip().splitlines() or [type(error).__name__]
            wants_memory = "Available memory" in str(error) or "allocate memory" in str(error)
            why = "it needs too much memory" if wants_memory else lines[-1][-200:]
            raise ModelError(f"{self._path}: this model does not run: {why}.") from error

    def _try(self, names: tuple[str, ...], inputs: Mapping[str, Any], options: Any) -> list[Any]:
        """The first picture, on a thread of its own: a single step that takes hours cannot be
        ended, and nobody shall wait for it."""
        answers: list[Any] = []
        faults: list[Exception] = []
        session = self._session

        def work() -> None:
            try:
                answers.append(session.run(names, inputs, options))
            except Exception as error:  # told below
                faults.append(error)

        thread = threading.Thread(target=work, daemon=True, name="first picture")
        thread.start()
        thread.join(self._seconds + _GRACE)
        if thread.is_alive():
            self._session = None
            raise self._endless()
        if faults:
            raise faults[0]
        self._is_tried = True
        return list(answers[0])

    def _endless(self) -> ModelError:
        return ModelError(
            f"{self._path}: this model takes longer than {self._seconds:.0f} seconds for a "
            "picture, so it was stopped."
        )


class _Deadlines:
    """Ends what runs too long: one thread for all sessions of the process, asleep between runs."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._running: dict[int, tuple[float, Any]] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self, options: Any, seconds: float) -> Iterator[None]:
        """Sets options.terminate after so many seconds, unless the block has ended."""
        with self._news:
            self._running[id(options)] = time.monotonic() + seconds, options
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._watch, daemon=True, name="model deadlines"
                )
                self._thread.start()
            elif len(self._running) == 1:
                self._news.notify()
        try:
            yield
        finally:
            with self._news:
                del self._running[id(options)]

    def _watch(self) -> None:
        with self._news:
            while True:
                now = time.monotonic()
                for deadline, options in self._running.values():
                    if now >= deadline:
                        options.terminate = True
                self._news.wait(0.5 if self._running else None)


_DEADLINES = _Deadlines()
_lock = threading.Lock()
_is_bounded = False


def _bound_memory(runtime: Any) -> None:
    """All small models of the process share so much memory for what they calculate."""
    global _is_bounded
    with _lock:
        if _is_bounded:
            return
        place = runtime.OrtMemoryInfo(
            "Cpu", runtime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, runtime.OrtMemType.DEFAULT
        )
        as_usual = {
            "arena_extend_strategy": 1,
            "initial_chunk_size_bytes": -1,
            "max_dead_bytes_per_chunk": -1,
        }
        runtime.create_and_register_allocator(
            place, runtime.OrtArenaCfg({"max_mem": _MEMORY, **as_usual})
        )
        _is_bounded = True


def checked_answer(
    path: Path, answer: list[Any], classes: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """boxes (N, 4), scores (N,) and labels (N,), best first. Raises ModelError.

    N is 1000 at most, all is finite, scores lie between 0 and 1, labels are those of a class.
    """
    import numpy as np

    boxes, scores, labels = answer
    count = len(scores) if getattr(scores, "ndim", 0) == 1 else -1
    if (
        count < 0
        or getattr(boxes, "shape", None) != (count, 4)
        or getattr(labels, "shape", None) != (count,)
        or (boxes.dtype, scores.dtype, labels.dtype) != (np.float32, np.float32, np.int64)
    ):
        raise ModelError(f"{path}: this model's answer has not the shape that it describes.")
    if count > MOST_DETECTIONS:
        raise ModelError(f"{path}: this model finds {count} things on one picture. That is none.")
    if not (np.isfinite(boxes).all() and np.isfinite(scores).all()):
        raise ModelError(f"{path}: this model answers with numbers that are not finite.")
    if count and not (scores.min() >= -0.001 and scores.max() <= 1.001):
        raise ModelError(f"{path}: this model gives scores that do not lie between 0 and 1.")
    if count and not (labels.min() >= 0 and labels.max() < classes):
        raise ModelError(f"{path}: this model finds things of a class that it does not name.")
    order = np.argsort(-scores, kind="stable")
    return boxes[order], scores[order], labels[order]
