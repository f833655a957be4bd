"""The files that schools can bring: bytes in, frozen facts and problems out, nothing else."""

from enum import StrEnum

from portal.intake.formats import contacts_csv, plans_csv
from portal.intake.formats.tables import EXAMPLE_UPN, write_table


class CsvKind(StrEnum):
    """The tables a school fills in itself."""

    CONTACTS = "contacts"
    PLANS = "plans"


def template_csv(kind: CsvKind) -> bytes:
    """The table to fill in, with one example row; reading it leaves that row out."""
    table = {CsvKind.CONTACTS: contacts_csv, CsvKind.PLANS: plans_csv}[kind]
    return write_table(table.COLUMNS.names, [{"upn": EXAMPLE_UPN, **table.EXAMPLE}])
