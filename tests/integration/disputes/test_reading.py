"""Work that reads what has come in: by whatever classifier there is, once, whatever happens on the way."""

import copy
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text

from hub.disputes import capture, history, policies, reading, service
from hub.disputes.policy import default_policy
from hub.jobs import service as service_of_jobs
from hub.jobs.context import WorkerStopping
from hub.jobs.execution import Runner
from hub.jobs.policy import Policy
from hub.registry import Registry
from hub.sdk.manifest import Manifest
from hub.storage.audit import acting
from tests.integration.disputes import words
from tests.integration.disputes.conftest import NOW, SOMEBODY

MANIFEST = Manifest(
    slug="words",
    name="Words",
    version="1",
    kind="classifier",
    api=1,
    entry="tests.integration.disputes.words:WordsClassifier",
    config={"type": "object", "additionalProperties": False},
)


@pytest.fixture(autouse=True)
def none_loaded():
    """Each test loads what it uses; nothing waits from the test before."""
    reading._loaded.clear()
    yield
    reading._loaded.clear()


@pytest.fixture(autouse=True)
def nothing_waits(storage, tenant):
    with storage.tenant(tenant) as session:
        session.execute(
            text("update disputes set read_at = now(), reading = null where read_at is null or code is null")
        )


@pytest.fixture
def open_texts(storage, tenant, new_invoice):
    """Opens disputes that say something, and returns their ids."""

    def open_texts(*texts, **more):
        openings = [
            capture.Opening(text=each, source="api", invoice_id=new_invoice(customer="readers"), **more)
            for each in texts
        ]
        with storage.tenant(tenant) as session, acting(SOMEBODY):
            opened = capture.open_disputes(session, openings, NOW, today=NOW.date())
        return [each.id for each in opened]

    return open_texts


@pytest.fixture
def work(storage, settings, tenant):
    """Does the work that waits, with some plugins; returns what became of it, the newest last."""

    def work(*manifests, **given):
        plugins = Registry({each.slug: each for each in manifests}, {}, [])
        runner = Runner(
            storage=storage,
            settings=replace(settings, **{"disputes_classifier": "words", **given}),
            registry=plugins,
            handlers={"disputes.classify": "hub.disputes.jobs:classify"},
            reactions=lambda event: (),
            worker="test",
            policy=Policy(backoff_seconds=0),
        )
        with storage.hub() as session:
            # What others in this module asked for is not what is looked at here.
            session.execute(text("delete from hub.work where kind <> 'disputes.classify'"))
        runner.run_due()
        runner.close()
        with storage.tenant(tenant) as session:
            return [(each["state"], each["attempts"], each["result"]) for each in work_of(session)][::-1]

    def work_of(session):
        return service_of_jobs.list_work(session, kind="disputes.classify")

    return work


@pytest.fixture
def get(storage, tenant):
    def get(dispute_id):
        with storage.tenant(tenant) as session:
            return service.get(session, dispute_id), history.read(session, dispute_id)

    return get


@pytest.fixture
def labels(storage, tenant):
    def labels(dispute_id):
        query = text("select code, was, p_was from dispute_labels where dispute_id = :id order by id")
        with storage.tenant(tenant) as session:
            return [tuple(row) for row in session.execute(query, {"id": dispute_id})]

    return labels


def test_what_is_read_is_kept_with_its_reasons(open_texts, work, get):
    (sure, unsure) = open_texts("Two cartons are missing and it is too dear.", "No.")
    assert work(MANIFEST)[-1] == ("done", 1, {"read": 2, "left": 0})
    dispute, events = get(sure)
    # In the order in which the classifier gives them.
    assert (dispute["code"], dispute["codes"]) == ("pricing", ["quantity_shortage"])
    assert (dispute["code_by"], dispute["is_sure"], float(dispute["p_code"])) == ("classifier", True, 0.9)
    kept = dispute["reading"]
    assert (kept["backend"], kept["version"], kept["number"], kept["language"]) == ("words", "1", None, "en")
    assert len(kept["labels"]) == 17 and kept["labels"][0] == {"code": "pricing", "p_reason": 0.9, "spans": [[38, 42]]}
    assert [each["kind"] for each in events][:2] == ["opened", "classified"]
    assert (events[1]["by_kind"], events[1]["by_name"]) == ("system", "disputes.classify")
    dispute, _ = get(unsure)
    assert (dispute["code"], dispute["is_sure"], dispute["codes"]) == ("other", False, [])


def test_what_was_read_has_a_suggestion(open_texts, work, get):
    (dispute_id,) = open_texts("Two cartons are missing.")
    work(MANIFEST)
    dispute, events = get(dispute_id)
    assert dispute["suggestion"]["action"] and events[-1]["kind"] == "suggested"


