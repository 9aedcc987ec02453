"""What every process of an attack needs, loaded once before it is forked."""

from __future__ import annotations

import cv2
import onnx
import onnxruntime
import pycocotools.mask

import tests.reliability.attacks.coco_files
import trainer.evaluate

LOADED = (cv2, onnx, onnxruntime, pycocotools, tests.reliability.attacks.coco_files, trainer)
