"""What a phone is shown: three buttons and no word about which is which. Works without scripts."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from labeler.votes.ballot import Choice

_STYLE = """
:root { color-scheme: light dark; font: 18px/1.4 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 26rem; padding: 2rem 1.2rem; text-align: center; }
h1 { font-size: 1.5rem; }
button { display: block; width: 100%; margin: 1rem 0; padding: 1.3rem; font-size: 1.6rem;
  font-weight: 600; border-radius: .7rem; border: 2px solid #0b93a6; }
button.choice { background: #097c8e; color: #fff; border-color: #097c8e; }
button:focus-visible { outline: 4px solid #e69f00; outline-offset: 2px; }
p { opacity: .75; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Connection": "close",
}
"""Of every answer, the refusals too."""

REFRESH_S = 5
"""A phone that has voted looks again so often, for the next round."""
_BUTTONS = (
    (Choice.A, "A", "choice"),
    (Choice.SAME, "No difference", ""),
    (Choice.B, "B", "choice"),
)


def ballot_page(path: str, round_number: int) -> bytes:
    """path: where the votes go, on this very server."""
    buttons = "".join(
        f'<button name="choice" value="{choice.value}" class="{kind}">{title}</button>'
        for choice, title, kind in _BUTTONS
    )
    return _page(
        "Which one do you like better?",
        f'<form method="post" action="{escape(path)}">'
        f'<input type="hidden" name="round" value="{round_number}">{buttons}</form>'
        "<p>Look at the big screen: A is on the left, B on the right.</p>",
    )


def told_page(title: str, text: str = "", *, looks_again: bool = False) -> bytes:
    """looks_again: by itself, after some seconds."""
    return _page(title, f"<p>{escape(text)}</p>" if text else "", looks_again=looks_again)


def _page(title: str, body: str, *, looks_again: bool = False) -> bytes:
    refresh = f'<meta http-equiv="refresh" content="{REFRESH_S}">' if looks_again else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{refresh}<title>Vote</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    ).encode()
