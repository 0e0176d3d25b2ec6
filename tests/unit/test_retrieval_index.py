"""The index follows the database: whatever happens to its files or its process, it comes back right."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlmodel import Session, col, select

from assist.errors import ConfigurationError, EngineUnavailable
from assist.retrieval.encoder import Encoder, OnnxEncoder, Vectors
from assist.retrieval.index import RecordIndex, open_index
from assist.retrieval.lexical import LexicalIndex, Scope
from assist.retrieval.snapshot import MANIFEST
from assist.retrieval.vector_index import FaissIndex
from assist.settings import Settings
from assist.store.database import Database
from assist.store.models import Article, Message, Record, Ticket

Builder = Callable[[], RecordIndex]


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder()


def make(database: Database, encoder: Encoder, folder: Path) -> RecordIndex:
    return RecordIndex(database, encoder, FaissIndex(encoder.dimension), LexicalIndex(), folder)


@pytest.fixture
def index(database: Database, encoder: OnnxEncoder, tmp_path: Path) -> RecordIndex:
    made = make(database, encoder, tmp_path / "index")
    made.open()
    return made


def resolve(index: RecordIndex, database: Database, name: str, asked: str, answer: str) -> int:
    """Store a resolved ticket and its records in one transaction."""
    with database.session() as session:
        ticket = Ticket(source="test", external_id=name, subject=asked[:40], status="resolved")
        session.add(ticket)
        session.flush()
        assert ticket.id is not None
        messages = [
            Message(ticket_id=ticket.id, position=1, external_id="1", author="customer", text=asked),
            Message(ticket_id=ticket.id, position=2, external_id="2", author="agent", text=answer),
        ]
        session.add_all(messages)
        session.flush()
        index.index_ticket(session, ticket, messages)
        return ticket.id


def three(index: RecordIndex, database: Database) -> list[int]:
    return [
        resolve(index, database, "a", "My parcel arrived broken.", "We send a new kettle today, keep the broken one."),
        resolve(
            index, database, "b", "I cannot sign in any more.", "Use the reset link on the page, it lasts an hour."
        ),
        resolve(index, database, "c", "Cancel my subscription now.", "It is cancelled and the last month is refunded."),
    ]


def found(index: RecordIndex, encoder: Encoder, text: str) -> list[int]:
    return [unit.key // 2 for unit in index.near(encoder.encode([text])[0], 6, Scope())]


def worded(index: RecordIndex, text: str) -> list[int]:
    return [unit.key // 2 for unit, _ in index.worded(index.ask([(text, 1.0)], Scope()), 5)]


def test_new_ticket_is_found_by_meaning_and_by_words(index: RecordIndex, database: Database, encoder: Encoder) -> None:
    broken, locked_out, _ = three(index, database)
    index.catch_up()
    assert found(index, encoder, "the box was damaged in the post")[0] == broken
    assert worded(index, "signing in") == [locked_out]
    assert len(index) == 6


def test_catching_up_twice_changes_nothing(index: RecordIndex, database: Database) -> None:
    three(index, database)
    assert index.catch_up() > 0
    assert index.catch_up() == 0


def test_rolled_back_ticket_is_never_found(index: RecordIndex, database: Database, encoder: Encoder) -> None:
    class Stop(Exception):
        pass

    def failing() -> None:
        with database.session() as session:
            ticket = Ticket(source="test", external_id="x", status="resolved")
            session.add(ticket)
            session.flush()
            texts = [("customer", "Where is it?"), ("agent", "It arrives on Monday morning for sure.")]
            messages = [
                Message(ticket_id=ticket.id or 0, position=n, external_id=str(n), author=author, text=text)
                for n, (author, text) in enumerate(texts)
            ]
            index.index_ticket(session, ticket, messages)
            raise Stop

    with pytest.raises(Stop):
        failing()
    index.catch_up()
    assert len(index) == 0


def test_changed_ticket_is_found_by_its_new_text_only(
    index: RecordIndex, database: Database, encoder: OnnxEncoder
) -> None:
    key = three(index, database)[0]
    index.catch_up()
    with database.session() as session:
        ticket = session.get_one(Ticket, key)
        messages = list(session.exec(select(Message).where(Message.ticket_id == key).order_by(col(Message.position))))
        ticket.subject = messages[0].text = "The invoice shows the wrong tax number."
        index.index_ticket(session, ticket, messages)
    index.catch_up()
    assert key not in worded(index, "parcel")
    assert found(index, encoder, "tax number on the bill")[0] == key
    assert len(index) == 6


def test_removed_ticket_is_not_found_and_its_texts_are_erased(
    index: RecordIndex, database: Database, encoder: OnnxEncoder
) -> None:
    key = three(index, database)[0]
    index.catch_up()
    with database.session() as session:
        index.remove_ticket(session, key)
    index.catch_up()
    assert key not in found(index, encoder, "broken parcel")
    assert worded(index, "broken parcel") == []
    with database.reading() as session:
        rows = session.exec(select(Record).where(Record.ticket_id == key)).all()
    assert {(row.deleted, row.text, row.title, row.vector) for row in rows} == {(True, "", "", None)}


def test_reopened_and_resolved_again_ticket_comes_back(index: RecordIndex, database: Database) -> None:
    key = three(index, database)[0]
    with database.session() as session:
        index.remove_ticket(session, key)
    with database.session() as session:
        messages = list(session.exec(select(Message).where(Message.ticket_id == key)))
        index.index_ticket(session, session.get_one(Ticket, key), messages)
    index.catch_up()
    assert worded(index, "parcel") == [key]


@pytest.mark.parametrize(("status", "passages"), [("approved", 1), ("draft", 0), ("archived", 0)])
def test_only_approved_articles_have_passages(
    index: RecordIndex, database: Database, status: str, passages: int
) -> None:
    with database.session() as session:
        article = Article(source="test", external_id="1", title="Returns", text="## Time\nThirty days.\n## Cost\nFree.")
        session.add(article)
        session.flush()
        index.index_article(session, article)
        article.status = status
        index.index_article(session, article)
    index.catch_up()
    assert len(index) == passages


def test_article_that_became_shorter_loses_its_last_passages(index: RecordIndex, database: Database) -> None:
    with database.session() as session:
        article = Article(source="test", external_id="1", title="Returns", text="Send it back in its box. " * 60)
        session.add(article)
        session.flush()
        index.index_article(session, article)
    index.catch_up()
    assert len(index) == 3
    with database.session() as session:
        article = session.get_one(Article, article.id)
        article.text = "Thirty days."
        index.index_article(session, article)
    index.catch_up()
    assert (len(index), worded(index, "box")) == (1, [])


def test_second_index_on_the_same_database_sees_what_the_first_wrote(
    index: RecordIndex, database: Database, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    other = make(database, encoder, tmp_path / "other")
    other.open()
    keys = three(index, database)
    assert other.catch_up() > 0
    assert found(other, encoder, "password forgotten")[0] == keys[1]
    with database.session() as session:
        other.remove_ticket(session, keys[1])
    index.catch_up()
    assert keys[1] not in found(index, encoder, "password forgotten")


def test_follower_shows_a_new_ticket_within_two_seconds(index: RecordIndex, database: Database) -> None:
    index.follow()
    try:
        resolve(index, database, "new", "The zebra lamp hums.", "Turn the zebra lamp's screw until it is quiet.")
        began = time.monotonic()
        while not worded(index, "zebra"):
            assert time.monotonic() - began < 2
            threading.Event().wait(0.005)
    finally:
        index.close()


def test_readers_go_on_while_a_writer_adds(index: RecordIndex, database: Database, encoder: OnnxEncoder) -> None:
    three(index, database)
    index.catch_up()
    vector = encoder.encode(["broken parcel"])[0]
    wrong: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                if len(index.near(vector, 4, Scope())) < 2 or not worded(index, "parcel"):
                    wrong.append("nothing found")
            except Exception as error:  # noqa: BLE001
                wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for n in range(6):
        resolve(index, database, f"n{n}", f"Question {n} about the toaster.", "Clean the toaster's crumb tray weekly.")
        index.catch_up()
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def manifest(folder: Path) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((folder / MANIFEST).read_text())
    return loaded


def test_saved_index_is_loaded_and_not_built_anew(
    index: RecordIndex, database: Database, encoder: OnnxEncoder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keys = three(index, database)
    index.catch_up()
    index.save()
    vectors = FaissIndex(encoder.dimension)
    again = RecordIndex(database, encoder, vectors, LexicalIndex(), tmp_path / "index")
    added: list[int] = []
    vectors.add = lambda ids, rows: added.extend(ids)  # type: ignore[method-assign,assignment]
    again.open()
    assert added == []
    assert found(again, encoder, "damaged in the post")[0] == keys[0]


def cut(folder: Path) -> None:
    path = folder / str(manifest(folder)["file"])
    path.write_bytes(path.read_bytes()[:-700])


def flip(folder: Path) -> None:
    path = folder / str(manifest(folder)["file"])
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def lose_vectors(folder: Path) -> None:
    (folder / str(manifest(folder)["file"])).unlink()


def lose_everything(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def garble_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_text('{"version": 1, "fi')


def change(name: str, value: object) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        (folder / MANIFEST).write_text(json.dumps(manifest(folder) | {name: value}))

    edit.__name__ = f"{name}={value}"
    return edit


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        flip,
        lose_vectors,
        lose_everything,
        garble_manifest,
        change("encoder", "another"),
        change("database", 1),
        change("generation", 10**6),
        change("version", 99),
        change("count", 5),
    ],
    ids=lambda damage: damage.__name__,
)
def test_damaged_index_is_built_anew_by_itself(
    damage: Callable[[Path], None], index: RecordIndex, database: Database, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    keys = three(index, database)
    index.catch_up()
    index.save()
    damage(tmp_path / "index")
    again = make(database, encoder, tmp_path / "index")
    again.open()
    assert found(again, encoder, "damaged in the post")[0] == keys[0]
    assert (len(again), again.generation) == (6, index.generation)
    again.close()
    third = make(database, encoder, tmp_path / "index")
    third.open()
    assert len(third) == 6


def test_stale_index_catches_up_from_its_generation(
    index: RecordIndex, database: Database, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    key = resolve(index, database, "z", "The mixer smells burnt.", "Unplug it and send it in, the motor is at fault.")
    index.catch_up()
    index.save()
    with database.session() as session:
        index.remove_ticket(session, key)
    keys = three(index, database)
    again = make(database, encoder, tmp_path / "index")
    again.open()
    assert key not in found(again, encoder, "burnt smell")
    assert found(again, encoder, "damaged in the post")[0] == keys[0]


class Letters:
    """An encoder of another make: it counts letters."""

    name = "letters"
    dimension = 26

    def encode(self, texts: list[str]) -> Vectors:
        rows = [[text.lower().count(chr(97 + n)) + 0.01 for n in range(26)] for text in texts]
        vectors = np.asarray(rows, dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_other_encoder_encodes_all_records_anew(
    index: RecordIndex, database: Database, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    three(index, database)
    index.catch_up()
    index.save()
    other = make(database, Letters(), tmp_path / "index")  # type: ignore[arg-type]
    other.open()
    with database.reading() as session:
        assert {len(vector or b"") for vector in session.exec(select(Record.vector))} == {26 * 4}
    assert len(other.near(Letters().encode(["zzz"])[0], 6, Scope())) == 3


class Unreachable(OnnxEncoder):
    """The real encoder behind a server that can be down."""

    down = True

    def encode(self, texts: object) -> Vectors:
        if self.down:
            raise EngineUnavailable("the embedding server did not answer")
        return super().encode(texts)  # type: ignore[arg-type]


def test_ticket_is_kept_and_found_by_words_while_the_encoder_is_down(database: Database, tmp_path: Path) -> None:
    encoder = Unreachable()
    index = make(database, encoder, tmp_path / "index")
    index.open()
    keys = three(index, database)
    index.catch_up()
    assert worded(index, "parcel") == [keys[0]]
    encoder.down = False
    again = make(database, encoder, tmp_path / "index")
    again.open()
    assert found(again, encoder, "damaged in the post")[0] == keys[0]


def test_save_leaves_one_data_file_and_skips_what_is_saved(
    index: RecordIndex, database: Database, tmp_path: Path
) -> None:
    three(index, database)
    index.catch_up()
    index.save()
    first = manifest(tmp_path / "index")
    index.save()
    assert manifest(tmp_path / "index") == first
    resolve(index, database, "d", "Where is my invoice?", "It is in your account under the orders, as a PDF.")
    index.catch_up()
    index.save()
    files = sorted(path.name for path in (tmp_path / "index").iterdir())
    assert files == sorted([MANIFEST, str(manifest(tmp_path / "index")["file"]), "writer.lock"])
    assert manifest(tmp_path / "index")["count"] == 8


def test_crash_while_saving_leaves_the_last_save_usable(
    index: RecordIndex, database: Database, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    three(index, database)
    index.catch_up()
    index.save()
    (tmp_path / "index" / "vectors-000000000000.faiss").write_bytes(b"half a fi")
    (tmp_path / "index" / f"{MANIFEST}.new").write_text('{"ver')
    again = make(database, encoder, tmp_path / "index")
    again.open()
    assert len(again) == 6
    resolve(again, database, "d", "Where is my invoice?", "It is in your account under the orders, as a PDF.")
    again.catch_up()
    again.save()
    assert len(list((tmp_path / "index").glob("vectors-*"))) == 1


WRITER = """
import sys
from pathlib import Path
from assist.retrieval.encoder import OnnxEncoder
from assist.retrieval.index import RecordIndex
from assist.retrieval.lexical import LexicalIndex
from assist.retrieval.vector_index import FaissIndex
from assist.store.database import Database
from tests.unit.test_retrieval_index import resolve

