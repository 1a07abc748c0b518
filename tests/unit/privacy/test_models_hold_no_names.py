"""What is stored of a model says nothing of anybody: no name, no address, no id, no number of a document."""

from dataclasses import replace

import numpy as np
import pytest

from hub.forecasting import engine
from hub.forecasting.days import to_date
from plugins.models.naive.plugin import NaiveBackend
from plugins.models.xgboost_hazard.plugin import XGBoostHazardBackend
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger


@pytest.mark.parametrize("backend", [NaiveBackend, XGBoostHazardBackend])
def test_a_stored_model_names_nobody(backend):
    plain = made_up_ledger(customers=10, days=150)
    names = np.asarray([f"Marker Mia {row} <mia{row}@marker.example>" for row in range(10)], dtype=object)
    frame = replace(plain, customer_name=names, customer_id=np.asarray([f"marker-{row}" for row in range(10)], object))
    model = engine.train(frame, to_date(FIRST_DAY + 140), backend, NaiveBackend)
    stored = engine.dump(model)
    for marker in ("marker", "Mia", "I100", "00100"):
        assert marker.encode() not in stored
    sentences = [
        reason.sentence for found in engine.explain(model, frame, model.as_of, np.arange(20)) for reason in found
    ]
    assert sentences and not any("arker" in sentence for sentence in sentences)
