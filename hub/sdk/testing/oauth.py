"""An OAuth 2.0 authorisation server for boxes: consent page, token and revocation endpoints.

After RFC 6749 (codes, errors, client authentication), RFC 7636 (PKCE, S256 only) and RFC 7009 (revocation). Codes work
once, for ten minutes, for the client and redirect address they were made for. Time is the box's.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

from flask import request
from werkzeug.wrappers import Request, Response

from hub.sdk.testing.consent import back, consent, consent_page, page
from hub.sdk.testing.grants import Access, Code, Grant, Grants, OAuthError, Refresh, RefreshPolicy

if TYPE_CHECKING:
    from hub.sdk.testing.box import Box

__all__ = ["Grant", "OAuthError", "OAuthServer", "RefreshPolicy", "consent"]


class OAuthServer:
    """Mounted on a box, whose journal keeps grants and tokens. `token_posts` counts calls to the token endpoint.

    `on_redirect(grant)` adds parameters to the redirect (QuickBooks: realmId), `token_extra(grant)` fields to a token
    answer. `check_assertion(jwt)` returns the client id a signed JWT proves, or raises OAuthError (NetSuite); then
    `client_auth` has "assertion". `grants` lists every grant there was. With `auto_allow` nobody has to click;
    `company_name` is what the consent page says is opened.
    """

    def __init__(
        self,
        box: "Box",
        *,
        token_path: str,
        clients: Mapping[str, str],
        authorize_path: str | None = None,
        revoke_path: str | None = None,
        redirect_uris: Iterable[str] = (),
        scopes: Iterable[str] | None = None,
        pkce: Literal["required", "optional", "no"] = "optional",
        access_seconds: int = 3600,
        code_seconds: int = 600,
        refresh: RefreshPolicy | None = None,
        client_auth: Iterable[str] = ("basic", "body"),
        client_credentials: bool = False,
        on_redirect: Callable[[Grant], Mapping[str, str]] | None = None,
        token_extra: Callable[[Grant], Mapping[str, Any]] | None = None,
        check_assertion: Callable[[str], str] | None = None,
        auto_allow: bool = False,
        company_name: str = "the sample company",
    ) -> None:
        self.box = box
        self.clients = dict(clients)
        self.redirect_uris = list(redirect_uris)
        self.scopes = None if scopes is None else set(scopes)
        self.pkce, self.refresh, self.auto_allow = pkce, refresh, auto_allow
        self.access_seconds, self.code_seconds = access_seconds, code_seconds
        self.company_name = company_name
        self.client_auth = set(client_auth)
        self.client_credentials = client_credentials
        self.on_redirect, self.token_extra, self.check_assertion = on_redirect, token_extra, check_assertion
        self.token_posts = 0
        self.given = Grants()
        if kept := box.journal.keep(f"oauth {token_path}", lambda: self.given.dump(box.now())):
            self.given.load(kept)
        box.oauth = box.oauth or self
        if authorize_path:
            self._mount(authorize_path, "authorize", self._authorize, ["GET", "POST"])
        self._mount(token_path, "token", self._token, ["POST"])
        if revoke_path:
            self._mount(revoke_path, "revoke", self._revoke, ["POST"])

    # For the provider's routes, and for tests

    @property
    def grants(self) -> list[Grant]:
        """Every grant there was, oldest first."""
        return self.given.grants

    def token_of(self, request: Request) -> Grant | None:
        """The grant whose valid access token a request brings as Bearer."""
        return None if self.refusal(request) else self.given.of(self.given.access[_bearer(request)])

    def refusal(self, request: Request) -> str | None:
        """Why a request's token does not open: "missing", "unknown", "expired" or "revoked"; None where it does."""
        if not (token := _bearer(request)):
            return "missing"
        if (access := self.given.access.get(token)) is None:
            return "unknown"
        if self.given.of(access).revoked_at:
            return "revoked"
        return "expired" if access.expires_at <= self.box.now() else None

    def grant(self, client_id: str, scopes: Iterable[str] = (), **details: Any) -> Grant:
        """A grant without a consent page."""
        grant = Grant(len(self.grants) + 1, client_id, list(scopes), self.box.now(), details)
        self.grants.append(grant)
        return grant

    def issue_tokens(self, grant: Grant) -> dict[str, Any]:
        """A token answer for a grant, as after its code was exchanged."""
        return self._answer(grant, self._new_refresh(grant) if self.refresh else None)

    def revoke(self, grant: Grant) -> None:
        """The person disconnects the client: all its tokens are dead."""
        grant.revoked_at = grant.revoked_at or self.box.now()
        self.box.journal.save()

    def revoke_all(self) -> int:
        """Revoke every grant; returns how many were alive."""
        alive = [grant for grant in self.grants if grant.revoked_at is None]
        for grant in alive:
            self.revoke(grant)
        return len(alive)

    # Consent

    def _authorize(self) -> Response:
        asked = request.args
        client, redirect_uri = asked.get("client_id", ""), asked.get("redirect_uri", "")
        # Nobody is sent to an address that the client has not registered (RFC 6749, 4.1.2.1).
        if client not in self.clients or redirect_uri not in self.redirect_uris:
            return page("Sorry", "<p>The client or its redirect address is not known here.</p>", 400)
        try:
            scopes = self._asked_scopes(asked.get("scope", ""))
            self._check_request(asked)
            if "deny" in asked or request.form.get("decision") == "deny":
                raise OAuthError("access_denied", "The person said no")
        except OAuthError as error:
            return back(redirect_uri, asked.get("state"), error.fields)
        if request.method == "GET" and not self.auto_allow:
            return consent_page(self.box.slug, self.company_name, client, scopes)
        chosen = {key: values if len(values) > 1 else values[0] for key, values in request.form.lists()}
        chosen.pop("decision", None)
        grant = self.grant(client, scopes, **chosen)
        code = secrets.token_urlsafe(24)
        self.given.codes[code] = Code(grant.id, redirect_uri, asked.get("code_challenge"), self.box.now())
        extra = self.on_redirect(grant) if self.on_redirect else {}
        self.box.journal.save()
        return back(redirect_uri, asked.get("state"), {"code": code, **extra})

    def _check_request(self, asked: Mapping[str, str]) -> None:
        if asked.get("response_type") != "code":
            raise OAuthError("unsupported_response_type")
        if self.pkce == "required" and "code_challenge" not in asked:
            raise OAuthError("invalid_request", "code_challenge is required")
        if self.pkce != "no" and "code_challenge" in asked and asked.get("code_challenge_method") != "S256":
            raise OAuthError("invalid_request", "code_challenge_method must be S256")

    def _asked_scopes(self, text: str) -> list[str]:
        asked = text.split()
        if self.scopes is not None and (not asked or not self.scopes.issuperset(asked)):
            raise OAuthError("invalid_scope", f"unknown scopes in {text!r}")
        return asked

    # Tokens

    def _token(self) -> Response:
        self.token_posts += 1
        try:
            client = self._client()
            match request.form.get("grant_type"):
                case "authorization_code" if self.redirect_uris:
                    answer = self._exchange(client)
                case "refresh_token" if self.refresh:
                    answer = self._refreshed(client, self.refresh)
                case "client_credentials" if self.client_credentials:
                    grant = self.grant(client, self._asked_scopes(request.form.get("scope", "")))
                    answer = self._answer(grant, None)
                case None:
                    raise OAuthError("invalid_request", "grant_type is missing")
                case _:
                    raise OAuthError("unsupported_grant_type")
        except OAuthError as error:
            return self._error(error)
        finally:
            # What rotated or died has done so even where the answer is lost.
            self.box.journal.save()
        return self.box.answer(answer, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

    def _exchange(self, client: str) -> dict[str, Any]:
        code = self.given.codes.get(request.form.get("code", ""))
        if code is None or self.given.of(code).client_id != client:
            raise OAuthError("invalid_grant", "the code is not known")
        grant = self.given.of(code)
        if code.is_used:
            # Somebody has it who should not: RFC 6749, 4.1.2.
            self.revoke(grant)
            raise OAuthError("invalid_grant", "the code was used already")
        if code.made_at + timedelta(seconds=self.code_seconds) <= self.box.now():
            raise OAuthError("invalid_grant", "the code has expired")
        if code.redirect_uri != request.form.get("redirect_uri"):
            raise OAuthError("invalid_grant", "redirect_uri is another one than for the code")
        if self.pkce != "no" and code.challenge != _challenge(request.form.get("code_verifier")):
            raise OAuthError("invalid_grant", "code_verifier does not fit the code_challenge")
        code.is_used = True
        return self.issue_tokens(grant)

    def _refreshed(self, client: str, policy: RefreshPolicy) -> dict[str, Any]:
        now, text = self.box.now(), request.form.get("refresh_token", "")
        token = self.given.refresh.get(text)
        if token is None or self.given.of(token).client_id != client:
            raise OAuthError("invalid_grant", "the refresh token is not known")
        grant = self.given.of(token)
        if reason := policy.refusal(token, grant, now):
            raise OAuthError("invalid_grant", reason)
        if policy.is_spent(token, now):
            if policy.revokes_family:
                self.revoke(grant)
            raise OAuthError("invalid_grant", "the refresh token was used already")
        token.used_at = now
        if policy.keeps(token, now):
            return self._answer(grant, text)
        token.replaced_at = token.replaced_at or now
        return self._answer(grant, self._new_refresh(grant))

    def _new_refresh(self, grant: Grant) -> str:
        text = secrets.token_urlsafe(32)
        self.given.refresh[text] = Refresh(grant.id, self.box.now(), self.box.now())
        return text

    def _answer(self, grant: Grant, refresh_token: str | None) -> dict[str, Any]:
        access = secrets.token_urlsafe(32)
        self.given.access[access] = Access(grant.id, self.box.now() + timedelta(seconds=self.access_seconds))
        answer: dict[str, Any] = {"access_token": access, "token_type": "bearer", "expires_in": self.access_seconds}
        if refresh_token:
            answer["refresh_token"] = refresh_token
        if grant.scopes:
            answer["scope"] = " ".join(grant.scopes)
        return answer | dict(self.token_extra(grant) if self.token_extra else {})

    def _revoke(self) -> Response:
        """RFC 7009, which answers 200 for a token that is not known. The token may come in JSON, as Intuit wants it."""
        try:
            self._client()
        except OAuthError as error:
            return self._error(error)
        body = request.get_json(silent=True)
        text = str((body if isinstance(body, dict) else request.form).get("token", ""))
        if found := self.given.refresh.get(text) or self.given.access.get(text):
            self.revoke(self.given.of(found))
        return Response(status=200)

    # Clients

    def _client(self) -> str:
        """The client that proves who it is, in one of the ways there are here."""
        if "assertion" in self.client_auth and (assertion := request.form.get("client_assertion")):
            if self.check_assertion is None:
                raise OAuthError("invalid_client", status=401)
            return self.check_assertion(assertion)
        basic = request.authorization
        if basic is not None and basic.type == "basic" and "basic" in self.client_auth:
            client, secret = unquote(basic.username or ""), unquote(basic.password or "")
        elif "body" in self.client_auth:
            client, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
        else:
            client, secret = "", ""
        known = self.clients.get(client)
        if known is None or not secrets.compare_digest(known.encode(), secret.encode()):
            raise OAuthError("invalid_client", "the client could not prove who it is", 401)
        return client

    def _error(self, error: OAuthError) -> Response:
        headers = {"Cache-Control": "no-store"}
        if error.status == 401 and request.authorization is not None:
            headers["WWW-Authenticate"] = "Basic"
        return self.box.answer(error.fields, error.status, headers)

    def _mount(self, path: str, name: str, view: Callable[[], Response], methods: list[str]) -> None:
        self.box.doors.add(path)
        self.box.app.add_url_rule(path, f"oauth_{name}_{path}".replace(".", "_"), view, methods=methods)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _challenge(verifier: str | None) -> str | None:
    if verifier is None:
        return None
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
