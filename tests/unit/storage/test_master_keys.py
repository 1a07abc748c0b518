"""Where master keys come from, what is refused, and that what they wrap opens for the same purpose only."""

import base64
import os
import stat
import threading
from dataclasses import replace

import pytest

from hub.settings import Settings
from hub.storage import master_keys
from hub.storage.master_keys import LocalKey, VaultError, encode

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER = base64.b64encode(bytes(range(1, 33))).decode()
CONTEXT = {"tenant": "acme", "data_key": "1"}


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings.load({}, data_dir=tmp_path / "data")


def load(settings, may_make=True):
    return master_keys.load(settings, may_make=lambda: may_make)


def write(path, text=KEY, mode=0o600):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_what_is_wrapped_opens_again():
    key = LocalKey(bytes(32))
    wrapped = key.wrap(b"data key", CONTEXT)
    assert b"data key" not in wrapped
    assert key.unwrap(wrapped, CONTEXT) == b"data key"
    assert key.wrap(b"data key", CONTEXT) != wrapped


@pytest.mark.parametrize("context", [{}, {"tenant": "other", "data_key": "1"}, {"tenant": "acme"}])
def test_it_does_not_open_for_another_purpose(context):
    key = LocalKey(bytes(32))
    with pytest.raises(VaultError, match="not wrapped by the master key local:"):
        key.unwrap(key.wrap(b"data key", CONTEXT), context)


def test_it_does_not_open_by_another_key_or_changed_or_cut():
    key = LocalKey(bytes(32))
    wrapped = key.wrap(b"data key", CONTEXT)
    with pytest.raises(VaultError):
        LocalKey(bytes([1] * 32)).unwrap(wrapped, CONTEXT)
    for damaged in (wrapped[:-1], wrapped[:-1] + bytes([wrapped[-1] ^ 1]), b"", wrapped[:5]):
        with pytest.raises(VaultError):
            key.unwrap(damaged, CONTEXT)


def test_no_parts_are_encoded_as_others_are():
    assert encode(b"ab", b"c") != encode(b"a", b"bc") != encode(b"abc") != encode(b"abc", b"")


def test_a_key_is_told_by_an_id_that_does_not_tell_the_key(settings):
    (key,) = load(replace(settings, vault_key=KEY))
    assert key.id == LocalKey(bytes(range(32))).id != LocalKey(bytes(32)).id
    assert bytes(range(32)).hex()[:8] not in key.id
    assert KEY not in repr(key)


@pytest.mark.parametrize("text", ["", "too short", "AAAA", KEY + "AAAA", KEY[:-2], "ä" * 44])
def test_what_is_no_key_is_refused_without_being_shown(settings, text, tmp_path):
    file = write(tmp_path / "given.key", text)
    with pytest.raises(VaultError) as refused:
        load(replace(settings, vault_key_file=str(file)))
    assert text not in refused.value.detail or not text
    if text:
        with pytest.raises(VaultError, match="setting vault_key must be 32 bytes in base64; make one with") as refused:
            load(replace(settings, vault_key=text))
        assert text not in refused.value.detail and refused.value.__cause__ is None
        with pytest.raises(VaultError, match="vault_previous_keys"):
            master_keys.check(replace(settings, vault_previous_keys=f"{KEY},{text}"))


def test_a_key_from_a_file_may_end_in_a_new_line(settings, tmp_path):
    file = write(tmp_path / "given.key", KEY + "\n")
    assert load(replace(settings, vault_key_file=str(file)))[0].id == LocalKey(bytes(range(32))).id


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o602, 0o620])
def test_a_file_that_others_can_use_is_refused(settings, tmp_path, mode):
    file = write(tmp_path / "given.key", mode=mode)
    with pytest.raises(VaultError, match=rf"open to others; `chmod 600 {file}`"):
        load(replace(settings, vault_key_file=str(file)))


def test_a_group_may_read_it_as_mounted_secrets_are(settings, tmp_path):
    load(replace(settings, vault_key_file=str(write(tmp_path / "given.key", mode=0o440))))


def test_a_file_that_is_not_there_is_not_made(settings, tmp_path):
    with pytest.raises(VaultError, match="cannot be read: No such file"):
        load(replace(settings, vault_key_file=str(tmp_path / "given.key")))
    assert not (tmp_path / "given.key").exists()


def test_only_one_may_be_named(settings):
    with pytest.raises(VaultError, match="vault_key and vault_kms_key name different master keys"):
        master_keys.check(replace(settings, vault_key=KEY, vault_kms_key="alias/paypredict"))


def test_by_default_a_file_is_made_once_and_for_its_owner_alone(settings):
    os.umask(os.umask(0))
    (made,) = load(settings)
    path = settings.data_dir / "vault.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load(settings, may_make=False)[0].id == made.id
    assert os.listdir(settings.data_dir) == ["vault.key"]


def test_processes_that_start_together_make_one_file(settings):
    barrier, ids = threading.Barrier(8), []

    def start():
        barrier.wait()
        ids.append(load(settings)[0].id)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8 and len(set(ids)) == 1


def test_a_lost_file_is_not_made_anew_over_keys_that_it_wrapped(settings):
    with pytest.raises(VaultError, match=r"vault\.key is missing, and the database has keys that a master key wrapped"):
        load(settings, may_make=False)
    assert not settings.data_dir.exists()


def test_the_default_file_beside_a_database_of_others_is_warned_of(settings, caplog):
    load(replace(settings, database_url="postgresql://hub@db.example/hub"))
    assert "give every machine that uses this database the same" in caplog.text


def test_former_keys_come_after_the_current_one(settings):
    named = replace(settings, vault_key=KEY, vault_previous_keys=f" {OTHER} ,,{KEY}")
    master_keys.check(named)
    current, first, second = load(named)
    assert (current.id, first.id) == (second.id, LocalKey(bytes(range(1, 33))).id)


def test_checking_makes_nothing(settings):
    master_keys.check(settings)
    assert not settings.data_dir.exists()
