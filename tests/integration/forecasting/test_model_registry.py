"""The registry in a tenant's tables: records, files that are what they were, changes of champion, and the way back."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub import registry as plugins
from hub import worker
from hub.connections import notices
from hub.errors import ConflictError, NotFoundError
from hub.forecasting import catalogue, engine, registry, succession
from hub.forecasting.artifact import CorruptModelError
from hub.forecasting.candidates import backends
from hub.forecasting.model_store import ModelStore
from hub.forecasting.record import FEATURE_VERSION
from hub.forecasting.training import Candidate, train_best
from hub.jobs import service as jobs
from hub.storage.session import Storage
from hub.sync import service as sync
from hub.tenants import service as tenants
from plugins.connectors.csv.demo import write_demo
from plugins.models.naive.plugin import NaiveBackend
from tests.integration.forecasting.transactions import within
from tests.unit.forecasting.forecast_ledgers import made_up_ledger

NOW = datetime.now(UTC)
TODAY = NOW.date()
DATABASE = ModelStore()
NAIVE = Candidate(slug="naive", version="1.0.0", backend=NaiveBackend)


@pytest.fixture(scope="module")
def trained():
    """A model of a made-up ledger, and what is needed to tell that it is that one."""
    return train_best(made_up_ledger(), TODAY, [NAIVE]).champion


@pytest.fixture
def company(storage, request):
    return tenants.create(storage, f"Registry {request.node.name[:40]}").key


def put(session, trained, number, *, store=DATABASE, status="champion", kind="trained"):
    return registry.register(
        session,
        replace(trained, reason=f"number {number}"),
        store.put(session.info["tenant"], engine.dump(trained.model)),
        NOW + timedelta(minutes=number),
        status=status,
        kind=kind,
    )


def champion_number(session):
    return registry.champion(session).number


def test_a_model_is_kept_with_all_of_its_record(storage, company, trained):
    with storage.tenant(company) as session:
        model_id = put(session, trained, 1)
        card = catalogue.get_model(session, model_id)
        backend, data, seed, parameters = registry.recorded(session, model_id)
        loaded = registry.load_model(within(session), DATABASE, model_id, backends(plugins.load()))
    assert (card["number"], card["status"], card["kept_in"], card["is_kept"]) == (1, "champion", "database", True)
    assert (card["feature_version"], card["backend_version"]) == (FEATURE_VERSION, "1.0.0")
    assert card["bytes"] > 100 and len(card["sha256"]) == 64 and card["backtest"]["model"]["n"] > 50
    assert (backend, data, seed, parameters) == ("naive", trained.data, 0, {"threads": 1})
    assert engine.dump(loaded) == engine.dump(trained.model)


@pytest.mark.parametrize("damage", ["byte", "length", "gone", "other features"])
def test_a_file_that_is_not_what_was_stored_reaches_no_loader(storage, company, trained, damage, monkeypatch):
    with storage.tenant(company) as session:
        model_id = put(session, trained, 1)
        session.execute(
            text(
                {
                    "byte": "update forecast_models set artifact = set_byte(artifact, 90, get_byte(artifact, 90) # 1)",
                    "length": "update forecast_models set artifact = artifact || '\\x00'",
                    "gone": "update forecast_models set artifact = null",
                    "other features": "update forecast_models set feature_version = 0",
                }[damage]
            )
        )
        monkeypatch.setattr(engine, "load", lambda *_: pytest.fail("loaded"))
        with pytest.raises(CorruptModelError):
            registry.load_model(within(session), DATABASE, model_id, backends(plugins.load()))


@pytest.mark.parametrize("where", ["file", "memory"])
def test_files_may_lie_outside_the_database(storage, company, trained, where, tmp_path):
    store = ModelStore(f"file://{tmp_path}/models" if where == "file" else "memory://registry")
    with storage.tenant(company) as session:
        model_id = put(session, trained, 1, store=store)
        card = catalogue.get_model(session, model_id)
        loaded = registry.load_model(within(session), store, model_id, backends(plugins.load()))
        name = session.scalar(text("select file from forecast_models"))
        store.delete(name)
        with pytest.raises(CorruptModelError, match="missing"):
            registry.load_model(within(session), store, model_id, backends(plugins.load()))
    assert card["kept_in"] == "store" and name.startswith(f"{company}/")
    assert engine.dump(loaded) == engine.dump(trained.model)


def test_where_the_champion_is_damaged_the_one_before_forecasts(storage, company, trained):
    known = backends(plugins.load())
    with storage.tenant(company) as session:
        first, second, third = (put(session, trained, number) for number in (1, 2, 3))
        session.execute(text("update forecast_models set artifact = '\\x00' where number >= 2"))
        model_id, _, said = registry.load_best(within(session), DATABASE, known, NOW)
        again = registry.load_best(within(session), DATABASE, known, NOW)
        change = succession.changes(session, first)[0]
        statuses = {each["id"]: each["status"] for each in catalogue.list_models(session)}
    assert model_id == first and "could not be used" in said and "checksum" in said
    assert again[0] == first and again[2] is None  # it is the champion now; there is nothing more to tell
    assert (change["kind"], change["from_id"], change["to_id"]) == ("fell_back", third, first)
    assert statuses == {first: "champion", second: "retired", third: "failed"}


def test_where_nothing_can_be_used_there_is_none(storage, company, trained):
    with storage.tenant(company) as session:
        assert registry.load_best(within(session), DATABASE, {}, NOW) is None
        put(session, trained, 1)
        session.execute(text("update forecast_models set artifact = '\\x00'"))
        assert registry.load_best(within(session), DATABASE, backends(plugins.load()), NOW) is None
        assert registry.champion(session) is None


def test_promotion_and_rollback_by_hand(storage, company, trained):
    with storage.tenant(company) as session:
        first, second, third = (put(session, trained, number) for number in (1, 2, 3))
        assert succession.rollback(session, why="too early", now=NOW) == second
        assert registry.champion(session).is_pinned
        assert succession.rollback(session, why=None, now=NOW) == first
        with pytest.raises(ConflictError, match="no earlier model"):
            succession.rollback(session, why=None, now=NOW)
        succession.promote(session, third, why="after all", pin=False, now=NOW)
        assert champion_number(session) == 3 and not registry.champion(session).is_pinned
        changes = succession.changes(session, third)
        audited = session.scalar(text("select count(*) from hub.work where kind = 'forecasting.score'"))
    assert [each["kind"] for each in changes] == ["promoted", "rolled_back", "trained"]
    assert changes[0]["why"] == "after all" and changes[0]["actor_kind"] == "system"
    assert audited >= 1  # the new champion forecasts at once


def test_a_pin_holds_until_it_is_released(storage, company, trained):
    with storage.tenant(company) as session:
        first, _ = (put(session, trained, number) for number in (1, 2))
        succession.promote(session, first, why=None, pin=True, now=NOW)
        assert registry.champion(session).is_pinned
        succession.release(session, first, now=NOW)
        assert not registry.champion(session).is_pinned
        with pytest.raises(ConflictError, match="not pinned"):
            succession.release(session, first, now=NOW)


def test_what_cannot_forecast_is_not_promoted(storage, company, trained):
    with storage.tenant(company) as session:
        put(session, trained, 1)
        registry.register_failure(session, "xgboost_aft", "1.0.0", "It would not.", TODAY, NOW)
        failed = session.scalar(text("select id from forecast_models where status = 'failed'"))
        with pytest.raises(ConflictError, match="no file"):
            succession.promote(session, failed, why=None, pin=True, now=NOW)
        with pytest.raises(NotFoundError):
            succession.promote(session, uuid4(), why=None, pin=True, now=NOW)
        with pytest.raises(NotFoundError):
            succession.release(session, uuid4(), now=NOW)


def test_files_nobody_goes_back_to_are_let_go_and_the_records_stay(storage, company, trained, tmp_path):
    store = ModelStore(f"file://{tmp_path}")
    other = replace(trained, model=replace(trained.model, note="other bytes"))
    with storage.tenant(company) as session:
        for number in range(1, 10):
            put(session, other if number % 2 else trained, number, store=store)
            put(session, trained, number, store=store, status="challenger")
        for name in registry.prune(session):
            store.delete(name)
        kept = [each["number"] for each in catalogue.list_models(session) if each["is_kept"]]
        everything = catalogue.list_models(session)
        best = registry.load_best(within(session), store, backends(plugins.load()), NOW)
    assert len(everything) == 18 and len(kept) == 1 + registry.FORMER_KEPT + 1
    assert best is not None and best[2] is None  # files that several share are not taken from the one that stays


def test_the_list_is_paged_and_filtered(storage, company, trained):
    with storage.tenant(company) as session:
        for number in range(1, 6):
            put(session, trained, number, status="challenger" if number == 3 else "champion")
        assert [each["number"] for each in catalogue.list_models(session, limit=2)] == [5, 4]
        assert [each["number"] for each in catalogue.list_models(session, after=4)] == [3, 2, 1]
        assert [each["number"] for each in catalogue.list_models(session, {"status": "challenger"})] == [3]
        assert catalogue.list_models(session, {"backend": "xgboost_aft"}) == []


@pytest.fixture(scope="module")
def imported(storage, settings, tenant, tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "demo.csv"
    write_demo(path, invoices=500, seed=5, today=TODAY)
    with storage.tenant(tenant) as session:
        sync.request_import(session, path, {}, "demo.csv")
    worker.work_off(settings, storage)
    return tenant


def work_on(storage, settings, tenant, kind, **payload):
    with storage.tenant(tenant) as session:
        work_id = jobs.submit(session, kind, payload)
    worker.work_off(settings, storage)
    with storage.tenant(tenant) as session:
        return jobs.get(session, work_id)


def test_every_backend_is_tried_and_kept_with_its_standing(storage, imported):
    with storage.tenant(imported) as session:
        models = catalogue.list_models(session, {"task": "forecast"})
        champion = next(each for each in models if each["status"] == "champion")
        detail = catalogue.get_model(session, champion["id"])
    assert {each["backend"] for each in models} >= {"naive", "xgboost_hazard"}
    assert champion["data"]["invoices"] > 300 and champion["reason"]
    contest = detail["contest"]
    assert len(contest["origins"]) >= 1 and {each["backend"] for each in contest["entrants"]} >= {"naive"}


def test_a_model_trained_again_from_its_record_is_the_same(storage, settings, imported):
    with storage.tenant(imported) as session:
        models = [each for each in catalogue.list_models(session, {"task": "forecast"}) if each["is_kept"]]
    for model in models:
        done = work_on(storage, settings, imported, "forecasting.reproduce", model_id=str(model["id"]))
        assert done["result"]["same"] is True, model["backend"]


def test_a_backtest_as_of_a_day(storage, settings, imported):
    with storage.tenant(imported) as session:
        champion = registry.champion(session)
    day = TODAY - timedelta(days=30)
    done = work_on(
        storage, settings, imported, "forecasting.backtest", model_id=str(champion.id), as_of=day.isoformat()
    )
    assert done["result"]["backtest"]["backend"] == champion.backend
    assert done["result"]["backtest"]["scored_until"] <= day.isoformat()
    early = work_on(storage, settings, imported, "forecasting.backtest", model_id=str(champion.id), as_of="2001-01-01")
    assert early["state"] == "failed" and "too few payments" in early["error"]["message"]


def test_a_pinned_champion_survives_training_and_the_new_model_waits(storage, settings, imported):
    with storage.tenant(imported) as session:
        pinned = registry.champion(session)
        succession.promote(session, pinned.id, why="ours", pin=True, now=NOW)
    assert work_on(storage, settings, imported, "forecasting.train")["result"]["trained"]
    with storage.tenant(imported) as session:
        assert registry.champion(session).id == pinned.id
        newest = catalogue.list_models(session, {"backend": pinned.backend})[0]
        succession.release(session, pinned.id, now=NOW)
    assert newest["status"] == "challenger"


def test_a_damaged_champion_forecasts_no_more_and_the_admins_are_told(storage, settings, imported):
    """With every file damaged naive is learnt anew, a notice stands, and a training follows by itself."""
    with storage.tenant(imported) as session:
        before = session.scalar(text("select max(id) from forecast_runs"))
        session.execute(text("update forecast_models set artifact = '\\x00' where artifact is not null"))
    done = work_on(storage, settings, imported, "forecasting.score")
    with storage.tenant(imported) as session:
        runs = session.execute(
            text("""
                select r.id, m.backend from forecast_runs r join forecast_models m on m.id = r.model_id
                where r.id > :b order by r.id
            """),
            {"b": before},
        ).all()
        told = [each for each in notices.list_notices(session, open=True, limit=9) if each["kind"] == "model_replaced"]
        champion = registry.champion(session)
    assert done["state"] == "done" and done["result"]["predictions"] > 0 and "notice" in done["result"]
    assert runs[0].backend == "naive" and len(runs) == 2  # naive at once, then the model that was trained for it
    assert len(told) == 1 and told[0]["connection_id"] is None and "own history" in told[0]["text"]
    assert champion is not None


@pytest.fixture
def far_away(settings, monkeypatch):
    """Settings whose model store fails whoever calls it while a transaction is open; and how often it was called."""
    sessions, calls = [], []
    tenant_session = Storage.tenant

    @contextmanager
    def watched(self, *args, **kwargs):
        with tenant_session(self, *args, **kwargs) as session:
            sessions.append(session)
            try:
                yield session
            finally:
                sessions.remove(session)

    def outside(name):
        method = getattr(ModelStore, name)

        def call(self, *args):
            calls.append(name)
            if sessions:
                raise AssertionError(f"{name} of the model store in an open transaction")
            return method(self, *args)

        return call

    monkeypatch.setattr(Storage, "tenant", watched)
    for name in ("write", "read", "delete"):
        monkeypatch.setattr(ModelStore, name, outside(name))
    return replace(settings, model_store="memory://far-away"), calls


def test_a_store_that_is_far_away_holds_up_no_transaction(storage, tmp_path, far_away):
    settings, calls = far_away
    tenant = tenants.create(storage, "Far away").key
    path = tmp_path / "demo.csv"
    write_demo(path, invoices=500, seed=5, today=TODAY)
    with storage.tenant(tenant) as session:
        sync.request_import(session, path, {}, "demo.csv")
    worker.work_off(settings, storage)
    old = ModelStore(settings.model_store).write(tenant, b"of no use any more")
    with storage.tenant(tenant) as session:
        kept = registry.champion(session).id
        session.execute(
            text("update forecast_models set status = 'rejected', file = :old where status <> 'champion'"), {"old": old}
        )
    for kind in ("forecasting.train", "forecasting.keep_track"):
        assert work_on(storage, settings, tenant, kind)["state"] == "done", kind
    assert work_on(storage, settings, tenant, "forecasting.reproduce", model_id=str(kept))["result"]["same"]
    assert set(calls) == {"write", "read", "delete"}
    with storage.tenant(tenant) as session:
        session.execute(text("update forecast_models set sha256 = repeat('0', 64)"))
    done = work_on(storage, settings, tenant, "forecasting.score")
    assert done["state"] == "done" and "own history" in done["result"]["notice"]
