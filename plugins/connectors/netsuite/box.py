"""NetSuite in a box: SuiteQL over a simulated company's books, behind the two ways in that machines have.

`python -m plugins.connectors.netsuite.box` serves one. After Oracle's online help for SuiteTalk REST web services
("Executing SuiteQL Queries Through REST Web Services", "Concurrency Governance", "OAuth 2.0 Client Credentials Flow",
"Token-based Authentication"): limits, headers and the shape of answers and errors are from there.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import request
from werkzeug.wrappers import Request, Response

from hub.sdk.testing.box import Box
from hub.sdk.testing.company import Company
from hub.sdk.testing.oauth import OAuthServer
from hub.sdk.testing.serve import serve
from plugins.connectors.netsuite.box_ledger import Features, Ledger
from plugins.connectors.netsuite.box_signing import Certificate, Token, checked_assertion, checked_signature
from plugins.connectors.netsuite.box_sql import RefusedQuery, run

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - an address
QUERY_PATH = "/services/rest/query/v1/suiteql"
SCOPE = "rest_webservices"
MOST_ROWS, MOST_REACHED = 1000, 100_000
"""Of one answer, and by offset."""


class NetSuiteBox(Box):
    """One account. `certificates` by their id open it to signed JWTs, `tokens` by their id to signed requests.

    `others` are further subsidiaries, each with a home currency of its own. `features` says what the account has, and
    which records the role may not see. A client signs by its own clock, so signatures are checked against the real one.
    """

    slug = "netsuite"

    def __init__(
        self,
        company: Company,
        *,
        account: str = "1234567",
        certificates: Mapping[str, Certificate] | None = None,
        tokens: Mapping[str, Token] | None = None,
        features: Features | None = None,
        others: Mapping[str, Company] | None = None,
        state: Path | None = None,
        public_url: str | None = None,
    ) -> None:
        super().__init__(company, others=others, state=state, public_url=public_url)
        self.account = account
        self.certificates, self.tokens = dict(certificates or {}), dict(tokens or {})
        self.features = features or Features()
        self.ledger = Ledger([company, *self.others.values()], self.features)
        self._nonces: set[str] = set()
        self.limit(concurrent=15)  # the lowest service tier
        self.oauth_server = OAuthServer(
            self,
            token_path=TOKEN_PATH,
            clients={},
            access_seconds=3600,
            client_auth=["assertion"],
            client_credentials=True,
            check_assertion=self._assertion,
        )
        self.app.add_url_rule(QUERY_PATH, "suiteql", self._suiteql, methods=["POST"])

    def bearer(self) -> str:
        """An access token, as after a JWT was accepted."""
        grant = self.oauth_server.grant("test", [SCOPE])
        return str(self.oauth_server.issue_tokens(grant)["access_token"])

    @contextmanager
    def occupied(self, requests: int) -> Iterator[None]:
        """So many requests of another integration of the customer's are under way: the account's limit is shared."""
        with ExitStack() as held:
            for _ in range(requests):
                held.enter_context(self.limiter.flying(self.account))
            yield

    # What the base asks

    def account_of(self, request: Request) -> str:
        """The limit is the account's, over all integrations."""
        return self.account

    def too_many(self, kind: str, retry_after: int | str | None) -> Response:
        """429, without Retry-After where it is for requests under way: nobody knows when one of them ends."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return self._problem(
            429, "CONCURRENCY_LIMIT_EXCEEDED", "Concurrent request limit exceeded. Request blocked.", headers
        )

    def unauthorized(self, reason: str) -> Response:
        """401 in NetSuite's words, which tell no reasons: those are in the account's Login Audit Trail."""
        detail = "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI."
        return self._problem(
            401, "INVALID_LOGIN", detail, {"WWW-Authenticate": f'Bearer realm="{self.account}", error="invalid_token"'}
        )

    def failure(self, status: int) -> Response:
        """A failure of NetSuite's own, with an error id to tell their support; 403 is what a role without it gets."""
        if status == 403:
            return self._problem(403, "INSUFFICIENT_PERMISSION", "Permission Violation: the role lacks a permission.")
        return self._problem(status, "UNEXPECTED_ERROR", "An unexpected error occurred. Error ID: kx3n0c5bm7")

    def record_key(self, item: Mapping[str, Any]) -> str | None:
        """Customers and transactions are numbered apart."""
        return f"{item.get('type', 'entity')} {item['id']}" if "id" in item else None

    # The routes

    def _suiteql(self) -> Response:
        if refusal := self._refusal():
            return self.unauthorized(refusal)
        if "transient" not in request.headers.get("Prefer", "").replace(" ", "").lower().split(","):
            return self._problem(400, "INVALID_HEADER", "The Prefer header must be set to transient.")
        body = request.get_json(silent=True)
        if not isinstance(body, dict) or not isinstance(body.get("q"), str):
            return self._problem(400, "INVALID_CONTENT", "The request body must be JSON with the query as q.")
        limit, offset = request.args.get("limit", MOST_ROWS, type=int), request.args.get("offset", 0, type=int)
        if not 1 <= limit <= MOST_ROWS:
            return self._problem(
                400, "INVALID_PARAMETER", f"limit must be between 1 and {MOST_ROWS}.", parameter="limit"
            )
        if offset < 0 or offset % limit:
            return self._problem(400, "INVALID_PARAMETER", "offset must be a multiple of limit.", parameter="offset")
        if offset + limit > MOST_REACHED:
            detail = f"No more than {MOST_REACHED} rows of a query can be reached."
            return self._problem(400, "INVALID_PARAMETER", detail, parameter="offset")
        try:
            self.ledger.catch_up()
            rows, total = run(self.ledger, body["q"], limit, offset, self.now())
        except RefusedQuery as error:
            detail = f"Invalid search query. Detailed unprocessed description follows. {error}"
            return self._problem(400, "INVALID_PARAMETER", detail, parameter="q")
        return self.answer(self._page(rows, total, limit, offset))

    def _page(self, rows: list[dict[str, str]], total: int, limit: int, offset: int) -> dict[str, Any]:
        def link(rel: str, at: int) -> dict[str, str]:
            return {"rel": rel, "href": f"{self.url}{QUERY_PATH}?limit={limit}&offset={at}"}

        has_more = offset + len(rows) < total
        last = max(0, (min(total, MOST_REACHED) - 1) // limit * limit)
        before = [link("first", 0), link("previous", max(0, offset - limit))] if offset else []
        after = [link("next", offset + limit), link("last", last)] if has_more else []
        return {
            "links": [*before, *after, link("self", offset)],
            "count": len(rows),
            "hasMore": has_more,
            "items": [{"links": [], **row} for row in rows],
            "offset": offset,
            "totalResults": min(total, MOST_REACHED),
        }

    def _refusal(self) -> str | None:
        """Why the request is not let in, or None."""
        if request.headers.get("Authorization", "").startswith("OAuth "):
            return checked_signature(request, self.account, self.tokens, self._nonces, _clients_now())
        return self.oauth_server.refusal(request)

    def _assertion(self, assertion: str) -> str:
        return checked_assertion(assertion, self.certificates, f"{self.url}{TOKEN_PATH}", SCOPE, _clients_now())

    def _problem(
        self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, parameter: str = ""
    ) -> Response:
        """An error after RFC 9457, with NetSuite's own details."""
        error = {"detail": detail, **({"o:errorQueryParam": parameter} if parameter else {}), "o:errorCode": code}
        title = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 429: "Too Many Requests"}
        body = {
            "type": "https://www.rfc-editor.org/rfc/rfc9110.html#section-15",
            "title": title.get(status, "Internal Server Error"),
            "status": status,
            "o:errorDetails": [error],
        }
        return Response(
            json.dumps(body),
            status,
            dict(headers or {}),
            content_type="application/vnd.oracle.resource+json; type=error",
        )


def _clients_now() -> datetime:
    return datetime.now(UTC)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--account", default="1234567")
    parser.add_argument("--certificate-id", default="box-certificate")
    parser.add_argument("--public-key", type=Path, help="PEM of the client's public key, for signed JWTs")
    parser.add_argument("--token-id", default="box-token", help="with the client id and secret as the consumer's")
    parser.add_argument("--token-secret", default="box-token-secret")


def _make(company: Company, options: argparse.Namespace) -> Box:
    certificates = {}
    if options.public_key:
        certificates[options.certificate_id] = Certificate(options.client_id, options.public_key.read_bytes())
    return NetSuiteBox(
        company,
        account=options.account,
        certificates=certificates,
        tokens={options.token_id: Token(options.client_id, options.client_secret, options.token_secret)},
        state=options.state,
        public_url=options.public_url,
    )


if __name__ == "__main__":
    sys.exit(serve(_make, add_arguments=_add_arguments))
