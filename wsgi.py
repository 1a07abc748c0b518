"""The API as a WSGI application. `asgi.py` serves it; gunicorn may, behind a proxy that buffers."""

import gc

# What is imported stays for good: looking for garbage among it takes a quarter of the start, and of every later search.
gc.disable()

from hub.app import create_app  # noqa: E402
from hub.settings import Settings  # noqa: E402

app = create_app(Settings.load())

gc.freeze()
gc.enable()