def test_what_an_admin_set_to_automatic_is_accepted_by_the_policy_and_nothing_else(
    open_texts, work, get, storage, tenant
):
    document = copy.deepcopy(dict(default_policy().document))
    rule = next(each for each in document["rules"] if each["name"] == "freight_small")
    rule |= {"approve": "automatic", "at_most": {"amount": {"EUR": 20}}}
    rule["when"]["amount"] = {"at_most": {"EUR": 50}}
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        policies.store(session, document, None, NOW, expected_number=policies.current(session).number)
    try:
        (small,) = open_texts("Freight was free.", code="freight_charge", amount=Decimal("20"))
        (larger,) = open_texts("Freight was free.", code="freight_charge", amount=Decimal("20.01"))
        work(MANIFEST)
    finally:
        with storage.tenant(tenant) as session, acting(SOMEBODY):
            policies.roll_back(session, 0, NOW)
    accepted, events = get(small)
    assert (accepted["status"], accepted["suggestion"]["approve"]) == ("accepted", "automatic")
    assert {each["by_kind"] for each in events if each["kind"] in ("moved", "adjusted")} == {"policy"}
    assert get(larger)[0]["status"] == "open"


def test_a_reason_that_came_with_it_is_not_read_and_gets_a_suggestion(open_texts, work, get):
    (dispute_id,) = open_texts("Two cartons are missing.", code="pricing")
    assert work(MANIFEST)[-1][2] == {"read": 0, "left": 0}
    dispute, _ = get(dispute_id)
    assert (dispute["code"], dispute["reading"]) == ("pricing", None) and dispute["suggestion"]


def test_the_classifier_is_made_once_and_asked_once_per_text(open_texts, work):
    words.WordsClassifier.made = 0
    open_texts(*(f"It is late, number {place}." for place in range(reading.AT_ONCE + 3)))
    work(MANIFEST)
    open_texts("One more is late.")
    work(MANIFEST)
    (reader,) = reading._loaded.values()
    assert words.WordsClassifier.made == 1
    assert [len(each) for each in reader.asked] == [reading.AT_ONCE, 3, 1]


def test_with_nothing_to_read_no_model_is_loaded(open_texts, work):
    open_texts("Said already.", code="pricing")
    assert work(MANIFEST)[-1][2] == {"read": 0, "left": 0}
    assert reading._loaded == {}


def test_no_transaction_is_open_while_it_reads(open_texts, work, storage, tenant, monkeypatch):
    seen = []
    asked = text("""
        select count(*) from pg_stat_activity where state like 'idle in transaction%' and usename = session_user
            and datname = current_database()
    """)

    def read(self, texts, learned=None):
        with storage.hub() as session:
            seen.append(session.scalar(asked))
        return classify(self, texts, learned)

    classify = words.WordsClassifier.classify
    monkeypatch.setattr(words.WordsClassifier, "classify", read)
    open_texts("It is late.")
    work(MANIFEST)
    assert seen == [0]


def test_what_a_person_says_while_it_is_read_stays(open_texts, work, get, storage, tenant, monkeypatch):
    (dispute_id,) = open_texts("It is late.")

    def read(self, texts, learned=None):
        with storage.tenant(tenant) as session, acting(SOMEBODY):
            service.set_code(session, dispute_id, "tax_error", [], NOW)
        return classify(self, texts, learned)

    classify = words.WordsClassifier.classify
    monkeypatch.setattr(words.WordsClassifier, "classify", read)
    work(MANIFEST)
    dispute, events = get(dispute_id)
    assert (dispute["code"], dispute["code_by"], dispute["is_sure"]) == ("tax_error", "person", True)
    assert dispute["reading"]["labels"][0]["code"] == "late_delivery"
    assert "classified" not in [each["kind"] for each in events]


def test_a_correction_knows_what_was_said(open_texts, work, storage, tenant, labels):
    (dispute_id,) = open_texts("It is late.")
    work(MANIFEST)
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        service.set_code(session, dispute_id, "tax_error", [], NOW)
    (label,) = labels(dispute_id)
    assert (label[0], label[1], float(label[2])) == ("tax_error", "late_delivery", 0.9)


def test_killed_in_the_middle_it_goes_on_where_it_was(open_texts, work, get, monkeypatch):
    ids = open_texts(*(f"It is late, number {place}." for place in range(reading.AT_ONCE + 2)))
    classify = words.WordsClassifier.classify

    def read(self, texts, learned=None):
        if len(self.asked) == 1:
            self.asked.append([])
            raise WorkerStopping
        return classify(self, texts, learned)

    monkeypatch.setattr(words.WordsClassifier, "classify", read)
    states = work(MANIFEST)
    (reader,) = reading._loaded.values()
    # The first batch is not read again.
    assert [len(each) for each in reader.asked] == [reading.AT_ONCE, 0, 2]
    assert states[-1][0] == "done" and states[-1][2] == {"read": 2, "left": 0}
    for dispute_id in (ids[0], ids[-1]):
        _, events = get(dispute_id)
        assert [each["kind"] for each in events].count("classified") == 1


