"""What the API shows of models and their track record, and what it takes."""

from marshmallow import Schema, validate
from marshmallow.fields import Dict, Integer, List, Nested, Raw, String

from hub.http.fields import (
    PageArguments,
    PageSchema,
    count,
    currency,
    day,
    flag,
    identifier,
    instant,
    probability,
    text,
)
from hub.http.fields import (
    number as figure,
)

TASKS = ("forecast", "risk")
STATUSES = ("champion", "challenger", "retired", "rejected", "failed")
HORIZONS = ("first", "d30", "d14", "d7")
HISTORIES = ("none", "few", "some", "many")
AMOUNTS = ("small", "usual", "large")
_SLUG = validate.Regexp("^[a-z][a-z0-9_]{0,40}$", error="The slug of a backend, such as xgboost_hazard.")


class ModelArguments(PageArguments):
    """Filters of the list of models."""

    task = String(validate=validate.OneOf(TASKS), metadata={"description": "Only models of this task."})
    status = String(validate=validate.OneOf(STATUSES), metadata={"description": "Only this status."})
    backend = String(validate=_SLUG, metadata={"description": "Only this backend.", "example": "xgboost_hazard"})


class TrainingDataSchema(Schema):
    """What a model learnt from."""

    first = day("The earliest invoice was issued then.", required=True, allow_none=True)
    last = day("The latest invoice was issued then.", required=True, allow_none=True)
    invoices = count("Invoices, open ones among them.", required=True)
    payments = count("Invoices that had been paid.", required=True)
    customers = count("It learnt from so many customers, drawn by lot; null: from all.", required=True, allow_none=True)
    digest = text("SHA-256 of all that training read.", required=True)


class RiskScoresSchema(Schema):
    """How good probabilities of going 30 days late were on answers not seen; null where it cannot be said."""

    n = count("Customers asked about, each at the end of some past day.", required=True)
    events = count("Those that went 30 days late.", required=True)
    auc = figure("Area under the ROC curve.", 0.95, required=True, allow_none=True)
    brier = figure("Brier score.", 0.034, required=True, allow_none=True)
    log_loss = figure("By which the model is chosen.", 0.12, required=True, allow_none=True)
    ece = figure("Expected calibration error, ten bins.", 0.03, required=True, allow_none=True)


class DriftSchema(Schema):
    """Whether a model still sees what it learnt from, and does as its backtest promised."""

    measured_at = instant("When it was measured.", required=True)
    input = Raw(
        required=True,
        allow_none=True,
        metadata={"description": "Population stability index by feature; null where too few invoices are new."},
    )
    error = Raw(
        required=True,
        allow_none=True,
        metadata={"description": "Errors of late over the customer median's, beside the backtest; null for too few."},
    )
    alarms = List(String(), required=True, metadata={"description": "What is wrong, a sentence each."})


class ModelSchema(Schema):
    """A model's card: what it is, what it learnt from, and the backtest that vouches for it."""

    id = identifier("The model.", required=True)
    number = Integer(required=True, metadata={"description": "Its version; counts up.", "example": 12})
    task = String(
        required=True,
        validate=validate.OneOf(TASKS),
        metadata={"description": "forecast: when invoices are paid; risk: which customers go late."},
    )
    backend = text("What kind of model it is.", "xgboost_hazard", required=True)
    backend_version = text("The backend's version when it was trained; empty for the first models.", required=True)
    feature_version = Integer(required=True, metadata={"description": "The version of the features.", "example": 2})
    status = String(required=True, validate=validate.OneOf(STATUSES))
    reason = text("Why it has this status.", required=True)
    as_of = day("It learnt from what was known at the end of that day.", required=True)
    trained_at = instant("When it was trained.", required=True)
    backtest = Dict(
        required=True,
        allow_none=True,
        metadata={
            "description": "Its errors on the newest part of the history, beside due date and customer median; null "
            "for models of risk."
        },
    )
    scores = Dict(
        keys=String(),
        values=Nested(RiskScoresSchema),
        required=True,
        allow_none=True,
        metadata={"description": "Of models of risk: by backend, how those compared did; naive_risk counts."},
    )
    data = Nested(TrainingDataSchema, required=True, allow_none=True)
    pinned_at = instant("Since when a person holds it in its place.", required=True, allow_none=True)
    bytes = count("The size of its file.", required=True)
    sha256 = text("The digest of its file, verified at each use.", required=True, allow_none=True)
    is_kept = flag("Whether its file is there to forecast with; else it can be trained again.", required=True)
    drift = Nested(DriftSchema, required=True, allow_none=True)


class ModelPageSchema(PageSchema):
    """A page of models, newest first."""

    items = List(Nested(ModelSchema), required=True)


class ModelChangeSchema(Schema):
    """One model followed another."""

    at = instant("When.", required=True)
    kind = text("trained, promoted, rolled_back, released, replaced or fell_back.", "trained", required=True)
    actor_kind = text("What kind of caller had it so.", "system", required=True)
    actor_id = text("Its id; who that is, the audit says.", required=True)
    from_id = identifier("The model before.", required=True, allow_none=True)
    to_id = identifier("The model since.", required=True, allow_none=True)
    why = text("Why.", required=True)


