"""What customers object to: heard, sorted, answered, and learnt from."""
