"""The API as a WSGI application: `granian --interface wsgi wsgi:app`."""

import gc

# What is imported stays for good: looking for garbage among it takes a quarter of the start, and of every later search.
gc.disable()

from hub.app import create_app  # noqa: E402
from hub.settings import Settings  # noqa: E402

app = create_app(Settings.load())

gc.freeze()
gc.enable()
