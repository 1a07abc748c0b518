"""Reminders from templates: the same facts give the same text, in the debtor's language and forms."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from hub.sdk import wording
from hub.sdk.errors import ConfigError
from hub.sdk.writer import PURPOSES, TONES, Draft, Purpose, TemplateText, Tone, WritingTask
from plugins.models.template_writer import sandbox
from plugins.models.template_writer.sheet import VARIABLES, values

_NAMES = frozenset(variable.name for variable in VARIABLES)

Key = tuple[Purpose, str, Tone]


class TemplateWriter:
    """Made from `templates`, the tenant's own texts, which stand in place of those that come with the writer."""

    slug = "template_writer"
    variables = VARIABLES

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._own: dict[Key, TemplateText] = {}
        for each in config.get("templates", ()):
            own = TemplateText(**{**each, "is_own": True})
            for name in ("subject", "text"):
                with _naming(name):
                    sandbox.check(getattr(own, name), _NAMES)
            self._own[own.purpose, own.language, own.tone] = own

    def texts(self) -> tuple[TemplateText, ...]:
        """The text in use for each purpose, language and tone that has one."""
        return tuple(
            self._text(purpose, language, tone)
            for purpose in PURPOSES
            for language in wording.LANGUAGES
            for tone in TONES
            if (purpose, language, tone) in self._own or tone in _shipped(language)[purpose]
        )

    def draft(self, task: WritingTask) -> Draft:
        """The filled template; in English where the language is none of wording.LANGUAGES.

        Raises ConfigError for a template that asks for what the facts do not have, naming `subject` or `text`.
        """
        text = self._text(task.purpose, wording.spoken(task.language), task.tone)
        shown = values(task)
        with _naming("subject"):
            subject = " ".join(sandbox.fill(text.subject, shown).split())
        with _naming("text"):
            made = _tidied(sandbox.fill(text.text, shown))
        return Draft(subject=subject, text=made, language=wording.tag_of(task.language))

    def _text(self, purpose: Purpose, language: str, tone: Tone) -> TemplateText:
        if own := self._own.get((purpose, language, tone)):
            return own
        shipped = _shipped(language)[purpose]
        # Replies to disputes come in one tone.
        found = shipped.get(tone) or shipped["neutral"]
        return TemplateText(
            purpose=purpose, language=language, tone=tone, subject=found["subject"], text=found["text"].strip("\n")
        )


class _naming:
    """Names the field of the template that an error is about."""

    def __init__(self, field: str) -> None:
        self._field = field

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ConfigError):
            raise ConfigError(str(error), field=self._field) from error


def _tidied(text: str) -> str:
    """Without blanks at the ends of lines, and no two empty lines in a row."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        stripped = line.rstrip(" \t")
        if stripped or (lines and lines[-1]):
            lines.append(stripped)
    return "\n".join(lines)


@cache
def _shipped(language: str) -> Mapping[Purpose, Mapping[str, Mapping[str, str]]]:
    document: Any = tomllib.loads(Path(__file__).with_name(f"{language}.toml").read_text(encoding="utf-8"))
    return document  # type: ignore[no-any-return]
