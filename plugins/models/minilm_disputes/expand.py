"""Write many surfaces of the short dispute texts that a grammar describes; the same seed writes the same texts."""

import random
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

CHOICE = re.compile(r"<([^<>]*)>|\{(\w+)\}")
WORD = re.compile(r"[a-z]{4,}")
STOP = re.compile(r"[.,;:!?]+(?=\s|$)")
WRITTEN_CLEANLY = {"mail", "polite", "angry"}


def expand(grammar: Path, per_template: int, seed: int, noise: float = 0.3) -> list[dict[str, str]]:
    """At most `per_template` different texts of each template; a share `noise` of them is roughened."""
    rules = tomllib.loads(grammar.read_text(encoding="utf-8"))
    rows, seen = [], set()
    for label, templates in rules["templates"].items():
        for template in templates:
            family = f"a-en-grammar-{label}-{template['id']}"
            dice = random.Random(f"{seed} {family}")  # noqa: S311 - its own dice: a new template leaves the others' texts
            texts = (write(template, rules, dice, noise) for _ in range(per_template * 3))
            fresh = [text for text in dict.fromkeys(texts) if text.lower() not in seen][:per_template]
            seen.update(text.lower() for text in fresh)
            rows += [
                {
                    "text": text,
                    "label": label,
                    "also": template.get("also", ""),
                    "language": "en",
                    "style": template["style"],
                    "source": "grammar",
                    "family": family,
                }
                for text in fresh
            ]
    return rows


def write(template: dict[str, str], rules: dict, dice: random.Random, noise: float) -> str:
    """One text of the template; letters with whole sentences get capitals, remarks and notes stay as they are."""
    text = template["text"]
    while found := CHOICE.search(text):
        branches = rules["slots"][found[2]] if found[2] else found[1].split("|")
        text = text[: found.start()] + dice.choice(branches) + text[found.end() :]
    text = re.sub(r"\s+([,.])(?=\s|$)", r"\1", " ".join(text.split())).strip(" ,")
    if template["style"] in WRITTEN_CLEANLY:
        text = re.sub(r"(^|[.!?] )([a-z])", lambda start: start[1] + start[2].upper(), text)
    return roughen(text, rules["abbreviations"], dice) if dice.random() < noise else text


def roughen(text: str, abbreviations: dict[str, str], dice: random.Random) -> str:
    """The text as a hurried clerk types it, in one or two ways at once."""
    ways: list[Callable[[str], str]] = [
        str.lower,
        lambda text: STOP.sub("", text),
        lambda text: re.sub(r"[A-Za-z]+", lambda word: abbreviations.get(word[0].lower(), word[0]), text),
        lambda text: slip(text, dice),
    ]
    for way in dice.sample(ways, dice.choice([1, 1, 2])):
        text = way(text)
    return text


def slip(text: str, dice: random.Random) -> str:
    """The text with two letters of one word swapped, or one of them lost."""
    words = list(WORD.finditer(text))
    if not words:
        return text
    at = dice.choice(words).start() + dice.randrange(1, 3)
    return text[:at] + dice.choice([text[at + 1] + text[at], text[at + 1]]) + text[at + 2 :]
