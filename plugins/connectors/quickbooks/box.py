"""QuickBooks Online in a box: Intuit's sign-in, the v3 interface of one or more companies, and webhooks.

Made after Intuit's documentation and V3 schemas, each part in a file of its own: entities, the query language, reports,
webhooks. It shares no code with the connector. `python -m plugins.connectors.quickbooks.box` runs it by itself.
"""

import argparse
import sys
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import flask
from flask import request
from werkzeug.wrappers import Request, Response

from hub.sdk.testing.box import Box
from hub.sdk.testing.company import Company
from hub.sdk.testing.entries import Change
from hub.sdk.testing.limits import Limiter
from hub.sdk.testing.oauth import Grant, OAuthServer, RefreshPolicy
from hub.sdk.testing.serve import serve
from hub.sdk.testing.webhooks import WebhookSender
from plugins.connectors.quickbooks import box_company, box_events, box_query, box_reports, box_writing
from plugins.connectors.quickbooks.box_books import CREDIT_PAYMENTS, ENTITIES, Row, Tables
from plugins.connectors.quickbooks.box_entities import FILTERABLE, Item, Shapes
from plugins.connectors.quickbooks.box_query import Query, QueryError

REALM = "9130350000000001"
SCOPE = "com.intuit.quickbooks.accounting"
LEAST_MINOR_VERSION = 75
CDC_DAYS, CDC_OBJECTS = 30, 1000
MOST_REQUEST_ID = 50
_BY_WORD = {entity.casefold(): entity for entity in ENTITIES}
_HAS_ACTIVE = frozenset({"Customer", "Account", "Term"})


class _Unannounced(Limiter):
    """Limits of which nobody is told when they end."""

    def exceeded(self, account: str, in_flight: int) -> tuple[str, int | None] | None:
        """Which limit a call exceeds."""
        found = super().exceeded(account, in_flight)
        return found and (found[0], None)


