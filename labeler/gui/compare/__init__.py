"""The Compare workspace: one detector pretrained, one from random weights, side by side."""