class ModelDetailSchema(ModelSchema):
    """All of a model's record."""

    parameters = Dict(required=True, metadata={"description": "What the backend was made with."})
    seed = Integer(required=True, metadata={"description": "Of all that was drawn by lot.", "example": 0})
    contest = Dict(
        required=True,
        allow_none=True,
        metadata={"description": "How the backends compared on several days of the ledger's past."},
    )
    kept_in = text("database or store; null where its file is not kept.", "database", required=True, allow_none=True)
    changes = List(Nested(ModelChangeSchema), required=True)


class BacktestRequestSchema(Schema):
    """When to try a model's backend."""

    as_of = day("The ledger as it was known at the end of that day; default: today.")


class PromotionSchema(Schema):
    """Why a model is put in charge."""

    why = String(
        validate=validate.Length(1, 500),
        metadata={"description": "Kept with the change.", "example": "Better on our large accounts."},
    )
    pin = flag("Hold it there until it is released; else the next training may replace it.", load_default=True)


class RollbackSchema(Schema):
    """Of which task, and why to go back."""

    task = String(
        load_default="forecast",
        validate=validate.OneOf(TASKS),
        metadata={"description": "Whose champion: that of forecasts, or that of customers' risk."},
    )
    why = String(
        validate=validate.Length(1, 500),
        metadata={"description": "Kept with the change.", "example": "Forecasts became too early."},
    )


class AccuracyArguments(Schema):
    """Filters of the track record."""

    months = Integer(
        load_default=12,
        validate=validate.Range(1, 60),
        metadata={"description": "Months back, the running one included.", "example": 12},
    )
    model = String(validate=_SLUG, metadata={"description": "Only this backend.", "example": "xgboost_hazard"})
    model_id = identifier("Only this model.")
    horizon = String(
        load_default="first",
        validate=validate.OneOf(HORIZONS),
        metadata={"description": "Which forecast of an invoice: its first, or that of 30, 14 or 7 days before due."},
    )
    history = String(
        validate=validate.OneOf(HISTORIES),
        metadata={"description": "Customers with no, 1 to 5, 6 to 20 or more payments before."},
    )
    amount = String(validate=validate.OneOf(AMOUNTS), metadata={"description": "A third of the amounts each."})
    currency = currency()


class AccuracyFiguresSchema(Schema):
    """Forecasts beside what happened; null where nothing is known yet. `_naive`: each customer's own median delay."""

    n = count("Paid invoices.", required=True)
    mae = figure("Mean error in days.", 2.4, required=True, allow_none=True)
    mae_naive = figure("The same by the customer's median.", 2.8, required=True, allow_none=True)
    bias = figure("Days forecast too late on average; negative: too early.", 0.1, required=True, allow_none=True)
    coverage = probability("Share paid between p10 and p90.", required=True, allow_none=True)
    n_due = count("Those not yet due when they were forecast.", required=True)
    brier = figure("Brier score of p_paid_by_due.", 0.15, required=True, allow_none=True)
    brier_naive = figure("The same by the customer's share of late payments.", 0.18, required=True, allow_none=True)
    ece = figure("Expected calibration error, ten bins.", 0.02, required=True, allow_none=True)


class AccuracyMonthSchema(AccuracyFiguresSchema):
    """One backend in one month of payments."""

    month = day("Its first day.", required=True)
    model = text("The backend.", "xgboost_hazard", required=True)


class AccuracySegmentSchema(AccuracyFiguresSchema):
    """One kind of invoices."""

    segment = text("history, amount, currency or horizon.", "history", required=True)
    value = text("Which of them.", "many", required=True)


class ReliabilitySchema(Schema):
    """Forecasts of about the same probability, and what came of them."""

    n = count("How many.", required=True)
    p_mean = probability("The mean of p_paid_by_due.", required=True)
    share_paid = probability("The share that was paid by due.", required=True)


class ChampionSchema(Schema):
    """The model in charge."""

    id = identifier("The model.", required=True)
    number = Integer(required=True, metadata={"description": "Its version.", "example": 12})
    model = text("Its backend.", "xgboost_hazard", required=True)
    as_of = day("It learnt from what was known then.", required=True)
    pinned_at = instant("Since when a person holds it in its place.", required=True, allow_none=True)
    mae_backtest = figure("Its mean error in its backtest.", 2.4, required=True, allow_none=True)
    drift = Nested(DriftSchema, required=True, allow_none=True)
    alarms = List(String(), required=True)


class AccuracySchema(Schema):
    """The track record of the forecasts."""

    since = day("Payments from that day on.", required=True)
    horizon = text("Which forecast of each invoice was scored.", "first", required=True)
    overall = Nested(AccuracyFiguresSchema, required=True)
    months = List(Nested(AccuracyMonthSchema), required=True)
    segments = List(Nested(AccuracySegmentSchema), required=True)
    reliability = List(Nested(ReliabilitySchema), required=True)
    champion = Nested(ChampionSchema, required=True, allow_none=True)
