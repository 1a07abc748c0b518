"""A provider's access token as credentials: whose it is, in which tenant, as what."""

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import text

from hub.app import create_app
from hub.identity import organizations, users
from hub.storage.session import Storage
from hub.tenants import service as tenants
from tests.issuer import AUDIENCE, CLIENT, Issuer, ec_key, rsa_key

ROLES = "https://paypredict/roles"


@pytest.fixture(scope="module")
def issuer():
    with Issuer(keys=[rsa_key("first"), ec_key("curve")]).serve() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def other(storage):
    return tenants.create(storage, "other bearer", time_zone="Europe/Berlin").key


@dataclass
class Api:
    """Calls the API with a token, made of claims."""

    app: object
    issuer: Issuer

    def get(self, path="/api/session", tenant=None, **claims):
        return self.show(self.issuer.token(**claims), path, tenant)

    def show(self, token, path="/api/session", tenant=None, method="GET", **options):
        headers = {"Authorization": f"Bearer {token}"} | ({"X-Tenant": tenant} if tenant else {})
        return self.app.test_client().open(path, method=method, headers=headers, **options)


@pytest.fixture(scope="module")
def api(settings, storage, tenant, issuer):
    configured = replace(settings, oidc_issuer=issuer.address, oidc_client_id=CLIENT, oidc_audience=AUDIENCE)
    with storage.hub() as session:
        organizations.link(session, tenant, f"org_{tenant}")
        organizations.link(session, tenant, f"client-of-{tenant}")
    return Api(create_app(configured, storage), issuer)


def person(who, /, **more):
    """Claims of a person, of whom the provider has verified the address."""
    return {"sub": f"auth0|{who}", "email": f"{who}@bearer.example", "email_verified": True, **more}


def row(storage: Storage, name: str):
    with storage.hub() as session:
        return users.find(session, f"{name}@bearer.example")


