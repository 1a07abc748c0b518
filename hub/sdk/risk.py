"""The contract of a risk backend: it grades what a forecast says about an invoice."""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

RiskLevel = Literal["low", "medium", "high"]
LEVELS: tuple[RiskLevel, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is expected of invoices, one row each.

    `p_late30` is the probability of payment more than 30 days after due, `days_late` the expected payment day less
    the due day, `amount` what is open, in the invoice's currency.
    """

    p_paid_by_due: NDArray[np.float64]
    p_late30: NDArray[np.float64]
    days_late: NDArray[np.int32]
    amount: NDArray[np.float64]


class RiskBackend(Protocol):
    """Made anew for each use from its checked, immutable config. Pure: the same outlook gets the same grades."""

    slug: str

    def grade(self, outlook: Outlook) -> NDArray[np.int8]:
        """The risk level of each invoice, as its index in LEVELS."""
