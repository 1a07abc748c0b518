"""What the API shows and takes of a tenant."""

from decimal import Decimal as DecimalValue
from typing import Any

from marshmallow import Schema, ValidationError, validate
from marshmallow.fields import String

from hub.http.fields import DecimalText, currency, flag, instant, text
from hub.tenants.service import LEAST_LOSS, MAX_NAME

MAX_TIME_ZONE = 64


def tenant_name(**options: Any) -> String:
    """What a company is called."""
    return text("Its name.", "Acme GmbH", validate=validate.Length(1, MAX_NAME), **options)


def loss_given_default(**options: Any) -> DecimalText:
    """The part of what is 90 days late that is never paid."""
    said = (
        "The part of what is 90 days late that is never paid, as expected losses count it. Null: measured by the "
        "ledger's own write-offs where there are enough, else 0.45."
    )
    return DecimalText(allow_none=True, metadata={"description": said, "example": "0.3"}, **options)


def _is_share(value: DecimalValue) -> None:
    if not LEAST_LOSS <= value <= 1 or value != round(value, 4):
        raise ValidationError(f"A share from {LEAST_LOSS} to 1 with at most 4 digits after the point.")


class TenantSchema(Schema):
    """The company whose data the caller works on."""

    key = text("Its permanent name in the hub.", "acme", required=True)
    name = text("Its name.", "Acme GmbH", required=True)
    home_currency = currency(required=True)
    time_zone = String(required=True, metadata={"description": "IANA name; says when its days begin."})
    loss_given_default = loss_given_default(required=True)
    has_records = flag("Whether its ledger holds anything; from then on the home currency stays.", required=True)
    created_at = instant("Since when it is here.", required=True)


class TenantUpdateSchema(Schema):
    """What a tenant may change of itself."""

    name = tenant_name(required=True)
    time_zone = text(
        "IANA name; says when its days begin.",
        "Europe/Berlin",
        required=True,
        validate=validate.Length(1, MAX_TIME_ZONE),
    )
    home_currency = currency()
    loss_given_default = loss_given_default(allow_nan=False, validate=_is_share)
