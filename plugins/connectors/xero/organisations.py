"""The organisations behind a grant, and what of an organisation its figures depend on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from hub.sdk.connector import Account
from hub.sdk.errors import TransientError
from plugins.connectors.xero.client import Client, DisconnectedError
from plugins.connectors.xero.time_zones import iana_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The currency of its books and the zone of its days."""

    home_currency: str
    time_zone: str | None

    @classmethod
    def known(cls, account: Mapping[str, str]) -> Self | None:
        """As it was noted when the account was chosen; None where that was not done."""
        home = account.get("homeCurrency")
        return cls(home_currency=home, time_zone=account.get("timeZone")) if home else None

    @classmethod
    def ask(cls, client: Client, tenant: str) -> Self:
        """As Xero has it now."""
        try:
            found = client.call("get_organisations", tenant)["Organisations"][0]
            return cls(home_currency=str(found["BaseCurrency"]), time_zone=iana_name(found.get("Timezone")))
        except (TypeError, KeyError, IndexError) as error:
            raise TransientError("Xero's answer describes no organisation") from error


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
            organisation = Organisation.ask(client, tenant)
            account = receivable_account(client, tenant)
        except DisconnectedError:
            # Whoever consented has since lost this organisation, or left its plan: it is listed, but not reached.
            continue
        values = {
            "tenantId": tenant,
            "homeCurrency": organisation.home_currency,
            "timeZone": organisation.time_zone,
            "receivableAccount": account,
        }
        found.append(
            Account(
                id=tenant,
                name=str(connection.get("tenantName") or tenant),
                home_currency=organisation.home_currency,
                time_zone=organisation.time_zone,
                values={name: value for name, value in values.items() if value},
            )
        )
    return found


def receivable_account(client: Client, tenant: str) -> str | None:
    """The id of the account that the trial balance shows the receivables under. Its name is the customer's choice."""
    for account in (client.call("get_accounts", tenant) or {}).get("Accounts") or ():
        if account.get("SystemAccount") == "DEBTORS":
            return str(account["AccountID"])
    return None
