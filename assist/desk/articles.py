"""Takes knowledge articles in; approved ones become passages of the index."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC

from sqlmodel import Session, select

from assist.desk.intake import Stored
from assist.desk.vocabulary import Vocabulary
from assist.helpdesk import Article as RawArticle
from assist.redaction.masker import Masker
from assist.retrieval.index import RecordIndex
from assist.store.database import Database
from assist.store.models import Article, now


class Articles:
    """Stores articles in batches; personal data that slipped into one is masked, business contacts stay."""

    def __init__(self, database: Database, masker: Masker, index: RecordIndex, vocabulary: Vocabulary) -> None:
        self._database = database
        self._masker = masker
        self._index = index
        self._vocabulary = vocabulary

    def store(
        self, articles: Sequence[RawArticle], *, within: Callable[[Session, list[Stored]], None] | None = None
    ) -> list[Stored]:
        """Create or update articles, all in one transaction; an unchanged one is left alone."""
        masked = [
            [self._masker.mask_free(text, keep_business=True) for text in (article.title, article.text)]
            for article in articles
        ]
        with self._database.session() as session:
            stored: list[Stored] = []
            changed: list[Article] = []
            for raw, (title, text) in zip(articles, masked, strict=True):
                digest = hashlib.sha256(raw.model_dump_json().encode()).hexdigest()
                row = session.exec(
                    select(Article).where(Article.source == raw.source, Article.external_id == raw.id)
                ).first()
                outcome = "updated" if row else "created"
                if row is not None and row.content_hash == digest:
                    assert row.id is not None
                    stored.append(Stored(row.id, "unchanged"))
                    continue
                row = row or Article(source=raw.source, external_id=raw.id, title="", text="")
                row.title, row.text, row.brand, row.language = title, text, raw.brand, raw.language or "en"
                row.visibility, row.status, row.url = raw.visibility.value, raw.status, raw.url
                row.content_hash, row.updated_at = digest, now()
                reviewed = raw.reviewed_at
                row.reviewed_at = (
                    reviewed.replace(tzinfo=UTC) if reviewed is not None and reviewed.tzinfo is None else reviewed
                )
                session.add(row)
                session.flush()
                assert row.id is not None
                changed.append(row)
                stored.append(Stored(row.id, "created" if outcome == "created" else "updated"))
            self._index.index_articles(session, changed)
            if within is not None:
                within(session, stored)
        self._vocabulary.refresh()
        return stored