class QuickBooksBox(Box):
    """Intuit's servers over the simulated company, which is the realm `realm`; `others` are further ones by theirs.

    `has_legacy_webhooks`: events come in the envelope that Intuit used until July 2026.
    """

    slug = "quickbooks"

    def __init__(
        self,
        company: Company,
        *,
        realm: str = REALM,
        others: Mapping[str, Company] | None = None,
        client_id: str = "box-client",
        client_secret: str = "box-secret",  # noqa: S107 - of a server on the loopback interface
        redirect_uris: Iterable[str] = (),
        auto_allow: bool = False,
        has_legacy_webhooks: bool = False,
        state: Path | None = None,
        public_url: str | None = None,
    ) -> None:
        super().__init__(company, others=others, state=state, public_url=public_url)
        self.realm, self.has_legacy_webhooks = realm, has_legacy_webhooks
        self.shapes = {key: Shapes(Tables(each)) for key, each in {realm: company, **self.others}.items()}
        # What was answered to requests that had an id, by the company and that.
        self._answered: dict[tuple[str, str], Response] = {}
        # Codes of refusals for the coming requests that write, whatever is in them.
        self.refusals: list[str] = []
        self.limiter = _Unannounced(self.elapsed)
        self.limit(per_minute=500, concurrent=10)
        # Access an hour; refresh tokens get a new value about daily and are dead unused after 100 days, always after
        # five years.
        self.oauth = OAuthServer(
            self,
            authorize_path="/connect/oauth2",
            token_path="/oauth2/v1/tokens/bearer",  # noqa: S106 - an address
            revoke_path="/v2/oauth2/tokens/revoke",
            clients={client_id: client_secret},
            redirect_uris=redirect_uris,
            scopes={SCOPE, "openid", "profile", "email"},
            pkce="no",
            access_seconds=3600,
            refresh=RefreshPolicy(rotates="sometimes", renew_after_seconds=86_400, idle_days=100, hard_days=1825),
            client_auth=("basic",),
            on_redirect=lambda grant: {"realmId": self._realm_of(grant)},
            token_extra=lambda _: {"x_refresh_token_expires_in": 8_726_400},
            auto_allow=auto_allow,
        )
        self.webhooks = WebhookSender(self, header="intuit-signature", encode=self._encode, timeout_seconds=3.0)
        self._mount()

    # What every answer has

    def too_many(self, kind: str, retry_after: int | str | None) -> Response:
        """429 with code 3001. Intuit documents no Retry-After: one is sent only where a script asks for it."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        detail = "The request limit was reached.  Try again later"
        message = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
        return self._signed(self.fault(429, "3001", message, detail, "SERVICE", headers))

    def unauthorized(self, reason: str) -> Response:
        """401, the one answer whose `fault` and its fields are in lower case."""
        body = box_company.unauthorized(reason, self.now())
        headers = {"WWW-Authenticate": 'Bearer realm="Intuit", error="invalid_token"'}
        return self._signed(self.answer(body, 401, headers))

    def failure(self, status: int) -> Response:
        """What Intuit says when it is at fault itself."""
        message = "An application error has occurred while processing your request"
        return self._signed(self.fault(status, "10000", message, message, "SystemFault"))

    def fault(
        self, status: int, code: str, message: str, detail: str, kind: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        """A refusal."""
        error = {"Message": message, "Detail": detail, "code": code, "element": ""}
        return self.answer({"Fault": {"Error": [error], "type": kind}, "time": self._time()}, status, headers)

    def account_of(self, request: Request) -> str:
        """Limits are counted by company."""
        parts = request.path.split("/")
        return parts[3] if parts[1:3] == ["v3", "company"] and len(parts) > 3 else ""

    @staticmethod
    def _signed(response: Response) -> Response:
        response.headers["intuit_tid"] = f"1-{uuid.uuid4()}"
        return response

    def _time(self, realm: str | None = None) -> str:
        zone = self.shapes[realm or self.realm].company.zone
        return self.now().astimezone(zone).isoformat(timespec="milliseconds")

    # Routes

    def _mount(self) -> None:
        for path in ("/.well-known/openid_configuration", "/.well-known/openid_sandbox_configuration"):
            self.doors.add(path)
            self.app.add_url_rule(path, path, self._discovery)
        rules: dict[str, tuple[Callable[..., Response], list[str]]] = {
            "query": (self._query, ["GET", "POST"]),
            "cdc": (self._cdc, ["GET"]),
            "reports/<name>": (self._report, ["GET"]),
            "companyinfo/<id>": (self._company_info, ["GET"]),
            "preferences": (self._preferences, ["GET"]),
            "exchangerate": (self._exchange_rate, ["GET"]),
            "creditmemo": (self._make_credit_memo, ["POST"]),
            "payment": (self._make_payment, ["POST"]),
            "<entity>/<id>": (self._read, ["GET"]),
        }
        for rule, (view, methods) in rules.items():
            self.app.add_url_rule(f"/v3/company/<realm>/{rule}", rule, view, methods=methods)
        self.app.before_request(self._admit)
        self.app.after_request(self._with_id)

    def _with_id(self, response: flask.Response) -> flask.Response:
        if self._is_v3():
            self._signed(response)
        return response

    @staticmethod
    def _is_v3() -> bool:
        return request.path.startswith("/v3/")

    def _admit(self) -> Response | None:
        """Who may call, of which company, and in which version of the interface."""
        if not self._is_v3():
            return None
        assert self.oauth is not None
        if reason := self.oauth.refusal(request):
            return self.unauthorized(reason)
        grant = self.oauth.token_of(request)
        realm = (request.view_args or {}).get("realm", "")
        if grant is None or realm != self._realm_of(grant):
            message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
            return self.fault(403, "3100", message, "The token is for another company", "AUTHORIZATION")
        version = request.args.get("minorversion", "")
        if not version.isdecimal() or int(version) < LEAST_MINOR_VERSION:
            detail = f"Minor versions below {LEAST_MINOR_VERSION} are not supported; got {version or 'none'}"
            return self._invalid("2010", "Request has invalid or unsupported property", detail)
        return None

    def _realm_of(self, grant: Grant) -> str:
        chosen = str(grant.details.get("realm", self.realm))
        return chosen if chosen in self.shapes else self.realm

    def _discovery(self) -> Response:
        """The OpenID discovery document that Intuit's own client reads first."""
        return self.answer(
            {
                "issuer": f"{self.url}/op/v1",
                "authorization_endpoint": f"{self.url}/connect/oauth2",
                "token_endpoint": f"{self.url}/oauth2/v1/tokens/bearer",
                "userinfo_endpoint": f"{self.url}/v1/openid_connect/userinfo",
                "revocation_endpoint": f"{self.url}/v2/oauth2/tokens/revoke",
                "jwks_uri": f"{self.url}/op/v1/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "scopes_supported": ["openid", "email", "profile", SCOPE],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            }
        )

    def _query(self, realm: str) -> Response:
        text = request.args.get("query") or request.get_data(as_text=True)
        try:
            query = box_query.parse(text)
            found = self._found(realm, query)
        except QueryError as error:
            message = "Error parsing query" if error.code == 4000 else "Invalid query"
            return self._invalid(str(error.code), message, str(error))
        if query.is_count:
            return self.answer({"QueryResponse": {"totalCount": len(found)}, "time": self._time(realm)})
        entity, shapes = _BY_WORD[query.entity.casefold()], self.shapes[realm]
        page = [shapes.item(entity, row) for row in found[query.start - 1 : query.start - 1 + query.most]]
        if query.columns:
            wanted = {name.partition(".")[0].casefold() for name in query.columns}
            page = [{key: value for key, value in item.items() if key.casefold() in wanted} for item in page]
        response: Item = {entity: page, "startPosition": query.start, "maxResults": len(page)} if page else {}
        return self.answer({"QueryResponse": response, "time": self._time(realm)})

    def _found(self, realm: str, query: Query) -> list[Row]:
        entity = _BY_WORD.get(query.entity.casefold())
        if entity is None:
            raise QueryError(f"QueryValidationError: Entity {query.entity} is not supported", 4001)
        shapes = self.shapes[realm]
        names = [each.name for each in query.conditions] + [name for name, _ in query.order]
        for name in names:
            if name.casefold() not in FILTERABLE[entity]:
                raise QueryError(f"QueryValidationError: Property {name} not found for Entity {entity}", 4001)

        def value_of(row: Row, name: str) -> Any:
            return shapes.value(entity, row, name)

        is_met = box_query.matcher(query, value_of, shapes.company.zone)
        # What is inactive is left out unless a query asks for it.
        is_active_only = entity in _HAS_ACTIVE and "active" not in {name.casefold() for name in names}

        def is_found(row: Row) -> bool:
            is_left_out = is_active_only and getattr(row.entry, "is_active", True) is False
            return not (row.is_deleted or is_left_out) and is_met(row)

        if [name.casefold() for name, _ in query.order] == ["metadata.lastupdatedtime"]:
            rows = shapes.tables.newest_first(entity, box_query.latest(query, shapes.company.zone))
            found = filter(is_found, rows if query.order[0][1] else reversed(rows))
            return list(found if query.is_count else islice(found, query.start - 1 + query.most))
        return box_query.ordered(filter(is_found, shapes.tables.rows(entity)), query, value_of)

    def _cdc(self, realm: str) -> Response:
        """Change data capture: thirty days back, at most 1000 objects in all; which ones are left out nobody says."""
        shapes = self.shapes[realm]
        asked = [each.strip() for each in request.args.get("entities", "").split(",") if each.strip()]
        unknown = [each for each in asked if each.casefold() not in _BY_WORD]
        if unknown or not asked:
            return self._invalid("2010", "Unsupported entity", f"entities={request.args.get('entities', '')}")
        try:
            since = box_query.instant(request.args.get("changedSince", ""), shapes.company.zone)
        except ValueError:
            return self._invalid("4001", "Invalid changedSince", "changedSince must be a date and time")
        if since < self.now() - timedelta(days=CDC_DAYS):
            return self._invalid("4001", "Invalid changedSince", "changedSince must be within the last 30 days")
        left, parts = CDC_OBJECTS, []
        for entity in (_BY_WORD[each.casefold()] for each in asked):
            items: list[Item] = []
            for row in shapes.tables.newest_first(entity):
                if row.updated_at < since or len(items) == left:
                    break
                items.append(shapes.deleted(row) if row.is_deleted else shapes.item(entity, row))
            left -= len(items)
            # An entity without a change is not named.
            parts.append({entity: items, "startPosition": 1, "maxResults": len(items)} if items else {})
        return self.answer({"CDCResponse": [{"QueryResponse": parts}], "time": self._time(realm)})

    def _report(self, realm: str, name: str) -> Response:
        company = self.shapes[realm].company
        reports = {
            "agedreceivables": box_reports.aged_receivables,
            "agedreceivabledetail": box_reports.aged_receivable_detail,
        }
        make = reports.get(name.casefold())
        if make is None:
            return self._invalid("5020", "Permission Denied Error", f"Permission Denied Error : the report {name}")
        try:
            day = box_reports.report_day(company, request.args.get("report_date"), request.args.get("date_macro"))
        except ValueError:
            return self._invalid("2010", "Invalid date", f"report_date={request.args.get('report_date')}")
        return self.answer(make(company, day, self._time(realm)))

    def _company_info(self, realm: str, id: str) -> Response:
        if id != realm:
            return self._not_found()
        found = box_company.company_info(self.shapes[realm], realm)
        return self.answer({"CompanyInfo": found, "time": self._time(realm)})

    def _preferences(self, realm: str) -> Response:
        found = box_company.preferences(self.shapes[realm])
        return self.answer({"Preferences": found, "time": self._time(realm)})

    def _exchange_rate(self, realm: str) -> Response:
        source = request.args.get("sourcecurrencycode", "").upper()
        try:
            day = box_reports.report_day(self.shapes[realm].company, request.args.get("asofdate"), None)
        except ValueError:
            return self._invalid("2010", "Invalid date", "asofdate")
        if len(source) != 3:
            return self._invalid("2010", "Invalid currency", "sourcecurrencycode")
        found = box_company.exchange_rate(self.shapes[realm], source, day, self.now())
        return self.answer({"ExchangeRate": found, "time": self._time(realm)})

    def _read(self, realm: str, entity: str, id: str) -> Response:
        known = _BY_WORD.get(entity.casefold())
        for row in self.shapes[realm].tables.rows(known) if known else ():
            if str(row.id) == id and not row.is_deleted:
                return self.answer({known: self.shapes[realm].item(str(known), row), "time": self._time(realm)})
        return self._not_found()

    def _make_credit_memo(self, realm: str) -> Response:
        return self._written(realm, "CreditMemo", box_writing.credit_memo, lambda id: id)

    def _make_payment(self, realm: str) -> Response:
        return self._written(realm, "Payment", box_writing.credit_payment, lambda id: CREDIT_PAYMENTS + id)

    def _written(self, realm: str, entity: str, make: Callable[..., int], row_id: Callable[[int], int]) -> Response:
        """Make a record, unless the request's id was answered before: then that answer again."""
        asked = request.args.get("requestid", "")
        if len(asked) > MOST_REQUEST_ID:
            return self._invalid("2010", "Request has invalid or unsupported property", "requestid is too long")
        if asked and (before := self._answered.get((realm, asked))):
            return Response(before.get_data(), before.status_code, content_type=before.content_type)
        company = self.shapes[realm].company
        try:
            if self.refusals:
                raise box_writing.Refusal(
                    self.refusals.pop(0), "A business validation error has occurred: closed books"
                )
            body = box_writing.read_body(request.get_data())
            made = row_id(make(company, body, self._stepper(realm)))
        except box_writing.Refusal as error:
            return self._invalid(error.code, "Validation Exception was thrown.", str(error))
        row = next(each for each in self.shapes[realm].tables.rows(entity) if each.id == made)
        done = self.answer({entity: self.shapes[realm].item(entity, row), "time": self._time(realm)})
        if asked:
            self._answered[realm, asked] = done
        return done

    def _stepper(self, realm: str) -> Callable[[str, dict[str, Any]], Any]:
        company = "" if realm == self.realm else realm
        return lambda step, arguments: self.perform(
            {"do": "step", "step": step, "company": company, "arguments": arguments}
        )

    def _not_found(self) -> Response:
        detail = "Object Not Found : Something you are trying to use has been made inactive."
        return self._invalid("610", "Object Not Found", detail)

    def _invalid(self, code: str, message: str, detail: str) -> Response:
        return self.fault(400, code, message, detail, "ValidationFault")

    # Webhooks

    def _encode(self, changes: Sequence[Change]) -> list[Any]:
        found = list(box_events.events(self.company, changes))
        if self.has_legacy_webhooks:
            return [box_events.notifications(self.realm, found)]
        return [box_events.cloud_events(self.realm, found)]


def _make(company: Company, options: argparse.Namespace) -> QuickBooksBox:
    return QuickBooksBox(
        company,
        realm=options.realm,
        client_id=options.client_id,
        client_secret=options.client_secret,
        redirect_uris=options.redirect_uri,
        auto_allow=options.auto_allow,
        has_legacy_webhooks=options.legacy_webhooks,
        state=options.state,
        public_url=options.public_url,
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--realm", default=REALM, help="the company's realmId")
    parser.add_argument("--legacy-webhooks", action="store_true", help="events in the envelope from before CloudEvents")


if __name__ == "__main__":
    sys.exit(serve(_make, add_arguments=_add_arguments))
