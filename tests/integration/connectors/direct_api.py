"""The simplest Api there is: real HTTP with fixed headers, the hub's verdict on each answer, and no pace."""

from collections.abc import Mapping

import httpx

from hub.connections.answers import judge, judge_failure
from hub.sdk.http import Answer, Query


class DirectApi:
    """For tests of a connector against its provider in a box. `headers` open the door and may be changed: a token."""

    def __init__(
        self, addresses: Mapping[str, str], account: Mapping[str, str], headers: Mapping[str, str], *, tries: int = 1
    ) -> None:
        self.addresses, self.account, self.headers = addresses, account, dict(headers)
        self.calls = 0
        self._tries = tries
        self._client = httpx.Client(timeout=30, follow_redirects=False)

    def request(
        self,
        method: str,
        url: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        is_safe: bool | None = None,
    ) -> Answer:
        """As hub.sdk.http.Api says."""
        if "://" not in url:
            url = self.addresses["api"].rstrip("/") + "/" + url.lstrip("/")
        what = f"{method} {httpx.URL(url).path}"
        safe = method in ("GET", "HEAD") if is_safe is None else is_safe
        for _ in range(self._tries):
            self.calls += 1
            try:
                response = self._client.request(
                    method, url, params=query, headers={**(headers or {}), **self.headers}, content=content
                )
            except httpx.HTTPError as error:
                verdict = judge_failure(error, what, safe)
                continue
            lower = {name.lower(): value for name, value in response.headers.items()}
            answer = Answer(status=response.status_code, headers=lower, body=response.content)
            verdict = judge(answer, what, safe, wants_json=True)
            if isinstance(verdict, Answer):
                return verdict
        raise verdict.error

    def get(self, url: str, query: Query | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """`request` for GET."""
        return self.request("GET", url, query=query, headers=headers)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
