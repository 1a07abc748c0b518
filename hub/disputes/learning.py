"""Learning from corrections: what a tenant's people said of disputes, on top of what the classifier comes with.

One dispute in HELD_BACK is never learnt from, always the same ones: on them a new version has to beat the one in use.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from hub.disputes import classifiers, reading
from hub.disputes.models import dispute_labels
from hub.errors import NotFoundError
from hub.jobs.context import JobContext
from hub.sdk.classifier import LabelledText, Reading
from hub.sdk.errors import ConfigError

HELD_BACK = 4
FEWEST_LABELS = 40
FEWEST_HELD_BACK = 8
FEWEST_NEW = 10
"""Labels since the last version, before the schedule makes another."""
MOST_LABELS = 5_000
"""The newest are learnt from: what a tenant's customers wrote years ago says less."""


@dataclass(frozen=True, slots=True)
class Label:
    """The newest that a person said of a dispute."""

    dispute_id: UUID
    text: str
    code: str

    @property
    def is_held_back(self) -> bool:
        return int(hashlib.sha256(self.dispute_id.bytes).hexdigest(), 16) % HELD_BACK == 0


def labels(session: Session) -> list[Label]:
    """What people said, one label per dispute, the newest MOST_LABELS, oldest first."""
    newest = (
        select(dispute_labels.c.id, dispute_labels.c.dispute_id, dispute_labels.c.text, dispute_labels.c.code)
        .ext(distinct_on(dispute_labels.c.dispute_id))
        .order_by(dispute_labels.c.dispute_id, dispute_labels.c.id.desc())
        .subquery()
    )
    rows = session.execute(select(newest).order_by(newest.c.id.desc()).limit(MOST_LABELS))
    return [Label(row.dispute_id, row.text, row.code) for row in rows][::-1]


def missing(found: Sequence[Label]) -> str | None:
    """Why there is too little to learn from, in a sentence; None where there is enough."""
    held = sum(label.is_held_back for label in found)
    learnt = {label.code for label in found if not label.is_held_back}
    if len(found) < FEWEST_LABELS:
        return f"{len(found)} disputes have a class from a person; {FEWEST_LABELS} are needed."
    if held < FEWEST_HELD_BACK:
        return f"{held} of the disputes with a class are held back to compare on; {FEWEST_HELD_BACK} are needed."
    if len(learnt) < 2:
        return "All disputes with a class have the same one; there is nothing to tell apart."
    return None


def learn(context: JobContext, *, asked: bool = False) -> dict[str, Any]:
    """Learn anew where there is enough, and use it only where it is better on what was held back.

    `asked`: a person wants it now, so that few new labels are no reason to wait.
    """
    try:
        reader = reading.classifier(context.registry, context.settings)
    except (ConfigError, NotFoundError) as error:
        return {"learnt": False, "reason": f"Texts are not read here: {error}"}
    with context.transaction() as session:
        found = labels(session)
        known = reading.learned(session, reader)
        last = classifiers.newest(session, reader.slug, reader.version)
    if problem := missing(found):
        return {"learnt": False, "reason": problem}
    if last is not None and len(found) < last.labels + FEWEST_NEW and not asked:
        return {"learnt": False, "reason": f"{len(found) - last.labels} new classes since version {last.number}."}
    context.progress(0.1, "Learning from what people said")
    blob = reader.learn([LabelledText(text=each.text, code=each.code) for each in found if not each.is_held_back])
    context.progress(0.6, "Comparing with the version in use")
    held = [each for each in found if each.is_held_back]
    texts = [each.text for each in held]
    codes = [each.code for each in held]
    scores = {
        "incumbent": score(reading.read(reader, texts, known), codes),
        "challenger": score(reader.classify(texts, blob), codes),
        "held_back": len(held),
    }
    is_better, reason = compare(scores)
    with context.transaction() as session:
        number = classifiers.store(
            session,
            backend=reader.slug,
            backend_version=reader.version,
            is_better=is_better,
            reason=reason,
            labels=len(found),
            scores=scores,
            blob=blob,
            now=datetime.now(UTC),
        )
    return {"learnt": True, "number": number, "status": "champion" if is_better else "rejected", "reason": reason}


def score(readings: Sequence[Reading], codes: Sequence[str]) -> dict[str, float]:
    """How often the likeliest code is what people said, and the mean log loss."""
    right, loss = 0, 0.0
    for each, code in zip(readings, codes, strict=True):
        right += each.labels[0].code == code
        p = next(label.p_reason for label in each.labels if label.code == code)
        loss -= math.log(max(p, 1e-6))
    return {"accuracy": round(right / len(codes), 4), "log_loss": round(loss / len(codes), 4)}


def compare(scores: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether the challenger is better: surer of what people said, and right no less often."""
    ours, theirs = scores["challenger"], scores["incumbent"]
    figures = (
        f"log loss {ours['log_loss']:.3f} after {theirs['log_loss']:.3f},"
        f" right {ours['accuracy']:.0%} after {theirs['accuracy']:.0%},"
        f" on {scores['held_back']} disputes held back"
    )
    if ours["log_loss"] < theirs["log_loss"] and ours["accuracy"] >= theirs["accuracy"]:
        return True, f"Better: {figures}."
    return False, f"Not better: {figures}."
