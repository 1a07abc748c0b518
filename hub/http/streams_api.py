"""GET /api/events: what just happened in the caller's tenant, as it happens; and the news that writes are."""

from flask import Flask, Response, g, request
from flask.views import MethodView

from hub import live
from hub.errors import HubError
from hub.http.blueprint import Blueprint
from hub.http.context import caller
from hub.http.gateway import STREAM, STREAMS

events = Blueprint("events", __name__, url_prefix="/api/events", description="What just happened, as it happens.")

_TYPE = "text/event-stream"


class NotStreamingError(HubError):
    """The server in front of the application waits in threads, which streams would take from everybody else."""

    code, status, title = "not_streaming", 501, "No streams here"
    retry_after = 30


@events.route("")
class Events(MethodView):
    @events.doc(operationId="streamEvents")
    @events.response(200, {"type": "string"}, content_type=_TYPE, description="Server-sent events, without an end.")
    def get(self) -> Response:
        """Follow what happens in the tenant, as server-sent events

        Each is a JSON object with a `kind` and ids, never data: `job` (`job_id`, and `work`, what kind of job it is)
        whenever a job gets on; `connection-ready`, `first-pages-stored`, `sync-finished`, `tie-out-lost` (with
        `connection_id` and `run_id`), `forecasts-ready` (`model_id`); `notice`; `written` (`path`, under which
        something was changed through the API); `anew`, when too much happened to tell. The first of all is `open`.
        What happened while nobody listened is not told: after a break look at everything anew. Where as many streams
        are open as may be the answer is 503, under a server that cannot hold them 501: ask now and then instead.
        """
        streams = request.environ.get(STREAMS)
        if streams is None:
            raise NotStreamingError("This server holds no streams. Ask now and then instead.")
        caller()
        if request.method == "GET":
            request.environ[STREAM] = streams.reserve(caller())
        # X-Accel-Buffering: a proxy is to hand each event on, not to collect them.
        return Response(content_type=_TYPE, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


def install(app: Flask) -> None:
    """Have every write through `app` told to the tenant's open pages."""
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    rule, identity = g.get("rule"), g.get("identity")
    is_write = rule is not None and rule.noted == "write" and not rule.is_own and response.status_code < 300
    if is_write and identity is not None and identity.tenant_key and request.url_rule:
        live.tell(identity.tenant_key, "written", path="/".join(request.url_rule.rule.split("/")[:3]))
    return response
