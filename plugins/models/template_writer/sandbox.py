"""Jinja2 as far as a template of a reminder needs it: values, conditions and lists; nothing that can run or grow.

Whoever writes a tenant's templates is not trusted with the machine. Beside Jinja2's own sandbox only the parts of the
language listed here are taken, so that a template's size bounds its work: no calls, no arithmetic, no macros.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateSyntaxError, UndefinedError, nodes, pass_environment
from jinja2.exceptions import SecurityError
from jinja2.filters import make_attrgetter
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub.sdk.errors import ConfigError

LONGEST = 10_000
"""Characters of a template."""
LONGEST_MADE = 50_000
"""Characters of what is made of one."""
DEEPEST = 40
"""Parts of a template within each other."""

_FILTERS = ("upper", "lower", "title", "capitalize", "trim", "default", "first", "last", "length", "join")
_TESTS = ("defined", "none", "eq", "ne", "lt", "le", "gt", "ge", "in", "true", "false")
_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.If,
    nodes.For,
    nodes.Const,
    nodes.TemplateData,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.Test,
    nodes.CondExpr,
)


def _environment() -> ImmutableSandboxedEnvironment:
    # The texts are plain: the hub makes HTML of them, and escapes it there.
    environment = ImmutableSandboxedEnvironment(autoescape=False, undefined=StrictUndefined, trim_blocks=False)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    environment.filters["join"] = _join
    environment.tests = {name: environment.tests[name] for name in _TESTS}
    return environment


@pass_environment
def _join(environment: Environment, values: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    """Jinja2's filter, the only one that makes more of what it is given: not more than a text may have."""
    parts, size, separator = [], 0, str(d)
    if attribute is not None:
        values = map(make_attrgetter(environment, attribute), values)
    for each in map(str, values):
        size += len(each) + len(separator)
        if size > LONGEST_MADE:
            raise ValueError(f"what join makes has more than {LONGEST_MADE:,} characters")
        parts.append(each)
    return separator.join(parts)


_ENVIRONMENT = _environment()


def check(source: str, names: Collection[str]) -> None:
    """Raises ConfigError for a template that cannot be used, with the line and what would do.

    `names` are the variables that it may show.
    """
    if len(source) > LONGEST:
        raise ConfigError(f"A template has at most {LONGEST:,} characters.")
    try:
        tree = _ENVIRONMENT.parse(source)
    except RecursionError as error:
        raise ConfigError(_TOO_DEEP) from error
    except TemplateSyntaxError as error:
        raise ConfigError(f"Line {error.lineno}: {(error.message or 'cannot be read').rstrip('.')}.") from error
    _check_depth(tree)
    _walk(tree, frozenset(names), within=0)


def fill(source: str, values: Mapping[str, Any]) -> str:
    """The text of a checked template. Raises ConfigError where it asks for what a value has not."""
    made: list[str] = []
    size = 0
    try:
        for piece in _ENVIRONMENT.from_string(source).generate(values):
            size += len(piece)
            if size > LONGEST_MADE:
                raise ConfigError(f"The text has more than {LONGEST_MADE:,} characters.")
            made.append(piece)
    except (TypeError, ValueError, SecurityError, TemplateSyntaxError, UndefinedError) as error:
        raise ConfigError(f"The template cannot be filled: {error}.") from error
    return "".join(made)


_TOO_DEEP = f"At most {DEEPEST} parts of a template stand within each other."


def _check_depth(tree: nodes.Node) -> None:
    """Raises ConfigError for what is nested so deeply that it could not be compiled."""
    level, depth = [tree], 0
    while level:
        if depth > DEEPEST:
            raise ConfigError(_TOO_DEEP)
        level, depth = [child for node in level for child in node.iter_child_nodes()], depth + 1


def _walk(node: nodes.Node, names: frozenset[str], within: int) -> None:
    if not isinstance(node, _NODES):
        raise ConfigError(
            f"Line {node.lineno}: {type(node).__name__} is not available in templates; there are values, if, for and"
            f" the filters {', '.join(_FILTERS)}."
        )
    if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in names:
        raise ConfigError(f"Line {node.lineno}: there is no {node.name}; there are {', '.join(sorted(names))}.")
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        raise ConfigError(f"Line {node.lineno}: there is no filter {node.name}; there are {', '.join(_FILTERS)}.")
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        raise ConfigError(f"Line {node.lineno}: there is no test {node.name}; there are {', '.join(_TESTS)}.")
    if isinstance(node, nodes.For):
        if within == 1:
            raise ConfigError(f"Line {node.lineno}: a loop within a loop is not available in templates.")
        if node.recursive:
            raise ConfigError(f"Line {node.lineno}: a recursive loop is not available in templates.")
        _walk(node.iter, names, within)
        # What the loop names, and Jinja2's own `loop`, is known inside it.
        inside = names | {each.name for each in node.target.find_all(nodes.Name)} | _target(node.target) | {"loop"}
        for child in (*([node.test] if node.test else []), *node.body, *node.else_):
            _walk(child, inside, within + 1)
        return
    for child in node.iter_child_nodes():
        _walk(child, names, within)


def _target(node: nodes.Node) -> frozenset[str]:
    if not isinstance(node, nodes.Name):
        raise ConfigError(f"Line {node.lineno}: a loop has one variable.")
    return frozenset({node.name})
