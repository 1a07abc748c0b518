"""`paypredict reminders`: check the text of a reminder against its facts, without a hub."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hub.sdk.facts import FactSheet, Refusal

_LARGEST = 1_000_000
LANGUAGES = ("en", "de", "es", "fr")


@click.group("reminders")
def command() -> None:
    """Check what reminders say."""


@command.command("check-text")
@click.option(
    "--facts",
    "facts_file",
    required=True,
    metavar="FACTS.json",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What the text may state.",
)
@click.option("--language", type=click.Choice(LANGUAGES), help="The text's language; told from the text unless given.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.argument("text_file", metavar="TEXTFILE", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.pass_context
def check_text(ctx: click.Context, facts_file: Path, language: str | None, as_json: bool, text_file: Path) -> None:
    """Print each part of a text that the facts do not bear out, with its line and the reason.

    The text is plain, in English, German, Spanish or French; "-" reads it from standard input. Exits 0 when nothing is
    refused, 1 when something is, and 2 when the facts or the text cannot be read. docs/fact-check.md has the codes.

    \b
    paypredict reminders check-text --facts facts.json reminder.txt
    """
    from hub.cli.terminal import inert
    from hub.sdk.facts import check

    facts, text = _facts(facts_file), _text(text_file)
    verdict = check(facts, text, language=language)
    if as_json:
        refused = [_document(text, refusal) for refusal in verdict.refusals]
        document = {"passes": verdict.passes, "language": verdict.language, "refusals": refused}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        for refusal in verdict.refusals:
            line, column = _place(text, refusal.start)
            span = " ".join(refusal.span.split())
            click.echo(inert(f"{text_file}:{line}:{column}: {refusal.code}: “{span}”: {refusal.reason}"))
        if verdict.passes:
            click.echo(f"Nothing refused (read as {verdict.language}).")
    ctx.exit(0 if verdict.passes else 1)


def _facts(path: Path) -> "FactSheet":
    from hub.sdk.facts import read_facts

    try:
        document = json.loads(_text(path), parse_float=Decimal, parse_constant=_no_number)
        return read_facts(document)
    except ValueError as error:
        raise click.UsageError(f"{path}: {error}") from None


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _text(path: Path) -> str:
    try:
        if str(path) == "-":
            content = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with path.open("rb") as file:
                content = file.read(_LARGEST + 1)
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise click.UsageError(f"{path}: larger than {_LARGEST} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{path}: not UTF-8 at byte {error.start}") from None
    if not text.strip():
        raise click.UsageError(f"{path}: empty")
    return text


def _place(text: str, start: int) -> tuple[int, int]:
    """Line and column, both from 1."""
    before = text[:start]
    return before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1


def _document(text: str, refusal: "Refusal") -> dict[str, Any]:
    line, column = _place(text, refusal.start)
    return {
        "line": line,
        "column": column,
        "start": refusal.start,
        "end": refusal.end,
        "span": refusal.span,
        "code": refusal.code,
        "reason": refusal.reason,
    }
