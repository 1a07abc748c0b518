"""What the running hub says of itself: logs and metrics."""
