"""How large the detectors of libraries see pictures, and how many they learn from in a step."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Sizes:
    """pixels: of the network's input; batch: pictures a step. On a processor and on a GPU."""

    cpu_pixels: float
    gpu_pixels: float
    cpu_batch: int
    gpu_batch: int
    reason: str = "this detector learnt from so many"

    def pixels(self, *, on_gpu: bool) -> tuple[float, str]:
        """How many, and why."""
        if on_gpu or self.cpu_pixels == self.gpu_pixels:
            return self.gpu_pixels, self.reason
        return self.cpu_pixels, "it learnt from more, which would take a processor too long"

    def batch(self, *, on_gpu: bool) -> int:
        return self.gpu_batch if on_gpu else self.cpu_batch


_RESNET = Sizes(
    # 384x288 and 640x480, or as many in another shape; published for 800 to 1333 pixels a side,
    # which no GPU of a laptop has the memory to learn from
    384.0 * 288.0,
    640.0 * 480.0,
    cpu_batch=4,
    gpu_batch=8,
    reason="enough for small objects, and what the memory of a GPU holds",
)

_QUERIES = Sizes(
    # 384x288 and 640x480, or as many in another shape; published for 640x640
    384.0 * 288.0,
    640.0 * 480.0,
    cpu_batch=4,
    gpu_batch=8,
    reason="nearly as many as this detector learnt from",
)

SIZES = {
    "dfine_n": replace(_QUERIES, gpu_batch=16),
    "dfine_s": replace(_QUERIES, gpu_batch=16),
    "rtdetr_v2_r50": _QUERIES,
    "ssdlite320_mobilenet_v3_large": Sizes(320.0 * 320.0, 320.0 * 320.0, 8, 16),
    "fasterrcnn_mobilenet_v3_large_320_fpn": Sizes(320.0 * 320.0, 320.0 * 320.0, 8, 16),
    "fcos_resnet50_fpn": _RESNET,
    "fasterrcnn_resnet50_fpn_v2": _RESNET,
}
"""By the detector's name."""
