"""The tokens of a connection: kept in the vault, renewed by one process at a time, never lost once the provider gave
them.

Whoever finds that a token runs out takes a lease on the connection's row (by the database's clock), asks the provider
outside of any transaction, in less time than the lease lasts, and commits what came under the next generation before
anybody uses it. Others go on with the token while it is good, or wait. A lease is let run out where nobody knows
whether the provider answered (the answer was lost, the process died): then the refresh token may be spent, and it is
tried once more only where the provider's way to rotate gives that a chance. What is stored is only ever replaced.
"""

import itertools
import logging
import math
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import psycopg
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from hub.connections.kept import ACCESS, REFRESH, from_now, seal, values_of
from hub.connections.models import connection_tokens, connections
from hub.connections.token_requests import Grant, GrantRefused, LostAnswer, check_scopes
from hub.errors import NotFoundError
from hub.sdk.errors import AuthError, PluginError, TransientError
from hub.sdk.manifest import Auth
from hub.storage.session import Storage
from hub.storage.vault import Vault

log = logging.getLogger(__name__)

Verdict = Literal["use", "wait", "later", "renew", "retry", "dead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Durations in seconds. The lease is by far longer than a request for tokens may take (Client.deadline_seconds).

    A token is renewed when less than `margin` of its life is left, or a quarter of it; it is used to its last `usable`.
    """

    lease: float = 45
    margin: float = 180
    usable: float = 5
    poll: float = 0.1
    commits: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Opener:
    """One connection's way to new tokens. `ask` is given the refresh token, or None where the way needs none."""

    storage: Storage
    vault: Vault
    tenant: str
    connection_id: UUID
    auth: Auth
    ask: Callable[[str | None], Grant] = field(repr=False)
    timing: Timing = Timing()

    @property
    def needs_refresh_token(self) -> bool:
        """Whether a person consented once; else tokens are asked for whenever they are needed."""
        return self.auth.kind == "oauth2_code"

    @property
    def may_ask_again(self) -> bool:
        """Whether a request whose answer was lost has cost nothing."""
        return not self.needs_refresh_token or self.auth.rotates == "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token; `seconds_left` None: the provider did not say how long it is good."""

    value: str = field(repr=False)
    generation: int
    seconds_left: float | None
    renew_in: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The row of a connection's tokens as it is now, durations by the database's clock."""

    generation: int
    state: str
    is_owned: bool
    seconds_left: float | None
    lifetime: float | None
    lease_left: float | None
    """Negative once it has run out; None while there is none."""


def fresh(opener: Opener, *, than_generation: int = 0) -> Token:
    """A good access token, of a later generation than the one that was refused, if one was. Renews it where needed.

    Raises AuthError where a person has to reconnect, ConfigError where the operator's app is at fault, TransientError.
    """
    until = time.monotonic() + 2 * opener.timing.lease
    for waited in itertools.count():
        owner = uuid.uuid4()
        verdict, standing, held = _look(opener, than_generation, owner)
        if verdict == "use":
            return _token(opener, standing, held[ACCESS])
        if verdict == "dead":
            raise AuthError(f"{opener.auth.title}: the grant is not good any more; reconnect")
        if verdict in ("renew", "retry"):
            token = _renew(opener, standing, held, owner, than_generation, is_retry=verdict == "retry")
            if token:
                return token
        if verdict == "later" or time.monotonic() > until:
            wait = math.ceil(max(standing.lease_left or 0, 1))
            raise TransientError(f"{opener.auth.title}: new tokens were asked for and did not come yet", wait)
        pause = opener.timing.poll * min(1.2**waited, 10)
        time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - so that those who wait spread
    raise AssertionError("counts for ever")


def decide(standing: Standing, auth: Auth, timing: Timing, than_generation: int) -> Verdict:
    """What to do about a token: the whole protocol, as a table.

    `wait` for somebody who is asking, `later` where an answer was lost a moment ago, `renew`, `retry` once though the
    refresh token may be spent, or it is `dead`.
    """
    left = standing.seconds_left
    newer = standing.generation > than_generation
    if standing.state == "dead":
        return "dead"
    if newer and (left is None or left > _margin(standing, timing)):
        return "use"
    if standing.lease_left is not None and standing.lease_left > 0:
        if newer and left is not None and left > timing.usable:
            return "use"
        return "wait" if standing.is_owned else "later"
    if standing.state == "idle" or auth.kind != "oauth2_code" or auth.rotates == "never":
        return "renew"
    # Somebody asked and no answer is known of. A second such request is not followed by a third.
    if standing.state == "uncertain" and standing.is_owned:
        return "dead"
    since = timing.lease - (standing.lease_left or 0)
    may_be_unspent = auth.rotates == "sometimes" or since + timing.lease / 2 < auth.reuse_window_seconds
    return "retry" if may_be_unspent else "dead"


def _look(opener: Opener, than: int, owner: UUID) -> tuple[Verdict, Standing, dict[str, str]]:
    """How the tokens stand and what to do; where that is to ask for new ones, the lease is `owner`'s from here on.

    The row is locked meanwhile, so that generation and token are of one another.
    """
    with opener.storage.tenant(opener.tenant) as session:
        standing = _standing(session, opener)
        verdict = decide(standing, opener.auth, opener.timing, than)
        held: dict[str, str] = {}
        wanted = ACCESS if verdict == "use" else REFRESH if opener.needs_refresh_token else None
        if verdict in ("use", "renew", "retry") and wanted:
            try:
                held[wanted] = opener.vault.get(session, opener.connection_id, wanted, noted=False)
            except NotFoundError:
                raise AuthError(
                    f"{opener.auth.title}: the provider gave no way to renew the grant; reconnect"
                ) from None
        if verdict in ("renew", "retry"):
            # Now, for a pair that cannot be sealed when it has come is lost.
            opener.vault.sealing_key(session)
            state = "uncertain" if verdict == "retry" else "in_flight"
            _set(session, opener, None, state=state, lease_owner=owner, lease_until=from_now(opener.timing.lease))
    return verdict, standing, held


def _standing(session: Session, opener: Opener) -> Standing:
    columns = connection_tokens.c

    def seconds(until: Any) -> Any:
        # The clock and not the transaction's begin, which may be long ago where the row was locked.
        return func.extract("epoch", until - func.clock_timestamp())

    query = (
        select(
            columns.generation,
            columns.state,
            columns.lease_owner,
            seconds(columns.expires_at).label("seconds_left"),
            func.extract("epoch", columns.expires_at - columns.renewed_at).label("lifetime"),
            seconds(columns.lease_until).label("lease_left"),
        )
        .where(columns.connection_id == opener.connection_id)
        .with_for_update()
    )
    row = session.execute(query).one_or_none()
    if row is None:
        if opener.needs_refresh_token:
            raise AuthError(f"{opener.auth.title}: it is not connected yet")
        status = session.scalar(select(connections.c.status).where(connections.c.id == opener.connection_id))
        if status == "disconnected":
            raise AuthError(f"{opener.auth.title}: it was disconnected")
        first = insert(connection_tokens).values(
            connection_id=opener.connection_id, generation=0, expires_at=func.now()
        )
        session.execute(first.on_conflict_do_nothing())
        row = session.execute(query).one()
    return Standing(
        generation=row.generation,
        state=row.state,
        is_owned=row.lease_owner is not None,
        seconds_left=_number(row.seconds_left),
        lifetime=_number(row.lifetime),
        lease_left=_number(row.lease_left),
    )


def _renew(
    opener: Opener, standing: Standing, held: dict[str, str], owner: UUID, than: int, *, is_retry: bool
) -> Token | None:
    """Ask for new tokens under the lease; None: look again, for somebody else has it or has had it."""
    title = opener.auth.title
    # Early enough to go on with the token there is, and to try again at the next occasion.
    is_good = standing.generation > than and (standing.seconds_left or 0) > opener.timing.usable
    try:
        grant = opener.ask(held.get(REFRESH))
    except LostAnswer as error:
        _lose(opener, owner, is_retry=is_retry)
        log.warning("connection %s: the answer with new tokens was lost (%s)", opener.connection_id, error)
        if is_retry:
            raise AuthError(f"{title}: the provider's answer with new tokens was lost twice; reconnect") from error
        if is_good:
            return _still_good(opener, standing)
        wait = math.ceil(opener.timing.lease)
        raise TransientError(f"{title}: the provider's answer with new tokens was lost", wait) from error
    except GrantRefused:
        if not opener.needs_refresh_token:
            _release(opener, owner, standing, is_retry=False)
            raise
        if _die(opener, owner, standing.generation):
            raise
        return None
    except PluginError as error:
        _release(opener, owner, standing, is_retry=is_retry)
        if isinstance(error, TransientError) and is_good:
            return _still_good(opener, standing)
        raise
    if not _commit(opener, owner, standing.generation, grant):
        log.warning("connection %s: somebody else has renewed its tokens meanwhile", opener.connection_id)
        return None
    log.info("connection %s: tokens of generation %d", opener.connection_id, standing.generation + 1)
    if opener.needs_refresh_token:
        check_scopes(opener.auth, grant)
    lifetime = float(grant.expires_in) if grant.expires_in else None
    renewed = Standing(
        generation=standing.generation + 1,
        state="idle",
        is_owned=False,
        seconds_left=lifetime,
        lifetime=lifetime,
        lease_left=None,
    )
    return _token(opener, renewed, grant.access_token)


def _commit(opener: Opener, owner: UUID, generation: int, grant: Grant) -> bool:
    """Store what came, unless the lease was taken over; a database that is away for a moment must not lose it."""
    for attempt in range(1, opener.timing.commits + 1):
        try:
            with opener.storage.tenant(opener.tenant) as session:
                values = {**values_of(grant, opener.auth), "generation": generation + 1, "state": "idle"}
                if not _set(session, opener, owner, generation, **values, lease_owner=None, lease_until=None):
                    return False
                seal(session, opener.vault, opener.connection_id, grant)
            return True
        except (OperationalError, psycopg.OperationalError):
            if attempt == opener.timing.commits:
                raise
            log.warning("connection %s: new tokens could not be stored, trying again", opener.connection_id)
            time.sleep(opener.timing.poll * 2**attempt)
    return False


def _lose(opener: Opener, owner: UUID, *, is_retry: bool) -> None:
    """Note that nobody knows whether the refresh token is spent. The lease runs out by itself, for all who wait."""
    with opener.storage.tenant(opener.tenant) as session:
        if opener.may_ask_again:
            _set(session, opener, owner, state="idle", lease_owner=None, lease_until=None)
        elif not is_retry:
            _set(session, opener, owner, state="uncertain", lease_owner=None)
        else:
            _set(session, opener, owner, state="dead")


def _release(opener: Opener, owner: UUID, standing: Standing, *, is_retry: bool) -> None:
    """Give back the lease after a request that cannot have spent the refresh token."""
    values: dict[str, Any] = {"state": "idle", "lease_until": None}
    if is_retry:
        # Still as uncertain as before, and since then.
        values = {"state": "uncertain", "lease_until": from_now(standing.lease_left or 0)}
    with opener.storage.tenant(opener.tenant) as session:
        _set(session, opener, owner, lease_owner=None, **values)


def _die(opener: Opener, owner: UUID, generation: int) -> bool:
    """Note that the grant is dead; False where there are newer tokens. The owner stays, should an answer come yet."""
    with opener.storage.tenant(opener.tenant) as session:
        return _set(session, opener, owner, generation, state="dead")


def _set(session: Session, opener: Opener, owner: UUID | None, generation: int | None = None, /, **values: Any) -> bool:
    """Change the row if it is `owner`'s still and of that generation; whether it was. None: whoever's, it is locked."""
    columns = connection_tokens.c
    statement = update(connection_tokens).where(columns.connection_id == opener.connection_id)
    if owner is not None:
        statement = statement.where(columns.lease_owner == owner)
    if generation is not None:
        statement = statement.where(columns.generation == generation)
    return session.execute(statement.values(**values).returning(columns.generation)).one_or_none() is not None


def _still_good(opener: Opener, standing: Standing) -> Token | None:
    with opener.storage.tenant(opener.tenant) as session:
        now = _standing(session, opener)
        if now.generation != standing.generation:
            return None
        return _token(opener, now, opener.vault.get(session, opener.connection_id, ACCESS, noted=False))


def _token(opener: Opener, standing: Standing, value: str) -> Token:
    left = standing.seconds_left
    # Ask again when it is due, but not at every call while it cannot be renewed.
    renew_in = None if left is None else max(left - _margin(standing, opener.timing), min(left, 1.0))
    return Token(value=value, generation=standing.generation, seconds_left=left, renew_in=renew_in)


def _margin(standing: Standing, timing: Timing) -> float:
    return min(timing.margin, (standing.lifetime or math.inf) / 4)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
