"""Which company codes there are, and in which currency each keeps its books."""

from collections.abc import Mapping, Sequence

from hub.sdk.errors import ConfigError
from plugins.connectors.sap.cube import Cube
from plugins.connectors.sap.keys import LINE_KEY, text
from plugins.connectors.sap.odata import equal, literal

_PROPERTIES = (*LINE_KEY, "CompanyCodeName", "CompanyCodeCurrency")
_MOST = 200


def companies(cube: Cube, codes: Sequence[str]) -> list[Mapping[str, str]]:
    """Code, name and currency of these company codes, or of all that have customers' lines where none are named.

    Asks for one line of each. Raises ConfigError where one that is named has none.
    """
    found = []
    for code in codes:
        rows = cube.page(equal(("CompanyCode",), (code,)), (), top=1, select=_PROPERTIES).rows
        if not rows:
            raise ConfigError(
                f"SAP shows no customers' lines of company code {code}: see whether it is written like that, and the"
                " user may read it",
                field="company_codes",
            )
        found.append(_company(rows[0]))
    return found or _all(cube)


def _all(cube: Cube) -> list[Mapping[str, str]]:
    found: list[Mapping[str, str]] = []
    while len(found) < _MOST:
        where = f"CompanyCode gt {literal(found[-1]['code'])}" if found else ""
        rows = cube.page(where, [("CompanyCode", False)], top=1, select=_PROPERTIES).rows
        if not rows:
            break
        found.append(_company(rows[0]))
    if not found:
        raise ConfigError("SAP shows this user no customers' lines of any company code", field="company_codes")
    return found


def _company(row: Mapping[str, str]) -> Mapping[str, str]:
    return {
        "code": text(row, "CompanyCode"),
        "name": text(row, "CompanyCodeName"),
        "currency": text(row, "CompanyCodeCurrency"),
    }
