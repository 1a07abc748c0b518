"""Invoices as cases with all that the ledger knows of them beside their payments: holds, and what is promised."""

from hub.forecasting.features import build_cases
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.holds import on_hold
from hub.forecasting.promises import promised
from hub.forecasting.timeline import Rows
from hub.sdk.forecaster import Cases, Days


def known_cases(history: History, rows: Rows, seen: Days) -> Cases:
    """The invoices `rows` of the history's frame, each as it was known before its day `seen`.

    None is paid before a hold that it is under has ended.
    """
    frame = history.frame
    last, _ = frame.holds.known(rows, seen, frame.open_amount[rows])
    return with_promises(frame, rows, on_hold(build_cases(history, rows, seen), last))


def with_promises(frame: LedgerFrame, rows: Rows, cases: Cases) -> Cases:
    """These cases of the frame's invoices `rows`, with what is promised of them; as they are where nothing ever was."""
    owed, customer = frame.open_amount[rows], frame.customer
    return promised(cases, frame.promises.profile(rows, cases.seen, cases.start, owed, customer))
