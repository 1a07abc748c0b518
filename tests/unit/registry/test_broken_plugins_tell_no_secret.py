"""What is shown of a broken plugin is cleared of the secrets that it put into its exception."""

import pytest

from hub import redaction, registry
from hub.sdk.errors import ConfigError

MARKER = "marker-of-a-broken-plugin"


@pytest.fixture(autouse=True)
def known():
    redaction.hide(MARKER)


def test_neither_its_error_nor_its_traceback_tells(plant):
    plant("leaky", f"raise RuntimeError('cannot reach postgresql://hub:hunter22@db with ' + {MARKER!r})")
    (broken,) = registry.load().broken
    assert "RuntimeError" in broken.error and "RuntimeError" in broken.traceback
    assert not any(secret in broken.error + broken.traceback for secret in (MARKER, "hunter22"))


def test_nor_what_its_code_raises_when_it_is_loaded(plant, manifest):
    hooks = (
        "import pluggy\nfrom pathlib import Path\n@pluggy.HookimplMarker('paypredict')\ndef paypredict_manifests():\n"
    )
    code = hooks + "    return [Path(__file__).with_name('manifest.toml')]\n"
    plant("leaky", code, manifest("leaky"), f"raise RuntimeError({MARKER!r})")
    with pytest.raises(ConfigError, match=r"cannot be loaded from .*: RuntimeError: \*\*\*"):
        registry.load().load("leaky")
