"""The Label workspace: a strip of images, the canvas, classes and boxes."""
