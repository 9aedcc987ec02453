"""Which of the trainer's lines about its choices speaks of which setting."""

from __future__ import annotations

from collections.abc import Sequence

_SIGNS = {
    "device": "Learns on ",
    "longest_side": "Pictures are seen at ",
    "batch": " pictures a step",
    "learning_rate": "The learning rate ",
    "augmentation": "Every picture is ",
}
"""By the fields of RunConfig: what the line has in it, in the trainer's own words."""


def line_about(field: str, choices: Sequence[str]) -> str:
    """Of Started.choices the line about a field of RunConfig; empty where there is none."""
    sign = _SIGNS.get(field)
    return next((line for line in choices if sign and sign in line), "")
