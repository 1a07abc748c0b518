"""What the API shows of imports and sync runs, and what it takes."""

from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow.fields import Boolean, Dict, Float, Integer, List, Nested, Raw, String

from hub.http.fields import count, currency, day, flag, identifier, instant, money, money_input, text, upload

RUN_STATES = ("running", "waiting", "ok", "partial", "suspicious", "failed")
RUN_KINDS = ("backfill", "increment", "full", "some", "import")


class InvoiceInputSchema(Schema):
    """An invoice to enter; the same number again changes the one entered before."""

    number = text("The number printed on it; its identity among the invoices entered here.", "INV-1042", required=True)
    customer_id = identifier("A customer of the ledger; or give `customer_name`.")
    customer_name = text("A customer by name, entered if there is none yet.", "Acme GmbH")
    issued_on = day("Invoice date.", required=True)
    due_on = day("Due date.", required=True)
    currency = currency(required=True)
    total = money_input("The whole amount; 0 or more.", required=True)
    terms = text("Payment terms.", "Net 30", allow_none=True)
    disputed = Boolean(allow_none=True, metadata={"description": "Whether the customer contests it."})

    @validates_schema
    def _consistent(self, data: dict[str, Any], **_: object) -> None:
        if data["due_on"] < data["issued_on"]:
            raise ValidationError("Not before issued_on.", "due_on")
        if ("customer_id" in data) == ("customer_name" in data):
            raise ValidationError("Give either customer_id or customer_name.", "customer_id")


class ImportSchema(Schema):
    """The file to import, and how to read it where it does not say so itself."""

    file = upload("CSV, TSV or .xlsx.", required=True)
    mapping = String(
        metadata={
            "description": "JSON object {field: column header}; null leaves a field out. The rest is recognised.",
            "example": '{"due_date": "Fällig am"}',
        }
    )
    date_order = String(
        validate=validate.OneOf(["dmy", "mdy", "ymd"]),
        metadata={"description": "Needed only where every date of the file can be read both ways."},
    )
    decimal = String(validate=validate.OneOf([".", ","]), metadata={"description": "The decimal mark."})
    currency = currency()
    delimiter = String(validate=validate.OneOf([",", ";", "\t", "|"]))
    encoding = text("Where it cannot be found out.", "cp1252", validate=validate.Length(1, 40))
    sheet = text("The worksheet of an .xlsx file.", "Invoices", validate=validate.Length(1, 100))
    skip_bad = Boolean(metadata={"description": "Store the good rows although some cannot be used."})
    as_of = day("The day the file shows.")
    corrections = String(
        metadata={
            "description": "JSON list of {line, column, value}: what single cells hold instead of what the file says."
            " `line` is where the row begins, `column` its header.",
            "example": '[{"line": 4, "column": "Due Date", "value": "2026-03-01"}]',
        }
    )


class CorrectionSchema(Schema):
    """What one cell holds instead of what the file says."""

    line = Integer(required=True, strict=True, validate=validate.Range(1, 2**31))
    column = String(required=True, validate=validate.Length(1, 1_000))
    value = String(required=True, validate=validate.Length(max=1_000))


class ColumnSchema(Schema):
    """One recognised column."""

    field = text("What it holds.", "due_date", required=True)
    column = text("Its header in the file.", "Due Date", required=True)
    how = text("By what it was recognised.", required=True)
    samples = List(String(), required=True)


class PreviewProblemSchema(Schema):
    """One row that cannot be used."""

    line = Integer(required=True, allow_none=True)
    field = text("Its column.", required=True, allow_none=True)
    value = text("What it holds.", required=True, allow_none=True)
    expected = text("What was expected.", required=True, allow_none=True)
    message = text("The whole sentence.", required=True)


class FileRowSchema(Schema):
    """One row of a file as it stands."""

    line = count("Where it begins in the file.", required=True)
    cells = List(String(), required=True, metadata={"description": "In the order of the header."})


class ImportHeadSchema(Schema):
    """The first rows of a file as they stand, for a person who has to say what its columns are."""

    file = text("Its name.", "ledger.csv", required=True)
    format = text("csv or xlsx.", "csv", required=True)
    encoding = text("Character encoding.", "utf-8", required=True, allow_none=True)
    delimiter = text("Between columns.", ",", required=True, allow_none=True)
    sheet = text("Worksheet.", required=True, allow_none=True)
    sheets = List(String(), required=True, metadata={"description": "Worksheets there are."})
    header_line = count("The line of the likeliest header.", required=True)
    names = List(String(), required=True, metadata={"description": "The header's columns."})
    field_names = List(String(), required=True, metadata={"description": "What a column may hold."})
    rows = List(Nested(FileRowSchema), required=True)


