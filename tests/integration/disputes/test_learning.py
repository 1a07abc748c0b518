"""A tenant's classifier: learnt from what people said, used only where it is better, and rolled back."""

from collections.abc import Sequence
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, select

from hub.disputes import learning, reading
from hub.disputes.models import dispute_classifiers, dispute_labels
from hub.jobs.context import JobContext
from hub.sdk.classifier import REASONS, DisputeLabel, LabelledText, Reading
from hub.sdk.errors import ConfigError
from tests.integration.disputes.conftest import NOW


class Parrot:
    """A classifier that takes everything for pricing, until it has learnt which first word goes with which code."""

    slug = "parrot"
    version = "1"
    learns = True

    def classify(self, texts: Sequence[str], learned: bytes | None = None) -> list[Reading]:
        known = dict(line.split("=") for line in (learned or b"").decode().split("\n") if line)
        return [self._reading(known.get(text.split()[0], "pricing")) for text in texts]

    def learn(self, examples: Sequence[LabelledText]) -> bytes:
        said = {each.text.split()[0]: each.code if self.learns else "other" for each in examples}
        return "\n".join(f"{word}={code}" for word, code in sorted(said.items())).encode()

    def _reading(self, code: str) -> Reading:
        others = [each for each in REASONS if each != code]
        labels = [DisputeLabel(code=code, p_reason=0.84), *(DisputeLabel(code=each, p_reason=0.01) for each in others)]
        return Reading(labels=tuple(labels), reasons=(code,), is_sure=True, language="en")


@pytest.fixture
def parrot(monkeypatch):
    reader = Parrot()
    monkeypatch.setattr(reading, "classifier", lambda registry, settings: reader)
    return reader


@pytest.fixture
def clean(storage, tenant):
    with storage.tenant(tenant) as session:
        session.execute(delete(dispute_labels))
        session.execute(delete(dispute_classifiers))


@pytest.fixture
def say(storage, tenant, clean):
    """Has people say the code of so many disputes, whose texts begin with a word."""

    def say(word: str, code: str, count: int) -> None:
        rows = [
            {
                "dispute_id": uuid4(),
                "text": f"{word} number {number}",
                "code": code,
                "labelled_by": "somebody",
                "labelled_at": NOW,
            }
            for number in range(count)
        ]
        with storage.tenant(tenant) as session:
            session.execute(insert(dispute_labels), rows)

    return say


@pytest.fixture
def learn(storage, tenant, settings):
    def learn(**payload):
        context = JobContext(storage=storage, settings=settings, registry=None, tenant=tenant, work_id=uuid4())
        return learning.learn(context, **payload)

    return learn


def test_nothing_is_learnt_from_too_few_labels(parrot, say, learn):
    say("dear", "pricing", 20)
    say("freight", "freight_charge", 10)
    assert learn() == {"learnt": False, "reason": "30 disputes have a class from a person; 40 are needed."}


def test_what_is_better_on_those_held_back_reads_from_then_on(parrot, say, learn, storage, tenant):
    say("dear", "pricing", 60)
    say("freight", "freight_charge", 60)
    found = learn()
    assert found["status"] == "champion"
    with storage.tenant(tenant) as session:
        known = reading.learned(session, parrot)
        scores = session.scalar(select(dispute_classifiers.c.scores))
    assert parrot.classify(["freight is dear"], known.data)[0].labels[0].code == "freight_charge"
    assert scores["challenger"]["accuracy"] == 1.0 > scores["incumbent"]["accuracy"]
    assert 0 < scores["held_back"] < 60


def test_what_was_held_back_is_never_learnt_from(parrot, say, learn, storage, tenant, monkeypatch):
    taught = []
    monkeypatch.setattr(Parrot, "learn", lambda self, examples: taught.extend(examples) or b"dear=pricing")
    say("dear", "pricing", 60)
    say("freight", "freight_charge", 60)
    learn()
    with storage.tenant(tenant) as session:
        held = {label.text for label in learning.labels(session) if label.is_held_back}
        rest = [label.text for label in learning.labels(session) if not label.is_held_back]
    assert held
    assert sorted(each.text for each in taught) == sorted(rest)


