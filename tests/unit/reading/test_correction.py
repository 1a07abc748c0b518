"""What a tenant's labels add to scores: learnt close to nothing, kept as data, refused where it is not its own."""

import io

import numpy as np
import pytest

from hub.sdk.classifier import REASONS
from hub.sdk.correction import FEWEST_EXAMPLES, Correction, fit


@pytest.fixture(scope="module")
def taught():
    """Texts of two kinds that the shared scores take for pricing; people say that one kind is freight_charge."""
    dice = np.random.default_rng(7)
    rows = dice.normal(size=(60, 8)).astype(np.float32)
    rows[:, 0] = np.repeat([1.0, -1.0], 30)
    scores = np.zeros((60, len(REASONS)), dtype=np.float32)
    scores[:, REASONS.index("pricing")] = 1
    codes = ["freight_charge"] * 30 + ["pricing"] * 30
    return rows, scores, codes, fit(rows, scores, codes)


def test_what_people_said_is_learnt(taught):
    rows, scores, codes, correction = taught
    found = [REASONS[(before + correction.add(row)).argmax()] for row, before in zip(rows, scores, strict=True)]
    assert found == codes


def test_it_survives_being_kept(taught):
    rows, _, _, correction = taught
    again = Correction.load(correction.dump("v1"), "v1", 8)
    np.testing.assert_allclose(again.add(rows[0]), correction.add(rows[0]), atol=0.01)


def test_the_same_labels_teach_the_same(taught):
    rows, scores, codes, correction = taught
    assert fit(rows, scores, codes).dump("v1") == correction.dump("v1")


def test_it_goes_with_its_version_alone(taught):
    with pytest.raises(ValueError, match="version v1"):
        Correction.load(taught[3].dump("v1"), "v2", 8)


def test_another_width_is_refused(taught):
    with pytest.raises(ValueError, match="shape"):
        Correction.load(taught[3].dump("v1"), "v1", 9)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not a zip", b"\x80\x04K\x01.", b"x" * 5_000_000])
def test_what_is_no_correction_is_refused(data):
    with pytest.raises(ValueError, match="not what a dispute classifier learnt"):
        Correction.load(data, "v1", 8)


def test_pickled_objects_are_refused_unread():
    file = io.BytesIO()
    np.savez(file, version=np.array("v1"), weights=np.array([object()], dtype=object), bias=np.zeros(17))
    with pytest.raises(ValueError, match="not what a dispute classifier learnt"):
        Correction.load(file.getvalue(), "v1", 8)


def test_values_that_are_no_numbers_are_refused():
    file = io.BytesIO()
    np.savez(file, version=np.array("v1"), weights=np.full((8, 17), np.nan), bias=np.zeros(17))
    with pytest.raises(ValueError, match="no numbers"):
        Correction.load(file.getvalue(), "v1", 8)


def test_too_few_labels_teach_nothing(taught):
    rows, scores, codes, _ = taught
    with pytest.raises(ValueError, match="too few"):
        fit(rows[: FEWEST_EXAMPLES - 1], scores[: FEWEST_EXAMPLES - 1], codes[: FEWEST_EXAMPLES - 1])
    with pytest.raises(ValueError, match="too few"):
        fit(rows[:30], scores[:30], codes[:30])


def test_an_unknown_code_is_refused(taught):
    rows, scores, codes, _ = taught
    with pytest.raises(ValueError, match="too_dear"):
        fit(rows, scores, ["too_dear", *codes[1:]])
