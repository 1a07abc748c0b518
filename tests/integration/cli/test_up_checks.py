"""What `paypredict up` makes sure of before it starts anything."""

import contextlib
import signal
import socket

import pytest
from click.testing import CliRunner

from hub.cli.up import _until_signal, check_port, command, environment, programs
from hub.errors import ConflictError
from hub.settings import Settings
from hub.storage.master_keys import VaultError


@pytest.fixture
def taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_is_named_with_the_fix(taken_port):
    with pytest.raises(ConflictError, match=rf"cannot listen on 127.0.0.1:{taken_port} .*--port, or PAYPREDICT_PORT"):
        check_port("127.0.0.1", taken_port)


def test_nothing_is_started_when_the_port_is_taken(taken_port, tmp_path):
    result = CliRunner().invoke(command, ["--data", str(tmp_path / "data"), "--port", str(taken_port)])
    assert isinstance(result.exception, ConflictError)
    assert not (tmp_path / "data").exists()


def test_a_setting_that_cannot_be_read_is_wrong_usage(monkeypatch):
    monkeypatch.setenv("PAYPREDICT_API_THREADS", "many")
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 2
    assert "setting api_threads" in result.output


def test_programs_see_the_settings_of_this_run(tmp_path):
    settings = Settings.load(
        {}, data_dir=tmp_path, port=8123, job_workers=3, database_url="postgresql://a@b/c", redis_url="redis://d"
    )
    environ = environment(settings, {"PATH": "/bin", "DATABASE_URL": "of somebody else"})
    assert environ["PATH"] == "/bin"
    assert Settings.load(environ) == settings
    assert [len(group) for group in programs(settings)] == [1, 3, 1]


def test_a_signal_whose_exception_is_ignored_still_asks_for_the_end():
    class Collected:
        def __del__(self):
            with contextlib.suppress(BaseException):
                signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    with _until_signal() as stopping:
        Collected()
        assert stopping.is_set()
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_first_signal_ends_the_block_and_the_second_does_not_cut_its_clean_up():
    cleaned_up = False
    with _until_signal():
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.raise_signal(signal.SIGINT)
            cleaned_up = True
    assert cleaned_up


def test_a_master_key_that_is_none_is_told_of_before_anything_starts(tmp_path, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("PAYPREDICT_VAULT_KEY", "not-32-bytes-in-base64")
    result = CliRunner().invoke(command, ["--data", str(tmp_path / "data"), "--port", str(port)])
    assert isinstance(result.exception, VaultError)
    assert not (tmp_path / "data").exists()
