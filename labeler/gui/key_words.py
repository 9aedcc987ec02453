"""Keys in sentences, kept true when the person gave other keys."""

from __future__ import annotations

import re
from collections.abc import Mapping

from labeler.gui.key_hint import native_key


def with_true_keys(sentence: str, moved: Mapping[str, tuple[tuple[str, ...], str]]) -> str:
    """moved: by a key that an action has no longer, its keys now and its name.

    Only keys with Ctrl, Shift or Alt are looked for: a lone D may be any letter.
    """
    now = {
        native_key(key): native_key(keys[0]) if keys else f'"{name}"'
        for key, (keys, name) in moved.items()
        if "+" in key[:-1]
    }
    if not now:
        return sentence
    usual = "|".join(re.escape(key) for key in sorted(now, key=len, reverse=True))
    return re.sub(rf"(?<![\w+])({usual})(?![\w+])", lambda found: now[found[0]], sentence)
