"""A model of a third of the size that calculates in whole numbers. Needs onnx, but no torch."""
