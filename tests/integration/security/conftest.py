"""The small ledger of the API's tests, under attack."""

from tests.integration.api.conftest import app, client, forecast, key_of, small_ledger

__all__ = ["app", "client", "forecast", "key_of", "small_ledger"]
