"""The encoder's adapted layers: which tensors they replace, and that nothing else can take their place."""

import numpy as np
import pytest

from hub.sdk.errors import ConfigError
from plugins.models.minilm_disputes import encoder as encoders
from plugins.models.minilm_disputes.onnx_parts import overwritten, tensors

SCALE = "val_264_scale"


@pytest.fixture(scope="module")
def model():
    return encoders.published()


def test_only_the_named_tensor_changes(model):
    start, end = tensors(model)[SCALE]
    before = np.frombuffer(model[start:end], dtype=np.float32)
    changed = overwritten(model, {SCALE: before * 2})
    assert np.array_equal(np.frombuffer(changed[start:end], dtype=np.float32), before * 2)
    assert changed[:start] == model[:start] and changed[end:] == model[end:]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (SCALE, np.zeros(3, dtype=np.float32), "has 1536 bytes in the model, not 12"),
        ("no_such_tensor", np.zeros(3, dtype=np.float32), "has 0 bytes in the model"),
    ],
)
def test_what_does_not_fit_is_refused(model, name, value, message):
    with pytest.raises(ValueError, match=message):
        overwritten(model, {name: value})


def test_half_a_file_is_refused(model):
    with pytest.raises(ValueError, match="cut off"):
        tensors(model[: len(model) // 2])


def test_the_last_three_layers_are_adapted_and_no_others(model):
    arrays = encoders.adapted()
    places = tensors(model)
    replaced = [name for name in arrays if not name.startswith(encoders.CODES)]
    assert len(replaced) == 3 * (6 * 2 + 10)
    for name in replaced:
        start, end = places[name]
        assert arrays[name].tobytes() != model[start:end], name
    numbers = {name.split(".")[3] for name in replaced if name.startswith("inner.")}
    assert numbers == {"3", "4", "5"}


def test_the_session_runs_the_adapted_layers():
    ids = [[101, 2057, 2196, 2363, 1996, 5350, 102]]
    (as_published,) = encoders.Encoder(1, is_adapted=False).run(ids)
    (states,) = encoders.encoder().run(ids)
    assert np.abs(states - as_published).mean() > 0.1


def test_adapted_layers_of_somebody_else_are_refused(monkeypatch):
    monkeypatch.setattr(encoders, "ADAPTED_SHA256", "0" * 64)
    with pytest.raises(ConfigError, match=r"encoder\.npz .*SHA-256 differs"):
        encoders.Encoder(1)
