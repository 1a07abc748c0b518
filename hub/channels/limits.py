"""How many messages a channel sends, over all workers: at a pace by which no minute and no day has more than it may."""

from dataclasses import replace

from sqlalchemy.orm import Session

from hub.channels.service import Channel
from hub.connections import budgets
from hub.sdk.errors import TransientError
from hub.sdk.manifest import Limits
from hub.storage.session import Storage


def wait(session: Session, channel: Channel, *, is_interactive: bool = False) -> float:
    """0 where a message may go now, which takes it from the budget; else the seconds after which to ask again.

    A quarter of a minute's messages may go at once, then one at a time. `is_interactive`: a person waits, and may use
    the last of the budget. The tenant's session. While Valkey is away each process keeps a slower pace by itself.
    """
    limits = Limits(per_minute=channel.per_minute, per_day=channel.per_day)
    if not limits.per_minute and not limits.per_day:
        return 0.0
    storage: Storage = session.info["storage"]
    whose = f"{session.info['tenant']} {channel.id}"
    budget = budgets.named(storage.settings, "channel", whose, limits, is_interactive=is_interactive)
    try:
        # Whoever has to wait does something else meanwhile: nobody sleeps here.
        with replace(budget, longest_wait=0.0).turn():
            return 0.0
    except TransientError as error:
        return float(error.retry_after)
