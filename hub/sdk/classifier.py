"""The contract of a dispute classifier: it reads what a customer wrote and says why they do not pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

REASONS = (
    "pricing",
    "quantity_shortage",
    "not_received",
    "quality_damage",
    "duplicate_invoice",
    "tax_error",
    "billing_details",
    "already_paid",
    "credit_pending",
    "terms_discount",
    "freight_charge",
    "service_not_rendered",
    "payment_delay_request",
    "no_dispute",
    "late_delivery",
    "unauthorised",
    "other",
)
"""The dispute codes, by exactly these names, everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeLabel:
    """One reason found in a text. `p_reason` is calibrated; `spans` are the parts (start, end) that say so."""

    code: str
    p_reason: float
    spans: tuple[tuple[int, int], ...] = ()


class DisputeClassifier(Protocol):
    """Made anew from its checked, immutable config; runs offline. Deterministic for the same text."""

    slug: str

    def classify(self, texts: Sequence[str]) -> list[tuple[DisputeLabel, ...]]:
        """Per text, the reasons it gives, likeliest first. Empty: not sure, a person has to read it."""
