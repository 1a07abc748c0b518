"""The vault on a real database: what is kept opens where it was put and nowhere else."""

import base64
import threading
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from hub.errors import InvalidError, NotFoundError
from hub.storage import data_keys
from hub.storage.data_keys import DataKeys
from hub.storage.vault import Vault, VaultError
from hub.tenants import service as tenants

OWNER = UUID("018f3a52-0000-8000-8000-000000000001")
MARKER = "marker-in-the-vault-1"
KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(scope="module")
def vault_settings(settings):
    return replace(settings, vault_key=KEY)


@pytest.fixture
def vault(vault_settings, storage) -> Vault:
    return Vault(vault_settings, storage)


@pytest.fixture(scope="module")
def neighbour(storage) -> str:
    return tenants.create(storage, f"neighbour {uuid4().hex[:6]}").key


def rows(storage, statement, **values):
    with storage.hub() as session:
        result = session.execute(text(statement), values)
        return [tuple(row) for row in result] if result.returns_rows else []


def put(storage, vault, tenant, name="refresh token", value=MARKER, owner=OWNER):
    with storage.tenant(tenant) as session:
        vault.put(session, owner, name, value)


def get(storage, vault, tenant, name="refresh token", owner=OWNER):
    with storage.tenant(tenant) as session:
        return vault.get(session, owner, name)


def test_what_is_put_opens_again_in_any_process(storage, vault, vault_settings, tenant):
    put(storage, vault, tenant)
    assert get(storage, vault, tenant) == MARKER
    assert get(storage, Vault(vault_settings, storage), tenant) == MARKER


def test_a_new_value_takes_the_place_of_the_old(storage, vault, tenant):
    put(storage, vault, tenant, "changing", "first")
    put(storage, vault, tenant, "changing", "größer, schöner 2")
    assert get(storage, vault, tenant, "changing") == "größer, schöner 2"


def test_names_are_listed_and_secrets_forgotten(storage, vault, tenant):
    owner = uuid4()
    for name in ("b", "a", "c"):
        put(storage, vault, tenant, name, owner=owner)
    with storage.tenant(tenant) as session:
        assert vault.names(session, owner) == ["a", "b", "c"]
        assert vault.forget(session, owner, "b") == 1
        assert vault.names(session, owner) == ["a", "c"]
        assert (vault.forget(session, owner), vault.forget(session, owner)) == (2, 0)
        with pytest.raises(NotFoundError, match="has no secret a"):
            vault.get(session, owner, "a")


def test_what_is_rolled_back_was_never_there(storage, vault, tenant):
    with storage.tenant(tenant) as session:
        vault.put(session, OWNER, "undone", MARKER)
        session.rollback()
    with pytest.raises(NotFoundError):
        get(storage, vault, tenant, "undone")


@pytest.mark.parametrize(
    ("owner", "name", "value"),
    [
        ("", "n", "v"),
        ("o" * 201, "n", "v"),
        ("o", "", "v"),
        ("o", "a\nb", "v"),
        ("o", "n", ""),
        ("o", "n", "v" * 65_537),
    ],
)
def test_lengths_that_are_not_taken_are_refused(storage, vault, tenant, owner, name, value):
    with storage.tenant(tenant) as session, pytest.raises(InvalidError):
        vault.put(session, owner, name, value)


def test_secrets_are_a_tenants(storage, vault):
    with storage.hub() as session, pytest.raises(ValueError, match="use a tenant's session"):
        vault.put(session, OWNER, "token", MARKER)


def test_the_tables_hold_no_secret_and_no_key(storage, vault, tenant):
    put(storage, vault, tenant)
    key = vault.keys.current(tenant)
    held = rows(storage, f"select s::text, s.sealed from tenant_{tenant}.secrets s") + rows(
        storage, "select k::text, k.wrapped from hub.data_keys k"
    )
    shown = "".join(text for text, _ in held).encode() + b"".join(bytes(sealed) for _, sealed in held)
    for secret in (MARKER.encode(), MARKER.encode().hex().encode(), key.secret, key.secret.hex().encode()):
        assert secret not in shown
    assert repr(key.secret) not in repr(key)


def test_a_tenants_role_cannot_see_the_keys(storage, tenant):
    with storage.tenant(tenant) as session, pytest.raises(Exception, match="permission denied"):
        session.execute(text("select * from hub.data_keys"))


@pytest.mark.parametrize("column", ["owner", "name"])
def test_moved_to_another_owner_or_name_it_does_not_open(storage, vault, tenant, column):
    put(storage, vault, tenant, f"to move by {column}")
    there = {"owner": str(OWNER), "name": f"to move by {column}"} | {column: f"another {column}"}
    where = f"where name = 'to move by {column}'"
    rows(storage, f"update tenant_{tenant}.secrets set {column} = :there {where}", there=there[column])
    with pytest.raises(VaultError, match="was not sealed there"):
        get(storage, vault, tenant, there["name"], owner=there["owner"])


