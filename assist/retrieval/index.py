"""The index of records: follows the database, survives damage, and answers what is near in meaning or in words."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import structlog
from sqlalchemy import event
from sqlmodel import Session, select

from assist.errors import ConfigurationError, EngineUnavailable
from assist.retrieval import records
from assist.retrieval.approximate_index import ABOVE, ApproximateIndex
from assist.retrieval.catalogue import Catalogue, Unit
from assist.retrieval.catching_up import UnitChanges, live_units, units_changed, vectors_changed
from assist.retrieval.encoder import Encoder, Vectors
from assist.retrieval.encoding import RecordEncoder
from assist.retrieval.lexical import Entry, LexicalIndex, Question, Scope
from assist.retrieval.pgvector_index import PgVectorIndex
from assist.retrieval.slips import mended
from assist.retrieval.snapshot import Snapshot, Unusable
from assist.retrieval.vector_index import FaissIndex, VectorIndex
from assist.settings import Settings
from assist.store.database import Database
from assist.store.models import Article, Counter, Message, Ticket

POLL_S = 0.5
# A record without a vector is most likely being encoded by whoever wrote it; after this long it is not.
PATIENCE_S = 20.0
# Fewer vectors than this make no lists worth having.
LEAST = 1_000
NONE = (np.zeros((1, 0), dtype=np.float32), np.zeros((1, 0), dtype=np.int64))
log = structlog.get_logger(__name__)


class RecordIndex:
    """Vectors, words and the catalogue of one process. The database is the truth; all of this can be lost.

    Writers call `index_tickets` and the like inside their transaction; what they wrote is encoded when it has
    committed. Every process calls `catch_up` (or lets `follow` do it) to see what any process wrote.
    """

    def __init__(
        self,
        database: Database,
        encoder: Encoder,
        vectors: VectorIndex,
        lexical: LexicalIndex,
        folder: Path | None,
    ) -> None:
        self._database = database
        self._encoder = encoder
        self._vectors = vectors
        self._lexical = lexical
        self._snapshot = Snapshot(folder) if folder is not None else None
        self._catalogue = Catalogue()
        self._record_encoder = RecordEncoder(database, encoder)
        self._applying = threading.RLock()
        self._pending_lock = threading.Lock()
        self._pending: dict[int, float] = {}
        self._identity = 0
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._follower: threading.Thread | None = None
        self.generation = 0

    def __len__(self) -> int:
        """Give the number of records that can be found."""
        return len(self._catalogue)

    @property
    def is_open(self) -> bool:
        """Tell whether the index has been loaded or built."""
        return self._identity != 0

    @property
    def form(self) -> str:
        """How the vectors are kept, such as `exact` or `1024 lists`."""
        return self._vectors.form

    @property
    def recall(self) -> float | None:
        """Share of the ten nearest vectors that a search finds, as measured last; None when nobody measured."""
        return self._vectors.recall

    # Writing, inside the caller's transaction

    def index_ticket(self, session: Session, ticket: Ticket, messages: Sequence[Message]) -> None:
        """Make or replace the records of one resolved ticket."""
        self.index_tickets(session, [(ticket, messages)])

    def index_tickets(self, session: Session, items: Sequence[tuple[Ticket, Sequence[Message]]]) -> None:
        """Make or replace the records of resolved tickets; the rows become visible with the caller's commit."""
        self._after_commit(session, records.write_tickets(session, items))

    def index_article(self, session: Session, article: Article) -> None:
        """Make or replace the passages of one article; an article that is not approved loses them."""
        self.index_articles(session, [article])

    def index_articles(self, session: Session, articles: Sequence[Article]) -> None:
        """Make or replace the passages of articles."""
        self._after_commit(session, records.write_articles(session, articles))

    def remove_ticket(self, session: Session, ticket_id: int) -> None:
        """Take a ticket out of the index; its texts are erased from the records."""
        if records.remove(session, ticket_id=ticket_id):
            self._after_commit(session, [])

    def remove_article(self, session: Session, article_id: int) -> None:
        """Take an article out of the index; its texts are erased from the records."""
        if records.remove(session, article_id=article_id):
            self._after_commit(session, [])

    def _after_commit(self, session: Session, ids: Sequence[int]) -> None:
        def encode(_session: object) -> None:
            # The caller's work is committed: a failure here must not look like a failure of that.
            try:
                self._record_encoder.encode(ids)
            except Exception:
                log.exception("records wait for their vectors", records=len(ids))
            self._wake.set()

        event.listen(session, "after_commit", encode, once=True)

    # Following the database

    def open(self) -> None:
        """Load what is saved if it is whole and right, else build from the database; then catch up."""
        with self._applying:
            self._identity, renewed = self._record_encoder.agree()
            if self._snapshot is not None:
                try:
                    self._snapshot.read(
                        self._vectors, encoder=self._encoder.name, database=self._identity, newest=self._newest()
                    )
                except Unusable as problem:
                    self._vectors.clear()
                    (log.info if problem.expected else log.warning)("building the index anew", reason=problem.reason)
            self._load_words()
            self.catch_up()
        if renewed or self._pending:
            log.info("records without a vector are found by their words until encoded", records=len(self._pending))
            self._encode_pending(patience=0.0)

    def rebuild(self) -> None:
        """Build everything anew from the database, missing vectors included."""
        self._identity, _ = self._record_encoder.agree()
        self._record_encoder.encode_all()
        with self._applying:
            if self._snapshot is not None:
                self._snapshot.forget()
            self._vectors.clear()
            self._load_words()
            self.catch_up()
        self._vectors.settle()

    def catch_up(self) -> int:
        """Apply what any process changed since; gives the number of changed rows. One small query when nothing did."""
        with self._applying:
            target = self._newest()
            if target == self.generation == self._vectors.generation:
                return 0
            if target < max(self.generation, self._vectors.generation):
                log.warning("building the index anew", reason="the database was put back to an earlier state")
                self._vectors.clear()
                self._load_words()
            changed = self._apply_vectors(target)
            if target != self.generation:
                with self._database.reading() as session:
                    for changes in units_changed(session, self.generation, target):
                        self._apply_units(changes)
                self.generation = target
            return changed

    def _apply_vectors(self, target: int) -> int:
        changed = 0
        with self._vectors.exclusive():
            since = self._vectors.generation
            if since >= target:
                return 0
            with self._database.reading() as session:
                for changes in vectors_changed(session, since, target, self._encoder.dimension):
                    changed += len(changes.ids) + len(changes.without)
                    self._vectors.remove(changes.without)
                    self._vectors.add(changes.ids, changes.vectors)
            self._vectors.generation = target
        return changed

    def _apply_units(self, changes: UnitChanges) -> None:
        self._lexical.apply(changes.entries, changes.gone)
        self._note(changes)

    def _note(self, changes: UnitChanges) -> None:
        self._catalogue.apply(changes.units, changes.gone)
        with self._pending_lock:
            for unit in changes.units:
                for key in unit.records:
                    if key not in changes.waiting:
                        self._pending.pop(key, None)
            for key in changes.waiting:
                self._pending.setdefault(key, time.monotonic())

    def _load_words(self) -> None:
        self._lexical.clear()
        self._catalogue.clear()
        self._pending.clear()
        target = self._newest()
        with self._database.reading() as session:
            self._lexical.apply(self._entries(session))
        # Rows newer than `target` may be in already; applying them again changes nothing.
        self.generation = target

    def _entries(self, session: Session) -> Iterator[Entry]:
        for changes in live_units(session):
            self._note(changes)
            yield from changes.entries

    def _newest(self) -> int:
        with self._database.reading() as session:
            return session.exec(select(Counter.value).where(Counter.name == records.GENERATION)).first() or 0

    def _encode_pending(self, patience: float = PATIENCE_S) -> None:
        due = time.monotonic() - patience
        with self._pending_lock:
            ids = [key for key, since in self._pending.items() if since <= due]
        if not ids:
            return
        try:
            self._record_encoder.encode(ids)
            again: float | None = None
            self.catch_up()
        except EngineUnavailable as error:
            log.warning("records wait for their vectors", records=len(ids), reason=str(error))
            again = time.monotonic()
        with self._pending_lock:
            for key in ids:
                self._pending.pop(key, None)
                if again is not None:
                    self._pending[key] = again

    def follow(self) -> None:
        """Catch up twice a second in a thread of its own, and at once after a commit of this process."""
        if self._follower is None:
            self._stopping.clear()
            self._follower = threading.Thread(target=self._run, name="index", daemon=True)
            self._follower.start()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(POLL_S)
            self._wake.clear()
            try:
                self.catch_up()
                self._encode_pending()
            except Exception:
                # Tried again in half a second; searches go on with what is there.
                log.exception("the index cannot catch up")
                self._stopping.wait(POLL_S)

    def save(self, *, now: bool = True) -> None:
        """Write the vectors to the folder, atomically, unless they are saved already.

        Without `now` only if the last time is long enough ago for what it cost: a gigabyte is not worth writing every
        minute, since what is missing in a file is read from the database.
        """
        if self._snapshot is not None and self._vectors.generation and (now or self._snapshot.is_due):
            self._snapshot.save(
                self._vectors,
                encoder=self._encoder.name,
                dimension=self._encoder.dimension,
                database=self._identity,
            )

    def close(self) -> None:
        """Stop following and save; safe to call twice."""
        if self._follower is not None:
            self._stopping.set()
            self._wake.set()
            self._follower.join()
            self._follower = None
        if self._identity:
            self.save()
        self._vectors.close()

    # Searching

    def ask(self, parts: Sequence[tuple[str, float]], scope: Scope) -> Question:
        """Prepare a lexical question, see `LexicalIndex.ask`."""
        return self._lexical.ask(parts, scope)

    def mended(self, text: str, scope: Scope) -> str:
        """Give a question's text with slips of the keyboard mended by the words that entries have."""
        return mended(text, partial(self._lexical.frequency, language=scope.language), len(self._lexical))

    def near(self, vector: Vectors, k: int, scope: Scope) -> list[Unit]:
        """Give the units of the `k` records nearest to a vector `(dimension,)`, best first."""
        _, ids = self._vectors.search(vector[None, :], k, self._catalogue.within(scope))
        found = (self._catalogue.unit_of(int(key)) for key in ids[0])
        return list(dict.fromkeys(unit for unit in found if unit is not None and scope.allows(unit)))

    def carried(self, question: str, earlier: Sequence[str]) -> frozenset[str]:
        """Give the topics that were named last before a question that names none; see `Topics.carried`."""
        return self._catalogue.carried(question, earlier)

    def near_about(self, vector: Vectors, k: int, topics: frozenset[str], scope: Scope) -> list[Unit]:
        """Give the `k` units about these topics that are nearest to a vector."""
        units = [unit for unit in self._catalogue.about(topics) if scope.allows(unit)]
        if len(units) > k:
            cosines = self.cosines(vector, units)
            units.sort(key=lambda unit: -max((cosines.get(key, -1.0) for key in unit.records), default=-1.0))
        return units[:k]

    def bearing(self, units: Sequence[Unit], topics: frozenset[str]) -> list[int]:
        """Tell of each unit whether it is about these topics (1), about another one (-1), or about none (0)."""
        return self._catalogue.bearing(units, topics)

    def cosines(self, vector: Vectors, units: Sequence[Unit]) -> dict[int, float]:
        """Give the cosine of each record of these units; one without a vector is left out."""
        keep = np.array([key for unit in units for key in unit.records], dtype=np.int64)
        scores, ids = self._vectors.search(vector[None, :], len(keep), keep) if len(keep) else NONE
        return {int(key): float(score) for key, score in zip(ids[0], scores[0], strict=True) if key >= 0}

    def worded(self, question: Question, k: int) -> list[tuple[Unit, float]]:
        """Give the `k` units that share the most telling words, with their BM25 score, best first."""
        found = ((self._catalogue.get(key), score) for key, score in self._lexical.search(question, k))
        return [(unit, score) for unit, score in found if unit is not None and question.scope.allows(unit)]

    def word_scores(self, question: Question, keys: Sequence[int]) -> dict[int, float]:
        """Give the BM25 scores of these units."""
        return self._lexical.scores(question, keys)

    def matched(self, question: Question, text: str) -> list[str]:
        """Give the words of the question that a text shares, the most telling first."""
        return self._lexical.matched(question, text)


