"""Entities of QuickBooks in few words, and connectors that are answered from a list."""

from hub.sdk.http import Answer
from hub.sdk.testing.box import exact_json
from plugins.connectors.quickbooks.plugin import QuickBooksConnector

META = {"CreateTime": "2026-09-01T09:00:00-07:00", "LastUpdatedTime": "2026-09-01T09:15:30-07:00"}


class Recorded:
    """An Api that answers, in order, what it was given, and lists what it was asked."""

    def __init__(self, *answers, **account):
        self.addresses = {"api": "https://quickbooks.example"}
        self.account = {"realmId": "9130", "homeCurrency": "USD", "timeZone": "America/Los_Angeles"} | account
        self.answers = list(answers)
        self.asked = []

    def request(self, method, url, *, query=None, headers=None, content=None, is_safe=None):
        self.asked.append((method, url, dict(query or {}), dict(headers or {}), (content or b"").decode(), is_safe))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        body = answer if isinstance(answer, bytes) else exact_json(answer)
        return Answer(status=200, headers={"content-type": "application/json"}, body=body)

    def get(self, url, query=None, headers=None):
        return self.request("GET", url, query=query, headers=headers)

    @property
    def texts(self):
        """The texts of the queries."""
        return [content for _, _, _, _, content, _ in self.asked if content]

    @property
    def paths(self):
        return [url.removeprefix("https://quickbooks.example/v3/company/9130/") for _, url, *_ in self.asked]


def map_all(*payloads):
    """The records of answers, mapped without asking anybody."""
    connector = QuickBooksConnector({}, Recorded())
    return [record for stream, item in connector.unpack(payloads) for record in connector.map(stream, item)]


def listed(**entities):
    """A query's answer: listed(Invoice=[...])."""
    return {"QueryResponse": {**entities, "startPosition": 1}, "time": "2026-09-30T10:00:00.000-07:00"}


def captured(**entities):
    """An answer of change data capture: what has no change is not named, but has its place."""
    parts = [{name: items, "startPosition": 1, "maxResults": len(items)} for name, items in entities.items() if items]
    return {"CDCResponse": [{"QueryResponse": [*parts, {}]}], "time": "2026-09-30T10:00:00.000-07:00"}


def invoice(id="101", total=100, **fields):
    return {
        "Id": id,
        "SyncToken": "0",
        "MetaData": META,
        "DocNumber": f"INV-{id}",
        "TxnDate": "2026-09-01",
        "DueDate": "2026-10-01",
        "CustomerRef": {"value": "1", "name": "Café"},
        "CurrencyRef": {"value": "USD"},
        "TotalAmt": total,
        "Balance": total,
        **fields,
    }


def payment(id="201", total=100, lines=(), **fields):
    """`lines`: (type, id, amount), or with the id of a line of the linked entry as fourth."""
    return {
        "Id": id,
        "SyncToken": "0",
        "MetaData": META,
        "TxnDate": "2026-09-05",
        "CustomerRef": {"value": "1"},
        "CurrencyRef": {"value": "USD"},
        "TotalAmt": total,
        "Line": [
            {
                "Amount": amount,
                "LinkedTxn": [
                    {"TxnId": linked, "TxnType": kind, **({"TxnLineId": line_id[0]} if line_id else {})},
                ],
            }
            for kind, linked, amount, *line_id in lines
        ],
        **fields,
    }


def memo(id="301", total=50, **fields):
    return invoice(id, total, **{"DocNumber": f"CM-{id}", "RemainingCredit": total, **fields})


def entry(id="501", lines=(), **fields):
    """`lines`: (side, amount, account name), on a customer's account."""
    return {
        "Id": id,
        "SyncToken": "0",
        "MetaData": META,
        "TxnDate": "2026-09-07",
        "CurrencyRef": {"value": "USD"},
        "Line": [
            {
                "Id": str(number),
                "Amount": amount,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {
                    "PostingType": side,
                    "Entity": {"Type": "Customer", "EntityRef": {"value": "1", "name": "Café"}},
                    "AccountRef": {"value": "84" if "Receivable" in account else "12", "name": account},
                },
            }
            for number, (side, amount, account) in enumerate(lines)
        ],
        **fields,
    }
