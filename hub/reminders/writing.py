"""From a task to a text that may be sent: drafted, checked, written anew once, and else the template's.

Nothing here holds a transaction: a writer may ask a model that takes its time.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from hub.redaction import redact
from hub.sdk import wording
from hub.sdk.charsets import one_line
from hub.sdk.errors import PluginError, RecordError
from hub.sdk.facts import FactSheet, Refusal, check
from hub.sdk.network import Network
from hub.sdk.writer import Draft, ReminderWriter, WritingTask

log = logging.getLogger(__name__)

TEMPLATE = "template_writer"
"""The writer that is always there."""
MISSING = "missing"
"""The code of what a text that a model wrote has to say and does not."""
LONGEST_SUBJECT = 250
LONGEST_TEXT = 20_000

_LONGEST_REASON = 500


class Plugins(Protocol):
    """What is needed of hub.registry.Registry."""

    def make(self, slug: str, *args: Any) -> Any:
        """A new plugin object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One draft, and what the check refused of it."""

    writer: str
    subject: str
    text: str
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The text to send, all drafts in their order, and why the template wrote it in place of the writer asked.

    `passes` is false only where the tenant's facts are such that even the template's text is refused: a person has to
    look at it then.
    """

    subject: str
    text: str
    language: str
    writer: str
    attempts: tuple[Attempt, ...]
    fell_back: str | None = None

    @property
    def passes(self) -> bool:
        """Whether the fact check refused nothing of it."""
        return not self.attempts[-1].refusals


def write(
    registry: Plugins,
    writer: str,
    config: Mapping[str, Any],
    task: WritingTask,
    *,
    network: Network | None = None,
    templates: Sequence[Mapping[str, Any]] = (),
    why_not: str | None = None,
) -> Written:
    """A text for `task` by the plugin `writer`, or by the template where that one fails twice or cannot be asked.

    `network` is the way out of a writer that has the capability `remote`; `templates` are the tenant's own; `why_not`
    says that the writer is not to be asked, and why.
    """
    attempts: list[Attempt] = []
    reason = why_not
    if writer != TEMPLATE and why_not is None:
        written, reason = _asked(registry, writer, config, task, network, attempts)
        if written is not None:
            return written
    for own in ([templates] if templates else []) + [()]:
        try:
            draft = _checked(registry.make(TEMPLATE, {"templates": list(own)}).draft(task))
        except PluginError as error:
            if not own:
                raise
            reason = reason or _cut(f"The tenant's own template cannot be used: {error}")
            continue
        refusals = _refused(task, draft.text, draft)
        attempts.append(Attempt(writer=TEMPLATE, subject=draft.subject, text=draft.text, refusals=refusals))
        if not refusals or not own:
            break
        reason = reason or _cut(f"The tenant's own template was refused: {_told(refusals)}")
    return Written(
        subject=attempts[-1].subject,
        text=attempts[-1].text,
        language=draft.language,
        writer=TEMPLATE,
        attempts=tuple(attempts),
        fell_back=reason,
    )


def with_statement(text: str, facts: FactSheet, language: str) -> str:
    """`text` with the list of the invoices before its last paragraph, where it leaves out one of several."""
    if len(facts.invoices) < 2 or all(each.number in text for each in facts.invoices):
        return text
    said = wording.words(language)["total"]
    listed = f"{wording.statement(facts, language)}\n\n{said}: {wording.total(facts, language)}"
    before, gap, last = text.rstrip().rpartition("\n\n")
    return f"{before}{gap}{listed}\n\n{last}" if gap else f"{text.rstrip()}\n\n{listed}"


