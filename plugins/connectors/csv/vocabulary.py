"""The words exports use for document types, statuses, and yes or no."""

from functools import lru_cache
from typing import Literal

DocumentKind = Literal["invoice", "credit", "payment", "other"]
Standing = Literal["open", "partial", "paid", "void", "written_off", "draft", "disputed"]

_KINDS: dict[str, DocumentKind] = {
    **dict.fromkeys(
        (
            "invoice", "sales invoice", "tax invoice", "inv", "accrec", "rv", "dr", "ri", "journal entry", "journal",
            "general journal", "finance charge", "late fee", "statement charge", "statement charges", "charge",
            "debit note", "debit memo", "opening balance", "service invoice", "recurring invoice", "rechnung",
        ),
        "invoice",
    ),
    **dict.fromkeys(
        (
            "credit memo", "credit note", "credit", "sales credit note", "accreccredit", "receivable credit note", "dg",
            "rg", "cust credit", "customer credit", "gutschrift", "avoir", "creditmemo",
        ),
        "credit",
    ),
    **dict.fromkeys(
        (
            "payment", "customer payment", "receive payment", "receipt", "cash receipt", "overpayment", "prepayment",
            "receivable overpayment", "receivable prepayment", "aroverpayment", "arprepayment", "unapplied payment",
            "unapplied cash payment", "deposit", "dz", "zahlung",
        ),
        "payment",
    ),
    **dict.fromkeys(
        (
            "bill", "accpay", "accpaycredit", "purchase", "purchase order", "expense", "check", "cheque",
            "bill payment", "bill payment (check)", "bill payment (credit card)", "bill pmt -check", "vendor credit",
            "estimate",
            "quote", "sales order", "sales receipt", "refund", "refund receipt", "transfer", "credit card expense",
            "bill credit", "supplier credit", "time charge", "inventory qty adjust", "payable invoice",
        ),
        "other",
    ),
}  # fmt: skip
_STANDINGS: dict[str, Standing] = {
    **dict.fromkeys(
        (
            "open", "unpaid", "outstanding", "overdue", "due", "sent", "authorised", "authorized", "awaiting payment",
            "approved", "issued", "posted", "not paid", "past due", "viewed", "emailed", "delivered", "offen",
        ),
        "open",
    ),
    **dict.fromkeys(("partial", "partially paid", "part paid", "partly paid", "partially_paid"), "partial"),
    **dict.fromkeys(("paid", "closed", "cleared", "settled", "complete", "completed", "deposited", "bezahlt"), "paid"),
    **dict.fromkeys(("void", "voided", "cancelled", "canceled", "deleted", "reversed", "storniert"), "void"),
    **dict.fromkeys(
        ("written off", "written_off", "write off", "write-off", "bad debt", "uncollectible", "written-off"),
        "written_off",
    ),
    **dict.fromkeys(("draft", "submitted", "scheduled", "pending", "awaiting approval", "planned"), "draft"),
    **dict.fromkeys(("disputed", "in dispute"), "disputed"),
}  # fmt: skip
_YES = frozenset(("yes", "y", "true", "t", "1", "x", "ja", "oui", "si", "sí", "disputed"))
_NO = frozenset(("no", "n", "false", "f", "0", "nein", "non", "-"))

_ELECTRONIC = frozenset(
    ("electronic", "electronically", "e-mail", "email", "mail pdf", "pdf", "edi", "portal", "e-invoice", "einvoice",
     "online", "paperless", "elektronisch", "peppol")
)  # fmt: skip
_ON_PAPER = frozenset(("paper", "post", "letter", "print", "printed", "brief", "papier", "fax"))

KINDS_EXPECTED = "Invoice, Credit memo or Payment"
STANDINGS_EXPECTED = "open, partial, paid, disputed, written off, void or draft"


@lru_cache(maxsize=1_000)
def kind_of(text: str) -> DocumentKind | None:
    """What a document type means; `other` is no receivable (a bill, an estimate); None: not known."""
    return _KINDS.get(" ".join(text.casefold().replace("_", " ").split()))


@lru_cache(maxsize=5_000)
def standing_of(text: str) -> Standing | None:
    """What a status means, also "Overdue 12 days" or "Partially paid, $20.00 remaining"; None: not known."""
    words = " ".join(text.casefold().split())
    if words in _STANDINGS:
        return _STANDINGS[words]
    starts = [known for known in _STANDINGS if words.startswith((known + " ", known + ",", known + ":", known + " ("))]
    return _STANDINGS[max(starts, key=len)] if starts else None


@lru_cache(maxsize=100)
def sent_electronically(text: str) -> bool | None:
    """Whether an invoice delivered like this came without paper; None: not known, which is no error."""
    word = text.casefold()
    return True if word in _ELECTRONIC else False if word in _ON_PAPER else truth_of(word) if word else None


@lru_cache(maxsize=100)
def truth_of(text: str) -> bool | None:
    """Yes or no; None: not known."""
    word = text.casefold()
    return True if word in _YES else False if word in _NO else None