@pytest.mark.parametrize("with_its_key", [False, True])
def test_moved_to_another_tenant_it_does_not_open(storage, vault, tenant, neighbour, with_its_key):
    put(storage, vault, tenant, "to move")
    put(storage, vault, neighbour, "another")
    copied = "select owner, name, key_id, sealed, sealed_at"
    rows(storage, f"delete from tenant_{neighbour}.secrets where name = 'to move'")
    rows(
        storage, f"insert into tenant_{neighbour}.secrets {copied} from tenant_{tenant}.secrets where name = 'to move'"
    )
    if with_its_key:
        # Whoever can write the hub's tables may give the key away; its wrapping does not open for another tenant.
        key_id = vault.keys.current(tenant).id
        rows(
            storage,
            "update hub.data_keys set retired_at = now(), tenant_key = :to where id = :id",
            to=neighbour,
            id=key_id,
        )
        vault.keys.forget(key_id)
    try:
        with pytest.raises(VaultError, match="is gone" if not with_its_key else "not wrapped by the master key"):
            get(storage, vault, neighbour, "to move")
    finally:
        if with_its_key:
            rows(
                storage,
                "update hub.data_keys set retired_at = null, tenant_key = :to where id = :id",
                to=tenant,
                id=key_id,
            )


def test_said_to_be_sealed_by_the_neighbours_key_it_does_not_open(storage, vault, tenant, neighbour):
    put(storage, vault, tenant, "to relabel")
    put(storage, vault, neighbour, "another")
    own = vault.keys.current(neighbour).id
    rows(storage, f"update tenant_{tenant}.secrets set key_id = :own where name = 'to relabel'", own=own)
    with pytest.raises(VaultError, match="is gone"):
        get(storage, vault, tenant, "to relabel")


@pytest.mark.parametrize("damage", ["set_byte(sealed, 0, 2)", "set_byte(sealed, 40, 7 # get_byte(sealed, 40))", "'x'"])
def test_changed_it_does_not_open(storage, vault, tenant, damage):
    put(storage, vault, tenant, "to damage")
    rows(storage, f"update tenant_{tenant}.secrets set sealed = {damage} where name = 'to damage'")
    with pytest.raises(VaultError, match="was not sealed there"):
        get(storage, vault, tenant, "to damage")


def test_without_its_master_key_nothing_opens_and_it_says_which(storage, vault, settings, tenant):
    put(storage, vault, tenant)
    other = base64.b64encode(bytes(32)).decode()
    stranger = Vault(replace(settings, vault_key=other), storage)
    with pytest.raises(VaultError, match=r"wrapped by the master key local:\w+, which this process does not have"):
        get(storage, stranger, tenant)
    heir = Vault(replace(settings, vault_key=other, vault_previous_keys=KEY), storage)
    assert get(storage, heir, tenant) == MARKER


def test_a_lost_default_file_is_not_replaced(storage, vault, settings, tenant, tmp_path):
    put(storage, vault, tenant)
    elsewhere = Vault(replace(settings, data_dir=tmp_path / "another machine"), storage)
    with pytest.raises(VaultError, match="is missing"):
        get(storage, elsewhere, tenant)


def test_processes_that_start_together_make_one_key(storage, vault_settings):
    tenant = tenants.create(storage, f"together {uuid4().hex[:6]}").key
    barrier = threading.Barrier(6)

    def work(number):
        vault = Vault(vault_settings, storage)
        barrier.wait()
        put(storage, vault, tenant, f"secret {number}", f"{MARKER}{number}")

    run_together([threading.Thread(target=work, args=[number]) for number in range(6)])
    assert rows(storage, "select count(*) from hub.data_keys where tenant_key = :key", key=tenant) == [(1,)]
    vault = Vault(vault_settings, storage)
    assert [get(storage, vault, tenant, f"secret {number}") for number in range(6)] == [
        f"{MARKER}{n}" for n in range(6)
    ]


def run_together(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_an_opened_key_is_remembered_for_a_while(storage, vault_settings, tenant, monkeypatch):
    now, asked = [0.0], []
    keys = DataKeys(vault_settings, storage, clock=lambda: now[0])
    vault = Vault(vault_settings, storage, keys)
    put(storage, vault, tenant)
    connect = data_keys.psycopg.connect
    monkeypatch.setattr(
        data_keys.psycopg, "connect", lambda *args, **kwargs: asked.append(1) or connect(*args, **kwargs)
    )
    get(storage, vault, tenant), get(storage, vault, tenant)
    assert asked == []
    now[0] = 301
    get(storage, vault, tenant)
    assert asked == [1]


def test_no_more_keys_are_remembered_than_fit(storage, vault_settings, tenant, neighbour, monkeypatch):
    monkeypatch.setattr(data_keys, "_REMEMBERED", 1)
    vault = Vault(vault_settings, storage)
    for each in (tenant, neighbour, tenant):
        put(storage, vault, each)
        assert get(storage, vault, each) == MARKER
    assert len(vault.keys._opened) == 1


def test_a_dropped_tenants_keys_are_gone(storage, vault):
    tenant = tenants.create(storage, f"dropped {uuid4().hex[:6]}").key
    put(storage, vault, tenant)
    tenants.drop(storage, tenant)
    assert rows(storage, "select 1 from hub.data_keys where tenant_key = :key", key=tenant) == []
