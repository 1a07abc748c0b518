"""A tiny provider in a box: items by page, behind OAuth, to try the base of all boxes on."""

from datetime import date

import pytest
from flask import request
from werkzeug.wrappers import Response

from hub.sdk.testing.box import Box
from hub.sdk.testing.company import Company
from hub.sdk.testing.oauth import OAuthServer, RefreshPolicy
from hub.sdk.testing.webhooks import WebhookSender

CALLBACK = "http://127.0.0.1/callback"


class TinyBox(Box):
    """Lists invoices under /v1/invoices, openly, and the customers under /v1/customers to who has a token."""

    slug = "tiny"

    def __init__(self, company, *, policy=None, oauth=None, **options):
        super().__init__(company, **options)
        self.tokens = OAuthServer(
            self,
            authorize_path="/oauth/authorize",
            token_path="/oauth/token",
            revoke_path="/oauth/revoke",
            clients={"app": "s3cret"},
            redirect_uris=[CALLBACK],
            access_seconds=1800,
            refresh=policy or RefreshPolicy(reuse_window_seconds=1800, idle_days=60, revokes_family=True),
            on_redirect=lambda grant: {"realmId": "77"},
            **(oauth or {}),
        )
        self.hooks = WebhookSender(
            self,
            header="x-tiny-signature",
            encode=lambda changes: [{"events": [{"id": each.id, "entity": each.entity}]} for each in changes],
        )
        self.app.add_url_rule("/v1/invoices", view_func=self.invoices)
        self.app.add_url_rule("/v1/customers", view_func=self.customers)
        self.app.add_url_rule("/v1/broken", view_func=lambda: 1 / 0)

    def account_of(self, request):
        return request.headers.get("x-company", "")

    def invoices(self) -> Response:
        items = [
            {"id": each.id, "total": each.total, "note": each.memo, "updated_at": each.updated_at.isoformat()}
            for each in self.company.invoices.values()
            if each.status != "deleted"
        ]
        return self.answer({"items": items[: int(request.args.get("top", 50))]})

    def customers(self) -> Response:
        if reason := self.tokens.refusal(request):
            return self.unauthorized(reason)
        return self.answer({"items": [{"id": each.id, "name": each.name} for each in self.company.parties.values()]})


@pytest.fixture
def company():
    company = Company(started_on=date(2026, 3, 2), customers=12, invoices_per_day=3)
    company.advance(5)
    return company


@pytest.fixture
def box(company):
    with TinyBox(company) as box:
        box.fault_seconds = 5.0
        yield box
    assert not [error for error in box.errors if not isinstance(error, ZeroDivisionError)]
