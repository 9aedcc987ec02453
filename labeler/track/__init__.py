"""Carries boxes from one picture of a sequence to the next, by what the pixels do."""

from labeler.track.carry import Carried, Carrier, Loss, load_upright
from labeler.track.interpolation import interpolated

__all__ = ["Carried", "Carrier", "Loss", "interpolated", "load_upright"]
