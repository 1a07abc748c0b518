"""What the API shows of the tenant that a key belongs to."""

from marshmallow import Schema
from marshmallow.fields import String

from hub.http.fields import currency, instant, text


class TenantSchema(Schema):
    """The company whose data the key reaches."""

    key = text("Its permanent name in the hub.", "acme", required=True)
    name = text("Its name.", "Acme GmbH", required=True)
    home_currency = currency(required=True)
    time_zone = String(required=True, metadata={"description": "IANA name; says when its days begin."})
    created_at = instant("Since when it is here.", required=True)
