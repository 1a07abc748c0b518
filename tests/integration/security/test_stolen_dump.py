"""A dump of the whole database in the wrong hands: nothing in it signs anybody in, and nothing sealed opens."""

import base64
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from uuid import uuid4

import pytest
from psycopg.sql import SQL, Identifier

from hub.app import create_app
from hub.identity import keys, links, sessions, users
from hub.storage.session import driver
from hub.storage.vault import Vault, VaultError
from tests.integration.identity.callers import some_address, with_cookie
from tests.integration.leaks.sinks import leaks

PASSWORD = "correct-horse-9-battery-staple"
SEALED = "refresh-token-of-a-provider-7f3a"
OWNER = uuid4()
MASTER, OTHER_MASTER = (base64.b64encode(bytes([each]) * 32).decode() for each in (7, 8))


@pytest.fixture(scope="module")
def unlimited(settings):
    off = dict.fromkeys(("rate_limit_per_minute", "rate_limit_per_minute_tenant", "rate_limit_per_minute_address"), 0)
    return replace(settings, **off, sign_in_attempts_per_minute=1_000_000, vault_key=MASTER)


@pytest.fixture(scope="module")
def app(unlimited, storage):
    return create_app(unlimited, storage)


@pytest.fixture(scope="module")
def email():
    return some_address()


@pytest.fixture(scope="module")
def secrets(app, unlimited, storage, tenant, email):
    """One secret of each kind that the database has something of."""
    now = datetime.now(UTC)
    with storage.hub() as session:
        user = users.ensure(session, email)
        users.join(session, user.id, tenant, "admin")
        link = links.create(session, user.id, now)
    client = app.test_client(use_cookies=False)
    response = client.post("/api/session/link", json={"link": link, "password": PASSWORD})
    assert response.status_code == 201, response.json
    with storage.hub() as session:
        made = {
            "key": keys.create(session, tenant, "dumped"),
            "cookie": sessions.create(session, user.id, "password", now, settings=unlimited),
            "link": links.create(session, user.id, now),
        }
    with storage.tenant(tenant) as session:
        Vault(unlimited, storage).put(session, OWNER, "refresh token", SEALED)
    return made | {"password": PASSWORD, "sealed": SEALED, "master key": MASTER}


@pytest.fixture(scope="module")
def dump(storage, tenant, secrets):
    """Every row of every table of the hub's schema and the tenant's, as text."""
    with storage.hub() as session:
        raw = driver(session)
        names = raw.execute(
            "select schemaname, tablename from pg_tables where schemaname = any(%s)", [["hub", f"tenant_{tenant}"]]
        ).fetchall()
        return {
            f"{schema}.{table}": [
                row[0] for row in raw.execute(SQL("select t::text from {} t").format(Identifier(schema, table)))
            ]
            for schema, table in names
        }


def test_it_holds_no_secret_however_it_is_spelt(dump, secrets):
    assert {"hub.users", "hub.api_keys", "hub.sessions", "hub.sign_in_links", "hub.data_keys"} <= dump.keys()
    assert any(table.endswith(".secrets") and rows for table, rows in dump.items())
    assert leaks(secrets, ((table, "\n".join(rows).encode()) for table, rows in dump.items())) == []


def test_what_it_holds_is_good_while_it_is_not_stolen(app, secrets):
    """That the tests here can fail."""
    client = app.test_client(use_cookies=False)
    assert client.get("/api/tenant", headers={"Authorization": f"Bearer {secrets['key']}"}).status_code == 200
    assert with_cookie(app, secrets["cookie"]).get("/api/session").status_code == 200


def test_nothing_in_it_signs_anybody_in(app, dump, secrets):
    candidates = set()
    for table in ("hub.users", "hub.api_keys", "hub.sessions", "hub.sign_in_links", "hub.sign_in_states"):
        # The newest rows, which are this module's; the others are of the same kind.
        for row in dump[table][-20:]:
            candidates |= set(chain.from_iterable(spellings(word) for word in re.findall(r"[^\s,()\"]{8,}", row)))
    assert len(candidates) > 20
    prefixes = re.findall(r"\bpp_\w+", "\n".join(dump["hub.api_keys"][-20:]))
    assert prefixes
    client = app.test_client(use_cookies=False)
    for candidate in sorted(candidates):
        for presented in (
            candidate,
            *(f"{prefix}{joint}{candidate}" for prefix in prefixes[-2:] for joint in ("", "_")),
        ):
            response = client.get("/api/tenant", headers={"Authorization": f"Bearer {presented}"})
            assert response.status_code == 401, presented
        assert with_cookie(app, candidate).get("/api/session").status_code == 401, candidate
        response = client.post("/api/session/link", json={"link": candidate})
        assert response.status_code in (401, 422), candidate


def test_a_hash_is_no_password(app, dump, email):
    client = app.test_client(use_cookies=False)
    [row] = [row for row in dump["hub.users"] if email in row]
    [stored] = re.findall(r"\$argon2id\$[^,)\"]+", row)
    for presented in (stored, stored.rpartition("$")[2]):
        response = client.post("/api/session", json={"email": email, "password": presented})
        assert response.status_code in (401, 429)
    assert client.post("/api/session", json={"email": email, "password": PASSWORD}).status_code == 201


def test_passwords_are_hashed_slowly_and_each_with_a_salt_of_its_own(dump):
    hashes = re.findall(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$([^$]+)\$", "\n".join(dump["hub.users"]))
    assert hashes
    assert all(int(memory) >= 19 * 1024 and int(passes) >= 2 for memory, passes, _ in hashes)
    assert len({salt for *_, salt in hashes}) == len(hashes)


def test_what_is_sealed_does_not_open_without_the_master_key(storage, tenant, unlimited, secrets):
    """The thief restores the dump and runs a hub of their own on it, whose master key is another."""
    thief = Vault(replace(unlimited, vault_key=OTHER_MASTER), storage)
    with storage.tenant(tenant) as session:
        with pytest.raises(VaultError):
            thief.get(session, OWNER, "refresh token")
        assert Vault(unlimited, storage).get(session, OWNER, "refresh token") == SEALED


def spellings(word):
    """A word of a dump as it stands, and what is meant where it is bytes in hex."""
    yield word
    if match := re.fullmatch(r"\\+x((?:[0-9a-f]{2})+)", word):
        data = bytes.fromhex(match[1])
        yield match[1]
        yield base64.b64encode(data).decode()
        yield base64.urlsafe_b64encode(data).rstrip(b"=").decode()
