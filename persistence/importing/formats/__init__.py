"""The named formats. A new one is a file with a declaration and a line here."""

from __future__ import annotations

from persistence.importing.formats.ecb_rates import ECB_RATES
from persistence.importing.formats.highradius_open_items import HIGHRADIUS_OPEN_ITEMS
from persistence.importing.formats.ibm_late_payments import IBM_LATE_PAYMENTS

NAMED = {found.name: found for found in (ECB_RATES, IBM_LATE_PAYMENTS, HIGHRADIUS_OPEN_ITEMS)}

__all__ = ["NAMED"]
