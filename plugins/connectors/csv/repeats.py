"""Rows that state the same invoice again: copies, further payments, and contradictions.

Kept per row are three 8-byte hashes and a line number while the file is read, one byte afterwards, so a million rows
cost some tens of megabytes and then one. Two different ids share a hash with a chance of 3 in 100 million at that size.
"""

from array import array
from dataclasses import dataclass

import numpy as np

SINGLE, FIRST_PART, LATER_PART, COPY, CONTRADICTION = range(5)


@dataclass(frozen=True, slots=True)
class Repeats:
    """What each row is among the rows of its invoice, and for contradictions the line they contradict."""

    verdicts: bytes = b""
    first_lines: np.ndarray | None = None

    @property
    def copies(self) -> int:
        """How many rows say again what an earlier row said."""
        return self.verdicts.count(COPY)


class RepeatFinder:
    """Collects rows by the hashes of their document id, of what they say of it, and of the payment they add."""

    def __init__(self) -> None:
        self._ids, self._documents, self._payments = array("q"), array("q"), array("q")
        self._lines = array("I")

    def add(self, line: int, document_id: object, document: object, payment: object) -> None:
        """Take the next row into account."""
        self._ids.append(hash(document_id))
        self._documents.append(hash(document))
        self._payments.append(hash(payment))
        self._lines.append(line)

    def finish(self) -> Repeats:
        """The verdict on every row, in the order they were added."""
        if not self._ids:
            return Repeats()
        ids = np.frombuffer(self._ids, np.int64)
        order = np.argsort(ids, kind="stable")
        same_as_previous = np.zeros(len(ids), bool)
        same_as_previous[1:] = ids[order][1:] == ids[order][:-1]
        in_group = same_as_previous.copy()
        in_group[:-1] |= same_as_previous[1:]
        members, starts = order[in_group], ~same_as_previous[in_group]
        verdicts = np.zeros(len(ids), np.uint8)
        if not len(members):
            return Repeats(verdicts.tobytes())
        return self._judge(verdicts, members, starts)

    def _judge(self, verdicts: np.ndarray, members: np.ndarray, starts: np.ndarray) -> Repeats:
        group = np.cumsum(starts) - 1
        first = members[starts][group]
        documents = np.frombuffer(self._documents, np.int64)
        payments = np.frombuffer(self._payments, np.int64)
        contradicts = documents[members] != documents[first]
        by_content = np.lexsort((members, payments[members], documents[members], group))
        copied = np.zeros(len(members), bool)
        here, before = by_content[1:], by_content[:-1]
        copied[here] = (
            (group[here] == group[before])
            & (documents[members[here]] == documents[members[before]])
            & (payments[members[here]] == payments[members[before]])
        )
        parts = np.bincount(group, weights=~contradicts & ~copied)[group] > 1
        verdicts[members] = np.select(
            [copied, contradicts, parts & starts, parts], [COPY, CONTRADICTION, FIRST_PART, LATER_PART], SINGLE
        )
        if not contradicts.any():
            return Repeats(verdicts.tobytes())
        first_lines = np.zeros(len(verdicts), np.uint32)
        first_lines[members] = np.frombuffer(self._lines, np.uint32)[first]
        return Repeats(verdicts.tobytes(), first_lines)
