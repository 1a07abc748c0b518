"""Keys are replaced while secrets are read and written: nobody fails, nothing is lost, and old keys go in the end."""

import base64
import random
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub.errors import UnavailableError
from hub.storage import rotation
from hub.storage.data_keys import DataKeys
from hub.storage.vault import Vault, VaultError
from hub.tenants import service as tenants

KEY, NEWER_KEY = (base64.b64encode(bytes(range(start, start + 32))).decode() for start in (0, 1))
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


@dataclass
class Context:
    """What a job would give; it may be broken off after so many transactions."""

    storage: object
    tenant: str
    vault: Vault
    transactions: list[int] = field(default_factory=list)
    break_off_after: int = 1000
    meanwhile: object = None

    @contextmanager
    def transaction(self):
        if len(self.transactions) >= self.break_off_after:
            raise KeyboardInterrupt
        with self.storage.tenant(self.tenant) as session:
            yield session
        self.transactions.append(1)

    def progress(self, share, sentence):
        if self.meanwhile:
            self.meanwhile()


@pytest.fixture
def company(storage) -> str:
    return tenants.create(storage, f"company {uuid4().hex[:6]}").key


@pytest.fixture
def vault(settings, storage) -> Vault:
    return Vault(replace(settings, vault_key=KEY), storage)


@pytest.fixture
def put(storage, vault, company):
    def put(name, value):
        with storage.tenant(company) as session:
            vault.put(session, "owner", name, value)

    return put


@pytest.fixture
def get(storage, vault, company):
    def get(name, vault=vault):
        with storage.tenant(company) as session:
            return vault.get(session, "owner", name, noted=False)

    return get


@pytest.fixture
def rotate(storage, vault, company):
    def rotate():
        with storage.hub() as session:
            return rotation.rotate(session, vault.keys, company, NOW)

    return rotate


@pytest.fixture
def reseal(storage, vault, company):
    def reseal(**options):
        return rotation.reseal(Context(storage, company, vault, **options))

    return reseal


def keys(storage, tenant):
    """(is retired, how many secrets it seals) of each key of the tenant, oldest first."""
    return [(bool(key.retired_at), key.secrets) for key in rotation.status(storage) if key.tenant == tenant]


def test_after_a_rotation_old_secrets_open_and_new_ones_are_sealed_by_the_new_key(storage, company, put, get, rotate):
    put("old", "value 1")
    assert rotate() is True
    put("new", "value 2")
    assert (get("old"), get("new")) == ("value 1", "value 2")
    assert keys(storage, company) == [(True, 1), (False, 1)]


def test_a_tenant_without_secrets_has_nothing_to_rotate(storage, company, rotate):
    assert rotate() is False
    assert keys(storage, company) == []


def test_sealing_anew_leaves_one_key_and_every_value(
    storage, settings, company, vault, put, get, rotate, reseal, monkeypatch
):
    monkeypatch.setattr(rotation, "_BATCH", 3)
    for number in range(10):
        put(f"secret {number}", f"value {number}")
    rotate(), rotate()
    assert reseal() == {"resealed": 10, "unreadable": 0, "keys_deleted": 2}
    assert keys(storage, company) == [(False, 10)]
    fresh = Vault(replace(settings, vault_key=KEY), storage)
    assert [get(f"secret {number}", fresh) for number in range(10)] == [f"value {number}" for number in range(10)]
    assert reseal() == {"resealed": 0, "unreadable": 0, "keys_deleted": 0}


def test_broken_off_it_goes_on_where_it_stopped(storage, company, put, get, rotate, reseal, monkeypatch):
    monkeypatch.setattr(rotation, "_BATCH", 2)
    for number in range(5):
        put(f"secret {number}", f"value {number}")
    rotate()
    with pytest.raises(KeyboardInterrupt):
        reseal(break_off_after=1)
    assert keys(storage, company) == [(True, 3), (False, 2)]
    assert reseal()["resealed"] == 3
    assert keys(storage, company) == [(False, 5)]


def test_what_is_changed_meanwhile_is_not_lost(storage, company, vault, put, get, rotate, reseal):
    put("changing", "old value")
    rotate()
    with storage.tenant(company) as session:
        vault.put(session, "owner", "changing", "new value")  # not committed while the others look
        writer = threading.Event()

        def commit_soon():
            if not writer.is_set():
                writer.set()
                session.commit()

        assert reseal(meanwhile=commit_soon)["keys_deleted"] == 1
    assert get("changing") == "new value"
    assert keys(storage, company) == [(False, 1)]


def test_a_key_that_a_writer_may_still_use_is_kept(storage, company, vault, put, rotate, reseal, monkeypatch):
    monkeypatch.setattr(rotation, "_PAUSE_SECONDS", 0)
    put("first", "value 1")
    with storage.tenant(company) as session:
        vault.put(session, "owner", "late", "value 2")
        rotate()
        with pytest.raises(UnavailableError, match="sealed anew later"):
            reseal()
    assert keys(storage, company) == [(True, 1), (False, 1)]
    reseal()
    assert keys(storage, company) == [(False, 2)]