class PreviewSchema(Schema):
    """How the file would be read; nothing is stored."""

    file = text("Its name.", "ledger.csv", required=True)
    format = text("csv or xlsx.", "csv", required=True)
    encoding = text("Character encoding.", "utf-8", required=True, allow_none=True)
    delimiter = text("Between columns.", ",", required=True, allow_none=True)
    sheet = text("Worksheet.", required=True, allow_none=True)
    sheets = List(String(), required=True, metadata={"description": "Worksheets there are."})
    header_line = count("The line of the column headers.", required=True)
    names = List(String(), required=True, metadata={"description": "The header's columns, in order."})
    field_names = List(String(), required=True, metadata={"description": "What a column may hold."})
    columns = List(Nested(ColumnSchema), required=True)
    ignored = List(String(), required=True, metadata={"description": "Columns that are not used."})
    customers_in_headings = Boolean(required=True)
    date_order = text("Order of day, month and year.", "dmy", required=True)
    date_evidence = text("From what it was seen.", required=True)
    decimal = text("Decimal mark.", ".", required=True)
    decimal_evidence = text("From what it was seen.", required=True)
    currency = currency(required=True)
    currency_source = text("From what it was seen.", required=True)
    as_of = day("The day the file shows.", required=True)
    as_of_source = text("From what it was seen.", required=True)
    rows = count("Rows that state something.", required=True)
    copies = count("Rows that repeat another.", required=True)
    skipped = Dict(keys=String(), values=Integer(), required=True, metadata={"description": "Rows left out, by why."})
    stated_total = String(required=True, allow_none=True, metadata={"description": "The file's own total."})
    problems = List(
        Nested(PreviewProblemSchema), required=True, metadata={"description": "The first rows that cannot be used."}
    )
    bad_rows = count("Rows that cannot be used.", required=True)
    sample = List(
        Nested(FileRowSchema),
        required=True,
        metadata={"description": "The first 20 rows, and each that `problems` is about, with corrections applied."},
    )


class RunArguments(Schema):
    """Filters of the list of sync runs."""

    status = String(validate=validate.OneOf(RUN_STATES), metadata={"description": "Only runs with this status."})
    connection_id = identifier("Only runs of this connection.")
    limit = Integer(
        load_default=50, validate=validate.Range(1, 200), metadata={"description": "How many, newest first."}
    )


class RunSchema(Schema):
    """One sync run: what it brought, what it could not use, and whether the ledger ties out."""

    id = identifier("The run.", required=True)
    connection_id = identifier("What was read.", required=True)
    work_id = identifier("The job that ran it.", required=True, allow_none=True)
    kind = String(
        required=True,
        validate=validate.OneOf(RUN_KINDS),
        metadata={
            "description": "backfill: the first; increment: what changed; full: all of it anew; some: single records"
            " that the provider announced; import: a file."
        },
    )
    status = String(
        required=True,
        validate=validate.OneOf(RUN_STATES),
        metadata={"description": "waiting: it goes on when the provider's limit lets it; `reason` says when."},
    )
    reason = text("Why it is not ok.", required=True, allow_none=True)
    started_at = instant("When it began.", required=True)
    finished_at = instant("When it ended.", required=True, allow_none=True)
    items = Dict(required=True, metadata={"description": "Items read, by stream."})
    counts = Dict(
        required=True,
        metadata={
            "description": "Records by entity: inserted, changed, unchanged, deleted.",
            "example": {"invoice": {"inserted": 12, "changed": 1, "unchanged": 400, "deleted": 0}},
        },
    )
    timings = Dict(required=True, metadata={"description": "Seconds spent, by step."})
    changed = count("Ledger records written.", required=True)
    rejected = count("Items that could not be used.", required=True)
    calls = count("How often the provider was called.", required=True)
    warnings = List(String(), required=True, metadata={"description": "What a person should know of."})
    findings = Dict(required=True, metadata={"description": "What does not add up, and how often."})
    tie_out = Raw(
        required=True,
        allow_none=True,
        metadata={
            "description": "The provider's receivables against the ledger's, per currency and, as `home`, in the books'"
            " home currency; null where it states none. /api/connections/{connection_id}/tie-out has the customers.",
            "example": {"EUR": {"provider": "1250.0000", "ledger": "1250.0000", "difference": "0.0000"}},
        },
    )


