"""The fact check: whether a text for a debtor states nothing but the facts. Pure, but for its own word lists."""

from hub.sdk.facts.check import check
from hub.sdk.facts.sheet import (
    Allowed,
    Amount,
    Bank,
    Debtor,
    FactInvoice,
    FactSheet,
    Figure,
    Sender,
    read_facts,
)
from hub.sdk.facts.verdict import CODES, Refusal, Verdict

__all__ = [
    "CODES",
    "Allowed",
    "Amount",
    "Bank",
    "Debtor",
    "FactInvoice",
    "FactSheet",
    "Figure",
    "Refusal",
    "Sender",
    "Verdict",
    "check",
    "read_facts",
]
