"""Names from outside on a terminal: shown, and neither obeyed by it nor taken for markup."""

import io

import click
import pytest
from click.testing import CliRunner
from rich.console import Console
from rich.table import Table

from hub import cli
from hub.cli import summary
from hub.cli.terminal import inert, shown
from hub.errors import NotFoundError

HOSTILE = {
    "colour": "\x1b[31mAcme",
    "title": "\x1b]0;pwned\x07Acme",
    "link": "\x1b]8;;https://evil.example\x1b\\Acme",
    "cleared": "\x1b[2JAcme",
    "overwritten": "Acme\rPaid",
    "rubbed out": "Acme\b\b\b\bPaid",
    "eight bits": "\x9b31mAcme",
    "reversed": "Acme\u202egnp.exe",
    "isolated": "\u2066Acme",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_what_a_terminal_would_obey_is_replaced(name):
    for made in (inert(name), shown(name)):
        assert not [each for each in made if each in "\x1b\x07\r\b\x9b\u202e\u2066"]
        assert "Acme" in made


@pytest.mark.parametrize("text", ["Acme GmbH", "Ärzte & Söhne", "北京", "שלום", "a\tb\nc", "🙂"])
def test_other_text_is_left_alone(text):
    assert inert(text) == text


def test_markup_in_a_name_is_only_text():
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="truecolor", width=200)
    table = Table("customer")
    table.add_row(shown("[link=https://evil.example]Acme[/link] [bold red]x[/]"))
    console.print(table)
    assert "[link=https://evil.example]Acme[/link] [bold red]x[/]" in out.getvalue()
    assert "\x1b]8" not in out.getvalue() and "\x1b[1;31m" not in out.getvalue()


def test_the_summary_s_table_obeys_no_name():
    row = {
        "number": HOSTILE["title"],
        "customer_name": HOSTILE["link"] + "[blink]",
        "balance": 1,
        "currency": "EUR",
        "due_on": "2026-03-31",
        "expected_on": "2026-03-31",
        "p_late30": 0.5,
        "reasons": [{"sentence": HOSTILE["cleared"]}],
    }
    out = io.StringIO()
    Console(file=out, width=200).print(summary._riskiest_table([row]))
    assert "\x1b" not in out.getvalue() and "\x07" not in out.getvalue()
    assert "[blink]" in out.getvalue()


def test_an_error_s_words_are_not_obeyed_either(monkeypatch, capsys):
    @click.command()
    def fail():
        raise NotFoundError(f"no tenant {HOSTILE['cleared']}")

    monkeypatch.setattr(cli, "group", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main([])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "\x1b" not in said and "Acme" in said


def test_a_ledger_file_s_values_are_shown_as_they_are(tmp_path, monkeypatch):
    """The mapping's samples and the list of bad rows come straight from the file."""
    path = tmp_path / "ledger.csv"
    path.write_text(
        "Number,Customer,Invoice Date,Due Date,Amount\n"
        f"A-1,{HOSTILE['title']} [bold]x,2026-01-31,2026-02-28,100.00\n"
        f"A-2,{HOSTILE['colour']},2026-01-31,2026-02-28,{HOSTILE['cleared']}\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli.group, ["forecast", str(path)])
    assert result.exit_code != 0
    assert "Acme" in result.output and "[bold]x" in result.output
    assert "\x1b" not in result.output and "\x07" not in result.output
