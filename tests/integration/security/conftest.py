"""The small ledger of the API's tests, under attack."""

from tests.integration.api.conftest import client, forecast, key_of, small_ledger

__all__ = ["client", "forecast", "key_of", "small_ledger"]
