"""gunicorn instead of granian: `gunicorn --config config/gunicorn.conf.py wsgi:app` (pip install gunicorn).

Its threads wait for slow bodies themselves, so it needs a proxy in front that buffers: docs/operations.md.
"""

from hub.settings import Settings

_settings = Settings.load()

bind = f"{_settings.host}:{_settings.port}"
workers = _settings.api_workers
worker_class = "gthread"
threads = _settings.api_threads
# Each worker makes its own connections after the fork.
preload_app = False
keepalive = 5
graceful_timeout = 10
timeout = 60
# A request's head, as hub.http.gateway bounds it.
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190
# Headers with an underscore can be mistaken for those that a proxy vouches for.
header_map = "drop"
