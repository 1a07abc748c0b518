"""The model server: forecasts of one model over HTTP, by the contract of a SageMaker container. A WSGI application.

    GET  /ping         200 when a model can be served
    POST /invocations  cases in, curves (or contributions) out; hub/sdk/invocations.py has their form

Model, tenant and what is wanted are named in the query, or in the header that SageMaker hands on for its callers.
"""

import hmac
import ipaddress
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from hub.errors import HubError, InvalidError, NotFoundError, TooLargeError, UnauthorizedError
from hub.forecasting.shelf import ModelShelf, ServedModel
from hub.sdk import invocations
from hub.sdk.errors import PluginError
from hub.sdk.forecaster import Cases, Contributions, Curves
from hub.sdk.invocations import ARRAYS, ATTRIBUTES, CONTRIBUTIONS, CURVES, JSON

log = logging.getLogger(__name__)

MOST_CASES = 20_000
"""Cases of one question: a backend's work space for them is many times their own size."""


class MediaTypeError(HubError):
    """A content type that is not read here."""

    code, status, title = "media_type", 415, "Unsupported media type"


class MethodError(HubError):
    """The path is there, the method is not."""

    code, status, title = "method_not_allowed", 405, "Method not allowed"


class ModelServer:
    """The application. With an empty `token` only this machine is answered, unless `trusts_network` says otherwise."""

    def __init__(self, shelf: ModelShelf, *, token: str, trusts_network: bool, most_bytes: int) -> None:
        self.shelf = shelf
        self.token = token.encode()
        self.trusts_network = trusts_network
        self.most_bytes = most_bytes

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request; what is wrong with it becomes a problem document (RFC 9457)."""
        request = Request(environ)
        request.max_content_length = self.most_bytes
        try:
            response = self._answer(request)
        except RequestEntityTooLarge:
            response = _problem(
                TooLargeError(f"A question has at most {self.most_bytes:,} bytes (setting model_server_max_bytes).")
            )
        except HTTPException as error:
            response = _problem(InvalidError(str(error)))
        except PluginError as error:
            log.error("a backend cannot be used: %s", error)
            response = _problem(HubError("The model's backend cannot be used here; the server's log says why."))
        except HubError as error:
            response = _problem(error)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        route = {"/ping": ("GET", self._ping), "/invocations": ("POST", self._invoke)}.get(request.path)
        if route is None:
            raise NotFoundError("There are /ping and /invocations.")
        method, answer = route
        if request.method != method:
            raise MethodError(f"{request.path} is for {method}.")
        return answer(request)

    def _ping(self, request: Request) -> Response:
        self.shelf.source.check()
        return Response(b"", 200, content_type=JSON)

    def _invoke(self, request: Request) -> Response:
        self._authorise(request)
        named = invocations.read_attributes(request.headers.get(ATTRIBUTES, "")) | request.args.to_dict()
        want = named.get("want", CURVES)
        if want not in (CURVES, CONTRIBUTIONS):
            raise InvalidError(f"`want` is {CURVES} or {CONTRIBUTIONS}, not {want[:60]!r}.")
        read, write = _forms(request)
        served = self.shelf.get(named.get("tenant", ""), named.get("model", ""))
        try:
            cases = read(self._body(request))
        except ValueError as error:
            raise InvalidError(f"The cases cannot be read: {error}.") from error
        if len(cases) > MOST_CASES:
            raise TooLargeError(f"A question has at most {MOST_CASES:,} cases, this one {len(cases):,}.")
        body, content_type = write(_ask(served, cases, want))
        says = {"model": served.name, "sha256": served.sha256}
        response = Response(_pieces(body), 200, content_type=content_type)
        response.headers.extend({ATTRIBUTES: invocations.attributes(says), "Content-Length": str(len(body))})
        return response

    def _body(self, request: Request) -> bytes:
        data = request.get_data(cache=False)
        if request.content_length is None and len(data) >= self.most_bytes:
            raise RequestEntityTooLarge  # of no stated length, and cut off there
        return data

    def _authorise(self, request: Request) -> None:
        if not self.token:
            if self.trusts_network or _is_on_this_machine(request):
                return
            raise UnauthorizedError("Only callers on the same machine are answered while model_server_token is empty.")
        given = request.headers.get("Authorization", "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, b"Bearer " + self.token):
            raise UnauthorizedError("Show the model server's token as `Authorization: Bearer ...`.")


def _is_on_this_machine(request: Request) -> bool:
    if "X-Forwarded-For" in request.headers:  # a proxy on this machine speaks for somebody else
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _forms(request: Request) -> tuple[Callable[[bytes], Cases], Callable[[Curves | Contributions], tuple[bytes, str]]]:
    """How to read the question and write its answer: in the form it came in, unless another is accepted."""
    readers: dict[str, Callable[[bytes], Cases]] = {ARRAYS: invocations.unpack_cases, JSON: _cases_from_json}
    if request.mimetype not in readers:
        raise MediaTypeError(f"Send the cases as {ARRAYS} or {JSON}.")
    wanted = request.accept_mimetypes.best_match([request.mimetype, *readers], request.mimetype)
    return readers[request.mimetype], _as_json if wanted == JSON else _as_arrays


def _ask(served: ServedModel, cases: Cases, want: str) -> Curves | Contributions:
    if not len(cases):
        raise InvalidError("There is no case in the question.")
    try:
        with served.lock:
            return served.fitted.predict(cases) if want == CURVES else served.fitted.explain(cases)
    except (KeyError, IndexError, TypeError, ValueError, ArithmeticError) as error:
        # What the model was trained on has other features: cases of another version of the hub, or made by hand.
        log.warning("model %s could not answer", served.name, exc_info=True)
        raise InvalidError(f"The model cannot answer these cases: {type(error).__name__}: {error}"[:500]) from error


def _cases_from_json(data: bytes) -> Cases:
    return invocations.cases_from_json(orjson.loads(data))


def _as_arrays(found: Curves | Contributions) -> tuple[bytes, str]:
    if isinstance(found, Curves):
        return invocations.pack_curves(found), ARRAYS
    return invocations.pack_contributions(found), ARRAYS


def _as_json(found: Curves | Contributions) -> tuple[bytes, str]:
    if isinstance(found, Curves):
        document: dict[str, Any] = {"ends": found.ends, "paid_by": found.paid_by}
    else:
        document = {"names": found.names, "values": found.values}
    plain = {name: list(each) if isinstance(each, tuple) else each.tolist() for name, each in document.items()}
    return orjson.dumps(plain), JSON


def _pieces(body: bytes) -> Iterator[bytes]:
    """A long answer a piece at a time, so that a reader who has stopped is noticed."""
    for begin in range(0, len(body), 2**18):
        yield body[begin : begin + 2**18]


def _problem(error: HubError) -> Response:
    body = {"title": error.title, "status": error.status, "code": error.code, "detail": error.detail}
    return Response(orjson.dumps(body), error.status, content_type="application/problem+json")