class TestPeople:
    def test_a_person_is_made_at_first_sight_and_known_by_the_subject_ever_after(self, api, storage, tenant):
        first = api.get(**person("ada", name="Ada Lovelace", org_id=f"org_{tenant}", **{ROLES: ["member"]}))
        assert first.status_code == 200, first.json
        assert (first.json["user"]["email"], first.json["user"]["name"]) == ("ada@bearer.example", "Ada Lovelace")
        assert (first.json["tenant"]["key"], first.json["role"]) == (tenant, "member")
        assert (first.json["is_operator"], first.json["method"]) == (False, "token")
        # Neither address nor name need come again; a new address at the provider makes no new person.
        again = api.get(sub="auth0|ada", email="other@bearer.example", org_id=tenant)
        assert again.json["user"] == first.json["user"]
        assert row(storage, "other") is None

    def test_both_algorithms(self, api, issuer, tenant):
        token = issuer.token(ec_key("curve"), org_id=tenant, **{ROLES: ["viewer"]}, **person("eve"))
        assert api.show(token).json["role"] == "viewer"

    def test_the_tenant_is_named_by_its_key_or_by_an_organisation(self, api, tenant):
        for value in (tenant, f"org_{tenant}", [tenant]):
            assert api.get(**person("ada2", org_id=value)).json["tenant"] is None  # no role there: not theirs to see
            found = api.get("/api/tenant", **person("ada2", org_id=value, **{ROLES: ["viewer"]}))
            assert found.json["key"] == tenant

    @pytest.mark.parametrize("value", ["org_unknown", "nobody", "' or 1=1", {"a": 1}, ["a", "b"], "x" * 300, 5])
    def test_an_organisation_that_is_none_of_ours(self, api, value):
        refused = api.get(**person("lost", org_id=value, **{ROLES: ["admin"]}))
        assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
        assert "organisation" in refused.json["detail"]

    def test_an_own_membership_counts_before_the_claimed_role(self, api, storage, tenant):
        api.get(**person("mel", org_id=tenant))
        with storage.hub() as session:
            users.join(session, users.named(session, "mel@bearer.example").id, tenant, "viewer")
        assert api.get(**person("mel", org_id=tenant, **{ROLES: ["admin"]})).json["role"] == "viewer"

    def test_a_claimed_role_is_for_the_claimed_tenant_alone(self, api, tenant, other):
        claims = person("max", org_id=tenant, **{ROLES: ["admin"]})
        assert api.get("/api/tenant", **claims).status_code == 200
        elsewhere, nowhere = (api.get("/api/tenant", tenant=name, **claims) for name in (other, "nobody"))
        assert elsewhere.status_code == nowhere.status_code == 404
        assert elsewhere.json["detail"] == nowhere.json["detail"]
        without = person("max", **{ROLES: ["admin"]})
        assert api.get("/api/tenant", **without).status_code == 403

    def test_the_header_chooses_among_memberships(self, api, storage, tenant, other):
        api.get(**person("two"))
        with storage.hub() as session:
            for key, role in ((tenant, "viewer"), (other, "admin")):
                users.join(session, users.named(session, "two@bearer.example").id, key, role)
        for key, role in ((tenant, "viewer"), (other, "admin")):
            found = api.get(tenant=key, **person("two"))
            assert (found.json["tenant"]["key"], found.json["role"]) == (key, role)
        refused = api.get(**person("two"))
        assert refused.status_code == 403 and "X-Tenant" in refused.json["detail"]

    def test_the_only_membership_needs_no_header(self, api, storage, other):
        api.get(**person("one"))
        with storage.hub() as session:
            users.join(session, users.named(session, "one@bearer.example").id, other, "member")
        assert api.get(**person("one")).json["role"] == "member"

    def test_a_claimed_operator_has_no_tenants_data(self, api):
        claims = person("op", **{ROLES: ["operator"]})
        assert api.get("/api/operator/tenants", **claims).status_code == 200
        assert api.get("/api/invoices", **claims).status_code == 403
        # It is the token that says so: another one of the same person does not.
        assert api.get("/api/operator/tenants", **person("op")).status_code == 403

    def test_an_operator_made_here_needs_no_claim(self, api, storage):
        api.get(**person("root"))
        with storage.hub() as session:
            users.set_operator(session, users.named(session, "root@bearer.example").id, True)
        assert api.get("/api/operator/tenants", **person("root")).status_code == 200

    def test_a_disabled_person(self, api, storage):
        assert api.get(**person("dis")).status_code == 200
        with storage.hub() as session:
            users.disable(
                session, users.named(session, "dis@bearer.example").id, api.app.extensions["paypredict"].clock()
            )
        assert api.get(**person("dis")).status_code == 401

    def test_scopes_in_a_persons_token_give_nothing(self, api):
        claims = person("scoped", scope="* read write", permissions=["keys:admin"], azp=CLIENT)
        assert api.get("/api/invoices", **claims).status_code == 403


class TestFirstSight:
    @pytest.mark.parametrize(
        ("profile", "words"),
        [
            ({}, "does not tell your email"),
            ({"email": ""}, "does not tell your email"),
            ({"email": ["ada@bearer.example"]}, "does not tell your email"),
            ({"email": "new@bearer.example"}, "has not verified"),
            ({"email": "new@bearer.example", "email_verified": False}, "has not verified"),
            ({"email": "new@bearer.example", "email_verified": "true"}, "has not verified"),
            ({"email": "no address", "email_verified": True}, "cannot be used"),
            ({"email": "a\x00@bearer.example", "email_verified": True}, "cannot be used"),
        ],
    )
    def test_without_a_verified_address_nobody_is_made(self, api, storage, profile, words):
        refused = api.get(sub="auth0|unknown", **profile)
        assert refused.status_code == 403 and words in refused.json["detail"]
        assert row(storage, "new") is None

    def test_an_existing_person_is_found_by_a_verified_address_only(self, api, storage, tenant):
        with storage.hub() as session:
            there = users.ensure(session, "there@bearer.example")
            users.join(session, there.id, tenant, "admin")
        unverified = api.get(sub="auth0|thief", email="there@bearer.example", email_verified=False)
        assert unverified.status_code == 403
        found = api.get(sub="auth0|there", email="There@Bearer.example", email_verified=True)
        assert (found.json["user"]["id"], found.json["role"]) == (str(there.id), "admin")

    def test_microsofts_word_for_a_verified_address(self, api):
        claims = {"sub": "entra|1", "email": "ent@bearer.example"}
        assert api.get(**claims, xms_edov=False).status_code == 403
        assert api.get(**claims, xms_edov=True).status_code == 200

    def test_an_address_belongs_to_one_account_of_the_provider(self, api):
        assert api.get(**person("mine")).status_code == 200
        second = api.get(**person("mine") | {"sub": "google|mine"})
        assert second.status_code == 403 and "another account" in second.json["detail"]
        assert api.get(**person("mine")).status_code == 200

    def test_a_name_that_cannot_be_kept_is_left_out(self, api):
        for name, given in (("n1", "a\x00b"), ("n2", ["Ada"]), ("n3", "\u202eAda")):
            assert api.get(**person(name, name=given)).json["user"]["name"] == ""
        assert api.get(**person("n4", name="A" * 500)).json["user"]["name"] == "A" * 200

    def test_it_is_in_the_audit(self, api, storage):
        user_id = api.get(**person("noted")).json["user"]["id"]
        with storage.hub() as session:
            actions = session.scalars(
                text("select action from audit.events where object_id = :id"), {"id": user_id}
            ).all()
        assert {"user.created", "user.linked"} <= set(actions)


