"""`paypredict user`, and the link that `paypredict up` prints, as an operator meets them."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from hub.cli import main, up_link
from hub.identity import links, users

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
EMAIL = "ada@command.example"


@pytest.fixture
def paypredict(settings, storage, monkeypatch, capsys):
    """Runs the command line on the tests' servers; returns exit code, output and errors."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url)
    monkeypatch.setenv("PAYPREDICT_PUBLIC_URL", "https://ar.example.com")

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        captured = capsys.readouterr()
        return ended.value.code, captured.out, captured.err

    return run


@pytest.fixture(autouse=True)
def nobody(storage):
    with storage.hub() as session:
        session.execute(text("delete from users"))


def token_in(printed):
    return re.search(r"https://ar\.example\.com/sign-in/#link=([\w-]+)", printed)[1]


def whose(storage, token):
    with storage.hub() as session:
        return users.get(session, links.redeem(session, token, datetime.now(UTC))).email


def test_add_prints_a_link_that_lets_them_in(paypredict, storage, tenant):
    code, out, _ = paypredict("user", "add", EMAIL, "--name", "Ada", "--tenant", tenant, "--role", "admin")
    assert code == 0 and f"admin of {tenant}" in out
    assert whose(storage, token_in(out)) == EMAIL


def test_add_json(paypredict, storage):
    code, out, _ = paypredict("user", "add", EMAIL, "--operator", "--json")
    printed = json.loads(out)
    assert (code, printed["user"]["email"], printed["user"]["is_operator"]) == (0, EMAIL, True)
    assert whose(storage, token_in(printed["sign_in_link"])) == EMAIL


def test_add_gives_somebody_who_is_here_something_more(paypredict, storage, tenant):
    paypredict("user", "add", EMAIL, "--operator")
    _, out, _ = paypredict("user", "add", EMAIL.upper(), "--tenant", tenant, "--role", "viewer")
    assert f"operator, viewer of {tenant}" in out


def test_a_password_made_before_does_not_reach_further(paypredict, storage):
    with storage.hub() as session:
        user = users.ensure(session, EMAIL)
        session.execute(text("update users set password_hash = 'of whoever made the account'"))
    paypredict("user", "add", EMAIL, "--operator")
    with storage.hub() as session:
        assert not users.get(session, user.id).has_password


def test_no_link_where_local_sign_in_is_off(paypredict, monkeypatch):
    monkeypatch.setenv("PAYPREDICT_LOCAL_SIGN_IN", "off")
    code, out, _ = paypredict("user", "add", EMAIL)
    assert code == 0 and "#link=" not in out
    code, _, err = paypredict("user", "link", EMAIL)
    assert code == 2 and "single sign-on" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "nonsense"], "no email address"),
        (["add", EMAIL, "--tenant", "acme"], "--tenant and --role go together"),
        (["add", EMAIL, "--role", "admin"], "--tenant and --role go together"),
        (["add", EMAIL, "--tenant", "nobodys", "--role", "admin"], "there is no tenant nobodys"),
        (["link", "nobody@example.com"], "nobody with the address nobody@example.com"),
        (["disable", "nobody@example.com"], "nobody with the address"),
        (["enable", "nobody@example.com"], "nobody with the address"),
        (["remove", "nobody@example.com", "--yes"], "nobody with the address"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_stored(paypredict, storage, arguments, said):
    code, _, err = paypredict("user", *arguments)
    assert code == 2 and said in err
    with storage.hub() as session:
        assert users.list_users(session) == []


def test_list(paypredict, tenant):
    paypredict("user", "add", EMAIL, "--tenant", tenant, "--role", "member")
    paypredict("user", "add", "bob@command.example")
    _, out, _ = paypredict("user", "list")
    assert [line.split()[0] for line in out.splitlines()] == [EMAIL, "bob@command.example"]
    assert f"(member of {tenant})" in out and "(nothing yet)" in out
    _, out, _ = paypredict("user", "list", "--json")
    assert [(each["email"], len(each["tenants"])) for each in json.loads(out)] == [
        (EMAIL, 1),
        ("bob@command.example", 0),
    ]
    assert "password_hash" not in out


def test_link(paypredict, storage):
    paypredict("user", "add", EMAIL)
    _, out, _ = paypredict("user", "link", EMAIL)
    assert whose(storage, token_in(out)) == EMAIL


def test_disable_and_enable(paypredict, storage):
    paypredict("user", "add", EMAIL)
    assert paypredict("user", "disable", EMAIL)[0] == 0
    code, _, err = paypredict("user", "link", EMAIL)
    assert code == 2 and f"paypredict user enable {EMAIL}" in err
    assert "disabled 20" in paypredict("user", "list")[1]
    assert paypredict("user", "enable", EMAIL)[0] == 0
    assert whose(storage, token_in(paypredict("user", "link", EMAIL)[1])) == EMAIL


def test_remove_asks_first(paypredict, storage, monkeypatch):
    paypredict("user", "add", EMAIL)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert paypredict("user", "remove", EMAIL)[0] != 0
    with storage.hub() as session:
        assert users.find(session, EMAIL)
    assert paypredict("user", "remove", EMAIL, "--yes")[0] == 0
    with storage.hub() as session:
        assert users.find(session, EMAIL) is None


@pytest.fixture
def show(settings, storage, tmp_path, capsys):
    own = replace(settings, data_dir=tmp_path, public_url="https://ar.example.com")

    def show(**options):
        up_link.show(replace(own, **options.pop("settings", {})), storage, datetime.now(UTC), **options)
        return capsys.readouterr().out

    return show


def test_up_makes_the_first_operator_and_lets_them_in(show, storage, tmp_path, tenant):
    out = show(tenant=tenant)
    file = tmp_path / "sign_in_link"
    assert file.stat().st_mode & 0o777 == 0o600
    assert token_in(out) == token_in(file.read_text())
    assert whose(storage, token_in(out)) == up_link.FIRST_OPERATOR
    with storage.hub() as session:
        first = users.named(session, up_link.FIRST_OPERATOR)
        assert first.is_operator and users.membership(session, first.id, tenant) == "admin"


def test_up_has_a_fresh_link_at_each_start(show, storage):
    former, newer = token_in(show()), token_in(show())
    with storage.hub() as session, pytest.raises(Exception, match="unknown, used or expired"):
        links.redeem(session, former, datetime.now(UTC))
    assert whose(storage, newer) == up_link.FIRST_OPERATOR


def test_up_takes_the_first_operator_there_is(show, storage):
    with storage.hub() as session:
        users.ensure(session, "a.member@example.com")
        for email in ("second@example.com", "zz.disabled@example.com"):
            users.set_operator(session, users.ensure(session, email).id, True)
        users.disable(session, users.named(session, "zz.disabled@example.com").id, NOW)
    assert whose(storage, token_in(show())) == "second@example.com"


def test_up_makes_no_operator_where_there_are_people(show, storage, tmp_path):
    with storage.hub() as session:
        users.ensure(session, "a.member@example.com")
    out = show()
    assert "paypredict user add EMAIL --operator" in out and "#link=" not in out
    assert not (tmp_path / "sign_in_link").exists()


def test_up_prints_no_link_where_local_sign_in_is_off(show, storage, tmp_path):
    (tmp_path / "sign_in_link").write_text("of a former start")
    assert show(settings={"local_sign_in": "off"}) == ""
    assert not (tmp_path / "sign_in_link").exists()
    with storage.hub() as session:
        assert users.list_users(session) == []
