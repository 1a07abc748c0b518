"""gunicorn instead of granian: `gunicorn --config config/gunicorn.conf.py wsgi:app` (pip install gunicorn)."""

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