def test_whoever_read_before_its_key_was_deleted_reads_again(storage, settings, company, vault, put, rotate, reseal):
    put("secret", "value")
    reader = Vault(replace(settings, vault_key=KEY), storage)
    read, passed = reader._read, []

    def read_then_rotate(session, owner, name):
        row = read(session, owner, name)
        if not passed:
            passed.append(rotate() and reseal())
        return row

    reader._read = read_then_rotate
    with storage.tenant(company) as session:
        assert reader.get(session, "owner", "secret") == "value"
    assert passed[0]["keys_deleted"] == 1


def test_what_cannot_be_opened_stays_with_its_key_and_holds_up_nothing(storage, company, put, get, rotate, reseal):
    put("broken", "value 1")
    put("sound", "value 2")
    with storage.hub() as session:
        session.execute(text(f"update tenant_{company}.secrets set sealed = 'x' where name = 'broken'"))
    rotate()
    assert reseal() == {"resealed": 1, "unreadable": 1, "keys_deleted": 0}
    assert keys(storage, company) == [(True, 1), (False, 1)]
    assert get("sound") == "value 2"


def test_readers_and_writers_never_fail_while_keys_rotate(storage, settings, company, rotate, monkeypatch):
    monkeypatch.setattr(rotation, "_BATCH", 2)
    monkeypatch.setattr(rotation, "_PAUSE_SECONDS", 0.01)
    names = [f"secret {number}" for number in range(6)]
    newest, failures, stop = {}, [], threading.Event()

    def work(which):
        """Write, and read back, the secrets of which this thread is the only writer; each process its own vault."""
        vault, chance = Vault(replace(settings, vault_key=KEY), storage), random.Random(which)
        own = names[which::3]
        try:
            while not stop.is_set():
                name = chance.choice(own)
                if chance.random() < 0.4 or name not in newest:
                    value = f"value {chance.random()}"
                    with storage.tenant(company) as session:
                        for each in sorted(own, key=lambda _: chance.random()):
                            vault.put(session, "owner", each, value)
                    newest.update(dict.fromkeys(own, value))
                with storage.tenant(company) as session:
                    assert vault.get(session, "owner", name, noted=False) == newest[name]
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what this looks for
            failures.append(error)

    workers = [threading.Thread(target=work, args=[which]) for which in range(3)]
    for worker in workers:
        worker.start()
    try:
        for _ in range(3):
            rotate()
            with suppress(UnavailableError):  # the workers never paused; the job would be tried again
                rotation.reseal(Context(storage, company, Vault(replace(settings, vault_key=KEY), storage)))
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    assert failures == []
    rotate()
    rotation.reseal(Context(storage, company, Vault(replace(settings, vault_key=KEY), storage)))
    assert keys(storage, company) == [(False, len(newest))]
    vault = Vault(replace(settings, vault_key=KEY), storage)
    with storage.tenant(company) as session:
        assert {name: vault.get(session, "owner", name) for name in newest} == newest


def test_rotations_at_once_leave_one_current_key(storage, settings, company, put, get):
    put("secret", "value")

    def work():
        with storage.hub() as session:
            rotation.rotate(session, DataKeys(replace(settings, vault_key=KEY), storage), company, NOW)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [is_retired for is_retired, _ in keys(storage, company)].count(False) == 1
    assert get("secret") == "value"


def test_a_new_master_key_wraps_all_data_keys_and_the_former_is_needed_no_more(
    storage, settings, company, put, get, rotate
):
    put("old", "value 1")
    rotate()
    put("new", "value 2")
    both = DataKeys(replace(settings, vault_key=NEWER_KEY, vault_previous_keys=KEY), storage)
    rotation.rewrap(storage, both, lambda why: None)
    assert {key.master_id for key in rotation.status(storage) if key.tenant == company} == {both.master.id}
    newer = Vault(replace(settings, vault_key=NEWER_KEY), storage)
    assert (get("old", newer), get("new", newer)) == ("value 1", "value 2")
    rotation.rewrap(storage, DataKeys(replace(settings, vault_key=KEY, vault_previous_keys=NEWER_KEY), storage))


def test_a_key_of_a_master_that_is_not_there_is_told_of_and_left(storage, settings, company, put):
    put("secret", "value")
    stranger = DataKeys(replace(settings, vault_key=NEWER_KEY), storage)
    told = []
    done, failed = rotation.rewrap(storage, stranger, told.append)
    assert done == 0 and failed == len(told) >= 1
    assert "which this process does not have" in told[0]


def test_a_tenant_that_is_gone_is_still_listed(storage, company, put):
    put("secret", "value")
    with storage.hub() as session:
        session.execute(
            text("insert into hub.data_keys (tenant_key, wrapped, master_id) values ('gone', 'x', 'local:0')")
        )
    assert [key.secrets for key in rotation.status(storage) if key.tenant == "gone"] == [None]
    with storage.hub() as session:
        session.execute(text("delete from hub.data_keys where tenant_key = 'gone'"))


def test_master_keys_wrap_no_key_for_a_tenant_whose_row_says_another(storage, company, vault, put):
    put("secret", "value")
    with storage.hub() as session:
        session.execute(
            text("update hub.data_keys set tenant_key = 'stolen' where tenant_key = :key"), {"key": company}
        )
    try:
        with pytest.raises(VaultError, match="not wrapped by"):
            Vault(vault.keys._settings, storage).keys.current("stolen")
    finally:
        with storage.hub() as session:
            session.execute(text("delete from hub.data_keys where tenant_key = 'stolen'"))
