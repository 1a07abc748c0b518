"""Text from files, tenants and plugins on a terminal: shown, never obeyed.

A customer's name may hold escape sequences that retitle the window, move the cursor over other lines or hide what
follows; and square brackets that rich would take for a style or a link.
"""

import re

from rich.markup import escape

# Control characters, and those that turn the direction of what follows.
_ORDERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def inert(text: object) -> str:
    """`text` for click.echo: what a terminal would obey is shown as a replacement character; lines stay lines."""
    return _ORDERS.sub("\N{REPLACEMENT CHARACTER}", str(text))


def shown(text: object) -> str:
    """`text` for rich, as it is written: neither obeyed by the terminal nor taken for markup."""
    return escape(inert(text))
