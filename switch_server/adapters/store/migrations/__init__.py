"""Numbered, forward-only migrations: ``m0001_…``, ``m0002_…``, each with an ``apply(db)`` that runs in one transaction.

A migration that has been released is never edited; a change of the tables is a new number at the end of ``MIGRATIONS``.
"""

from sqlite_utils import Database, Migrations

from switch_server.adapters.store.errors import StoreTooNew
from switch_server.adapters.store.migrations import (
    m0001_first,
    m0002_orders,
    m0003_desks,
    m0004_statistics,
    m0005_desk_phones,
    m0006_report_days,
    m0007_reports_once,
    m0008_pins_of_numbers,
    m0009_no_branch_keys,
    m0010_start,
    m0011_leg_ends,
    m0012_trunk_lines,
    m0013_traced_numbers,
    m0014_faxes,
)

MODULES = (
    m0001_first,
    m0002_orders,
    m0003_desks,
    m0004_statistics,
    m0005_desk_phones,
    m0006_report_days,
    m0007_reports_once,
    m0008_pins_of_numbers,
    m0009_no_branch_keys,
    m0010_start,
    m0011_leg_ends,
    m0012_trunk_lines,
    m0013_traced_numbers,
    m0014_faxes,
)


def _registered() -> Migrations:
    migrations = Migrations("store")
    for module in MODULES:
        migrations(name=module.__name__.rpartition(".")[2])(module.apply)
    return migrations


MIGRATIONS = _registered()


def migrate(db: Database) -> list[str]:
    """Migrates the file and returns the names of the migrations applied now; raises ``StoreTooNew`` if a newer program wrote it."""
    known = [module.__name__.rpartition(".")[2] for module in MODULES]
    unknown = {row.name for row in MIGRATIONS.applied(db)} - set(known)
    if unknown:
        raise StoreTooNew(f"written by a newer version: {', '.join(sorted(unknown))} unknown here")
    names = [migration.name for migration in MIGRATIONS.pending(db)]
    MIGRATIONS.apply(db)
    return names
