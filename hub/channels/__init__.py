"""Channels that tenants set up: their configuration, sending by them, what became of messages, whom not to reach."""
