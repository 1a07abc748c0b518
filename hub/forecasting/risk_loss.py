"""What may be lost, and what is expected to be late: probability times exposure, with every assumption said.

Expected loss = what is open x the probability of going 90 days late x the part of it that then goes so late x loss
given default. The last one is what the tenant's people say, where they say so; else measured where the ledger shows
enough write-offs, and an assumption elsewhere.
"""

from dataclasses import dataclass

from hub.forecasting.days import NEVER
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.settlement import Outcome
from hub.sdk.risk import LATE_DAYS

ASSUMED = 0.45
"""Loss given default where nothing is known: what bank supervision takes for senior unsecured claims (Basel II)."""
ASSUMED_COUNTS = 20.0
"""Cases that the assumption counts for beside those of the ledger."""
LEAST_WRITE_OFFS = 5


@dataclass(frozen=True, slots=True)
class LossGivenDefault:
    """The part of an amount 90 days late that is never paid; `words` say where the figure is from."""

    share: float
    cases: int
    write_offs: int
    is_measured: bool
    words: str
    is_set: bool = False


def loss_given_default(frame: LedgerFrame, said: float | None = None) -> LossGivenDefault:
    """From the frame's invoices that were over 90 days late and are closed, as known on its day."""
    overdue = frame.closed - frame.due > LATE_DAYS[-1]
    given_up = frame.outcome == Outcome.WRITTEN_OFF
    # A write-off before the 90th day is a default too; the books just did not wait for it.
    closed = (frame.closed < NEVER) & (((frame.outcome == Outcome.PAID) & overdue) | given_up)
    cases, lost = int(closed.sum()), int((closed & given_up).sum())
    if said is not None:
        words = (
            f"{said:.0%} of what is 90 days late is never paid, as your people set it. Of {cases} such invoices of "
            f"this ledger that are closed, {lost} {'was' if lost == 1 else 'were'} written off."
        )
        return LossGivenDefault(said, cases, lost, False, words, is_set=True)
    if lost < LEAST_WRITE_OFFS:
        words = (
            f"An assumption: {ASSUMED:.0%} of what is 90 days late is never paid, the rate bank supervision takes for "
            f"unsecured claims. The ledger shows {lost} write-off{'' if lost == 1 else 's'}, too few to measure it."
        )
        return LossGivenDefault(ASSUMED, cases, lost, False, words)
    share = (lost + ASSUMED * ASSUMED_COUNTS) / (cases + ASSUMED_COUNTS)
    words = (
        f"{share:.0%} of what is 90 days late is never paid: of {cases} such invoices of this ledger that are closed, "
        f"{lost} were written off (mixed with an assumed {ASSUMED:.0%} that counts as {ASSUMED_COUNTS:.0f} cases)."
    )
    return LossGivenDefault(share, cases, lost, True, words)


def expected_loss(exposure: float, p_late90: float, severity90: float, lgd: float) -> float:
    """In the exposure's own currency."""
    return exposure * p_late90 * severity90 * lgd
