"""Models and the track record as people and programs read them. Statements only: imports nothing of the models."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.errors import NotFoundError

_CARD = """
    m.id, m.number, m.task, m.backend, m.backend_version, m.feature_version, m.status, m.reason, m.as_of, m.trained_at,
    m.backtest, m.scores, m.data, m.pinned_at, m.size as bytes, m.sha256, m.drift,
    m.artifact is not null or m.file is not null as is_kept
"""
_FULL = f"""
    {_CARD}, m.parameters, m.seed, m.contest,
    case when m.file is not null then 'store' when m.artifact is not null then 'database' end as kept_in
"""
FILTERS = {"task": "m.task = :task", "status": "m.status = :status", "backend": "m.backend = :backend"}

# Of the track record; each filter is a condition of its own name.
SCORE_FILTERS = {
    "model": "m.backend = :model",
    "model_id": "s.model_id = :model_id",
    "horizon": "s.horizon = :horizon",
    "history": "s.history = :history",
    "amount": "s.amount = :amount",
    "currency": "s.currency = :currency",
}
SEGMENTS = ("history", "amount", "currency", "horizon")

_SCORED = "forecast_scores s join forecast_models m on m.id = s.model_id"
_BINS = ", ".join(
    f"sum(s.{name}[{bin}]) as {name}_{bin}" for bin in range(1, 11) for name in ("bin_n", "bin_p", "bin_paid")
)
_SUMS = f"""
    sum(s.n)::bigint as n, sum(s.sum_error) as sum_error, sum(s.sum_bias) as sum_bias, sum(s.covered) as covered,
    sum(s.sum_error_naive) as sum_error_naive, sum(s.n_due)::bigint as n_due, sum(s.sum_brier) as sum_brier,
    sum(s.sum_brier_naive) as sum_brier_naive, {_BINS}
"""


def list_models(
    session: Session, filters: dict[str, Any] | None = None, *, after: int | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """The models trained so far, newest first, each with its record and backtest; `after` continues below a number.

    `filters` takes the names in FILTERS.
    """
    chosen = filters or {}
    where = [FILTERS[name] for name in chosen] + (["m.number < :after"] if after is not None else [])
    rows = session.execute(
        text(f"""
            select {_CARD} from forecast_models m {"where " + " and ".join(where) if where else ""}
            order by m.number desc limit :limit
        """),
        {**chosen, "after": after, "limit": limit},
    )
    return [dict(row._mapping) for row in rows]


def get_model(session: Session, model_id: UUID) -> dict[str, Any]:
    """One model with all of its record. Raises NotFoundError."""
    row = session.execute(text(f"select {_FULL} from forecast_models m where m.id = :id"), {"id": model_id})
    found = row.one_or_none()
    if found is None:
        raise NotFoundError("There is no such model.")
    return dict(found._mapping)


def accuracy(session: Session, filters: dict[str, Any], *, since: date) -> dict[str, Any]:
    """How good forecasts were whose truth is known by now: in all, by month and model, by segment, and whether
    probabilities meant what they said. `filters` takes the names in SCORE_FILTERS; one horizon, or errors count twice.
    """
    where = " and ".join(["s.month >= :since", *(SCORE_FILTERS[name] for name in filters)])
    values = {**filters, "since": since}

    def read(by: str) -> list[dict[str, Any]]:
        group = f"group by {by} order by {by}" if by else ""
        rows = session.execute(
            text(f"select {by + ',' if by else ''} {_SUMS} from {_SCORED} where {where} {group}"), values
        )
        return [dict(row._mapping) for row in rows]

    (total,) = read("")
    segments = [
        {"segment": name, "value": row[name], **_figures(row)}
        for name in SEGMENTS
        if name not in filters
        for row in read(f"s.{name}")
    ]
    return {
        "overall": _figures(total),
        "months": [
            {"month": row["month"], "model": row["backend"], **_figures(row)} for row in read("s.month, m.backend")
        ],
        "segments": segments,
        "reliability": _reliability(total),
        "champion": _champion(session),
    }


def _champion(session: Session) -> dict[str, Any] | None:
    row = session.execute(
        text("""
            select id, number, backend as model, as_of, pinned_at, backtest, drift
            from forecast_models where task = 'forecast' and status = 'champion'
        """)
    ).one_or_none()
    if row is None:
        return None
    drift = row.drift or {}
    return {
        **{name: row._mapping[name] for name in ("id", "number", "model", "as_of", "pinned_at")},
        "mae_backtest": (row.backtest or {}).get("model", {}).get("mae"),
        "drift": row.drift,
        "alarms": drift.get("alarms", []),
    }


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    n, due = row["n"] or 0, row["n_due"] or 0
    return {
        "n": n,
        "mae": _over(row["sum_error"], n),
        "mae_naive": _over(row["sum_error_naive"], n),
        "bias": _over(row["sum_bias"], n),
        "coverage": _over(row["covered"], n),
        "n_due": due,
        "brier": _over(row["sum_brier"], due),
        "brier_naive": _over(row["sum_brier_naive"], due),
        "ece": None
        if not due
        else sum(abs(each["p_mean"] - each["share_paid"]) * each["n"] for each in _reliability(row)) / due,
    }


def _reliability(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"n": n, "p_mean": row[f"bin_p_{bin}"] / n, "share_paid": row[f"bin_paid_{bin}"] / n}
        for bin in range(1, 11)
        if (n := row[f"bin_n_{bin}"])
    ]


def _over(total: Any, count: int) -> float | None:
    return float(total) / count if count else None
