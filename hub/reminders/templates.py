"""The tenant's own templates: kept in place of those that come with the writer, and tried before they are kept."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.errors import InvalidError, NotFoundError, PreconditionError
from hub.reminders.models import reminder_templates
from hub.reminders.writing import TEMPLATE, Plugins
from hub.sdk.errors import ConfigError
from hub.sdk.facts import Amount, Bank, Debtor, FactInvoice, FactSheet, Sender, Verdict, check
from hub.sdk.writer import REPLIES, Draft, WritingTask
from hub.storage import audit

_TEXTS = ("purpose", "language", "tone", "subject", "text")


def of_tenant(session: Session) -> list[dict[str, Any]]:
    """The tenant's own texts, as the writer of templates takes them."""
    query = select(*(reminder_templates.c[name] for name in _TEXTS))
    return [dict(row) for row in session.execute(query).mappings()]


def show_all(session: Session, plugins: Plugins) -> dict[str, Any]:
    """The text in use for each purpose, language and tone, and the variables that a text may show."""
    stored = {
        (row["purpose"], row["language"], row["tone"]): row
        for row in session.execute(select(reminder_templates)).mappings()
    }
    writer = plugins.make(TEMPLATE, {"templates": of_tenant(session)})
    items = []
    for each in writer.texts():
        row = stored.get((each.purpose, each.language, each.tone))
        shown = {name: getattr(each, name) for name in (*_TEXTS, "is_own")}
        items.append(
            shown | {"version": row["version"] if row else 0, "updated_at": row["updated_at"] if row else None}
        )
    return {"items": items, "variables": [{"name": each.name, "title": each.title} for each in writer.variables]}


def store(
    session: Session, plugins: Plugins, given: Mapping[str, str], now: datetime, *, expected_version: int
) -> dict[str, Any]:
    """Keep a text of the tenant's own: purpose, language, tone, subject, text; returns all, as `show_all` does.

    It is filled with examples first. Raises InvalidError with the line that cannot be used, or the words that the fact
    check refuses, for such a text would never be sent; PreconditionError where it was changed meanwhile.
    """
    for facts in examples():
        for reply in REPLIES if given["purpose"] == "dispute_reply" else (None,):
            draft, verdict = fill(plugins, given, WritingTask(**_task(given, facts), reply=reply))
            # "Settled" is said of an invoice that is, which the examples are not.
            if reply != "settled":
                _refuse(draft, verdict)
    values = {"subject": given["subject"], "text": given["text"], "updated_at": now, "updated_by": audit.actor().id}
    key = {name: given[name] for name in ("purpose", "language", "tone")}
    if _version(session, key) != expected_version:
        raise PreconditionError("The template was changed meanwhile; read it again.")
    stored = insert(reminder_templates).values(**key, **values, version=1)
    changed = stored.on_conflict_do_update(
        index_elements=list(key),
        set_={**values, "version": reminder_templates.c.version + 1},
        where=reminder_templates.c.version == expected_version,
    )
    if session.execute(changed.returning(reminder_templates.c.version)).one_or_none() is None:
        raise PreconditionError("The template was changed meanwhile; read it again.")
    audit.record(session, "reminder_template.stored", "reminder_template", ".".join(key.values()))
    return show_all(session, plugins)


def reset(session: Session, plugins: Plugins, key: Mapping[str, str]) -> dict[str, Any]:
    """Go back to the text that comes with the writer. Raises NotFoundError where there is no other."""
    where = [reminder_templates.c[name] == value for name, value in key.items()]
    if not session.execute(delete(reminder_templates).where(*where)).rowcount:  # type: ignore[attr-defined]
        raise NotFoundError("There is no template of your own for this.")
    audit.record(session, "reminder_template.reset", "reminder_template", ".".join(key.values()))
    return show_all(session, plugins)


def fill(plugins: Plugins, given: Mapping[str, str], task: WritingTask) -> tuple[Draft, Verdict]:
    """A text filled in, and what the fact check says of it. Raises InvalidError for one that cannot be used."""
    try:
        draft: Draft = plugins.make(TEMPLATE, {"templates": [{name: given[name] for name in _TEXTS}]}).draft(task)
    except ConfigError as error:
        field = error.field or "text"
        raise InvalidError("The template cannot be used; nothing was stored.", fields={field: str(error)}) from error
    if not draft.subject or not draft.text:
        field = "text" if draft.subject else "subject"
        raise InvalidError("The template cannot be used.", fields={field: "With these facts nothing stands in it."})
    replying = task.purpose == "dispute_reply"
    return draft, check(task.facts, draft.text, language=draft.language, subject=draft.subject, replying=replying)


def examples() -> tuple[FactSheet, ...]:
    """Facts that templates are tried with: one invoice and several, due and not yet, with all and with the least."""
    today = date(2026, 3, 31)

    def invoice(number: str, total: str, paid: str, currency: str, days_overdue: int) -> FactInvoice:
        due_on = today - timedelta(days=days_overdue)
        return FactInvoice(
            number=number,
            issued_on=due_on - timedelta(days=30),
            due_on=due_on,
            total=Decimal(total),
            open=Decimal(total) - Decimal(paid),
            currency=currency,
            days_overdue=days_overdue,
        )

    late, early = invoice("INV-1042", "1250.00", "0", "EUR", 21), invoice("INV-1050", "480.50", "80.50", "EUR", -4)
    foreign = invoice("INV-1051", "99.00", "0", "USD", 1)
    full = Sender(company="Northwind Ltd", name="Ana Ruiz", phone="+44 20 7946 0018")
    bare = Sender(company="Northwind Ltd", name=None, phone=None)
    page = "https://hub.example/statement/#example"
    sheets = (
        (full, "Jo Doe", (late,), (page,), Bank(iban="DE89370400440532013000")),
        (bare, None, (early,), (), None),
        (full, "Jo Doe", (late, early, foreign), (page,), None),
    )
    return tuple(
        FactSheet(
            today=today,
            sender=sender,
            customer=Debtor(name="Acme GmbH", contact=contact),
            invoices=invoices,
            total_open=_totals(invoices),
            links=links,
            bank=bank,
        )
        for sender, contact, invoices, links, bank in sheets
    )


def _totals(invoices: tuple[FactInvoice, ...]) -> tuple[Amount, ...]:
    sums: dict[str, Decimal] = {}
    for each in invoices:
        sums[each.currency] = sums.get(each.currency, Decimal(0)) + each.open
    return tuple(Amount(amount=amount, currency=currency) for currency, amount in sums.items())


def _task(given: Mapping[str, str], facts: FactSheet) -> dict[str, Any]:
    chosen = {name: given[name] for name in ("purpose", "language", "tone")}
    return chosen | {"facts": facts, "page": facts.links[0] if facts.links else ""}


def _refuse(draft: Draft, verdict: Verdict) -> None:
    problems: dict[str, str] = {}
    for each in verdict.refusals:
        field = "subject" if each.in_subject else "text"
        problems[field] = (problems.get(field, "") + f" “{each.span}”: {each.reason}").strip()
    if problems:
        raise InvalidError("The fact check refuses this text, so it would never be sent.", fields=problems)


def _version(session: Session, key: Mapping[str, str]) -> int:
    where = [reminder_templates.c[name] == value for name, value in key.items()]
    return session.scalar(select(reminder_templates.c.version).where(*where).with_for_update()) or 0
