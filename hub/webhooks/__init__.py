"""Webhooks that go out: what happened in a tenant, told to its own systems."""
