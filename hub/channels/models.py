"""The tables of channels, in every tenant's schema."""
