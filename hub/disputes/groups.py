"""The eight groups in which people see the dispute codes."""

from collections.abc import Mapping

GROUPS: Mapping[str, tuple[str, ...]] = {
    "pricing": ("pricing", "terms_discount", "freight_charge"),
    "short_ship": ("quantity_shortage", "not_received", "late_delivery"),
    "duplicate": ("duplicate_invoice",),
    "damaged": ("quality_damage", "service_not_rendered"),
    "tax": ("tax_error",),
    "paperwork": ("billing_details",),
    "already_paid": ("already_paid", "credit_pending"),
    "other": ("unauthorised", "payment_delay_request", "no_dispute", "other"),
}
"""Group -> its codes, in the order in which they are shown. Every code is in one group."""

GROUP_OF: Mapping[str, str] = {code: group for group, codes in GROUPS.items() for code in codes}
"""Code -> its group."""
