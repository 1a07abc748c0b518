"""How many messages a channel sends, over all workers: at a pace that no minute and no day has more than it may."""

import hashlib
from dataclasses import replace

from hub.channels.service import Channel
from hub.connections import budgets
from hub.sdk.errors import TransientError
from hub.sdk.manifest import Limits, Manifest
from hub.settings import Settings


def wait(
    settings: Settings, tenant: str, manifest: Manifest, channel: Channel, *, is_interactive: bool = False
) -> float:
    """0 where a message may go now, which takes it from the budget; else the seconds after which to ask again.

    The channel's own limits, else what the plugin's manifest says that its provider takes. `is_interactive`: a person
    waits, and may use the last of the budget.
    """
    limits = Limits(
        per_minute=channel.per_minute or manifest.limits.per_minute, per_day=channel.per_day or manifest.limits.per_day
    )
    if not limits.per_minute and not limits.per_day:
        return 0.0
    name = hashlib.sha256(f"{tenant}\0{channel.id}".encode()).hexdigest()[:32]
    budget = budgets.of(settings, manifest, name, is_interactive=is_interactive)
    # Whoever waits does something else meanwhile: nobody sleeps here.
    budget = replace(budget, name=f"channel:{name}", limits=limits, longest_wait=0.0)
    try:
        with budget.turn():
            return 0.0
    except TransientError as error:
        return float(error.retry_after)
