"""What a model server is asked and answers: cases in, curves or contributions out, over the SageMaker container's wire.

Two forms of the same: compact binary (ARRAYS: a checksum, a head of JSON that lays out plain little-endian arrays, the
arrays) and JSON. Neither holds code. Both keep every float32 as it was; NaN is null in JSON.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from hub.sdk.forecaster import Cases, Contributions, ContributionUnit, Curves

ARRAYS = "application/x-paypredict-arrays"
JSON = "application/json"
CURVES, CONTRIBUTIONS = "curves", "contributions"
ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"
"""The header that names tenant, model and what is wanted, and in the answer the model and its checksum."""

_MAGIC = b"paypredict arrays 1\n"
_CHECKSUM = 32
_TYPES = ("<f4", "<i4")
_DAYS = ("seen", "start", "issued", "due")

Array = NDArray[Any]


def pack_cases(cases: Cases) -> bytes:
    """Cases as ARRAYS."""
    arrays = {name: getattr(cases, name) for name in ("values", "customer", *_DAYS)}
    return _pack({"names": cases.names}, arrays | {f"profile:{k}": each for k, each in cases.profiles.items()})


def unpack_cases(data: bytes) -> Cases:
    """The cases that were packed. Raises ValueError unless every byte is as it was."""
    head, arrays = _unpack(data)
    profiles = {name.removeprefix("profile:"): each for name, each in arrays.items() if name.startswith("profile:")}
    return _cases(head.get("names"), arrays, profiles)


def cases_from_json(document: Any) -> Cases:
    """Cases from `{"names": [...], "values": [[...]], "customer": [...], "seen": [...], ..., "profiles": {...}}`.

    Days are days since 1970-01-01. Raises ValueError saying what is wrong.
    """
    if not isinstance(document, dict) or not isinstance(document.get("profiles"), dict):
        raise ValueError("cases are an object with names, values, customer, seen, start, issued, due and profiles")
    arrays = {name: _whole(name, document.get(name)) for name in ("customer", *_DAYS)}
    arrays["values"] = _floats("values", document.get("values"))
    profiles = {name: _floats(name, each) for name, each in document["profiles"].items()}
    return _cases(document.get("names"), arrays, profiles)


def pack_curves(curves: Curves) -> bytes:
    """Curves as ARRAYS."""
    return _pack({}, {"ends": curves.ends, "paid_by": curves.paid_by})


def unpack_curves(data: bytes, cases: int) -> Curves:
    """The curves of so many cases. Raises ValueError where they are damaged or no curves."""
    _, arrays = _unpack(data)
    ends, paid_by = _table("ends", arrays.get("ends"), "<i4"), _table("paid_by", arrays.get("paid_by"), "<f4")
    if ends.shape != paid_by.shape or len(ends) != cases or (cases and not ends.shape[1]):
        raise ValueError(f"{cases} cases were answered with curves of {ends.shape} and {paid_by.shape}")
    if (ends[:, 1:] < ends[:, :-1]).any() or (paid_by[:, 1:] < paid_by[:, :-1]).any():
        raise ValueError("the curves fall")
    if not ((paid_by >= 0) & (paid_by <= 1)).all():
        raise ValueError("the curves leave the range from 0 to 1")
    return Curves(ends=ends, paid_by=paid_by)


def pack_contributions(found: Contributions) -> bytes:
    """Contributions as ARRAYS."""
    return _pack({"names": found.names, "unit": found.unit}, {"values": found.values})


def unpack_contributions(data: bytes, cases: int) -> Contributions:
    """The contributions to so many cases. Raises ValueError where they are damaged or none."""
    head, arrays = _unpack(data)
    names, values = _names(head.get("names")), _table("values", arrays.get("values"), "<f4")
    if values.shape != (cases, len(names)):
        raise ValueError(f"{cases} cases were answered with contributions of {values.shape}, {len(names)} named")
    unit = next((each for each in get_args(ContributionUnit) if each == head.get("unit")), None)
    if unit is None:
        raise ValueError(f"contributions in {head.get('unit')!r}, a unit that is not known")
    return Contributions(names=names, values=values, unit=unit)


def attributes(named: Mapping[str, str]) -> str:
    """What a request or an answer says of itself, as the ATTRIBUTES header has it."""
    return ";".join(f"{name}={value}" for name, value in named.items() if value)


def read_attributes(text: str) -> dict[str, str]:
    """The names and values of an ATTRIBUTES header; what is neither is left out."""
    pairs = (each.strip().partition("=") for each in text.split(";"))
    return {name: value for name, sign, value in pairs if sign}


def _cases(names: Any, arrays: Mapping[str, Array], profiles: Mapping[str, Array]) -> Cases:
    known, values = _names(names), _table("values", arrays.get("values"), "<f4")
    if values.shape[1] != len(known):
        raise ValueError(f"{len(known)} features are named, values has {values.shape[1]} columns")
    columns = {}
    for name in ("customer", *_DAYS):
        each = arrays.get(name)
        if each is None or each.dtype != np.dtype("<i4") or each.shape != (len(values),):
            raise ValueError(f"{name} is to hold one whole number for each of the {len(values)} cases")
        columns[name] = each
    tables = {name: _table(name, each, "<f4") for name, each in profiles.items()}
    for name, each in tables.items():
        if len(each) != len(values):
            raise ValueError(f"the profile {name} has {len(each)} rows for {len(values)} cases")
    return Cases(names=known, values=values, profiles=tables, **columns)


def _pack(head: dict[str, Any], arrays: Mapping[str, Array]) -> bytes:
    plain = {name: np.ascontiguousarray(each, _type_of(each)) for name, each in arrays.items()}
    layout = [[name, each.dtype.str, each.shape] for name, each in plain.items()]
    text = json.dumps(head | {"arrays": layout}).encode()
    text += b" " * (-len(text) % 4)  # so that the arrays begin where a float may stand in memory
    pieces = [len(text).to_bytes(4, "big"), text, *(each.tobytes() for each in plain.values())]
    checksum = hashlib.sha256()
    for piece in pieces:
        checksum.update(piece)
    return b"".join([_MAGIC, checksum.digest(), *pieces])


def _type_of(each: Array) -> str:
    return "<f4" if each.dtype.kind == "f" else "<i4"


def _unpack(data: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    begin = len(_MAGIC) + _CHECKSUM
    view = memoryview(data)
    if bytes(view[: len(_MAGIC)]) != _MAGIC or len(view) < begin + 4:
        raise ValueError(f"this is not {ARRAYS}")
    if hashlib.sha256(view[begin:]).digest() != bytes(view[len(_MAGIC) : begin]):
        raise ValueError("the bytes were damaged: their checksum does not fit")
    at = begin + 4 + int.from_bytes(view[begin : begin + 4], "big")
    try:
        head = json.loads(bytes(view[begin + 4 : at]))
        layout = [(str(name), str(kind), [int(size) for size in shape]) for name, kind, shape in head["arrays"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"the head of the arrays cannot be read: {error!r}") from error
    arrays = {}
    for name, kind, shape in layout:
        if kind not in _TYPES or len(shape) not in (1, 2) or min(shape) < 0:
            raise ValueError(
                f"{name} is laid out as {kind} of {shape}; only one or two dimensions of {_TYPES} are read"
            )
        size = 4 * shape[0] * (shape[1] if len(shape) == 2 else 1)
        if at + size > len(view):
            raise ValueError(f"the bytes end within {name}")
        arrays[name] = np.require(np.frombuffer(view[at : at + size], dtype=kind).reshape(shape), requirements="A")
        at += size
    if at != len(view):
        raise ValueError(f"{len(view) - at} bytes follow the last array")
    return head, arrays


def _names(names: Any) -> tuple[str, ...]:
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names) or len({*names}) != len(names):
        raise ValueError("names is to be a list of different names")
    return tuple(names)


def _table(name: str, each: Array | None, kind: str) -> Array:
    if each is None or each.ndim != 2 or each.dtype != np.dtype(kind):
        raise ValueError(f"{name} is to be a table of {kind}, one row for each case")
    return each


def _whole(name: str, values: Any) -> Array:
    if not isinstance(values, list) or not all(type(each) is int for each in values):
        raise ValueError(f"{name} is to be a list of whole numbers")
    try:
        return np.array(values, dtype="<i4")
    except OverflowError as error:
        raise ValueError(f"{name} has a number beyond 32 bits") from error


def _floats(name: str, rows: Any) -> Array:
    try:
        return np.array(rows, dtype="<f4")
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} is to be a table of numbers and nulls, its rows of one length: {error}") from error