database = Database(sys.argv[1])
index = RecordIndex(database, OnnxEncoder(), FaissIndex(384), LexicalIndex(), Path(sys.argv[2]))
index.open()
for n in range(10_000):
    key = resolve(index, database, f"k{n}", f"Lamp number {n} flickers.", f"Replace the bulb of lamp number {n}.")
    print("stored", key, flush=True)
    index.catch_up()
    index.save()
"""


@pytest.mark.parametrize("acknowledged", [1, 12])
def test_killed_process_loses_nothing_acknowledged(
    acknowledged: int, database: Database, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(database.engine.url), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    keys: list[int] = []
    while len(keys) < acknowledged:
        keys += stored(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    for line in process.stdout:
        keys += stored(line)
    process.wait()
    process.stdout.close()
    again = make(database, encoder, folder)
    again.open()
    with database.reading() as session:
        assert missing_vectors(session) == 0
    present = {unit.key // 2 for unit in again.near(encoder.encode(["flickering lamp"])[0], 100, Scope())}
    assert set(keys) <= present
    again.close()


def stored(line: str) -> list[int]:
    word, *rest = line.split()
    return [int(rest[0])] if word == "stored" and rest and line.endswith("\n") else []


def missing_vectors(session: Session) -> int:
    return len(session.exec(select(Record.id).where(col(Record.vector).is_(None))).all())


@pytest.mark.services
def test_pgvector_index_is_shared_by_two_processes_worth_of_indexes(
    postgres_url: str, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    from assist.store.migrations import upgrade

    settings = Settings(home=tmp_path, database_url=postgres_url, index_url="pgvector://", _env_file=None)  # type: ignore[call-arg]
    database = Database(postgres_url)
    upgrade(database)
    first, second = (open_index(settings, database, encoder) for _ in range(2))
    first.open()
    second.open()
    keys = three(first, database)
    first.catch_up()
    second.catch_up()
    assert found(second, encoder, "damaged in the post")[0] == keys[0]
    with database.session() as session:
        second.remove_ticket(session, keys[0])
    second.catch_up()
    first.catch_up()
    assert keys[0] not in found(first, encoder, "damaged in the post")
    assert worded(first, "parcel") == []
    first.close()
    second.close()
    database.close()


@pytest.mark.parametrize("url", ["pgvector://", "milvus://here", "faiss://", "nonsense"])
def test_unsuitable_index_url_says_what_to_do(
    url: str, database: Database, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, index_url=url, _env_file=None)  # type: ignore[call-arg]
    with pytest.raises(ConfigurationError, match="ASSIST_INDEX_URL"):
        open_index(settings, database, encoder)