def open_index(settings: Settings, database: Database, encoder: Encoder) -> RecordIndex:
    """Give the index that `ASSIST_INDEX_URL` names, not yet opened; raises `ConfigurationError`."""
    url = settings.index_url
    scheme = urlsplit(url).scheme
    folder, _, options = url.removeprefix("faiss://").partition("?")
    if scheme == "faiss" and folder:
        vectors: VectorIndex = _in_memory(encoder.dimension, options)
        return RecordIndex(database, encoder, vectors, LexicalIndex(), Path(folder).expanduser())
    if scheme in {"pgvector", "postgresql", "postgres"}:
        own = url not in {"pgvector", "pgvector:", "pgvector://"}
        home = Database(url.replace("pgvector://", "postgresql://", 1)) if own else database
        if home.dialect != "postgresql":
            raise ConfigurationError(
                f"pgvector needs PostgreSQL, but the database is {home.dialect}",
                where="ASSIST_INDEX_URL",
                hint="Set ASSIST_DATABASE_URL to PostgreSQL too, or give the full URL of a PostgreSQL database.",
            )
        vectors = PgVectorIndex(home, encoder.dimension, encoder.name, close_database=own)
        return RecordIndex(database, encoder, vectors, LexicalIndex(), None)
    raise ConfigurationError(
        f"{scheme or url!r} names no index",
        where="ASSIST_INDEX_URL",
        hint="Use `faiss://FOLDER`, `pgvector://` for the database itself, or a PostgreSQL URL.",
    )


def _in_memory(dimension: int, options: str) -> FaissIndex:
    """Give the index of `kind=`: `exact`, `approximate`, or (as without it) exact up to `above` vectors."""
    given = {name: values[-1] for name, values in parse_qs(options).items()}
    kind, above = given.pop("kind", "auto"), given.pop("above", str(ABOVE))
    if given or kind not in {"auto", "exact", "approximate"} or not above.isdecimal():
        raise ConfigurationError(
            f"{options!r} says nothing about an index",
            where="ASSIST_INDEX_URL",
            hint="Use `faiss://FOLDER?kind=exact`, `?kind=approximate`, or `?above=200000` for another turning point.",
        )
    if kind == "exact":
        return FaissIndex(dimension)
    return ApproximateIndex(dimension, above=max(int(above) if kind == "auto" else 0, LEAST))
