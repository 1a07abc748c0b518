"""The account: what it is called, what of NetSuite's features it has, and whether the role may see what is read."""

from collections.abc import Mapping
from typing import Any

from hub.sdk.connector import Account
from hub.sdk.errors import ConfigError
from plugins.connectors.netsuite import queries
from plugins.connectors.netsuite.documents import Row
from plugins.connectors.netsuite.queries import Books
from plugins.connectors.netsuite.suiteql import SuiteQL, UnseenError

YES, NO = "yes", "no"


def account(suiteql: SuiteQL, config: Mapping[str, Any]) -> Account:
    """The account that the connection is to; its `values` spare each run the questions asked here."""
    currencies, subsidiaries = _currencies(suiteql), _read_subsidiaries(suiteql, config)
    bases = {str(each.get("basecurrency")) for each in subsidiaries}
    if subsidiaries:
        home = bases.pop() if len(bases) == 1 else None
    else:
        home = next((str(each.get("symbol")) for each in currencies if each.get("isbasecurrency") == "T"), None)
    home = home or (None if len(bases) > 1 else config.get("home_currency"))
    if home is None and not subsidiaries:
        raise ConfigError("NetSuite does not say what the home currency is; enter it", field="home_currency")
    own_id = str(config.get("account", "")).upper().replace("-", "_")
    top = next((str(each.get("name")) for each in subsidiaries if not each.get("parent")), None)
    return Account(
        id=own_id,
        name=config.get("name") or top or f"NetSuite {own_id}",
        home_currency=home,
        time_zone=config.get("time_zone"),
        values={
            "one_world": YES if subsidiaries else NO,
            "currencies": YES if currencies else NO,
            **({"home_currency": home} if home else {}),
        },
    )


def books(suiteql: SuiteQL, config: Mapping[str, Any], known: Mapping[str, str]) -> Books:
    """What a run has to know: of `known`, the values of the account, or else by asking for them."""
    values = known if "one_world" in known else account(suiteql, config).values
    return Books(
        has_currencies=values.get("currencies") == YES,
        is_one_world=values.get("one_world") == YES,
        subsidiaries=tuple(int(each) for each in config.get("subsidiaries") or ()),
        home=values.get("home_currency"),
    )


def check(suiteql: SuiteQL) -> None:
    """Ask one cheap question of each record that is read. Raises ConfigError naming all that the role may not see."""
    unseen = []
    for question in queries.PROBES.values():
        try:
            suiteql.rows(question)
        except UnseenError as error:
            unseen.append(str(error))
    if unseen:
        raise ConfigError(" ".join(unseen))


def _currencies(suiteql: SuiteQL) -> list[Row]:
    """The currencies; none in an account without the feature Multiple Currencies."""
    try:
        return suiteql.rows(queries.CURRENCIES)
    except UnseenError:
        return []


def _read_subsidiaries(suiteql: SuiteQL, config: Mapping[str, Any]) -> list[Row]:
    """The subsidiaries that are read; none in an account without NetSuite OneWorld. Raises ConfigError."""
    wanted = {str(each) for each in config.get("subsidiaries") or ()}
    try:
        found = suiteql.rows(queries.SUBSIDIARIES)
    except UnseenError:
        found = []
    if missing := sorted(wanted - {str(each.get("id")) for each in found}):
        known = ", ".join(f"{each.get('id')} {each.get('name')}" for each in found) or "none"
        raise ConfigError(
            f"NetSuite shows no subsidiary {', '.join(missing)} to the connection's role; there are: {known}",
            field="subsidiaries",
        )
    return [each for each in found if not wanted or str(each.get("id")) in wanted]
