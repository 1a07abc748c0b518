"""Numbers of payment cards struck out of what people write, before it is stored anywhere."""

import re

# Digits in groups, as people write them; within an IBAN or another code of letters and digits there is none.
_RUN = re.compile(r"(?<![\w+])\d(?:[ \-\u00a0.\n]?\d){12,60}(?!\w)")
_GROUP = re.compile(r"\d+")
_LONGEST = 19
# How the numbers of the large card schemes begin, and how long they are (ISO/IEC 7812).
_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17}"
    r"|(?:5[06789]|6[037])\d{10,17}"
)


def strike_out(text: str) -> str:
    """`text` with all digits of each card number but its last four replaced by X. Its length stays."""
    return _RUN.sub(_struck, text)


def _struck(run: re.Match[str]) -> str:
    """A run of groups; each stretch of them that is a card number, the longest first, is struck."""
    written = run[0]
    groups = [(found.start(), found.end()) for found in _GROUP.finditer(written)]
    first = 0
    while first < len(groups):
        for last in reversed(range(first, min(first + _LONGEST, len(groups)))):
            start, end = groups[first][0], groups[last][1]
            digits = "".join(_GROUP.findall(written[start:end]))
            if len(digits) <= _LONGEST and _ISSUED.fullmatch(digits) and _checks(digits):
                written = written[:start] + _covered(written[start:end]) + written[end:]
                first = last
                break
        first += 1
    return written


def _covered(number: str) -> str:
    places = [at for at, char in enumerate(number) if char.isdigit()][:-4]
    return "".join("X" if at in places else char for at, char in enumerate(number))


def _checks(digits: str) -> bool:
    """The check digit of Luhn."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(each // 10 + each % 10 for each in doubled) % 10 == 0
