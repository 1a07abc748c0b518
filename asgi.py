"""The API as `paypredict up` serves it: `granian --interface asginl asgi:app`; hub/http/gateway.py says why."""

from hub.http.context import EXTENSION
from hub.http.gateway import Gateway
from wsgi import app as wsgi

app = Gateway(wsgi, wsgi.extensions[EXTENSION].settings.api_threads)
