"""To whom at a customer a reminder goes: whoever looks after payments there, else the customer's own address."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict


class Recipient(TypedDict):
    """Somebody to write to. `name` and `role` are empty where nobody has said."""

    name: str
    email: str
    role: str


MOST_RECIPIENTS = 10

_SEPARATORS = re.compile(r"[\s,;<>\"]+")
_ADDRESS = re.compile(r"[^@\s,;<>\"()\[\]\\]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_PAYS = re.compile(
    r"account|payable|\bap\b|billing|finance|treasur|buchhalt|kreditor|compta|contab|pago|rechnung", re.I
)


def is_address(text: str) -> bool:
    """Whether a text can be written to as an e-mail address."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None and ".." not in text


def recipients_of(customer: Mapping[str, Any]) -> list[Recipient]:
    """Whom a customer's row names: people who look after payments; without any, the customer's own addresses.

    The customer's own address comes first among these where it is one of theirs. Empty where there is no address.
    """
    people = [
        Recipient(name=each.get("name") or "", email=each["email"].strip().lower(), role=each.get("role") or "")
        for each in (customer.get("profile") or {}).get("contacts") or ()
        if is_address((each.get("email") or "").strip())
    ]
    own = [
        Recipient(name="", email=each, role="")
        for each in _SEPARATORS.split((customer.get("email") or "").lower())
        if is_address(each)
    ]
    named = {each["email"]: each for each in people}
    paying = [each for each in people if _PAYS.search(each["role"])]
    chosen = paying or [named.get(each["email"], each) for each in own] or people[:1]
    return unique(chosen)[:MOST_RECIPIENTS]


def contact_of(recipients: Iterable[Mapping[str, Any]]) -> str:
    """The person to greet: the first recipient's name, empty where there is none."""
    return next((str(each.get("name") or "") for each in recipients), "")


def unique(recipients: Iterable[Recipient]) -> list[Recipient]:
    """Each address once, as it first stands there."""
    found: dict[str, Recipient] = {}
    for each in recipients:
        found.setdefault(each["email"].lower(), each)
    return list(found.values())
