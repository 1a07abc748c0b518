"""The measured figures as Markdown, as they stand in docs/accuracy.md."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

DAYS = {
    "MAE, d": ("mae", 2),
    "RMSE, d": ("rmse", 2),
    "within 3 d": ("within3", 3),
    "within 7 d": ("within7", 3),
    "C-index": ("c_index", 3),
    "weekly cash": ("cash", 3),
}
CHANCES = {
    "AUC": ("auc", 3),
    "Brier": ("brier", 3),
    "ECE": ("ece", 3),
    "AUC > 30 d late": ("auc_late30", 3),
    "pinball, d": ("pinball", 2),
    "coverage": ("coverage", 3),
    "width, d": ("width", 1),
}


def document(results: Sequence[Mapping[str, Any]]) -> str:
    """All tables, and below them what was held to a limit."""
    parts = [
        f"### {each['name'].removeprefix('accuracy ')}\n\n{each['markdown']}" for each in results if "markdown" in each
    ]
    verdicts = [
        f"- {'met' if each['met'] else 'MISSED'}: {each['name'].removeprefix('accuracy ')}: {each['ratio']:.3f}, "
        f"{each['low']:.3f} to {each['high']:.3f} ({each['unit']}, goal {each['goal']})"
        for each in results
    ]
    return "\n\n".join([*parts, "\n".join(verdicts)])


def whole(table: Mapping[str, Any], ours: str, reference: str, by_slice: Mapping[str, tuple[float, float]]) -> str:
    """The tables of one ledger under one protocol."""
    sizes = [cut["n"] for cut in table[ours].figures]
    head = f"{len(sizes)} cuts, {sum(sizes):,} invoices. Mean over the cuts ± its standard deviation between them."
    slices = _slices(table, ours, reference, by_slice), _coverage(table, ours)
    return "\n\n".join([head, _figures(table, DAYS), _figures(table, CHANCES), *slices])


def _figures(table: Mapping[str, Any], columns: Mapping[str, tuple[str, int]]) -> str:
    rows = (
        [model, *(cell([cut[name] for cut in measured.figures], places) for name, places in columns.values())]
        for model, measured in table.items()
    )
    return markdown(["model", *columns], rows)


def _slices(table: Mapping[str, Any], ours: str, reference: str, by_slice: Mapping[str, tuple[float, float]]) -> str:
    """Mean absolute error per slice, over the invoices of all cuts; below, its ratio ± standard error by customers."""
    names = [name for name, n in table[ours].sizes.items() if n]
    rows = [["invoices", *(f"{table[ours].sizes[name]:,}" for name in names)]]
    rows += [[model, *(f"{measured.slice_error(name):.2f}" for name in names)] for model, measured in table.items()]
    ratios = (("{:.2f} ± {:.2f}".format(*by_slice[name]) if name in by_slice else "too few") for name in names)
    rows.append([f"{ours} / {reference}", *ratios])
    return markdown(["MAE, d, by slice", *names], rows)


def _coverage(table: Mapping[str, Any], ours: str) -> str:
    """The share of each slice's invoices within their 80 % interval, over the invoices of all cuts."""
    names = [name for name, n in table[ours].sizes.items() if n]
    rows = ([model, *(f"{measured.slice_coverage(name):.3f}" for name in names)] for model, measured in table.items())
    return markdown(["coverage by slice", *names], rows)


def cell(values: Sequence[float | None], places: int) -> str:
    """Mean ± standard deviation of the cuts that have an answer."""
    known = [value for value in values if value is not None]
    if not known:
        return "–"
    return f"{fmean(known):.{places}f}" + (f" ± {stdev(known):.{places}f}" if len(known) > 1 else "")


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