class TestMachines:
    def machine(self, tenant, **more):
        return {"sub": "erp@clients", "azp": "erp", "gty": "client-credentials", "org_id": tenant, **more}

    def test_it_may_do_what_its_scopes_say(self, api, tenant):
        claims = self.machine(tenant, scope="invoices:read")
        assert api.get("/api/invoices", **claims).status_code == 200
        refused = api.get("/api/customers", **claims)
        assert refused.status_code == 403 and "customers:read" in refused.json["detail"]
        assert api.get("/api/customers", **self.machine(tenant, permissions=["read"])).status_code == 200

    def test_it_has_no_account_and_no_roles(self, api, tenant):
        claims = self.machine(
            tenant, scope="*", email="ada@bearer.example", email_verified=True, **{ROLES: ["operator"]}
        )
        assert api.get("/api/session", **claims).status_code == 403
        assert api.get("/api/operator/tenants", **claims).status_code == 403

    def test_a_client_may_be_linked_itself(self, api, tenant):
        claims = {"sub": f"client-of-{tenant}", "client_id": f"client-of-{tenant}", "scope": "tenant:read"}
        assert api.get("/api/tenant", **claims).json["key"] == tenant

    def test_without_a_tenant_it_is_told_what_to_do(self, api):
        refused = api.get("/api/tenant", sub="stray@clients", scope="*")
        assert refused.status_code == 403 and "paypredict tenant organization link" in refused.json["detail"]

    def test_it_cannot_choose_another_tenant(self, api, tenant, other):
        claims = self.machine(tenant, scope="*")
        assert api.get("/api/tenant", tenant=tenant, **claims).status_code == 200
        assert api.get("/api/tenant", tenant=other, **claims).status_code == 401

    def test_a_client_id_that_happens_to_be_a_tenants_key_opens_nothing(self, api, other):
        assert api.get("/api/tenant", sub=other, client_id=other, scope="*").status_code == 403


class TestRefusals:
    def test_every_refusal_reads_the_same(self, api, issuer, tenant):
        claims = person("ada", org_id=tenant)
        bad = [
            issuer.token(**claims, aud="https://elsewhere.example"),
            issuer.token(**claims, iss="https://elsewhere.example/"),
            issuer.token(**claims, exp=1),
            issuer.token(rsa_key("stranger"), {"kid": "first"}, **claims),
            "a.b.c",
            "no token at all",
        ]
        answers = [api.show(token) for token in bad]
        assert {each.status_code for each in answers} == {401}
        assert len({each.json["detail"] for each in answers}) == 1
        assert all("Bearer" in each.headers["WWW-Authenticate"] for each in answers)

    def test_while_the_provider_is_away_nobody_is_called_a_liar(self, settings, storage):
        with Issuer(is_down=True).serve() as away:
            configured = replace(settings, oidc_issuer=away.address, oidc_audience=AUDIENCE)
            refused = Api(create_app(configured, storage), away).get()
        assert (refused.status_code, refused.json["code"]) == (503, "unavailable")

    def test_without_a_provider_no_token_is_looked_at(self, settings, storage, issuer):
        assert Api(create_app(settings, storage), issuer).get().status_code == 401
