"""Tokens renewed by many at once, by the dying, and from providers that answer late, badly or not at all."""

import json
import logging
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.connections import clients, service, tokens
from hub.connections.renewal import fresh
from hub.sdk.errors import AuthError, ConfigError, TransientError
from hub.sdk.manifest import Auth
from hub.storage import rotation
from tests.integration.connections.connected import AUTH, apps_file
from tests.integration.connections.provider import CLIENT, SECRET, answers, cut, hang_up, late

ROOT = Path(__file__).resolve().parents[3]
REUSED = replace(AUTH, reuse_window_seconds=1800)
NEVER = replace(AUTH, rotates="never")
SOON = "expires_at = now() + interval '60 seconds', renewed_at = now() - interval '1 hour'"
RUN_OUT = "lease_until = now()"
OVER = "expires_at = now() - interval '1 second'"


class Worker:
    """tests/integration/connections/asking.py in a process of its own, waiting to be told to begin."""

    def __init__(self, connected, folder: Path, *, threads=1, dies=False, **timing) -> None:
        self.ready = folder / f"ready-{time.monotonic_ns()}"
        settings = connected.settings
        task = {
            "data_dir": str(settings.data_dir),
            "database_url": settings.database_url,
            "redis_url": settings.redis_url,
            "apps": settings.connector_apps_file,
            "tenant": connected.tenant,
            "connection": str(connected.id),
            "ready": str(self.ready),
            "threads": threads,
            "dies": dies,
            "timing": timing,
        }
        command = [sys.executable, "-m", "tests.integration.connections.asking", json.dumps(task)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def begin(self) -> None:
        """Go on as soon as it is there."""
        while not self.ready.exists():
            assert self.process.poll() is None, self.process.stderr.read()
            time.sleep(0.01)
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> list[str]:
        """The tokens that it got; none where it died."""
        said, complained = self.process.communicate(timeout=60)
        assert self.process.returncode in (0, -9), complained
        return json.loads(said) if said else []


def asked(opener, **options):
    """The token, or the error instead."""
    try:
        return fresh(opener, **options).value
    except (AuthError, ConfigError, TransientError) as error:
        return error


class TestManyAtOnce:
    def test_a_token_that_runs_out_is_renewed_by_one_of_all_workers(self, connect_acme, acme, tmp_path):
        connected = connect_acme()
        connected.set(OVER)
        workers = [Worker(connected, tmp_path, threads=25) for _ in range(2)]
        for worker in workers:
            worker.begin()
        got = [token for worker in workers for token in worker.end()]
        assert len(acme.token_posts) == 1 and not acme.is_dead
        assert len(got) == 50 and set(got) == {connected.secrets()["access_token"]}
        assert connected.row().generation == 2

    def test_however_long_the_provider_takes(self, connect_acme, acme):
        connected = connect_acme()
        connected.set(OVER)
        acme.token_script.append(late(1.5))
        opener = connected.opener(lease=4, deadline=2)
        with ThreadPoolExecutor(8) as pool:
            got = {each.result().value for each in [pool.submit(fresh, opener) for _ in range(8)]}
        assert len(acme.token_posts) == 1
        assert got == {connected.secrets()["access_token"]}

    def test_who_was_refused_with_an_older_token_takes_the_newer_one(self, connect_acme, acme):
        opener = connect_acme().opener()
        first = fresh(opener)
        with ThreadPoolExecutor(8) as pool:
            renewals = [pool.submit(fresh, opener, than_generation=first.generation) for _ in range(8)]
            got = {each.result().generation for each in renewals}
        assert got == {2} and len(acme.token_posts) == 1

    def test_the_others_go_on_with_a_token_that_is_good_for_a_while(self, connect_acme, acme):
        connected = connect_acme()
        connected.set(SOON)
        posted, release = threading.Event(), threading.Event()

        def wait(handler, status, answer):
            posted.set()
            release.wait(20)
            handler.send(status, answer)

        acme.token_script.append(wait)
        opener = connected.opener()
        old = connected.secrets()["access_token"]
        with ThreadPoolExecutor(1) as pool:
            renewing = pool.submit(fresh, opener)
            assert posted.wait(30)
            assert fresh(opener).value == old
            release.set()
            assert renewing.result().value == connected.secrets()["access_token"] != old


class TestAnAnswerIsLost:
    @pytest.mark.parametrize("fault", [cut, hang_up], ids=["cut", "nothing"])
    def test_where_the_old_one_may_be_used_again_it_is_once(self, connect_acme, acme, fault):
        acme.reuse_seconds = 1800
        connected = connect_acme(auth=REUSED)
        connected.set(OVER)
        acme.token_script.append(fault)
        opener = connected.opener()
        before = connected.secrets()
        lost = asked(opener)
        assert isinstance(lost, TransientError) and "was lost" in str(lost) and lost.retry_after == 45
        assert connected.row().state == "uncertain" and connected.secrets() == before
        # Until the lease has run out nobody else asks.
        assert isinstance(asked(opener), TransientError) and len(acme.token_posts) == 1
        connected.set(RUN_OUT)
        assert asked(opener) == connected.secrets()["access_token"] != before["access_token"]
        assert len(acme.token_posts) == 2 and not acme.is_dead
        assert connected.row().state == "idle"

    def test_a_second_time_is_the_last(self, connect_acme, acme):
        acme.reuse_seconds = 1800
        connected = connect_acme(auth=REUSED)
        connected.set(OVER)
        acme.token_script += [hang_up, hang_up]
        opener = connected.opener()
        assert isinstance(asked(opener), TransientError)
        connected.set(RUN_OUT)
        assert "twice" in str(asked(opener))
        connected.set(RUN_OUT)
        errors = [asked(opener) for _ in range(3)]
        assert all(isinstance(error, AuthError) for error in errors)
        assert len(acme.token_posts) == 2
        assert connected.secrets()["refresh_token"]

    def test_a_time_out_counts_as_lost_and_is_not_asked_again_and_again(self, connect_acme, acme):
        connected = connect_acme()
        connected.set(OVER)
        acme.token_script.append(late(1))
        opener = connected.opener(deadline=0.3)
        assert isinstance(asked(opener), TransientError)
        connected.set(RUN_OUT)
        with ThreadPoolExecutor(8) as pool:
            errors = list(pool.map(lambda _: asked(opener), range(8)))
        assert all(isinstance(error, AuthError) for error in errors)
        assert len(acme.token_posts) == 1

    def test_where_tokens_do_not_rotate_nothing_is_lost(self, connect_acme, acme):
        connected = connect_acme(auth=NEVER)
        acme.reuse_seconds = 1800
        connected.set(OVER)
        acme.token_script += [hang_up, cut]
        opener = connected.opener()
        assert isinstance(asked(opener), TransientError) and isinstance(asked(opener), TransientError)
        assert asked(opener) == connected.secrets()["access_token"]

    def test_a_token_that_is_good_still_is_used_meanwhile(self, connect_acme, acme):
        connected = connect_acme(auth=REUSED)
        connected.set(SOON)
        acme.token_script.append(hang_up)
        assert asked(connected.opener()) == connected.secrets()["access_token"]
        assert connected.row().state == "uncertain"

    @pytest.mark.parametrize("auth", [REUSED, AUTH], ids=["reused", "strict"])
    def test_a_worker_that_is_killed_between_the_answer_and_its_commit(self, connect_acme, acme, tmp_path, auth):
        acme.reuse_seconds = auth.reuse_window_seconds
        connected = connect_acme(auth=auth)
        connected.set(OVER)
        worker = Worker(connected, tmp_path, dies=True, lease=1.5)
        worker.begin()
        assert worker.end() == [] and len(acme.token_posts) == 1
        assert connected.row().state == "in_flight"
        # Who comes meanwhile waits for the dead until its lease is over.
        got = asked(connected.opener(lease=1.5))
        if auth is REUSED:
            assert got == connected.secrets()["access_token"] and acme.current == connected.secrets()["refresh_token"]
            assert len(acme.token_posts) == 2
        else:
            assert isinstance(got, AuthError) and len(acme.token_posts) == 1


class TestAnswersThatSayLittle:
    @pytest.mark.parametrize(
        ("said", "left"),
        [
            ({"expires_in": "1800"}, 1800),
            ({"expires_in": 0}, None),
            ({"expires_in": None}, None),
            ({"expires_in": "soon"}, None),
            ({"expires_in": -5}, None),
        ],
    )
    def test_lifetimes_as_text_or_none_at_all(self, connect_acme, acme, said, left):
        connected = connect_acme()
        connected.set(OVER)
        acme.token_script.append(answers(200, acme.issue() | said))
        opener = connected.opener()
        assert fresh(opener).seconds_left == left
        again = fresh(opener)
        assert again.generation == 2 and len(acme.token_posts) == 1
        assert again.seconds_left is left or left - 60 < again.seconds_left <= left

    def test_without_a_refresh_token_the_old_one_stays(self, connect_acme, acme):
        connected = connect_acme()
        connected.set(OVER)
        acme.token_script.append(answers(200, {"access_token": "new-access-token"}))
        before = connected.secrets()
        assert fresh(connected.opener()).value == "new-access-token"
        assert connected.secrets() == before | {"access_token": "new-access-token"}

    @pytest.mark.parametrize(
        ("said", "error"),
        [
            ({"error": "temporarily_unavailable"}, TransientError),
            ({"error": "invalid_grant"}, AuthError),
            (b"<html>Sign in</html>", TransientError),
            (b"[]", TransientError),
            (b"", TransientError),
            ({"access_token": ""}, TransientError),
            ({"access_token": 5}, TransientError),
        ],
    )
    def test_200_is_not_enough(self, connect_acme, acme, said, error):
        connected = connect_acme()
        connected.set(OVER)
        acme.token_script.append(answers(200, said))
        before = connected.secrets()
        assert isinstance(asked(connected.opener()), error)
        assert connected.secrets() == before and connected.row().generation == 1

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_a_provider_that_is_not_well_is_asked_again_later(self, connect_acme, acme, status):
        connected = connect_acme()
        connected.set(OVER)
        acme.token_script.append(answers(status, {}, Retry_After="77"))
        opener = connected.opener()
        error = asked(opener)
        assert isinstance(error, TransientError) and error.retry_after == 77
        assert connected.row().state == "idle"


class TestClocks:
    @pytest.mark.parametrize("minutes", [-10, 10])
    def test_what_a_worker_thinks_the_time_is_does_not_matter(self, connect_acme, acme, monkeypatch, minutes):
        opener = connect_acme().opener()
        wrong = time.time() + minutes * 60
        monkeypatch.setattr(time, "time", lambda: wrong)
        assert fresh(opener).generation == 1 and not acme.token_posts
        client = clients.client_of(connected := connect_acme(), connected.connection)
        monkeypatch.undo()
        assert abs(client.seconds_ahead - minutes * 60) < 60


class TestNoGrantAnyMore:
    """Four troubles, four sentences, each for whoever can mend it."""

    def test_revoked_at_the_provider(self, connect_acme, acme):
        connected = connect_acme()
        connected.set(OVER)
        acme.is_dead = True
        before, opener = connected.secrets(), connected.opener()
        with pytest.raises(AuthError, match=r"revoked or has expired"):
            fresh(opener)
        with pytest.raises(AuthError, match="reconnect"):
            fresh(opener)
        assert len(acme.token_posts) == 1 and connected.row().state == "dead"
        assert connected.secrets() == before

    def test_the_app_is_not_known_there_any_more(self, connect_acme, acme):
        connected = connect_acme()
        connected.set(OVER)
        path = Path(connected.settings.connector_apps_file)
        path.write_text(apps_file(acme, client_secret="s3cret-of-before"))
        with pytest.raises(ConfigError, match=r"\[acme\] in the connector apps file") as raised:
            fresh(connected.opener())
        assert raised.value.field == "client_secret" and connected.row().state == "idle"
        path.write_text(apps_file(acme))
        assert fresh(connected.opener()).generation == 2

    def test_less_is_allowed_than_before(self, connect_acme, acme):
        connected = connect_acme()
        connected.set(OVER)
        acme.token_script.append(answers(200, acme.issue() | {"scope": "openid profile"}))
        with pytest.raises(AuthError, match="reconnect and allow books"):
            fresh(connected.opener())
        # What came is kept all the same: it is the only way to the next one.
        assert connected.secrets()["refresh_token"] == acme.current

    def test_a_grant_that_is_refused_when_another_has_just_renewed_it(self, connect_acme, acme):
        connected = connect_acme()
        connected.set(OVER)

        def reconnect(handler, *_):
            acme.is_dead = False
            with connected.storage.tenant(connected.tenant) as session:
                connected.store(session, acme.issue())
            handler.send(400, {"error": "invalid_grant"})

        acme.token_script.append(reconnect)
        token = fresh(connected.opener())
        assert token.generation == 2 and token.value == connected.secrets()["access_token"]
        assert connected.row().state == "idle"

    def test_not_connected_yet(self, connect_acme):
        connected = connect_acme()
        opener = connected.opener()
        with connected.storage.tenant(connected.tenant) as session:
            tokens.forget(session, connected.vault, connected.id)
        assert connected.secrets() == {}
        with pytest.raises(AuthError, match="not connected yet"):
            fresh(opener)

    def test_disconnected_while_a_run_is_under_way(self, connect_acme, acme):
        properties = {"client_id": {}, "client_secret": {"x-secret": True}}
        auth = Auth(method="c", kind="oauth2_client_credentials", title="Cloud", config={"properties": properties})
        connected = connect_acme(auth=auth, config={"client_id": CLIENT})
        with connected.storage.tenant(connected.tenant) as session:
            connected.vault.put(session, connected.id, "client_secret", SECRET)
        opener = connected.opener()
        with connected.storage.tenant(connected.tenant) as session:
            service.set_status(session, connected.id, "disconnected")
        with pytest.raises(AuthError, match="was disconnected"):
            fresh(opener)
        assert (connected.row(), connected.secrets(), acme.token_posts) == (None, {}, [])

    def test_connecting_anew_brings_it_back(self, connect_acme, acme):
        connected = connect_acme()
        connected.set("state = 'dead'")
        opener = connected.opener()
        assert isinstance(asked(opener), AuthError)
        with connected.storage.tenant(connected.tenant) as session:
            connected.store(session, acme.issue())
        assert fresh(opener).generation == 2


class TestTheStore:
    def test_the_vault_s_key_is_replaced_while_the_provider_answers(self, connect_acme, acme):
        connected = connect_acme()
        connected.set(OVER)

        def rotate(handler, status, answer):
            with connected.storage.hub() as session:
                rotation.rotate(session, connected.vault.keys, connected.tenant, datetime.now(UTC))
            rotation.reseal(Resealing(connected))
            handler.send(status, answer)

        acme.token_script.append(rotate)
        token = fresh(connected.opener())
        assert connected.secrets() == {"access_token": token.value, "refresh_token": acme.current}
        assert rotation.reseal(Resealing(connected))["unreadable"] == 0
        assert connected.secrets()["refresh_token"] == acme.current

    def test_a_pair_is_not_stored_over_a_newer_one(self, connect_acme, acme):
        connected = connect_acme()
        connected.set(OVER)

        def outlive(handler, status, answer):
            # Somebody else took the lease and has renewed it meanwhile.
            connected.set("lease_owner = gen_random_uuid(), lease_until = now() + interval '60 seconds'")
            with connected.storage.tenant(connected.tenant) as session:
                connected.store(session, acme.issue())
            handler.send(status, answer)

        acme.token_script.append(outlive)
        token = fresh(connected.opener())
        assert token.generation == 2
        assert connected.secrets() == {"access_token": token.value, "refresh_token": acme.current}

    def test_the_database_goes_away_for_a_moment_after_the_answer(self, connect_acme, acme, storage):
        connected = connect_acme()
        connected.set(OVER)

        def cut_off(handler, status, answer):
            with storage.hub() as session:
                session.connection().exec_driver_sql(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where pid <> pg_backend_pid() and datname = current_database()"
                    " and application_name = 'paypredict'"
                )
            handler.send(status, answer)

        acme.token_script.append(cut_off)
        assert fresh(connected.opener()).value == connected.secrets()["access_token"]


class TestKeepAlive:
    def test_a_grant_that_would_die_unused_is_renewed(self, connect_acme, acme):
        connected = connect_acme()
        assert not tokens.keep_alive(connected, connected.connection).renewed
        connected.set("renewed_at = now() - interval '47 days', refresh_expires_at = null")
        assert tokens.keep_alive(connected, connected.connection).renewed
        assert connected.row().generation == 2 and len(acme.token_posts) == 1
        assert not tokens.keep_alive(connected, connected.connection).renewed

    def test_as_the_provider_itself_says(self, connect_acme, acme):
        connected = connect_acme()
        connected.set("refresh_expires_at = now() + interval '3 days'")
        assert tokens.keep_alive(connected, connected.connection).renewed

    def test_how_long_until_the_end_that_nothing_moves(self, connect_acme):
        connected = connect_acme()
        connected.set("granted_at = now() - interval '1800 days'")
        assert tokens.keep_alive(connected, connected.connection).days_left == 24
        connected.set("granted_at = now() - interval '1900 days'")
        assert tokens.keep_alive(connected, connected.connection).days_left == 0


class TestACode:
    def exchange(self, connected, code="good-code"):
        manifest = connected.registry.get("acme")
        return tokens.exchange_code(
            connected.settings, manifest, connected.auth, {}, {}, code, "https://hub.example/callback", "verifier-1"
        )

    def test_it_brings_a_grant(self, connect_acme, acme):
        grant = self.exchange(connect_acme())
        assert grant.access_token in acme.good and grant.refresh_token == acme.current and grant.expires_in == 3600
        assert acme.token_posts[0].form == {
            "grant_type": "authorization_code",
            "code": "good-code",
            "redirect_uri": "https://hub.example/callback",
            "code_verifier": "verifier-1",
        }

    @pytest.mark.parametrize(
        ("fault", "error", "said"),
        [
            (answers(400, {"error": "invalid_grant"}), AuthError, "does not honour"),
            (answers(401, {"error": "invalid_client"}), ConfigError, "connector apps file"),
            (answers(400, {"error": "invalid_request <script>"}), AuthError, "invalid_request script"),
            (answers(200, {"access_token": "a-token", "scope": "openid"}), AuthError, "allow books"),
            (answers(503), TransientError, "just now"),
            (answers(302, Location="http://127.0.0.1:9/"), TransientError, "302"),
            (answers(403, b"<html>Blocked</html>", Content_Type="text/html"), TransientError, "403"),
            (hang_up, TransientError, "connect again"),
        ],
    )
    def test_or_says_what_to_do(self, connect_acme, acme, fault, error, said):
        acme.token_script.append(fault)
        with pytest.raises(error, match=said):
            self.exchange(connect_acme())
        assert len(acme.token_posts) == 1

    def test_the_client_in_the_body(self, connect_acme, acme):
        acme.token_script.append(answers(200, acme.issue()))
        self.exchange(connect_acme(auth=replace(AUTH, client_auth="body")))
        assert acme.token_posts[0].form["client_secret"] == "s3cret-of-the-app"
        assert "authorization" not in acme.token_posts[0].headers


class TestRevoking:
    def test_the_provider_is_told(self, connect_acme, acme):
        connected = connect_acme()
        assert tokens.revoke(connected, connected.connection) is True
        assert acme.calls[-1].form == {"token": acme.current}

    def test_a_provider_that_does_not_answer(self, connect_acme, acme):
        connected = connect_acme()
        acme.token_script += [answers(503), hang_up]
        for _ in range(2):
            with pytest.raises(TransientError):
                tokens.revoke(connected, connected.connection)

    def test_a_token_that_is_not_known_there(self, connect_acme, acme):
        connected = connect_acme()
        acme.token_script.append(answers(400, {"error": "invalid_token"}))
        assert tokens.revoke(connected, connected.connection) is True


def test_no_token_is_in_logs_and_errors(connect_acme, acme, caplog):
    caplog.set_level(logging.DEBUG)
    acme.reuse_seconds = 1800
    connected = connect_acme(auth=REUSED)
    seen = set(connected.secrets().values())
    connected.set(OVER)
    acme.token_script += [hang_up]
    opener = connected.opener()
    errors = [asked(opener)]
    connected.set(RUN_OUT)
    fresh(opener)
    seen |= set(connected.secrets().values())
    acme.is_dead = True
    errors.append(asked(opener, than_generation=2))
    shown = caplog.text + "".join(f"{error!r}{error.__cause__!r}" for error in errors) + repr(opener)
    assert len(seen) == 4
    assert not [secret for secret in [*seen, "s3cret-of-the-app"] if secret in shown]


class Resealing:
    """What rotation needs of a job."""

    def __init__(self, connected):
        self.storage, self.tenant, self.vault = connected.storage, connected.tenant, connected.vault

    def transaction(self):
        return self.storage.tenant(self.tenant)

    def progress(self, share, sentence):
        """Nobody looks."""
