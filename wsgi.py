"""The API as a WSGI application: `granian --interface wsgi wsgi:app`."""

from hub.app import create_app
from hub.settings import Settings

app = create_app(Settings.load())
