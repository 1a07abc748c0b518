"""What every test module beside the servers leaves behind it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text


@pytest.fixture(scope="module", autouse=True)
def nothing_left_to_do(storage) -> Iterator[None]:
    """A module's unfinished work, a training on 50,000 invoices say, is not done by the module that comes next."""
    yield
    with storage.hub() as session:
        session.execute(text("delete from hub.work where state = 'queued'"))
