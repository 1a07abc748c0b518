"""Durable work: Postgres remembers it, RQ moves it. Flushing Valkey loses nothing; a killed worker, its attempt."""
