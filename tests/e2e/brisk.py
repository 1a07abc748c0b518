"""What test_events serves beside the hub's own asgi.py: streams that look at their session often and are soon over."""

from hub.http.context import EXTENSION
from hub.http.gateway import Gateway
from hub.http.streams import Bounds, Streams
from wsgi import app as wsgi

_hub = wsgi.extensions[EXTENSION]
_bounds = Bounds(check=0.2, other_life=1, in_process=3)

app = Gateway(wsgi, 2, streams=Streams(_hub.settings.redis_url, _hub.is_still_session, _bounds))
