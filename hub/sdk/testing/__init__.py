"""What providers in a box are made of: a simulated company and a local server that can fail on demand.

For tests, demonstrations and authors of connectors. Nothing else of the SDK imports it.
"""
