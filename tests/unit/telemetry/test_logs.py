"""Log lines: complete, and without secrets."""

import logging
import subprocess
import sys

import orjson
import pytest

from hub.settings import Settings
from hub.telemetry import logs


def record(message, *arguments, error=None, **fields):
    found = logging.LogRecord("hub.test", logging.INFO, __file__, 1, message, arguments, error)
    if fields:
        found.fields = fields
    return found


def test_a_line_has_its_ids_and_fields():
    with logs.bound(tenant="acme", job_id="j1"), logs.bound(request_id="r1"):
        line = orjson.loads(logs.JsonFormatter().format(record("stored %d rows", 3, ms=1.5)))
    assert line["message"] == "stored 3 rows"
    assert (line["tenant"], line["job_id"], line["request_id"], line["ms"]) == ("acme", "j1", "r1", 1.5)
    assert (line["level"], line["logger"]) == ("info", "hub.test")
    assert line["at"].endswith("+00:00")


def test_ids_hold_inside_the_block_only():
    with logs.bound(tenant="acme"):
        pass
    assert "tenant" not in orjson.loads(logs.JsonFormatter().format(record("later")))


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("key pp_live_1a2b3c4d_ffffffffffff given", "ffffffffffff"),
        ("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678"),
        ("connecting to postgresql://paypredict:hunter22@localhost/hub", "hunter22"),
        ("redis://:sesame99@127.0.0.1:6379/0", "sesame99"),
        ('{"password": "hunter22"}', "hunter22"),
        ("password=hunter22 host=x", "hunter22"),
        ("metrics_token: sesame99", "sesame99"),
    ],
)
@pytest.mark.parametrize("formatter", [logs.JsonFormatter(), logs.ConsoleFormatter()])
def test_secrets_never_leave(formatter, text, secret):
    assert secret not in formatter.format(record(text))
    assert secret not in formatter.format(record("%s", text, given=text))


def test_a_secret_in_a_traceback_is_struck_out():
    try:
        raise ValueError("cannot connect to postgresql://u:hunter22@h/d")
    except ValueError as error:
        line = logs.JsonFormatter().format(record("failed", error=(ValueError, error, error.__traceback__)))
    assert "hunter22" not in line and "ValueError" in orjson.loads(line)["exception"]


def test_plain_words_stay():
    text = "the token bucket of tenant acme holds 3, see https://example.com/a:b"
    assert logs.redact(text) == text


def test_the_console_line_reads_well():
    with logs.bound(tenant="acme"):
        line = logs.ConsoleFormatter().format(record("stored", rows=3))
    assert line[8:] == " info    stored  tenant=acme rows=3"


@pytest.fixture
def root_logger():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:], root.level = handlers, level


@pytest.mark.parametrize(("name", "kind"), [("json", logs.JsonFormatter), ("console", logs.ConsoleFormatter)])
def test_configuring_twice_leaves_one_handler(root_logger, name, kind):
    settings = Settings.load({}, log_format=name, log_level="warning")
    logs.configure(settings)
    logs.configure(settings)
    (ours,) = [handler for handler in root_logger.handlers if handler.get_name() == "paypredict"]
    assert isinstance(ours.formatter, kind)
    assert root_logger.level == logging.WARNING


def test_a_line_that_cannot_be_formatted_is_told_of_without_its_arguments(capsys):
    logs.Handler(sys.stderr).handle(record("%d rows", "hunter22 is the word"))
    told = capsys.readouterr().err
    assert "a line of hub.test" in told and "is lost" in told
    assert "hunter22" not in told


def test_what_is_too_long_is_cut_where_no_secret_is_halved():
    text = f"{'word ' * 9_990}{'x' * 30} Bearer {'abcdefgh' * 10} {'word ' * 20_000}"
    line = logs.ConsoleFormatter().format(record(text))
    assert len(line) < 101_000
    assert "characters left out" in line and "abcdefgh" not in line


def test_what_ends_a_process_is_reported_without_secrets(tmp_path):
    script = """
import threading
from hub.telemetry import logs
logs.catch_crashes()
thread = threading.Thread(target=lambda: open("postgresql://hub:hunter22@db/thread"))
thread.start()
thread.join()
open("postgresql://hub:hunter22@db/main")
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.count("Traceback") == 2 and "db/thread" in ended.stderr and "db/main" in ended.stderr
    assert "hunter22" not in ended.stderr
