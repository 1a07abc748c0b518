"""What a template may show: the facts as strings, in the debtor's own forms."""

from typing import Any

from hub.sdk import wording
from hub.sdk.facts import FactInvoice
from hub.sdk.writer import TemplateVariable, WritingTask

VARIABLES = (
    TemplateVariable(name="greeting", title="Salutation, with the contact's name where it is known"),
    TemplateVariable(name="signature", title="Closing, with the sender's name, company and phone"),
    TemplateVariable(name="statement", title="The invoices as a list, one a line"),
    TemplateVariable(name="ways_to_pay", title="Payment link, IBAN and the customer's page, as far as there are any"),
    TemplateVariable(name="total", title="What is open in all, by currency"),
    TemplateVariable(name="count", title="How many invoices"),
    TemplateVariable(
        name="invoice",
        title="The first invoice: number, issued_on, due_on, total, open, overdue (21 days overdue), is_overdue,"
        " is_partly_paid",
    ),
    TemplateVariable(name="invoices", title="All invoices, to go through with for"),
    TemplateVariable(name="customer", title="name, contact"),
    TemplateVariable(name="sender", title="company, name, phone"),
    TemplateVariable(name="today", title="The day of the message"),
    TemplateVariable(name="page", title="Address of the customer's page; empty where there is none"),
    TemplateVariable(name="payment_link", title="Address for paying; empty where there is none"),
    TemplateVariable(name="iban", title="Your IBAN; empty where there is none"),
    TemplateVariable(name="late_fee", title="The late fee that your settings allow; empty where they allow none"),
    TemplateVariable(name="interest_rate", title="The interest rate that your settings allow, likewise"),
    TemplateVariable(name="discount", title="The discount that your settings allow, likewise"),
    TemplateVariable(
        name="reply", title="Of a reply to a dispute: received, asking, documents, accepted, upheld or settled"
    ),
)


def values(task: WritingTask) -> dict[str, Any]:
    """VARIABLES, by name."""
    facts, language = task.facts, task.language
    invoices = [_invoice(each, language) for each in facts.invoices]
    return {
        "greeting": wording.greeting(facts, language),
        "signature": wording.signature(facts, language),
        "statement": wording.statement(facts, language),
        "ways_to_pay": wording.ways_to_pay(facts, language, page=task.page, payment_link=task.payment_link),
        "total": wording.total(facts, language),
        "count": len(invoices),
        "invoice": invoices[0] if invoices else {},
        "invoices": invoices,
        "customer": {"name": wording.name(facts.customer.name), "contact": wording.name(facts.customer.contact)},
        "sender": {
            "company": wording.name(facts.sender.company),
            "name": wording.name(facts.sender.name),
            "phone": wording.name(facts.sender.phone),
        },
        "today": wording.day(facts.today, language),
        "page": task.page,
        "payment_link": task.payment_link,
        "iban": wording.iban(facts.bank.iban) if facts.bank else "",
        "late_fee": wording.figure(facts.allowed.late_fee, language),
        "interest_rate": wording.figure(facts.allowed.interest_rate, language),
        "discount": wording.figure(facts.allowed.discount, language),
        "reply": task.reply or "received",
    }


def _invoice(invoice: FactInvoice, language: str) -> dict[str, Any]:
    return {
        "number": wording.name(invoice.number),
        "issued_on": wording.day(invoice.issued_on, language),
        "due_on": wording.day(invoice.due_on, language),
        "total": wording.money(invoice.total, invoice.currency, language),
        "open": wording.money(invoice.open, invoice.currency, language),
        "overdue": wording.overdue(invoice, language),
        "is_overdue": invoice.days_overdue > 0,
        "is_partly_paid": invoice.open < invoice.total,
    }
