"""The contract of a writer: it drafts a message to somebody who owes, from a sheet of facts.

The hub checks each draft against that sheet (hub.sdk.facts) before anybody sees it, has it written anew once where
something in it is refused, and then takes the template's text.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from hub.sdk.facts import FactSheet, Refusal

Purpose = Literal["reminder", "dispute_reply"]
PURPOSES: tuple[Purpose, ...] = ("reminder", "dispute_reply")

Tone = Literal["service", "friendly", "neutral", "firm", "formal", "final"]
TONES: tuple[Tone, ...] = ("service", "friendly", "neutral", "firm", "formal", "final")
"""From a note before the due date to the last message before people take over."""

Reply = Literal["received", "asking", "documents", "accepted", "upheld", "settled"]
REPLIES: tuple[Reply, ...] = ("received", "asking", "documents", "accepted", "upheld", "settled")
"""What a reply to a dispute says: we look into it, we need evidence, here are documents, you are right, we stand by
the invoice, the invoice is settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingTask:
    """What to write. A draft may state nothing that is not in `facts`.

    `language` is BCP 47. `stage` counts the reminders of the sequence from 0. `history` is what the ledger knows of the
    customer, as sentences for the writer's ear: none of it may be quoted. `risk` is the customer's ("low", "medium",
    "high"), None where it is not known. `page` and `payment_link` say which of the facts' links is the customer's page
    and which one takes a payment; empty where there is none. `reply` is for the purpose dispute_reply.

    On the second attempt `previous` is the text of the first, and `refused` what the check refused of it.
    """

    facts: FactSheet
    purpose: Purpose
    tone: Tone
    language: str
    stage: int = 0
    history: tuple[str, ...] = ()
    risk: str | None = None
    page: str = ""
    payment_link: str = ""
    reply: Reply | None = None
    refused: tuple[Refusal, ...] = ()
    previous: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a writer wrote: plain text, paragraphs apart by an empty line. `language` is the one it is in, BCP 47."""

    subject: str
    text: str
    language: str


class ReminderWriter(Protocol):
    """Made anew for each use from its checked, immutable config, secrets included.

    With the capability `remote` it asks a model elsewhere and is made from config and network (hub.sdk.network); the
    hub uses it only for tenants that agreed to that.
    """

    slug: str

    def draft(self, task: WritingTask) -> Draft:
        """A draft in the tone and language asked for, or in the nearest language that it has.

        Raises ConfigError for settings that cannot work, AuthError where a model refuses the key, TransientError where
        it does not answer in time, and RecordError where its answer is no draft.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateText:
    """One text of a writer of templates. `is_own`: it came with the config, and not with the plugin."""

    purpose: Purpose
    language: str
    tone: Tone
    subject: str
    text: str
    is_own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateVariable:
    """What a template may show: its name, and what it stands for."""

    name: str
    title: str


class TemplatedWriter(Protocol):
    """A writer with the capability `templates`: it takes a tenant's own texts as `templates` in its config."""

    variables: tuple[TemplateVariable, ...]

    def texts(self) -> tuple[TemplateText, ...]:
        """The text in use for each purpose, language and tone."""
