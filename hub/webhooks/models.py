"""The tables of webhooks, in every tenant's schema."""
