"""The words of the company's own help pages, so that masking does not take its products for people."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter

from sqlmodel import col, func, select

from assist.helpdesk import Visibility
from assist.redaction.normalise import fold
from assist.store.database import Database
from assist.store.models import Article

# A word of one page may be a person mentioned there once.
LEAST = 2
AGAIN_S = 30.0
_NAMED = re.compile(r"(?<![\w@])[A-ZÄÖÜ][^\W\d_]{2,}")


class Vocabulary:
    """Called, gives the folded words that public approved articles write with a capital; follows their changes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._words: frozenset[str] = frozenset()
        self._state: object = None
        self._looked = -AGAIN_S

    def __call__(self) -> frozenset[str]:
        """Give the words; looks for changed articles at most every half minute."""
        with self._lock:
            if time.monotonic() - self._looked >= AGAIN_S:
                self._look()
            return self._words

    def refresh(self) -> None:
        """Look for changed articles at the next call: some were just stored."""
        self._looked = -AGAIN_S

    def _look(self) -> None:
        open_to_all = (Article.visibility == Visibility.PUBLIC.value) & (Article.status == "approved")
        with self._database.reading() as session:
            state = session.exec(select(func.count(), func.max(Article.updated_at)).where(open_to_all)).one()
            if tuple(state) != self._state:
                counted: Counter[str] = Counter()
                for title, text in session.exec(select(col(Article.title), col(Article.text)).where(open_to_all)):
                    counted.update(fold(word) for word in _NAMED.findall(f"{title}\n{text}"))
                self._words = frozenset(word for word, count in counted.items() if count >= LEAST)
                self._state = tuple(state)
        self._looked = time.monotonic()
