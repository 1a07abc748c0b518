"""What the API shows and takes of a tenant."""

from typing import Any

from marshmallow import Schema, validate
from marshmallow.fields import String

from hub.http.fields import currency, flag, instant, text
from hub.tenants.service import MAX_NAME

MAX_TIME_ZONE = 64


def tenant_name(**options: Any) -> String:
    """What a company is called."""
    return text("Its name.", "Acme GmbH", validate=validate.Length(1, MAX_NAME), **options)


class TenantSchema(Schema):
    """The company whose data the caller works on."""

    key = text("Its permanent name in the hub.", "acme", required=True)
    name = text("Its name.", "Acme GmbH", required=True)
    home_currency = currency(required=True)
    time_zone = String(required=True, metadata={"description": "IANA name; says when its days begin."})
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
