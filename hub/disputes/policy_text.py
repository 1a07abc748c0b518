"""YAML as people write policies in: data alone, each key once, nothing that refers to something else."""

from typing import Any

import yaml

MAX_CHARACTERS = 100_000
MAX_DEPTH = 20


def parse_yaml(text: str) -> Any:
    """The data in a YAML text. Raises yaml.YAMLError that says where it cannot be used."""
    if len(text) > MAX_CHARACTERS:
        raise yaml.YAMLError(f"it has more than {MAX_CHARACTERS} characters")
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - of a SafeLoader


def dump_yaml(document: Any) -> str:
    """A document as YAML, in the order in which it was written."""
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=116)
    return text


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Without anchors, by which a short text becomes a huge one, and without keys that silently replace others."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise _refused("anchors cannot be used; write it out", self.peek_event().start_mark)
        if self.depth >= MAX_DEPTH:
            raise _refused(f"it is nested more than {MAX_DEPTH} deep", self.peek_event().start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[Any] = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if not isinstance(name, str):
                raise _refused("a key must be text", key.start_mark)
            if name in seen:
                raise _refused(f"{name!r} is there twice", key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


def _refused(problem: str, mark: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
