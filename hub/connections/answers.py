"""What to do about an answer, or about its absence: take it, ask again, renew the tokens first, or give up. Pure."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from hub import outbound
from hub.connections.retrying import UNTOLD_SECONDS, retry_after
from hub.redaction import redact, sentence
from hub.sdk.errors import AuthError, ConfigError, PluginError, RefusedError, TransientError
from hub.sdk.http import Answer

if TYPE_CHECKING:
    import httpx

_SHOWN = 300
_SCOPE = re.compile(r"""error\s*=\s*"?insufficient_scope""")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Again:
    """Ask again, `after` so many seconds (None: as the hub likes); what to raise where that is not to be."""

    error: PluginError
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Renew:
    """Ask again with new tokens, at once; what to raise where there are none."""

    error: PluginError


@dataclass(frozen=True, slots=True)
class Stop:
    """The same again would end the same, or might do harm."""

    error: PluginError


def judge(answer: Answer, what: str, is_safe: bool, *, wants_json: bool) -> Answer | Again | Renew | Stop:
    """The verdict on an answer to the request that `what` names."""
    status = answer.status
    if 200 <= status < 300 or status == 304:
        return _judge_body(answer, what, is_safe, wants_json)
    if status == 401:
        if _SCOPE.search(answer.headers.get("www-authenticate", "")):
            return Stop(_lacks_scope(what))
        return Renew(AuthError(f"{what}: the provider does not accept the credentials any more (401); reconnect"))
    if status == 403 and _SCOPE.search(answer.headers.get("www-authenticate", "")):
        return Stop(_lacks_scope(what))
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        seconds = retry_after(answer.headers, UNTOLD_SECONDS)
        error = TransientError(f"{what}: the provider asks to wait {seconds} s ({status})", seconds)
        # It was not done, so that it may be asked again whatever it is.
        return Again(error, seconds)
    if status >= 500 or status in (408, 425):
        failed = TransientError(f"{what}: the provider failed ({status})")
        return Again(failed) if is_safe else Stop(failed)
    if 300 <= status < 400:
        return Stop(
            RefusedError(f"{what}: the provider points elsewhere ({status}), where the hub does not go", status)
        )
    return Stop(RefusedError(f"{what}: refused with {status}: {_shown(answer.body)}", status, answer.body))


def judge_failure(error: "httpx.HTTPError", what: str, is_safe: bool) -> Again | Stop:
    """The verdict on a request that brought no whole answer."""
    import httpx  # late, as hub.outbound asks

    if isinstance(error, outbound.RefusedError | httpx.UnsupportedProtocol):
        return Stop(ConfigError(f"{what}: {redact(str(error))}"))
    if isinstance(error, outbound.OverrunError):
        return Stop(RefusedError(f"{what}: {error}", 200))
    never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    kind = "cannot be reached" if never_sent else "took too long" if _is_late(error) else "broke off its answer"
    failed = TransientError(f"{what}: the provider {kind} ({type(error).__name__})")
    return Again(failed) if is_safe or never_sent else Stop(failed)


def _judge_body(answer: Answer, what: str, is_safe: bool, wants_json: bool) -> Answer | Again | Stop:
    kind = answer.headers.get("content-type", "").lower()
    if "json" in kind and answer.status != 304 and not _is_json(answer):
        # Though its length was right: a proxy ended it, or a server died in the middle of it.
        broken = TransientError(f"{what}: the provider's answer is cut or no JSON ({len(answer.body)} bytes)")
        return Again(broken) if is_safe else Stop(broken)
    if is_safe and wants_json and answer.status == 200 and (kind.startswith("text/html") or not answer.body):
        page = TransientError(f"{what}: the provider answered a web page or nothing where data was asked for")
        return Again(page)
    return answer


def _is_json(answer: Answer) -> bool:
    if answer.status == 204 and not answer.body:
        return True
    try:
        orjson.loads(answer.body.removeprefix(_BOM))
    except orjson.JSONDecodeError:
        # The last word has who will read it, for it knows other encodings too.
        try:
            answer.json()
        except TransientError:
            return False
    return True


def _lacks_scope(what: str) -> AuthError:
    return AuthError(f"{what}: the grant does not reach that far; reconnect and allow all that is asked for")


def _is_late(error: Exception) -> bool:
    import httpx

    return isinstance(error, httpx.TimeoutException)


def _shown(body: bytes) -> str:
    text = " ".join(sentence(body[: 4 * _SHOWN].decode("utf-8", "replace"), 4 * _SHOWN).split())
    return text[:_SHOWN] or "no reason given"
