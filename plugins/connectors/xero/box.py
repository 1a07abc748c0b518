"""Xero in a box: sign-in, connections, accounting API, reports, limits and webhooks over the simulated company.

After Xero's published specifications (accounting and identity 16.1.0, webhooks) and its developer documentation: the
OAuth 2.0 guides (granular scopes of 2026, refresh tokens for one use with half an hour of grace), "Rate limits",
"Requests and responses" and "Webhooks". Each rule below names what it follows. It knows nothing of the connector.

    python -m plugins.connectors.xero.box --port 8090 --days-of-history 120 --auto-allow
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from flask import request
from werkzeug.wrappers import Request, Response

from hub.sdk.testing.box import Box
from hub.sdk.testing.company import Company
from hub.sdk.testing.limits import Limiter
from hub.sdk.testing.oauth import OAuthServer, RefreshPolicy
from hub.sdk.testing.serve import serve
from plugins.connectors.xero import box_writing
from plugins.connectors.xero.box_announcements import Announcer
from plugins.connectors.xero.box_books import ZERO, Ledger, Row, contact_id, guid
from plugins.connectors.xero.box_documents import Documents, Json, ticks
from plugins.connectors.xero.box_queries import QueryError, matching, modified_since, ordered, page_of
from plugins.connectors.xero.box_reports import accounts, aged_receivables, trial_balance

API = "/api.xro/2.0"
KEY_SECONDS = 360
"""For how long an Idempotency-Key is known again."""
TENANT = "c2cc9b6e-9458-4c7d-93cc-f02b81b0594f"
PRACTICE = "0f1e2d3c-0000-4000-8000-000000000001"
LOST = "0f1e2d3c-0000-4000-8000-000000000002"
"""An organisation that is listed, but that whoever signed in may no longer see."""

# Lists, with the name of their ids and what a grant must have: the scopes of 2026, or the broad ones of before.
_LISTS = {
    "Contacts": ("ContactID", "accounting.contacts", "accounting.contacts"),
    "Invoices": ("InvoiceID", "accounting.invoices", "accounting.transactions"),
    "CreditNotes": ("CreditNoteID", "accounting.invoices", "accounting.transactions"),
    "Payments": ("PaymentID", "accounting.payments", "accounting.transactions"),
    "Overpayments": ("OverpaymentID", "accounting.payments", "accounting.transactions"),
    "Prepayments": ("PrepaymentID", "accounting.payments", "accounting.transactions"),
}
_OTHERS = {
    "Organisation": ("accounting.settings",),
    "Accounts": ("accounting.settings",),
    "Currencies": ("accounting.settings",),
    "Reports/TrialBalance": ("accounting.reports.trialbalance", "accounting.reports"),
    "Reports/AgedReceivablesByContact": ("accounting.reports.aged", "accounting.reports"),
}
_EXPLICIT: dict[str, Callable[[Row], str]] = {
    "IDs": lambda row: row.id,
    "Statuses": lambda row: row.status,
    "ContactIDs": lambda row: row.contact,
    "InvoiceNumbers": lambda row: row.number,
}
_SCOPES = {"openid", "profile", "email", "offline_access"} | {
    f"{scope}{end}"
    for scopes in (*(each[1:] for each in _LISTS.values()), *_OTHERS.values())
    for scope in scopes
    for end in ("", ".read")
}
_ZONES = {
    "America/Los_Angeles": "PACIFICSTANDARDTIME",
    "America/New_York": "EASTERNSTANDARDTIME",
    "Pacific/Auckland": "NEWZEALANDSTANDARDTIME",
    "Europe/London": "GMTSTANDARDTIME",
    "Australia/Sydney": "AUSEASTERNSTANDARDTIME",
    "UTC": "UTC",
}


class XeroBox(Box):
    """Xero's servers. `others` are further organisations by tenant id.

    `revalued`: the trial balance has gains that nobody has made yet. `misstated` is added to its receivables.
    `has_304`: a list in which nothing changed is answered 304; otherwise empty.
    """

    slug = "xero"

    def __init__(
        self,
        company: Company,
        *,
        others: Mapping[str, Company] | None = None,
        state: Path | None = None,
        public_url: str | None = None,
        clients: Mapping[str, str] | None = None,
        redirect_uris: tuple[str, ...] = (),
        auto_allow: bool = False,
        payables: bool = True,
    ) -> None:
        super().__init__(company, others=others, state=state, public_url=public_url)
        self.ledgers = {
            tenant: Ledger(each, payables=payables) for tenant, each in {TENANT: company, **self.others}.items()
        }
        self.disconnected: set[str] = set()
        # What was answered to each key, by the organisation, with the body that it came with and until when it is kept.
        self._answered: dict[tuple[str, str], tuple[bytes, float, Response]] = {}
        # What the coming requests that write are refused with, whatever is in them.
        self.refusals: list[str] = []
        self.revalued, self.misstated, self.has_304 = False, ZERO, True
        # Rate limits: for an organisation 60 a minute, 5,000 a day and 5 at once; for the app 10,000 a minute.
        self.limit(per_minute=60, per_day=5000, concurrent=5)
        self.app_limiter = Limiter(self.elapsed)
        self.app_limiter.per_minute = 10_000
        self.signing = OAuthServer(
            self,
            authorize_path="/identity/connect/authorize",
            token_path="/connect/token",  # noqa: S106 - an address
            revoke_path="/connect/revocation",
            clients=clients or {"box-client": "box-secret"},
            redirect_uris=redirect_uris,
            scopes=_SCOPES,
            pkce="optional",
            access_seconds=1800,
            refresh=RefreshPolicy(rotates="always", reuse_window_seconds=1800, idle_days=60),
            client_auth=("basic", "body"),
            auto_allow=auto_allow,
        )
        self.announcer = Announcer(self, TENANT)
        self.app.before_request(self._admit)
        self.app.after_request(self._count_down)
        self._route("/connections", self._connections)
        self._route("/Connections", self._connections)
        self.app.add_url_rule("/connections/<id>", view_func=self._disconnect, methods=["DELETE"])
        for name in _LISTS:
            self._route(f"{API}/{name}", partial(self._list, name))
            self._route(f"{API}/{name}/<id>", partial(self._one, name))
        for path, view in (("CreditNotes", self._make_note), ("CreditNotes/<note>/Allocations", self._make_allocation)):
            self.app.add_url_rule(f"{API}/{path}", f"make {path}", view, methods=["PUT"])
        self._route(f"{API}/Organisation", self._organisation)
        self._route(f"{API}/Accounts", lambda: self._envelope({"Accounts": accounts()}))
        self._route(f"{API}/Currencies", self._currencies)
        self._route(f"{API}/Reports/TrialBalance", self._trial_balance)
        self._route(f"{API}/Reports/AgedReceivablesByContact", self._aged_receivables)

    @property
    def egress(self) -> int:
        """Bytes of accounting data sent out, for which Xero charges."""
        return sum(call.bytes_sent for call in self.calls if call.path.startswith(API))

    def bearer(self, *scopes: str) -> str:
        """An access token as of somebody who agreed to these scopes; to all for reading where none are named."""
        wanted = scopes or sorted(scope for scope in _SCOPES if scope.endswith(".read"))
        return str(self.signing.issue_tokens(self.signing.grant("box-client", wanted))["access_token"])

    def home_balance(self) -> Decimal:
        """The receivables of the first organisation in its home currency, as Xero's rates make them."""
        with self.locked():
            ledger = self.ledgers[TENANT]
            ledger.rows("Invoices")
            return ledger.home_balance(date.max)

    # Who is let in

    def account_of(self, request: Request) -> str:
        """Limits are counted by organisation."""
        return request.headers.get("xero-tenant-id", "")

    def is_limited(self, request: Request) -> bool:
        """Only the accounting API is limited."""
        return request.path.startswith(API)

    def _admit(self) -> Response | None:
        """Token, then organisation, then scope, in the order in which Xero refuses; and the app's own limit."""
        if not request.path.startswith(API) and not request.path.lower().startswith("/connections"):
            return None
        if reason := self.signing.refusal(request):
            return self.unauthorized(reason)
        if not request.path.startswith(API):
            return None
        if self.app_limiter.exceeded("app", 1):
            return self.too_many("appminute", None)
        if self._tenant() not in self.ledgers or self._tenant() in self.disconnected:
            return self._problem(403, "Forbidden", "AuthenticationUnsuccessful")
        return (
            None
            if self._may(request.path.removeprefix(f"{API}/"))
            else self._problem(401, "Unauthorized", "AuthorizationUnsuccessful")
        )

    def _may(self, path: str) -> bool:
        grant = self.signing.token_of(request)
        name = path.partition("/")[0]
        wanted = _LISTS[name][1:] if name in _LISTS else _OTHERS.get(path, ())
        granted = set(grant.scopes if grant else ())
        if request.method == "GET":
            granted = {scope.removesuffix(".read") for scope in granted}
        return not wanted or bool(granted.intersection(wanted))

    def _count_down(self, response: Any) -> Any:
        """What is left of each limit is told with every answer."""
        if request.path.startswith(API):
            left = self.limiter.remaining(self._tenant())
            for name, header in (("day", "X-DayLimit-Remaining"), ("minute", "X-MinLimit-Remaining")):
                if name in left:
                    response.headers[header] = str(left[name])
            response.headers["X-AppMinLimit-Remaining"] = str(self.app_limiter.remaining("app").get("minute", 0))
        return response

    def too_many(self, kind: str, retry_after: int | str | None) -> Response:
        """429 with the limit's name; when to come back is told for the minute and the day only."""
        problem = "concurrent" if kind == "minute" and retry_after is None else kind
        headers = {"X-Rate-Limit-Problem": problem}
        if retry_after is not None:
            headers["Retry-After"] = str(retry_after)
        return self.answer(b"", 429, headers)

    def unauthorized(self, reason: str) -> Response:
        """The body of the API gateway, whatever the endpoint."""
        detail = "TokenExpired: token expired" if reason == "expired" else "AuthenticationUnsuccessful"
        return self._problem(401, "Unauthorized", detail)

    def failure(self, status: int) -> Response:
        """An error of Xero's own."""
        return self._problem(status, "An error occurred in Xero", "Check the API Status page")

    def record_key(self, item: Mapping[str, Any]) -> str | None:
        """A record is known by its own id."""
        for id_name, *_ in _LISTS.values():
            if id_name in item:
                return str(item[id_name])
        return None

    def _problem(self, status: int, title: str, detail: str) -> Response:
        return self.answer(
            {"Type": None, "Title": title, "Status": status, "Detail": detail, "Instance": TENANT, "Extensions": {}},
            status,
        )

    # Connections

    def _connections(self) -> Response:
        """What the person connected: organisations, and practices, which have no books."""
        names = {TENANT: "Harbor Street Trading", PRACTICE: "Ledger & Partners", LOST: "Former Client Ltd"}
        found = []
        for tenant in (TENANT, *self.others, PRACTICE, LOST):
            if tenant not in self.disconnected:
                found.append(
                    {
                        "id": f"{tenant[:8]}-2964-421d-bb5e-a0f7a4572a44",
                        "authEventId": "d99ecdfe-391d-43d2-b834-17636ba90e8d",
                        "tenantId": tenant,
                        "tenantType": "PRACTICE" if tenant == PRACTICE else "ORGANISATION",
                        "tenantName": names.get(tenant, f"Branch {tenant[:8]}"),
                        "createdDateUtc": "2026-01-05T18:46:19.5165400",
                        "updatedDateUtc": "2026-01-05T18:46:19.5187840",
                    }
                )
        return self.answer(found)

    def _disconnect(self, id: str) -> Response:
        for tenant in (TENANT, *self.others, PRACTICE, LOST):
            if id.startswith(tenant[:8]) and tenant not in self.disconnected:
                self.disconnected.add(tenant)
                return Response(status=204)
        return Response(status=404)

    # Accounting

    def _list(self, name: str) -> Response:
        """A list. Only where a page is asked for has it line items; what is archived has to be asked for."""
        asked = request.args
        ledger = self.ledgers[self._tenant()]
        rows = self._asked(name, ledger.rows(name))
        try:
            if asked.get("where"):
                rows = matching(rows, asked["where"])
            rows = ordered(rows, asked.get("order", ""))
            shown, pages = page_of(rows, asked.get("page", ""), asked.get("pageSize", ""))
        except QueryError as error:
            return self.answer({"ErrorNumber": 16, "Type": "QueryParseException", "Message": str(error)}, 400)
        if not rows and self.has_304 and "If-Modified-Since" in request.headers:
            return Response(status=304)
        is_paged, summary = "page" in asked, asked.get("summaryOnly") == "true"
        items = [
            Documents(ledger).show(row, detailed=is_paged, summary=summary) for row in (shown if is_paged else rows)
        ]
        return self._envelope({"pagination": pages} if is_paged else {}, {name: items})

    def _asked(self, name: str, rows: list[Row]) -> list[Row]:
        """The rows that the explicit filters leave."""
        asked = request.args
        if since := request.headers.get("If-Modified-Since"):
            rows = modified_since(rows, since)
        for parameter, value in _EXPLICIT.items():
            if parameter in asked:
                wanted = set(asked[parameter].split(","))
                rows = [row for row in rows if value(row) in wanted]
        if name == "Contacts" and asked.get("includeArchived") != "true":
            rows = [row for row in rows if row.status != "ARCHIVED"]
        return rows

    def _one(self, name: str, id: str) -> Response:
        ledger = self.ledgers[self._tenant()]
        for row in ledger.rows(name):
            if row.id == id:
                return self._envelope({name: [Documents(ledger).show(row)]})
        return Response("The resource you're looking for cannot be found", 404, content_type="text/html")

    def _make_note(self) -> Response:
        ledger = self.ledgers[self._tenant()]

        def make() -> Response:
            made = box_writing.credit_note(
                ledger, box_writing.read_items(request.get_data(), "CreditNotes"), self._step
            )
            row = next(each for each in ledger.rows("CreditNotes") if each.id == guid(0x3333, made))
            return self._envelope({"CreditNotes": [Documents(ledger).show(row)]})

        return self._once(make)

    def _make_allocation(self, note: str) -> Response:
        ledger = self.ledgers[self._tenant()]

        def make() -> Response:
            item = box_writing.read_items(request.get_data(), "Allocations")
            made = box_writing.allocation(ledger, note, item, self._step)
            return self._envelope({"Allocations": [{"AllocationID": guid(0x6000, made), **item}]})

        return self._once(make)

    def _once(self, make: Callable[[], Response]) -> Response:
        """Do it, unless its key was answered lately: then the same answer again."""
        key, body = request.headers.get("Idempotency-Key", ""), request.get_data()
        before = self._answered.get((self._tenant(), key)) if key else None
        if before and before[1] > self.elapsed():
            if before[0] != body:
                return self._refused("The idempotency key was used with another request")
            return Response(before[2].get_data(), before[2].status_code, content_type=before[2].content_type)
        try:
            if self.refusals:
                raise box_writing.Refusal(self.refusals.pop(0))
            done = make()
        except box_writing.Refusal as error:
            return self._refused(str(error))
        if key:
            self._answered[self._tenant(), key] = (body, self.elapsed() + KEY_SECONDS, done)
        return done

    def _refused(self, message: str) -> Response:
        head = {"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred"}
        return self.answer({**head, "Elements": [{"ValidationErrors": [{"Message": message}]}]}, 400)

    def _step(self, step: str, arguments: dict[str, Any]) -> Any:
        company = "" if self._tenant() == TENANT else self._tenant()
        return self.perform({"do": "step", "step": step, "company": company, "arguments": arguments})

    def _organisation(self) -> Response:
        company = self.ledgers[self._tenant()].company
        facts: Json = {
            "Name": "Harbor Street Trading",
            "LegalName": "Harbor Street Trading Inc",
            "PaysTax": True,
            "Version": "US",
            "OrganisationType": "COMPANY",
            "BaseCurrency": company.home_currency,
            "CountryCode": "US",
            "IsDemoCompany": False,
            "OrganisationStatus": "ACTIVE",
            "FinancialYearEndDay": 31,
            "FinancialYearEndMonth": 12,
            "CreatedDateUTC": "/Date(1455827393000)/",
            "Timezone": _ZONES.get(str(company.zone), "UTC"),
            "ShortCode": "!mBdtL",
            "OrganisationID": self._tenant(),
            "Edition": "BUSINESS",
            "Class": "PREMIUM",
            "Addresses": [],
            "Phones": [],
            "ExternalLinks": [],
            "PaymentTerms": {},
        }
        return self._envelope({"Organisations": [facts]})

    def _currencies(self) -> Response:
        company = self.ledgers[self._tenant()].company
        codes = sorted({company.home_currency, *(each.currency for each in company.parties.values())})
        return self._envelope({"Currencies": [{"Code": code, "Description": code} for code in codes]})

    def _trial_balance(self) -> Response:
        ledger = self.ledgers[self._tenant()]
        on = self._date("date", ledger)
        report = trial_balance(ledger, on, revalued=self.revalued, misstated=self.misstated)
        return self._envelope({"Reports": [{**report, "UpdatedDateUTC": ticks(self.now())}]})

    def _aged_receivables(self) -> Response:
        ledger = self.ledgers[self._tenant()]
        wanted = request.args.get("contactId", "")
        party = next((each for each in ledger.company.parties if contact_id(each) == wanted), None)
        if party is None:
            return self.answer(
                {"ErrorNumber": 10, "Type": "ValidationException", "Message": "contactId is needed"}, 400
            )
        report = aged_receivables(ledger, party, self._date("date", ledger))
        return self._envelope({"Reports": [{**report, "UpdatedDateUTC": ticks(self.now())}]})

    def _date(self, name: str, ledger: Ledger) -> date:
        return date.fromisoformat(request.args[name]) if name in request.args else ledger.company.today

    def _envelope(self, *parts: Json) -> Response:
        head: Json = {
            "Id": "5d1e3b1c-0000-4000-8000-00000000abcd",
            "Status": "OK",
            "ProviderName": "box",
            "DateTimeUTC": ticks(self.now()).replace("+0000", ""),
        }
        for part in parts:
            head |= part
        return self.answer(head)

    def _tenant(self) -> str:
        return str(request.headers.get("xero-tenant-id", ""))

    def _route(self, path: str, view: Callable[..., Response]) -> None:
        self.app.add_url_rule(path, path, view)


def make(company: Company, options: argparse.Namespace) -> XeroBox:
    """The box that the command line asks for."""
    return XeroBox(
        company,
        state=options.state,
        public_url=options.public_url,
        clients={options.client_id: options.client_secret},
        redirect_uris=tuple(options.redirect_uri),
        auto_allow=options.auto_allow,
    )


if __name__ == "__main__":
    sys.exit(serve(make))