def test_without_a_classifier_it_is_left_to_a_person_and_read_once_there_is_one(open_texts, work, get):
    (dispute_id,) = open_texts("It is late.")
    for missing, why in (
        ([], "there is no classifier words"),
        ([replace(MANIFEST, entry="no.such.module:Nothing")], "what words needs is not installed"),
    ):
        state, _, result = work(*missing)[-1]
        assert state == "done" and why in result["problem"]
        dispute, _ = get(dispute_id)
        assert dispute["code"] is None and dispute["is_sure"] is False and dispute["read_at"]
        assert dispute["reading"]["problem"].startswith(f"Texts are not read here: {why}")
        assert dispute["suggestion"] is not None
        open_texts("Another is late.")
    work(MANIFEST)
    dispute, _ = get(dispute_id)
    assert dispute["code"] == "late_delivery" and "problem" not in dispute["reading"]


@pytest.mark.parametrize("given", ["{", '{"threads": 1}', "[]"])
def test_a_config_that_the_manifest_does_not_know_is_said(open_texts, work, given):
    open_texts("It is late.")
    assert "disputes_classifier_config" in work(MANIFEST, disputes_classifier_config=given)[-1][2]["problem"]


def test_another_plugin_is_no_classifier(open_texts, work):
    open_texts("It is late.")
    assert "no classifier" in work(replace(MANIFEST, kind="channel"))[-1][2]["problem"]


def test_a_text_that_cannot_be_read_costs_itself_alone(open_texts, work, get):
    good, bad = open_texts("It is late.", "POISON")
    state, attempts, result = work(MANIFEST)[-1]
    assert (state, attempts, result) == ("done", 5, {"read": 1, "left": 1})
    assert get(good)[0]["code"] == "late_delivery"
    dispute, _ = get(bad)
    assert dispute["code"] is None and "RuntimeError" in dispute["reading"]["problem"]
    # Nor is it tried again and again.
    (after,) = open_texts("Too dear.")
    assert work(MANIFEST)[-1] == ("done", 1, {"read": 1, "left": 0})
    assert get(after)[0]["code"] == "pricing"


def test_what_the_tenant_has_taught_is_used_and_named(open_texts, work, get, storage, tenant):
    def champion(version, blob):
        with storage.tenant(tenant) as session:
            session.execute(text("update dispute_classifiers set status = 'retired'"))
            taught = text("""
                insert into dispute_classifiers
                    (backend, backend_version, status, reason, labels, blob, sha256, created_at)
                values ('words', :version, 'champion', 'better', 9, :blob, '', now()) returning number
            """)
            return session.scalar(taught, {"version": version, "blob": blob})

    number = champion("1", b"tax_error")
    (first,) = open_texts("No.")
    work(MANIFEST)
    assert (get(first)[0]["code"], get(first)[0]["reading"]["number"]) == ("tax_error", number)
    # Learnt on another version of what all share, or broken: then what all share reads.
    for version, blob in (("0", b"tax_error"), ("1", b"broken")):
        champion(version, blob)
        (after,) = open_texts("No.")
        assert work(MANIFEST)[-1][0] == "done"
        assert get(after)[0]["code"] == "other"
    with storage.tenant(tenant) as session:
        session.execute(text("update dispute_classifiers set status = 'retired'"))


def test_a_dispute_that_nothing_can_be_suggested_for_does_not_hold_up_the_others(open_texts, work, get, monkeypatch):
    from hub.disputes import suggestion
    from hub.errors import InvalidError

    first, second = open_texts("It is late.", "Too dear.")
    suggest = suggestion.suggest

    def fails(session, dispute_id, *arguments, **named):
        if dispute_id == first:
            raise InvalidError("not this one")
        return suggest(session, dispute_id, *arguments, **named)

    monkeypatch.setattr(suggestion, "suggest", fails)
    assert work(MANIFEST)[-1] == ("done", 1, {"read": 2, "left": 0})
    assert get(first)[0]["suggestion"] is None and get(second)[0]["suggestion"] is not None


def test_a_classifier_that_cannot_be_made_leaves_disputes_to_people(open_texts, work, get, monkeypatch):
    monkeypatch.setattr(words.WordsClassifier, "is_broken", True)
    (dispute_id,) = open_texts("It is late.")
    state, attempts, result = work(MANIFEST)[-1]
    assert (state, attempts, result["problem"]) == ("done", 1, "words cannot be made (OSError: no head.json)")
    assert get(dispute_id)[0]["is_sure"] is False
    monkeypatch.setattr(words.WordsClassifier, "is_broken", False)
    open_texts("Another is late.")
    work(MANIFEST)
    assert get(dispute_id)[0]["code"] == "late_delivery"
