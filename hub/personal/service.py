"""One person's preferences and saved views. Sessions are a tenant's; nobody is shown or changes another's."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from sqlalchemy import RowMapping, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.errors import ConflictError, NotFoundError
from hub.personal.models import preferences, saved_views

MOST_VIEWS = 100
"""That one person may keep in a tenant."""

_ALONE = text("select pg_advisory_xact_lock(hashtextextended('paypredict.views.' || current_user || :user_id, 0))")


def get_preferences(session: Session, user_id: UUID) -> dict[str, Any]:
    """What the person has chosen; empty where they chose nothing."""
    return session.scalar(select(preferences.c.chosen).where(preferences.c.user_id == user_id)) or {}


def put_preferences(session: Session, user_id: UUID, chosen: Mapping[str, Any]) -> None:
    """Keep what the person chose, instead of all that they chose before."""
    new = insert(preferences).values(user_id=user_id, chosen=dict(chosen))
    changed = {"chosen": new.excluded.chosen, "changed_at": func.now()}
    session.execute(new.on_conflict_do_update(index_elements=["user_id"], set_=changed))


def list_views(session: Session, user_id: UUID, page: str | None = None) -> list[dict[str, Any]]:
    """The person's views, of one page or of all, by page and name."""
    query = select(saved_views).where(saved_views.c.user_id == user_id)
    if page is not None:
        query = query.where(saved_views.c.page == page)
    rows = session.execute(query.order_by(saved_views.c.page, func.lower(saved_views.c.name), saved_views.c.id))
    return [_shown(row._mapping) for row in rows]


def create_view(session: Session, user_id: UUID, *, page: str, name: str, query: str) -> dict[str, Any]:
    """Keep a view. Raises ConflictError where the person has one of that name, or as many as they may."""
    _check_name(session, user_id, page, name)
    count = session.scalar(select(func.count()).select_from(saved_views).where(saved_views.c.user_id == user_id))
    if (count or 0) >= MOST_VIEWS:
        raise ConflictError(f"You have {MOST_VIEWS} views, as many as may be. Delete one first.")
    values = {"user_id": user_id, "page": page, "name": name, "parameters": _pairs(query)}
    row = session.execute(insert(saved_views).values(values).returning(saved_views)).one()
    return _shown(row._mapping)


def change_view(session: Session, user_id: UUID, view_id: UUID, *, name: str, query: str) -> dict[str, Any]:
    """Have a view be called so and show that. Raises NotFoundError, and ConflictError where the name is taken."""
    own = (saved_views.c.user_id == user_id, saved_views.c.id == view_id)
    page = session.scalar(select(saved_views.c.page).where(*own))
    if page is None:
        raise _gone()
    _check_name(session, user_id, page, name, but=view_id)
    changed = update(saved_views).where(*own).values(name=name, parameters=_pairs(query)).returning(saved_views)
    row = session.execute(changed).one_or_none()
    if row is None:
        raise _gone()
    return _shown(row._mapping)


def delete_view(session: Session, user_id: UUID, view_id: UUID) -> None:
    """Let go of a view. Raises NotFoundError."""
    own = delete(saved_views).where(saved_views.c.user_id == user_id, saved_views.c.id == view_id)
    if not session.execute(own).rowcount:  # type: ignore[attr-defined]
        raise _gone()


def forget_all_but(session: Session, user_ids: Collection[UUID]) -> int:
    """Delete what was kept by anybody who is not among `user_ids`; how many rows."""
    gone = [delete(table).where(table.c.user_id.not_in(user_ids)) for table in (preferences, saved_views)]
    return sum(session.execute(statement).rowcount for statement in gone)  # type: ignore[attr-defined]


def _pairs(query: str) -> list[list[str]]:
    return [list(pair) for pair in parse_qsl(query, keep_blank_values=True)]


def _shown(row: RowMapping) -> dict[str, Any]:
    shown = {name: row[name] for name in ("id", "page", "name", "created_at")}
    return shown | {"query": urlencode([tuple(pair) for pair in row["parameters"]])}


def _check_name(session: Session, user_id: UUID, page: str, name: str, but: UUID | None = None) -> None:
    """Raise ConflictError where another view of the person's has the name; and have none of theirs come meanwhile."""
    session.execute(_ALONE, {"user_id": str(user_id)})
    same = (saved_views.c.user_id == user_id, saved_views.c.page == page, saved_views.c.name == name)
    if session.scalar(select(saved_views.c.id).where(*same, saved_views.c.id.is_distinct_from(but)).limit(1)):
        message = "There is a view of that name on this page."
        raise ConflictError(f"You have a view called {name} on this page.", fields={"name": message})


def _gone() -> NotFoundError:
    return NotFoundError("You have no such view.")
