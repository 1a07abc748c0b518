"""What a person keeps for themselves in one tenant: how the dashboard is to look, and views of its lists."""
