"""The stored tensors of an ONNX file, found and overwritten in place: no more of the format is read than that."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

GRAPH, INITIALIZER, NAME, RAW_DATA = 7, 5, 8, 9
"""Numbers of the fields, as the format's onnx.proto gives them."""


def tensors(model: bytes) -> dict[str, tuple[int, int]]:
    """Where (start, end) each stored tensor's bytes lie, by name."""
    found: dict[str, tuple[int, int]] = {}
    for number, start, end in _fields(model, 0, len(model)):
        if number != GRAPH:
            continue
        for inner, first, last in _fields(model, start, end):
            if inner == INITIALIZER:
                parts = {field: place for field, *place in _fields(model, first, last)}
                if NAME in parts and RAW_DATA in parts:
                    begin, stop = parts[NAME]
                    found[model[begin:stop].decode()] = (parts[RAW_DATA][0], parts[RAW_DATA][1])
    return found


def overwritten(model: bytes, values: Mapping[str, NDArray[np.generic]]) -> bytes:
    """The model with these tensors' values; ValueError where one is not in it, or of another size."""
    changed, places = bytearray(model), tensors(model)
    for name, value in values.items():
        start, end = places.get(name, (0, 0))
        if end - start != value.nbytes:
            raise ValueError(f"{name} has {end - start} bytes in the model, not {value.nbytes}")
        changed[start:end] = value.tobytes()
    return bytes(changed)


def _fields(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Number, start and end of each field of a message; of a plain number, those of its bytes."""
    while at < end:
        key, at = _number(data, at)
        match key & 7:
            case 0:
                start, (_, at) = at, _number(data, at)
            case 2:
                length, start = _number(data, at)
                at = start + length
            case 1 | 5 as kind:
                start, at = at, at + (8 if kind == 1 else 4)
            case kind:
                raise ValueError(f"a field of kind {kind} is none that ONNX files have")
        if at > end:
            raise ValueError("the ONNX file is cut off")
        yield key >> 3, start, at


def _number(data: bytes, at: int) -> tuple[int, int]:
    found = shift = 0
    while True:
        byte = data[at]
        found |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return found, at
