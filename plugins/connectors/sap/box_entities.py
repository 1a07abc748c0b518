"""What the box's services have: the entity types, their properties, and the company's books as rows of them.

Property names and key after the metadata of API_OPLACCTGDOCITEMCUBE_SRV and API_BUSINESS_PARTNER as published on the
SAP Business Accelerator Hub; a small part of each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import quoteattr

from hub.sdk.testing.company import Company
from hub.sdk.testing.currencies import minor_units
from hub.sdk.testing.entries import Party
from plugins.connectors.sap.box_lines import Line

_EDM = {str: "Edm.String", bool: "Edm.Boolean", Decimal: "Edm.Decimal", date: "Edm.DateTime"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityType:
    """A set of entities: its name, its key, its properties and where its navigations lead."""

    service: str
    name: str
    key: tuple[str, ...]
    properties: Mapping[str, type]
    navigations: Mapping[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The name of its type."""
        return f"{self.name}Type"


def _properties(**names: str) -> dict[str, type]:
    kinds = {"text": str, "flag": bool, "amount": Decimal, "day": date}
    return {name: kinds[kind] for kind, listed in names.items() for name in listed.split()}


CUBE = EntityType(
    service="API_OPLACCTGDOCITEMCUBE_SRV",
    name="A_OperationalAcctgDocItemCube",
    key=("CompanyCode", "FiscalYear", "AccountingDocument", "AccountingDocumentItem"),
    properties=_properties(
        text="CompanyCode FiscalYear AccountingDocument AccountingDocumentItem CompanyCodeName FinancialAccountType"
        " AccountingDocumentType DebitCreditCode Customer CustomerName Supplier DocumentReferenceID PaymentTerms"
        " PaymentBlockingReason DunningBlockingReason DunningLevel TransactionCurrency CompanyCodeCurrency"
        " ClearingAccountingDocument ClearingDocFiscalYear InvoiceReference InvoiceReferenceFiscalYear"
        " InvoiceItemReference ReverseDocument ReverseDocumentFiscalYear SpecialGLCode PaymentDifferenceReason",
        flag="IsCleared IsReversed IsReversal",
        amount="NetPaymentDays AmountInTransactionCurrency AmountInCompanyCodeCurrency",
        day="PostingDate DocumentDate NetDueDate DueCalculationBaseDate LastDunningDate ClearingDate"
        " ClearingCreationDate LastChangeDate AccountingDocumentCreationDate",
    ),
)
PARTNER = EntityType(
    service="API_BUSINESS_PARTNER",
    name="A_BusinessPartner",
    key=("BusinessPartner",),
    properties=_properties(
        text="BusinessPartner Customer BusinessPartnerFullName BusinessPartnerCategory",
        flag="BusinessPartnerIsBlocked",
        day="CreationDate LastChangeDate",
    ),
    navigations={"to_BusinessPartnerAddress": "A_BusinessPartnerAddress"},
)
CUSTOMER = EntityType(
    service="API_BUSINESS_PARTNER",
    name="A_Customer",
    key=("Customer",),
    properties=_properties(text="Customer CustomerName", flag="PostingIsBlocked", day="CreationDate"),
)
ENTITIES = (CUBE, PARTNER, CUSTOMER)


def padded(customer: int) -> str:
    """A customer's number as the database keeps it: ten digits."""
    return f"{customer:010d}"


