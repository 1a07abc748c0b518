"""The forecast report: one self-contained HTML file with plots, for people who would rather look than read."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup, escape

from hub.forecasting.aging import Aging
from hub.forecasting.results import Backtest, CashFlow, Reason
from hub.sdk.risk import RiskLevel

INK, MUTED, GRID_LINE = "#1d2733", "#5d6b7a", "#e3e8ee"
BLUE, PALE_BLUE, AMBER, RED, GREEN = "#1f5fbf", "#c9dcf7", "#c77700", "#b3261e", "#2e7d4f"
AGING_COLOURS = (GREEN, "#8fae3c", AMBER, "#c8551b", RED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskyInvoice:
    """One row of the report's list of riskiest invoices."""

    number: str
    customer: str
    due_on: date
    amount: float
    currency: str
    p_late30: float
    expected_on: date
    p10_on: date
    p90_on: date
    risk_level: RiskLevel
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that the report shows. Without a model there is only the aging, and `note` says why.

    `with_upcoming`: the expected cash counts invoices issued after `as_of`, too.
    """

    title: str
    as_of: date
    note: str
    model: str | None
    open_invoices: int
    aging: Sequence[Aging]
    cash_flow: CashFlow | None
    with_upcoming: bool = False
    backtest: Backtest | None
    riskiest: Sequence[RiskyInvoice]


def render(report: Report) -> str:
    """The report as one HTML document that loads nothing from anywhere."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hub.forecasting", "."), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"money": money, "percent": percent, "number": number}
    plots: dict[str, Any] = {"aging": {one.currency: _aging_plot(one) for one in report.aging}}
    if report.cash_flow is not None:
        plots["cash"] = {currency: _cash_plot(report.cash_flow, currency) for currency in report.cash_flow.expected}
    if report.backtest is not None:
        plots["calibration"] = _calibration_plot(report.backtest)
        plots["errors"] = _error_plot(report.backtest)
    return environment.get_template("report.html").render(report=report, plots=plots, backtest=report.backtest)


def money(value: float, currency: str = "") -> str:
    """An amount for people: thousands marked, no cents from 1,000 on."""
    digits = 0 if abs(value) >= 1000 else 2
    return f"{value:,.{digits}f} {currency}".strip()


def percent(value: float | None, digits: int = 0) -> str:
    """A share as a percentage, or a dash where it is unknown."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def number(value: float | None, digits: int = 2) -> str:
    """A figure with fixed digits, or a dash where it is unknown."""
    return "–" if value is None else f"{value:.{digits}f}"


def _draw(paint: Callable[[Any], None], label: str, width: float = 7.4, height: float = 3.0) -> Markup:
    """An SVG of what `paint` draws on a pair of axes; text stays text, `label` is read out instead of the picture."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    style: dict[str, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": label,
        "font.family": "sans-serif",
        "font.size": 9.5,
        "text.color": INK,
        "axes.edgecolor": GRID_LINE,
        "axes.labelcolor": MUTED,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
    }
    with mpl.rc_context(style):  # type: ignore[arg-type]
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(length=0)
        axes.grid(axis="y", color=GRID_LINE, linewidth=0.8)
        axes.set_axisbelow(True)
        paint(axes)
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :].replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)
    return Markup(svg)  # noqa: S704 - drawn here, from numbers, and from text that matplotlib and `escape` made safe


def _short_money(value: float, _position: object = None) -> str:
    for size, sign in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:,.3g} {sign}"
    return f"{value:,.0f}"


def _aging_plot(aging: Aging) -> Any:
    def paint(axes: Any) -> None:
        bars = axes.bar(aging.labels, aging.amounts, color=AGING_COLOURS, width=0.62)
        axes.bar_label(bars, labels=[_short_money(amount) for amount in aging.amounts], padding=2, color=INK)
        axes.yaxis.set_major_formatter(_short_money)
        axes.set_xlabel("days past due")

    return _draw(paint, f"Open {aging.currency} by days past due", width=5.4)


def _cash_plot(cash: CashFlow, currency: str) -> Any:
    weeks = 13
    expected, low, high = (np.asarray(values[currency])[:weeks] for values in (cash.expected, cash.p10, cash.p90))

    def paint(axes: Any) -> None:
        labels = [f"{week.day} {week:%b}" for week in cash.weeks[:weeks]]
        place = np.arange(len(labels))
        axes.bar(place, expected, color=BLUE, width=0.56, label="expected")
        axes.vlines(place, low, high, color=INK, linewidth=1.6, label="80 % range")
        axes.set_xticks(place, labels, rotation=35, ha="right")
        axes.yaxis.set_major_formatter(_short_money)
        axes.set_ylim(0, 1.18 * max(high.max(), 1.0))
        axes.legend(*map(reversed, axes.get_legend_handles_labels()), frameon=False, ncols=2, loc="upper right")

    return _draw(paint, f"Expected receipts in {currency} by week, with the range that holds 80 % of cases", width=10.2)


def _calibration_plot(backtest: Backtest) -> Any:
    def paint(axes: Any) -> None:
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 4)))
        largest = max((one.n for one in backtest.calibration), default=1)
        axes.scatter(
            [one.p_mean for one in backtest.calibration],
            [one.share_paid for one in backtest.calibration],
            s=[25 + 220 * one.n / largest for one in backtest.calibration],
            color=BLUE,
            alpha=0.8,
            linewidths=0,
        )
        axes.set_xlabel("forecast probability of payment by due date")
        axes.set_ylabel("share that was paid by then")
        axes.set_xlim(-0.03, 1.03)
        axes.set_ylim(-0.03, 1.03)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")

    return _draw(paint, "Forecast probabilities against what happened", width=4.4, height=3.6)


def _error_plot(backtest: Backtest) -> Any:
    groups = [group for group in backtest.errors if group.n][::-1]

    def paint(axes: Any) -> None:
        place = np.arange(len(groups))
        axes.barh(place - 0.2, [one.mae_customer_median for one in groups], 0.38, color=PALE_BLUE)
        axes.barh(place + 0.2, [one.mae for one in groups], 0.38, color=BLUE)
        axes.set_yticks(place, [f"{one.label} ({one.n:,})" for one in groups])
        axes.set_xlabel("days")
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", color=GRID_LINE, linewidth=0.8)

    return _draw(paint, "Mean error in days by group of invoices, beside the customer median", width=6.4, height=3.6)
