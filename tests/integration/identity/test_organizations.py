"""Which organisation of the provider stands for which tenant, and the command that says so."""

import pytest
from click.testing import CliRunner

from hub.cli import group
from hub.errors import ConflictError, InvalidError, NotFoundError
from hub.identity import organizations
from hub.tenants import service as tenants


@pytest.fixture(scope="module")
def other(storage):
    return tenants.create(storage, "other organisation").key


@pytest.fixture
def session(storage):
    with storage.hub() as session:
        yield session
        session.rollback()


def test_a_link_is_found_by_the_claim(session, tenant, other):
    organizations.link(session, tenant, "org_1")
    organizations.link(session, tenant, " org_2 ")
    organizations.link(session, other, "org_3")
    assert organizations.find(session, "org_2") == tenant
    assert organizations.find(session, "org_4") is None
    assert [each.claim for each in organizations.list_organizations(session, tenant)] == ["org_1", "org_2"]
    assert {"org_1", "org_2", "org_3"} <= {each.claim for each in organizations.list_organizations(session)}


def test_linking_twice_changes_nothing(session, tenant):
    organizations.link(session, tenant, "org_1")
    organizations.link(session, tenant, "org_1")
    assert len(organizations.list_organizations(session, tenant)) == 1


def test_one_claim_stands_for_one_tenant(session, tenant, other):
    organizations.link(session, tenant, "org_1")
    with pytest.raises(ConflictError, match=f"stands for tenant {tenant}; unlink it there first"):
        organizations.link(session, other, "org_1")


def test_unlinking(session, tenant, other):
    organizations.link(session, tenant, "org_1")
    with pytest.raises(NotFoundError, match="no organisation org_1 stands for"):
        organizations.unlink(session, other, "org_1")
    organizations.unlink(session, tenant, "org_1")
    assert organizations.find(session, "org_1") is None
    with pytest.raises(NotFoundError):
        organizations.unlink(session, tenant, "org_1")


@pytest.mark.parametrize("claim", ["", "  ", "a" * 201, "org\n1", "org\x00"])
def test_a_claim_that_is_none(session, tenant, claim):
    with pytest.raises(InvalidError):
        organizations.link(session, tenant, claim)


def test_a_tenant_that_is_none(session):
    with pytest.raises(NotFoundError, match="there is no tenant nobody"):
        organizations.link(session, "nobody", "org_1")
    with pytest.raises(NotFoundError):
        organizations.list_organizations(session, "nobody")


def test_the_command(settings, tenant, monkeypatch):
    monkeypatch.setenv("PAYPREDICT_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url)

    def run(*arguments):
        done = CliRunner().invoke(group, ["tenant", "organization", *arguments], catch_exceptions=True)
        return done.exit_code, done.output, done.exception

    assert run("link", tenant, "org_cli")[:2] == (0, f"org_cli stands for {tenant}\n")
    assert "org_cli" in run("list", tenant)[1]
    assert '"claim": "org_cli"' in run("list", "--json")[1]
    assert run("unlink", tenant, "org_cli")[:2] == (0, f"org_cli stands for {tenant} no longer\n")
    assert isinstance(run("unlink", tenant, "org_cli")[2], NotFoundError)
    assert "org_cli" not in run("list")[1]
