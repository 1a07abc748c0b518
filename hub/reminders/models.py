"""The tables of reminders, in every tenant's schema."""
