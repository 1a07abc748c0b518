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

UNKNOWN_LANGUAGE = "und"
"""The language of a text that says too little to tell (ISO 639-2: undetermined)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeLabel:
    """One code, with the calibrated probability that it is the main reason.

    `spans` are the parts (start, end) of the text that speak for it, in characters; only the likeliest codes have any.
    """

    code: str
    p_reason: float
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a classifier read in one text.

    `labels` are all REASONS, likeliest first; their `p_reason` sum to 1: the chance of each to be the main reason.
    `reasons` are the codes that the text seems to give, the main one first; empty where nothing in it could be read.
    Unless the classifier `is_sure` of the main one a person has to read. `language` is the ISO 639-1 code of the text,
    or UNKNOWN_LANGUAGE.
    """

    labels: tuple[DisputeLabel, ...]
    reasons: tuple[str, ...]
    is_sure: bool
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledText:
    """What a customer wrote, and the code that a person says it is."""

    text: str
    code: str


class DisputeClassifier(Protocol):
    """Made from its checked config, once per process; runs offline. Deterministic for the same texts.

    Safe to share between threads. Texts are untrusted and of any length; nothing that they say changes how others
    are read.
    """

    slug: str
    version: str
    """Of what everybody shares: learnt data goes with the version that it was learnt on."""

    def classify(self, texts: Sequence[str], learned: bytes | None = None) -> list[Reading]:
        """What each text says, in the order given.

        `learned` is what `learn` returned. Raises ValueError where it is none, or was learnt on another version.
        """

    def learn(self, examples: Sequence[LabelledText]) -> bytes:
        """What a tenant's own examples add to what everybody shares: data, never code.

        Raises ValueError where they are too few to learn from, or carry a code that is none of REASONS.
        """
