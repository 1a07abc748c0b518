"""Where forecasts might name people. They are made of days and amounts: sentences and notes are all there is to search.

Models hold no names: their features are numbers about payments, and the tests look into what is stored of them.
"""

from hub.forecasting.models import customer_risk, forecast_models, model_changes, predictions
from hub.storage.mentions import Place

PLACES = (
    Place(table=predictions, columns=("reasons",), what="reasons of predictions"),
    Place(
        table=forecast_models,
        columns=("reason", "backtest", "scores", "contest", "drift"),
        what="notes on forecasting models",
    ),
    Place(table=model_changes, columns=("why",), what="why models were changed"),
    Place(table=customer_risk, columns=("reasons", "why"), what="reasons of customers' risk"),
)
