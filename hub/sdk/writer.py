"""The contract of a reminder writer: it drafts a reminder from facts, and says which facts it used."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

Tone = Literal["service", "friendly", "neutral", "firm", "formal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """One invoice that is asked for; `amount` is what is asked, without any disputed part."""

    number: str
    due_on: date
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderContext:
    """The fact sheet: a draft may state nothing that is not in here. `language` is BCP 47."""

    debtor: str
    contact: str | None
    creditor: str
    items: tuple[OpenItem, ...]
    tone: Tone
    language: str
    today: date
    payment_link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reminder to be checked against its fact sheet before a person or a policy lets it out."""

    subject: str
    text: str
    language: str
    html: str | None = None


class ReminderWriter(Protocol):
    """Made anew from its checked, immutable config. Raises TransientError where a remote model does not answer."""

    slug: str

    def draft(self, context: ReminderContext) -> Draft:
        """A draft in the language and tone asked for."""
