"""The store of uploads: bounded, named by the hub, and emptied of nothing but its own."""

from io import BytesIO

import pytest

from hub.errors import TooLargeError
from hub.settings import Settings
from hub.storage.objects import Objects


@pytest.fixture
def objects(tmp_path) -> Objects:
    return Objects(Settings.load({}, data_dir=tmp_path / "data", max_upload_bytes=10))


def test_what_is_put_can_be_read_and_discarded(objects):
    path = objects.put("acme", BytesIO(b"0123456789"), ".CSV")
    assert (path.read_bytes(), path.suffix, path.stat().st_mode & 0o777) == (b"0123456789", ".csv", 0o600)
    objects.discard(path)
    objects.discard(path)
    assert not path.exists()


def test_too_much_is_refused_and_leaves_nothing(objects, tmp_path):
    with pytest.raises(TooLargeError, match="larger than the 10 bytes"):
        objects.put("acme", BytesIO(b"0123456789+"))
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


@pytest.mark.parametrize("suffix", ["/../../evil", ".csv/..", "..", ".", ". x"])
def test_names_are_the_hubs_own(objects, suffix):
    path = objects.put("acme", BytesIO(b""), suffix)
    assert path.parent.name == "acme"
    assert path.name.isalnum()
    with pytest.raises(ValueError, match="not a tenant key"):
        objects.put("../acme", BytesIO(b""))


def test_files_elsewhere_are_left_alone(objects, tmp_path):
    mine = tmp_path / "ledger.csv"
    mine.write_text("kept")
    objects.discard(mine)
    assert mine.exists()


def test_a_tenants_files_go_with_the_tenant(objects):
    theirs, others = objects.put("acme", BytesIO(b"")), objects.put("beta", BytesIO(b""))
    objects.drop("acme")
    assert (theirs.exists(), others.exists()) == (False, True)
