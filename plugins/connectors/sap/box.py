"""SAP S/4HANA in a box: the line item cube and business partners over OData V2, as SAP Gateway serves them.

After "SAP Gateway Foundation: OData" (verbose JSON, server-driven paging by $skiptoken, error bodies, X-CSRF-Token),
"OData Version 2.0" and the descriptions of both services. Run it with `python -m plugins.connectors.sap.box`.
"""

import argparse
import re
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import flask
from werkzeug.wrappers import Request, Response

from hub.sdk.testing.box import Box
from hub.sdk.testing.company import Company
from hub.sdk.testing.oauth import OAuthServer
from hub.sdk.testing.serve import serve
from plugins.connectors.sap.box_entities import (
    CUBE,
    CUSTOMER,
    ENTITIES,
    PARTNER,
    EntityType,
    customer_row,
    line_row,
    metadata,
    partner_row,
)
from plugins.connectors.sap.box_postings import Postings
from plugins.connectors.sap.box_query import QueryError, compiled, on_the_wire, ordered, selected, whole

ROOT = "/sap/opu/odata/sap"
TOKEN_PATH = "/sap/bc/sec/oauth2/token"  # noqa: S105 - an address
_REMEMBERED = 100
_KEY = re.compile(r"(\w+)='((?:[^']|'')*)'")


