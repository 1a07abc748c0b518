"""Who may approve how a dispute is to be settled. Pure."""

from collections.abc import Mapping
from typing import Any

from hub.errors import ForbiddenError
from hub.storage.audit import Actor


def check(who: Actor, *, is_admin: bool, proposal: Mapping[str, Any] | None, approve: str | None) -> None:
    """Raise ForbiddenError where `who` may not approve `proposal`, for which the policy asks for `approve`.

    Where the policy asks for an admin, it takes one, and another one than whoever proposed it: of two people, one
    proposes and the other approves.
    """
    if approve != "admin":
        return
    if not is_admin:
        raise ForbiddenError("The policy asks for an admin to approve this.")
    if proposal is not None and proposal["by"]["id"] == who.id:
        raise ForbiddenError("Whoever proposes this does not approve it: the policy asks for a second person.")
