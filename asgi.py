"""The API as `paypredict up` serves it: `granian --interface asginl asgi:app`; hub/http/gateway.py says why."""

from hub.http.context import EXTENSION
from hub.http.gateway import Gateway
from hub.http.streams import Streams
from wsgi import app as wsgi

_hub = wsgi.extensions[EXTENSION]

app = Gateway(wsgi, _hub.settings.api_threads, streams=Streams(_hub.settings.redis_url, _hub.is_still_session))