class SapBox(Box):
    """One SAP system. `others` are its further company codes; all clients but `client` are unknown to it.

    `server_page`: rows in an answer at most, whatever $top asks. `inactive` and `forbidden` name services that are not
    activated, or that the user may not read. `unknown` names properties that this release does not have.
    """

    slug = "sap"

    def __init__(
        self,
        company: Company,
        *,
        others: Mapping[str, Company] | None = None,
        state: Path | None = None,
        public_url: str | None = None,
        company_code: str = "1710",
        client_id: str = "box-client",
        client_secret: str = "box-secret",  # noqa: S107 - the box's own
        client: str = "100",
        server_page: int = 1_000,
    ) -> None:
        # Before the base carries out the commands of an earlier run: what they do has to be posted as it was then.
        self.postings = {code: Postings(each) for code, each in {company_code: company, **(others or {})}.items()}
        super().__init__(company, others=others, state=state, public_url=public_url)
        self.users = {client_id: client_secret}
        self.api_keys = {client_secret}
        self.client, self.server_page = client, server_page
        self.inactive: set[str] = set()
        self.forbidden: set[str] = set()
        self.unknown: set[str] = set()
        self._rows: dict[str, tuple[Any, list[dict[str, Any]]]] = {}
        self._sorted: dict[str, tuple[Any, list[Any]]] = {}
        self._csrf = secrets.token_urlsafe(16)
        OAuthServer(
            self, token_path=TOKEN_PATH, clients=self.users, client_credentials=True, access_seconds=3600, pkce="no"
        )
        self.app.add_url_rule(f"{ROOT}/<service>/", "service", self._service)
        self.app.add_url_rule(f"{ROOT}/<service>/$metadata", "metadata", self._metadata)
        self.app.add_url_rule(f"{ROOT}/<service>/<path:rest>", "entities", self._entities)
        self.app.add_url_rule(
            f"{ROOT}/<service>/<path:rest>", "write", self._write, methods=["POST", "PUT", "PATCH", "MERGE", "DELETE"]
        )
        self.app.before_request(self._let_in)
        self.app.after_request(self._hand_out_csrf)

    # How SAP says no

    def failure(self, status: int) -> Response:
        """The web dispatcher's page, which is HTML."""
        page = f"<html><head><title>Application Server Error</title></head><body><h1>{status}</h1></body></html>"
        return Response(page, status, content_type="text/html; charset=utf-8")

    def unauthorized(self, reason: str) -> Response:
        """The logon page of the server, which is HTML too."""
        page = "<html><head><title>Logon Error Message</title></head><body><h1>401 Unauthorized</h1></body></html>"
        return Response(page, 401, {"WWW-Authenticate": 'Basic realm="SAP NetWeaver"'}, content_type="text/html")

    def too_many(self, kind: str, retry_after: int | str | None) -> Response:
        """429 as an error of OData; SAP publishes no limits, but a gateway in front may have some."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return self._error(429, "429", "Too many requests", headers)

    def record_key(self, item: Mapping[str, Any]) -> str | None:
        """Entities are known by their address."""
        uri = item.get("__metadata", {}).get("uri")
        return None if uri is None else str(uri)

    def _error(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
        inner = {"transactionid": secrets.token_hex(16).upper(), "timestamp": f"{self.now():%Y%m%d%H%M%S}.0000000"}
        error = {"code": code, "message": {"lang": "en", "value": message}, "innererror": inner}
        return self.answer({"error": error}, status, headers)

    # Who comes in

    def _let_in(self) -> Response | None:
        request = flask.request
        if not request.path.startswith(ROOT):
            return None
        wanted = request.args.get("sap-client") or request.headers.get("sap-client") or self.client
        if not self._is_known(request) or wanted != self.client:
            return self.unauthorized("unknown")
        service = (request.view_args or {}).get("service", "")
        if service in self.inactive or service not in {entity.service for entity in ENTITIES}:
            return self._error(
                403, "/IWFND/MED/170", f"No service found for namespace '', name '{service}', version ''"
            )
        if service in self.forbidden:
            return self._error(403, "/IWFND/CM_COS/146", f"No authorization to access service '{service}'")
        return None

    def _is_known(self, request: Request) -> bool:
        """Communication user by password, OAuth client by token, or the sandbox's key."""
        basic = request.authorization
        if basic is not None and basic.type == "basic":
            return basic.username is not None and self.users.get(basic.username) == basic.password
        if request.headers.get("APIKey") in self.api_keys:
            return True
        return self.oauth is not None and self.oauth.token_of(request) is not None

    # CSRF, which writes need: the token of a reading call, with its cookie

    def _hand_out_csrf(self, response: Response) -> Response:
        if flask.request.headers.get("X-CSRF-Token", "").lower() == "fetch" and response.status_code == 200:
            response.headers["X-CSRF-Token"] = self._csrf
            response.set_cookie("SAP_SESSIONID_BOX_100", self._csrf, secure=True, httponly=True)
        return response

    def _write(self, service: str, rest: str) -> Response:
        request = flask.request
        has_cookie = request.cookies.get("SAP_SESSIONID_BOX_100") == self._csrf
        if request.headers.get("X-CSRF-Token") != self._csrf or not has_cookie:
            return Response(
                "CSRF token validation failed", 403, {"X-CSRF-Token": "Required"}, content_type="text/plain"
            )
        return self._error(405, "/IWFND/CM_MGW/096", f"Method '{request.method}' not allowed: {rest} is read-only")

    # What is read

    def _service(self, service: str) -> Response:
        sets = [entity.name for entity in ENTITIES if entity.service == service]
        return self.answer({"d": {"EntitySets": sets}})

    def _metadata(self, service: str) -> Response:
        return Response(metadata(service), content_type="application/xml")

    def _entities(self, service: str, rest: str) -> Response:
        name, parenthesis, key = rest.partition("(")
        name, slash, count = name.partition("/")
        entity = next((each for each in ENTITIES if (each.service, each.name) == (service, name)), None)
        if entity is None or (slash and count != "$count"):
            return self._error(404, "005056A509B11EE1B9A8FEC11C21578E", f"Resource not found for segment '{rest}'")
        try:
            if parenthesis:
                return self._single(entity, key)
            return self._list(entity, only_count=bool(slash))
        except QueryError as error:
            return self._error(400, "005056A509B11EE1B9A8FEC11C21D78E", str(error))

    def _single(self, entity: EntityType, key: str) -> Response:
        wanted = dict(_KEY.findall(key))
        row = next((row for row in self._all(entity) if all(row.get(n) == v for n, v in wanted.items())), None)
        if row is None or set(wanted) != set(entity.key):
            return self._error(404, "/IWBEP/CM_MGW_RT/020", f"Resource not found for segment '{entity.type}'")
        return self.answer({"d": self._shown(entity, row)})

    def _list(self, entity: EntityType, *, only_count: bool) -> Response:
        args = flask.request.args
        if args.get("$format", "json") != "json":
            raise QueryError(f"Format {args['$format']!r} is not supported")
        types = {name: kind for name, kind in entity.properties.items() if name not in self.unknown}
        top, skip = whole(args.get("$top"), "$top"), whole(args.get("$skip"), "$skip", 0) or 0
        start = whole(args.get("$skiptoken"), "$skiptoken", 0) or 0
        counts = only_count or args.get("$inlinecount") == "allpages"
        most = None if counts else skip + min(start + self.server_page + 1, top if top is not None else sys.maxsize)
        rows = self._found(entity, args.get("$filter", ""), args.get("$orderby", ""), types, most)
        if only_count:
            return Response(str(len(rows)), content_type="text/plain")
        asked = rows[skip:] if top is None else rows[skip : skip + top]
        shown = asked[start : start + self.server_page]
        self._check_select(entity, args, types)
        answer: dict[str, Any] = {}
        if args.get("$inlinecount") == "allpages":
            answer["__count"] = str(len(rows))
        answer["results"] = [self._shown(entity, row) for row in shown]
        if start + len(shown) < len(asked):
            query = [(name, value) for name, value in args.items() if name != "$skiptoken"]
            rest = _query([*query, ("$skiptoken", str(start + len(shown)))])
            answer["__next"] = f"{self.url}{flask.request.path}?{rest}"
        return self.answer({"d": answer})

    def _found(
        self, entity: EntityType, where: str, order: str, types: Mapping[str, type], most: int | None
    ) -> list[Any]:
        """The rows of a filter in an order, or the first of them. All but its last condition is remembered."""
        name, rows = f"{entity.name} {order}", self._all(entity)
        steps: list[tuple[str, Callable[[list[Any]], list[Any]]]] = [
            (name, lambda rows: ordered(rows, order or ",".join(entity.key), types, entity.type))
        ]
        conditions = compiled(where, types, entity.type) if where else []
        for text, test in conditions[:-1]:
            steps.append((text, lambda rows, test=test: [row for row in rows if test(row)]))
        if len(self._sorted) > _REMEMBERED:
            self._sorted.clear()
        source, path = rows, ""
        for text, step in steps:
            path = f"{path} and {text}"
            known = self._sorted.get(path)
            if known is None or known[0] is not source:
                known = self._sorted[path] = (source, step(rows))
            rows = known[1]
        if conditions:
            test = conditions[-1][1]
            return list(islice((row for row in rows if test(row)), most))
        return rows

    def _check_select(self, entity: EntityType, args: Mapping[str, str], types: Mapping[str, type]) -> None:
        plain = ",".join(name for name in args.get("$select", "").split(",") if "/" not in name)
        selected(plain, {**types, **dict.fromkeys(entity.navigations, str)}, entity.type)

    def _shown(self, entity: EntityType, row: Mapping[str, Any]) -> dict[str, Any]:
        args = flask.request.args
        key = ",".join(f"{name}='{row[name]}'" for name in entity.key)
        uri = f"{self.url}{ROOT}/{entity.service}/{entity.name}({key})"
        shown: dict[str, Any] = {"__metadata": {"id": uri, "uri": uri, "type": f"{entity.service}.{entity.type}"}}
        asked = {name.partition("/")[0] for name in args.get("$select", "").split(",") if name}
        for name in asked & entity.properties.keys() or entity.properties:
            if name not in self.unknown:
                shown[name] = on_the_wire(row[name])
        expanded = {name.partition("/")[0] for name in args.get("$expand", "").split(",")}
        for name in entity.navigations:
            if name in expanded:
                shown[name] = _expanded(row[name])
            elif not asked:
                shown[name] = {"__deferred": {"uri": f"{uri}/{name}"}}
        return shown

    def _all(self, entity: EntityType) -> list[dict[str, Any]]:
        """All rows, made anew once something has changed."""
        for postings in self.postings.values():
            postings.catch_up()
        version = [postings.version for postings in self.postings.values()]
        known, rows = self._rows.get(entity.name, (None, []))
        if known != version:
            rows = self._made(entity)
            self._rows[entity.name] = (version, rows)
        return rows

    def _made(self, entity: EntityType) -> list[dict[str, Any]]:
        if entity is CUBE:
            return [
                line_row(line, postings.company, code)
                for code, postings in self.postings.items()
                for line in postings.lines
            ]
        make: Callable[..., dict[str, Any]] = {PARTNER.name: partner_row, CUSTOMER.name: customer_row}[entity.name]
        return [make(party, self.company) for party in self.company.parties.values()]


def _expanded(value: Any) -> Any:
    """A navigation that was followed."""
    if isinstance(value, list):
        return {"results": [_expanded(each) for each in value]}
    if isinstance(value, dict):
        return {name: _expanded(each) for name, each in value.items()}
    return on_the_wire(value)


def _query(pairs: Sequence[tuple[str, str]]) -> str:
    return "&".join(f"{quote(name, safe='$-')}={quote(value, safe='')}" for name, value in pairs)


def make_box(company: Company, options: argparse.Namespace) -> SapBox:
    """The box of the command line."""
    return SapBox(
        company,
        state=options.state,
        public_url=options.public_url,
        client_id=options.client_id,
        client_secret=options.client_secret,
        server_page=options.server_page,
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server-page", type=int, default=1_000, help="rows in an answer at most")


if __name__ == "__main__":
    sys.exit(serve(make_box, add_arguments=_add_arguments))