class RunListSchema(Schema):
    """Sync runs, newest first."""

    items = List(Nested(RunSchema), required=True)


class LogLineSchema(Schema):
    """Something that happened in a run."""

    at = instant("When.", required=True)
    level = String(
        required=True,
        validate=validate.OneOf(["info", "warning", "error", "request"]),
        metadata={"description": "request: one of the last calls before the run failed."},
    )
    text = text("What.", "invoices: 1,204 read.", required=True)


class StreamProgressSchema(Schema):
    """How far the read of one stream is."""

    stream = text("The listing.", "invoices", required=True)
    items = count("Items read.", required=True)
    pages = count("Pages read.", required=True)
    done = flag("Whether it was read to its end.", required=True)
    share = Float(
        required=True,
        allow_none=True,
        validate=validate.Range(0, 1),
        metadata={"description": "Share read, 0 to 1, where the provider tells how much there is."},
    )


class RunDetailSchema(RunSchema):
    """One sync run with its log."""

    log = List(Nested(LogLineSchema), required=True, metadata={"description": "What happened, oldest first."})
    progress = List(Nested(StreamProgressSchema), required=True)


class ConnectionRunArguments(Schema):
    """Filters of the list of a connection's runs."""

    status = String(validate=validate.OneOf(RUN_STATES), metadata={"description": "Only runs with this status."})
    limit = Integer(
        load_default=50, validate=validate.Range(1, 200), metadata={"description": "How many, newest first."}
    )


class SyncRequestSchema(Schema):
    """Which run is wanted."""

    kind = String(
        load_default="increment",
        validate=validate.OneOf(["increment", "full"]),
        metadata={
            "description": "increment: what changed, or everything where that was never read. full: everything anew,"
            " and what is no longer there is deleted."
        },
    )


class ComparisonSchema(Schema):
    """One sum of receivables, as the provider states it and as the ledger holds it."""

    currency = currency(required=True)
    provider = money("What the provider states.", required=True)
    ledger = money("What the ledger holds.", required=True)
    difference = money("What the ledger holds beyond the provider's.", required=True)


class CustomerGapSchema(ComparisonSchema):
    """A customer whose balance differs from the provider's."""

    customer_id = identifier("The customer, also where the ledger does not have them yet.", required=True)
    external_id = text("The provider's own id.", "C-17", required=True, allow_none=True)
    name = text("Null where the ledger does not have them.", "Acme GmbH", required=True, allow_none=True)
    is_home = flag("Whether it is the balance in the home currency.", required=True)
    cause = text(
        "What it looks like.",
        "as if invoice INV-7 were settled or deleted at the provider: it is open here",
        required=True,
    )


class TieOutSchema(Schema):
    """The ledger's receivables against the provider's own: open invoices less unapplied payments and credits."""

    run_id = identifier("The run that compared them; null where none has yet.", required=True, allow_none=True)
    status = String(required=True, allow_none=True, validate=validate.OneOf(RUN_STATES))
    started_at = instant("When that run began.", required=True, allow_none=True)
    as_of = day("The day at whose end they were compared.", required=True, allow_none=True)
    is_equal = flag("Whether all that was compared is equal to the cent.", required=True, allow_none=True)
    currencies = List(Nested(ComparisonSchema), required=True)
    home = Nested(ComparisonSchema, required=True, allow_none=True)
    differing_customers = count("How many customers' balances differ.", required=True)
    customers = List(
        Nested(CustomerGapSchema),
        required=True,
        metadata={"description": "Those with the largest differences, up to 500."},
    )


class RejectSchema(Schema):
    """One item that a run could not use."""

    stream = text("The listing it came from.", "rows", required=True)
    reason = text("What is wrong with it.", required=True)
    line = Integer(required=True, allow_none=True, metadata={"description": "Where it stands, in a file."})
    field = text("Its column or field.", "due_on", required=True, allow_none=True)
    value = text("What it holds.", "31.02.2026", required=True, allow_none=True)
    expected = text("What was expected.", "a date", required=True, allow_none=True)
    raw = text("The item as it came, cut where it is very long.", required=True, allow_none=True)


class RejectListSchema(Schema):
    """What a run could not use, in the order it was read."""

    items = List(Nested(RejectSchema), required=True)
