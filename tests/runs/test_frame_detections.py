"""What two detectors found in a clip can be read frame for frame."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image as Pillow

from labeler.errors import UserError
from labeler.runs.clip import Clip, folder_clip
from labeler.runs.frame_detections import frame_file
from labeler.runs.side_by_side import Pane, write_side_by_side
from tests.gui.tiny_model import write_tiny_model
from trainer.predict import Predictor


@pytest.fixture
def models(tmp_path: Path) -> dict[str, Path]:
    return {
        "pretrained": write_tiny_model(tmp_path / "sure.onnx"),
        "scratch": write_tiny_model(tmp_path / "unsure.onnx", threshold=0.95),
    }


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        Pillow.new("RGB", (128, 72), (90 * number, 90, 90)).save(folder / f"{number}.png")
    return folder_clip(folder)


def _film(clip: Clip, models: dict[str, Path], folder: Path) -> Path:
    out = folder / "detections.json"
    left, right = (Pane(name, model) for name, model in models.items())
    with frame_file(out, clip, models) as frames:
        write_side_by_side(clip, (left, right), folder / "a.mp4", on_found=frames.add)
    return out


def test_each_frame_has_what_each_detector_found_in_it(
    clip: Clip, models: dict[str, Path], tmp_path: Path
) -> None:
    told = json.loads(_film(clip, models, tmp_path).read_text(encoding="utf-8"))
    assert (told["clip"], told["per_second"]) == ("pictures", 2.0)
    assert told["thresholds"] == {"pretrained": 0.5, "scratch": 0.95}
    assert [frame["seconds"] for frame in told["frames"]] == [0.0, 0.5, 1.0]
    predictor = Predictor(models["pretrained"])
    for frame, pixels in zip(told["frames"], clip.read(), strict=True):
        shown = [each for each in frame["pretrained"] if each["shown"]]
        seen = predictor.predict(pixels)
        assert [each["name"] for each in shown] == [each.name for each in seen]
        for each, true in zip(shown, seen, strict=True):
            assert each["bbox"] == pytest.approx(true.bbox, abs=0.01)
        assert len(frame["scratch"]) == 3
        assert not any(each["shown"] for each in frame["scratch"])


def test_what_breaks_off_leaves_no_file(
    clip: Clip, models: dict[str, Path], tmp_path: Path
) -> None:
    def break_off(folder: Path) -> None:
        with frame_file(folder / "d.json", clip, models) as frames:
            frames.add(1, [[], []])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off(tmp_path)
    assert not list(tmp_path.glob("d.json*"))
    with pytest.raises(UserError, match="Cannot write"):
        break_off(tmp_path / "nowhere")
