"""The organisations behind a grant, and what of an organisation its figures depend on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.sdk.connector import Account
from hub.sdk.errors import TransientError
from plugins.connectors.xero.client import Client, DisconnectedError
from plugins.connectors.xero.time_zones import iana_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """`receivable_account` is the id of the account that the trial balance shows the receivables under."""

    home_currency: str
    time_zone: str | None
    receivable_account: str | None


def accounts(client: Client) -> list[Account]:
    """The organisations that the grant opens, as accounts to choose from.

    What is asked of each here is kept with the connection, so that no later run has to ask again.
    """
    found = []
    for connection in client.connections() or ():
        if connection.get("tenantType") != "ORGANISATION":
            continue
        tenant = str(connection["tenantId"])
        try:
            facts = organisation(client, tenant, {})
        except DisconnectedError:
            # Whoever consented has since lost this organisation, or left its plan: it is listed, but not reached.
            continue
        values = {
            "tenantId": tenant,
            "homeCurrency": facts.home_currency,
            "timeZone": facts.time_zone,
            "receivableAccount": facts.receivable_account,
        }
        found.append(
            Account(
                id=tenant,
                name=str(connection.get("tenantName") or tenant),
                home_currency=facts.home_currency,
                time_zone=facts.time_zone,
                values={name: value for name, value in values.items() if value},
            )
        )
    return found


def organisation(client: Client, tenant: str, known: Mapping[str, str]) -> Organisation:
    """What figures depend on, asked only where the connection does not know it yet."""
    if known.get("homeCurrency"):
        home, zone = known["homeCurrency"], known.get("timeZone")
    else:
        found = _first(client.call("get_organisations", tenant), "Organisations")
        home, zone = str(found["BaseCurrency"]), iana_name(found.get("Timezone"))
    return Organisation(
        home_currency=home,
        time_zone=zone,
        receivable_account=known.get("receivableAccount") or _receivable_account(client, tenant),
    )


def _receivable_account(client: Client, tenant: str) -> str | None:
    answer = client.call("get_accounts", tenant) or {}
    for account in answer.get("Accounts") or ():
        if account.get("SystemAccount") == "DEBTORS":
            return str(account["AccountID"])
    return None


def _first(answer: Any, key: str) -> Mapping[str, Any]:
    try:
        found = answer[key][0]
        found["BaseCurrency"]
    except (TypeError, KeyError, IndexError) as error:
        raise TransientError("Xero's answer describes no organisation") from error
    return dict(found)
