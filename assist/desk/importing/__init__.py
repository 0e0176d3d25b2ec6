"""Imports of tickets and articles from files: resumable, idempotent, in bounded memory.

A reader yields one `Row` per thing it found or could not read; `Importer` stores them in batches, each with its
checkpoint in the same transaction, so an import that was killed goes on where the last batch ended.
"""

from assist.desk.importing.importer import Importer, Report
from assist.desk.importing.readers import Row, reader_for

__all__ = ["Importer", "Report", "Row", "reader_for"]
