"""All that a plugin may import. Imports nothing else of the hub, so that it could be a wheel of its own."""
