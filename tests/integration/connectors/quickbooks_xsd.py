"""Intuit's V3 schemas, read just far enough to say whether an entity in JSON has the fields and types they publish.

In JSON a list stands for a repeated element, `value` for the text of an element with attributes, and attributes such as
`domain` stand beside the elements.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

XS = "{http://www.w3.org/2001/XMLSchema}"
FILES = ("IntuitBaseTypes.xsd", "IntuitNamesTypes.xsd", "Finance.xsd", "Report.xsd")
_NUMBERS = frozenset({"decimal", "double", "float", "integer", "int", "long", "positiveInteger", "short"})


@dataclass(slots=True)
class Shape:
    """A complex type: its fields with their types and whether they repeat, and what it extends."""

    base: str | None = None
    fields: dict[str, tuple[str, bool]] = field(default_factory=dict)


class Schemas:
    """The types and elements of the published files, by name."""

    def __init__(self, folder: Path) -> None:
        self.shapes: dict[str, Shape] = {}
        self.words: dict[str, tuple[str, list[str]]] = {}
        self.elements: dict[str, str] = {}
        for name in FILES:
            root = ElementTree.parse(folder / name).getroot()
            for node in root.findall(f"{XS}complexType"):
                self.shapes[node.attrib["name"]] = self._shape(node)
            for node in root.findall(f"{XS}simpleType"):
                self.words[node.attrib["name"]] = _words(node)
            for node in root.findall(f"{XS}element"):
                self.elements[node.attrib["name"]] = self._type_of(node)

    def problems(self, kind: str, value: Any, path: str = "") -> Iterator[str]:
        """What is not as the schemas say, a sentence each."""
        path = path or kind
        if kind not in self.shapes:
            yield from self._plain_problems(kind, value, path)
            return
        if not isinstance(value, dict):
            yield f"{path} is {value!r} and no {kind}"
            return
        fields = self.fields(kind)
        for name, inner in value.items():
            if name not in fields:
                yield f"{path}.{name} is no field of {kind}"
                continue
            wanted, repeats = fields[name]
            if repeats and not isinstance(inner, list):
                yield f"{path}.{name} is no list"
            elif repeats:
                for number, each in enumerate(inner):
                    yield from self.problems(wanted, each, f"{path}.{name}[{number}]")
            else:
                yield from self.problems(wanted, inner, f"{path}.{name}")

    def fields(self, kind: str) -> dict[str, tuple[str, bool]]:
        """The fields of a type with those it inherits."""
        shape = self.shapes[kind]
        if shape.base is None:
            return shape.fields
        inherited = self.fields(shape.base) if shape.base in self.shapes else {"value": (shape.base, False)}
        return inherited | shape.fields

    def _plain_problems(self, kind: str, value: Any, path: str) -> Iterator[str]:
        base, words = self.words.get(kind, (kind, []))
        while base in self.words:
            base, inherited = self.words[base]
            words = words or inherited
        if base == "anyType":
            return
        if not _fits(base, value):
            yield f"{path} is {value!r} and no {base}"
        elif words and value not in words:
            yield f"{path} is {value!r} and none of {', '.join(words)}"

    def _shape(self, node: ElementTree.Element) -> Shape:
        shape = Shape()
        for extension in node.iter(f"{XS}extension"):
            shape.base = _local(extension.attrib["base"])
        for each in node.iter(f"{XS}element"):
            name = each.get("name") or _local(each.get("ref", ""))
            shape.fields[name] = (self._type_of(each), each.get("maxOccurs", "1") != "1")
        for each in node.iter(f"{XS}attribute"):
            shape.fields[each.attrib["name"]] = (_local(each.get("type", "string")), False)
        return shape

    def _type_of(self, node: ElementTree.Element) -> str:
        if node.get("type"):
            return _local(node.attrib["type"])
        return self.elements.get(_local(node.get("ref", "")), "anyType")


def _words(node: ElementTree.Element) -> tuple[str, list[str]]:
    restriction = node.find(f"{XS}restriction")
    if restriction is None:
        return "string", []
    words = [each.attrib["value"] for each in restriction.findall(f"{XS}enumeration")]
    return _local(restriction.attrib["base"]), words


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _fits(base: str, value: Any) -> bool:
    if base == "boolean":
        return isinstance(value, bool)
    if base in _NUMBERS:
        return isinstance(value, int | Decimal) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if base == "date":
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)) and bool(date.fromisoformat(value))
    return base != "dateTime" or datetime.fromisoformat(value).tzinfo is not None