def _asked(
    registry: Plugins,
    writer: str,
    config: Mapping[str, Any],
    task: WritingTask,
    network: Network | None,
    attempts: list[Attempt],
) -> tuple[Written | None, str | None]:
    """What the writer wrote, at the first or the second attempt; else None and why not."""
    for again in (False, True):
        try:
            made: ReminderWriter = registry.make(writer, *([config] if network is None else [config, network]))
            draft = _checked(made.draft(task))
        except PluginError as error:
            return None, _cut(f"{writer}: {error}")
        except Exception as error:  # noqa: BLE001 - whatever somebody's plugin does, there is a text
            # Its message may hold what was being written.
            log.warning("a writer failed", extra={"writer": writer, "error": type(error).__name__})
            return None, _cut(f"{writer} failed: {type(error).__name__}")
        text = with_statement(draft.text, task.facts, draft.language) if task.purpose == "reminder" else draft.text
        refusals = (
            *_refused(task, text, draft),
            *_lacking(task, text),
        )
        attempts.append(Attempt(writer=writer, subject=draft.subject, text=text, refusals=refusals))
        if not refusals:
            written = Written(
                subject=draft.subject, text=text, language=draft.language, writer=writer, attempts=tuple(attempts)
            )
            return written, None
        if again:
            return None, _cut(f"The second draft of {writer} was refused as well: {_told(refusals)}")
        task = replace(task, refused=refusals, previous=text)
    raise AssertionError("there are two attempts")


def _checked(draft: Draft) -> Draft:
    """A draft that can be a message, whatever a plugin calls one. Raises RecordError."""
    subject = one_line(draft.subject, LONGEST_SUBJECT)
    text = draft.text.replace("\r\n", "\n").strip()
    if not subject or not text:
        raise RecordError("the draft has no subject or no text")
    if len(text) > LONGEST_TEXT:
        raise RecordError(f"the draft has more than {LONGEST_TEXT:,} characters")
    return Draft(subject=subject, text=text, language=draft.language)


def _refused(task: WritingTask, text: str, draft: Draft) -> tuple[Refusal, ...]:
    replying = task.purpose == "dispute_reply"
    return check(task.facts, text, language=draft.language, subject=draft.subject, replying=replying).refusals


def _lacking(task: WritingTask, text: str) -> Iterator[Refusal]:
    """What a message cannot do without: each invoice, what is open of it and since when, the sender, where to pay."""
    facts, plain = task.facts, _plain(text)
    needed = [(f"invoice {each.number}", [each.number]) for each in facts.invoices]
    if task.purpose == "reminder":
        needed += [
            (what, forms)
            for each in facts.invoices
            for what, forms in (
                (f"what is open of {each.number}", _amounts(each.open, each.currency, task.language)),
                (f"the due date of {each.number}", _days(each.due_on, task.language)),
            )
        ]
        needed.append(("who sends it", [facts.sender.company]))
        if ways := list(filter(None, (task.page, task.payment_link))):
            needed.append(("where to pay or to object", ways))
    for what, forms in needed:
        if not any(_plain(form) in plain for form in forms):
            reason = f"The text does not say {what}."
            yield Refusal(start=len(text), end=len(text), span="", code=MISSING, reason=reason)


def _amounts(amount: Decimal, currency: str, language: str) -> list[str]:
    locale = wording.locale_of(language)
    forms = [wording.money(amount, currency, language), f"{amount:.2f}", format_decimal(amount, locale=locale)]
    return [
        *forms,
        format_decimal(amount, locale=locale, group_separator=False),
        format_currency(amount, currency, locale=locale),
    ]


def _days(day: date, language: str) -> list[str]:
    locale = wording.locale_of(language)
    words = [format_date(day, form, locale=locale) for form in ("long", "medium", "short", "full", "d MMMM")]
    return [*words, day.isoformat(), f"{day:%d.%m.%Y}", f"{day:%d/%m/%Y}", f"{day:%m/%d/%Y}"]


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def _told(refusals: Sequence[Refusal]) -> str:
    return "; ".join(f"“{each.span}”: {each.reason}" if each.span else each.reason for each in refusals[:3])


def _cut(reason: str) -> str:
    return one_line(redact(reason), _LONGEST_REASON)
