"""When each open invoice will be paid, how sure that is, and why."""
