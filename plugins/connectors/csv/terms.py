"""Payment terms in words, and the due date they give."""

import re
from calendar import monthrange
from datetime import date, timedelta

_DAYS = re.compile(r"(?:net|n|netto|within)\W*(\d{1,3})\b|\b(\d{1,3})\s*(?:days?|tage|jours|d)\b")
_AT_ONCE = re.compile(r"receipt|immediate|\bcod\b|\bcash\b|\bcia\b|prepa|sofort")
_MONTH_END = re.compile(r"\beom\b|end of (?:the )?month|month end|monatsende|fin de mois")
_DAY_OF_NEXT = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\s*(?:of\s+(?:the\s+)?(?:next|following) month|mfi\b|prox)")


def due_from(terms: str, issued_on: date) -> date | None:
    """The due date that terms such as "2/10 net 30", "30 days EOM" or "15th of next month" give; None if unread.

    "Net 30 EOM" adds the days and then goes to the month's end; "EOM + 30" goes to the month's end and then adds.
    """
    words = terms.casefold()
    if found := _DAY_OF_NEXT.search(words):
        following = _month_end(issued_on) + timedelta(days=1)
        return following.replace(day=min(int(found[1]), _month_end(following).day))
    month_end = _MONTH_END.search(words)
    if month_end and (found := re.match(r"\s*\+?\s*(\d{1,3})", words[month_end.end() :])):
        return _month_end(issued_on) + timedelta(days=int(found[1]))
    days = _days(words)
    if month_end:
        return _month_end(issued_on + timedelta(days=days or 0))
    if days is None and _AT_ONCE.search(words):
        days = 0
    return None if days is None else issued_on + timedelta(days=days)


def _days(words: str) -> int | None:
    # The last match: in "2/10 net 30" and "10 days 2%, 30 days" the discount comes first.
    found = _DAYS.findall(words)
    return int(found[-1][0] or found[-1][1]) if found else None


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
