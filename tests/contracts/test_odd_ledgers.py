"""Odd ledgers as four providers state them: the command line reads each view as the same ledger."""

from types import ModuleType

import pytest

from tests.contracts.views import netsuite, quickbooks, sap, xero
from tests.contracts.views.ledgers import Ledger, by_chance, normal_form
from tests.contracts.views.telling import evened, run

VIEWS: dict[str, ModuleType] = {"quickbooks": quickbooks, "xero": xero, "netsuite": netsuite, "sap": sap}


def expected(slug: str, ledger: Ledger):
    """The normal form, as far as a view has it: SAP has no numbers of ours, and books each line at its own rate."""
    form = normal_form(ledger)
    if slug == "sap":
        form["home"] = sap.open_sum(ledger)
        for each in form["invoices"].values():
            del each["number"]
    return form


def check(folder, slug, ledger, seed=0):
    told = run(folder, slug, VIEWS[slug].answers(ledger), seed)
    assert told.code == 0, told.document["rejects"]
    assert evened(slug, told.document["ledger"]) == expected(slug, ledger)


@pytest.mark.parametrize("slug", VIEWS)
@pytest.mark.parametrize("seed", range(40))
def test_ledgers_by_chance(tmp_path, slug, seed):
    check(tmp_path, slug, by_chance(seed), seed)
