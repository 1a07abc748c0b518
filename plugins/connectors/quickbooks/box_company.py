"""What QuickBooks in a box says of a company itself, and to a caller whom it does not know."""

from datetime import date, datetime
from typing import Any

from plugins.connectors.quickbooks.box_entities import Item, Shapes, number


def company_info(shapes: Shapes, realm: str) -> Item:
    """Name, country and time zone, after the reference of CompanyInfo."""
    name = f"Sandbox Company {realm[-4:]}"
    began = shapes.stamp(_began(shapes))
    return {
        "CompanyName": name,
        "LegalName": name,
        "CompanyAddr": {"Id": "1", "Line1": "123 Sierra Way", "City": "San Pablo", "PostalCode": "87999"},
        "CompanyStartDate": began[:10],
        "FiscalYearStartMonth": "January",
        "Country": "US",
        "SupportedLanguages": "en",
        "DefaultTimeZone": shapes.company.zone.key,
        **_kept(began, "4"),
    }


def preferences(shapes: Shapes) -> Item:
    """The settings, of which the currencies alone matter here, after the reference of Preferences."""
    home = shapes.company.home_currency
    currencies = {party.currency for party in shapes.company.parties.values()}
    return {
        "CurrencyPrefs": {"MultiCurrencyEnabled": currencies != {home}, "HomeCurrency": {"value": home}},
        **_kept(shapes.stamp(_began(shapes)), "6"),
    }


def exchange_rate(shapes: Shapes, source: str, day: date, now: datetime) -> Item:
    """Home units for one unit of the source currency on a day, after the reference of ExchangeRate."""
    return {
        "SourceCurrencyCode": source,
        "TargetCurrencyCode": shapes.company.home_currency,
        "Rate": number(shapes.company.rates[source, day]),
        "AsOfDate": day.isoformat(),
        "domain": "QBO",
        "sparse": False,
        "MetaData": {"LastUpdatedTime": shapes.stamp(now)},
    }


def unauthorized(reason: str, now: datetime) -> dict[str, Any]:
    """The body of a 401, the one answer whose `fault` and its fields are in lower case."""
    error = {
        "message": "message=AuthenticationFailed; errorCode=003200; statusCode=401",
        "detail": f"Token {reason}: ...",
        "code": "3200",
        "element": None,
    }
    return {
        "warnings": None,
        "intuitObject": None,
        "fault": {"error": [error], "type": "AUTHENTICATION"},
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": int(now.timestamp() * 1000),
        "status": None,
        "cdcresponse": [],
    }


def _began(shapes: Shapes) -> datetime:
    return shapes.tables.rows("Term")[0].created_at


def _kept(began: str, sync_token: str) -> Item:
    return {
        "domain": "QBO",
        "sparse": False,
        "Id": "1",
        "SyncToken": sync_token,
        "MetaData": {"CreateTime": began, "LastUpdatedTime": began},
    }