def line_row(line: Line, company: Company, code: str) -> dict[str, Any]:
    """A line as a row of the cube."""
    party = company.parties[line.customer]
    is_customer = line.account_type == "D"
    cleared_by, reversed_by = line.cleared_by or ("", "0000"), line.reversed_by or line.reverses or ("", "0000")
    names = line.names or ("", "0000")
    return {
        "CompanyCode": code,
        "FiscalYear": line.year,
        "AccountingDocument": line.document,
        "AccountingDocumentItem": line.item,
        "CompanyCodeName": f"Company {code}",
        "FinancialAccountType": line.account_type,
        "AccountingDocumentType": line.type,
        "DebitCreditCode": "H" if line.amount < 0 else "S",
        "Customer": padded(line.customer) if is_customer else "",
        "CustomerName": party.name[:80] if is_customer else "",
        "Supplier": "" if is_customer else "0000900001",
        "DocumentReferenceID": line.reference_id,
        "PaymentTerms": f"NT{line.terms_days:02d}"[:4] if line.terms_days else "",
        "PaymentBlockingReason": "",
        "DunningBlockingReason": line.dunning_block,
        "DunningLevel": "0",
        "LastDunningDate": None,
        "TransactionCurrency": line.currency,
        "CompanyCodeCurrency": company.home_currency,
        "AmountInTransactionCurrency": _scaled(line.amount, line.currency),
        "AmountInCompanyCodeCurrency": _scaled(line.home, company.home_currency),
        "NetPaymentDays": Decimal(line.terms_days),
        "PostingDate": line.posted_on,
        "DocumentDate": line.document_date,
        "NetDueDate": line.due_on,
        "DueCalculationBaseDate": line.document_date,
        "IsCleared": not line.is_open,
        "ClearingDate": line.cleared_on,
        "ClearingCreationDate": line.clearing_entered_on,
        "ClearingAccountingDocument": cleared_by[0],
        "ClearingDocFiscalYear": cleared_by[1],
        "InvoiceReference": names[0],
        "InvoiceReferenceFiscalYear": names[1],
        "InvoiceItemReference": "001" if line.names else "000",
        "ReverseDocument": reversed_by[0],
        "ReverseDocumentFiscalYear": reversed_by[1],
        "IsReversed": line.reversed_by is not None,
        "IsReversal": line.reverses is not None,
        "SpecialGLCode": line.special,
        "PaymentDifferenceReason": line.reason,
        "LastChangeDate": line.changed_on,
        "AccountingDocumentCreationDate": line.entered_on,
    }


def partner_row(party: Party, company: Company) -> dict[str, Any]:
    """A customer as a business partner, its addresses as they are when expanded."""
    mails = [{"EmailAddress": party.email}] if party.email else []
    return {
        "BusinessPartner": str(1_000_000 + party.id),
        "Customer": padded(party.id),
        "BusinessPartnerFullName": party.name[:81],
        "BusinessPartnerCategory": "2",
        "BusinessPartnerIsBlocked": not party.is_active,
        "CreationDate": party.created_at.astimezone(company.zone).date(),
        "LastChangeDate": party.updated_at.astimezone(company.zone).date(),
        "to_BusinessPartnerAddress": [{"Country": party.country, "to_EmailAddress": mails}],
    }


def customer_row(party: Party, company: Company) -> dict[str, Any]:
    """A customer as the customer master has it."""
    return {
        "Customer": padded(party.id),
        "CustomerName": party.name[:80],
        "PostingIsBlocked": not party.is_active,
        "CreationDate": party.created_at.astimezone(company.zone).date(),
    }


def metadata(service: str) -> str:
    """The service's EDMX."""
    types, sets = [], []
    for entity in ENTITIES:
        if entity.service != service:
            continue
        keys = "".join(f"<PropertyRef Name={quoteattr(name)}/>" for name in entity.key)
        properties = "".join(_property(entity, name) for name in entity.properties)
        types.append(f"<EntityType Name={quoteattr(entity.type)}><Key>{keys}</Key>{properties}</EntityType>")
        sets.append(
            f'<EntitySet Name={quoteattr(entity.name)} EntityType="{service}.{entity.type}" sap:creatable="false"'
            ' sap:updatable="false" sap:deletable="false"/>'
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="1.0"'
        ' xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"'
        ' xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"'
        ' xmlns:sap="http://www.sap.com/Protocols/SAPData"><edmx:DataServices m:DataServiceVersion="2.0">'
        f'<Schema Namespace="{service}" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">{"".join(types)}'
        f'<EntityContainer Name="{service}_Entities" m:IsDefaultEntityContainer="true">{"".join(sets)}'
        "</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"
    )


def _property(entity: EntityType, name: str) -> str:
    kind = entity.properties[name]
    more = ' Precision="24" Scale="3"' if kind is Decimal else ""
    more += ' Nullable="false"' if name in entity.key else ""
    return f"<Property Name={quoteattr(name)} Type={quoteattr(_EDM[kind])}{more}/>"


def _scaled(amount: Decimal, currency: str) -> Decimal:
    """With as many decimals as the currency has."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)))