def test_what_is_no_better_is_kept_and_does_not_read(parrot, say, learn, storage, tenant):
    parrot.learns = False
    say("dear", "pricing", 60)
    say("freight", "freight_charge", 60)
    found = learn()
    assert found["status"] == "rejected" and found["reason"].startswith("Not better: ")
    with storage.tenant(tenant) as session:
        assert reading.learned(session, parrot) is None


def test_the_schedule_waits_for_new_labels_and_a_person_does_not(parrot, say, learn):
    say("dear", "pricing", 60)
    say("freight", "freight_charge", 60)
    first = learn()
    assert learn() == {"learnt": False, "reason": f"0 new classes since version {first['number']}."}
    assert learn(asked=True)["learnt"]
    say("short", "quantity_shortage", learning.FEWEST_NEW)
    assert learn()["learnt"]


def test_only_the_newest_label_of_a_dispute_counts(parrot, say, storage, tenant):
    dispute_id = uuid4()
    with storage.tenant(tenant) as session:
        for code in ("pricing", "tax_error"):
            session.execute(
                insert(dispute_labels).values(
                    dispute_id=dispute_id, text="x", code=code, labelled_by="somebody", labelled_at=NOW
                )
            )
        assert [label.code for label in learning.labels(session)] == ["tax_error"]


def test_without_the_classifier_it_says_so(say, learn, monkeypatch):
    def missing(registry, settings):
        raise ConfigError("the extra is not installed")

    monkeypatch.setattr(reading, "classifier", missing)
    assert learn() == {"learnt": False, "reason": "Texts are not read here: the extra is not installed"}


def test_versions_are_shown_and_rolled_back(parrot, say, learn, admin, member):
    empty = admin.get("/api/dispute-classifiers").json
    assert (empty["number"], empty["items"], empty["can_learn"]) == (0, [], False)
    say("dear", "pricing", 60)
    say("freight", "freight_charge", 60)
    first = learn()["number"]
    say("short", "quantity_shortage", 60)
    second = learn()["number"]
    shown = admin.get("/api/dispute-classifiers").json
    assert shown["number"] == second and shown["labels"] == 180 and shown["can_learn"]
    assert shown["by_code"] == {"freight_charge": 60, "pricing": 60, "quantity_shortage": 60}
    assert [(each["number"], each["status"]) for each in shown["items"]] == [(second, "champion"), (first, "retired")]

    back = admin.post("/api/dispute-classifiers/rollback", json={"number": first})
    assert back.status_code == 200 and back.json["number"] == first
    assert [each["status"] for each in back.json["items"]] == ["retired", "champion"]
    assert back.json["items"][1]["changes"][-1]["by_kind"] == "person"

    again = admin.post("/api/dispute-classifiers/rollback", json={"number": first})
    assert again.status_code == 409
    plain = admin.post("/api/dispute-classifiers/rollback", json={"number": 0})
    assert plain.json["number"] == 0
    assert admin.post("/api/dispute-classifiers/rollback", json={"number": 10_000}).status_code == 422
    assert admin.post("/api/dispute-classifiers/rollback", json={"number": -1}).status_code == 422
    assert member.post("/api/dispute-classifiers/rollback", json={"number": first}).status_code == 403


def test_what_was_never_better_cannot_be_rolled_back_to(parrot, say, learn, admin):
    parrot.learns = False
    say("dear", "pricing", 60)
    say("freight", "freight_charge", 60)
    number = learn()["number"]
    refused = admin.post("/api/dispute-classifiers/rollback", json={"number": number})
    assert refused.status_code == 409 and "was never in use" in refused.json["detail"]


def test_training_is_handed_in_as_a_job(clean, admin, member):
    handed_in = admin.post("/api/dispute-classifiers/train")
    assert handed_in.status_code == 202 and handed_in.json["kind"] == "disputes.learn"
    assert member.post("/api/dispute-classifiers/train").status_code == 403
