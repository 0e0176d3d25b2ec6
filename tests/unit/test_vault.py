"""The vault: stable placeholders, originals that only open in their place, and the key file."""

from __future__ import annotations

import base64
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import Session, select

from assist.errors import AssistError, ConfigurationError, InvalidInput
from assist.helpdesk import Contact
from assist.redaction.spans import Span
from assist.redaction.vault import Vault
from assist.settings import Settings
from assist.store.database import Database
from assist.store.models import Ticket, VaultEntry

KEY = bytes(range(32))


@pytest.fixture
def vault() -> Vault:
    return Vault(KEY)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.session() as opened:
        opened.add_all([Ticket(source="t", external_id=str(n)) for n in (1, 2)])
        opened.flush()
        yield opened


@pytest.mark.parametrize(
    ("kind", "value", "again"),
    [
        ("PERSON", "Sofía Hernández", "SOFIA  HERNANDEZ"),
        ("PERSON", "Anna-Maria", "anna maria"),
        ("EMAIL", "Ann@Example.org", "ann@example.ORG"),
        ("PHONE", "+44 20 7946 0958", "020 7946-0958"),
        ("ORDER", "#W2378156", "w-2378156"),
        ("CARD", "4111 1111 1111 1111", "4111-1111-1111-1111"),
        ("IBAN", "GB33BUKB20201555555555", "gb33 bukb 2020 1555 5555 55"),
    ],
)
def test_another_way_of_writing_gives_the_same_placeholder(
    vault: Vault, session: Session, kind: str, value: str, again: str
) -> None:
    ticket = vault.open(session, 1)
    assert ticket.placeholder(kind, value) == ticket.placeholder(kind, again) == f"<{kind}_1>"


@pytest.mark.parametrize(
    ("kind", "value", "other"),
    [("SECRET", "hunter2", "Hunter2"), ("PERSON", "Ann Lee", "Ann"), ("ID", "mia_li_3668", "mia_li_3669")],
)
def test_different_values_get_different_placeholders(
    vault: Vault, session: Session, kind: str, value: str, other: str
) -> None:
    ticket = vault.open(session, 1)
    assert ticket.placeholders([(kind, value), (kind, other)]) == [f"<{kind}_1>", f"<{kind}_2>"]


def test_placeholders_stay_the_same_in_later_sessions(vault: Vault, database: Database) -> None:
    with database.session() as session:
        session.add(Ticket(source="t", external_id="1"))
        session.flush()
        assert vault.open(session, 1).placeholders([("PERSON", "Ann"), ("EMAIL", "a@b.example")]) == [
            "<PERSON_1>",
            "<EMAIL_1>",
        ]
    with database.session() as session:
        ticket = vault.open(session, 1)
        assert ticket.placeholders([("PERSON", "Bob"), ("PERSON", "ANN")]) == ["<PERSON_2>", "<PERSON_1>"]
        assert ticket.values() == {"<PERSON_1>": "Ann", "<EMAIL_1>": "a@b.example", "<PERSON_2>": "Bob"}


def test_what_is_stored_does_not_show_the_value(vault: Vault, session: Session) -> None:
    vault.open(session, 1).placeholder("PERSON", "Ann Lee")
    entry = session.exec(select(VaultEntry)).one()
    assert b"Ann" not in entry.ciphertext
    assert entry.fingerprint == vault.fingerprint(1, "PERSON", "ann lee") != vault.fingerprint(2, "PERSON", "ann lee")


@pytest.mark.parametrize(("ticket_id", "placeholder"), [(2, "<PERSON_1>"), (1, "<PERSON_2>")])
def test_a_ciphertext_opens_only_in_its_own_place(vault: Vault, ticket_id: int, placeholder: str) -> None:
    sealed = vault.encrypt(1, "<PERSON_1>", "Ann Lee")
    assert vault.decrypt(1, "<PERSON_1>", sealed) == "Ann Lee"
    with pytest.raises(ConfigurationError, match="does not open"):
        vault.decrypt(ticket_id, placeholder, sealed)


def test_another_key_opens_nothing(vault: Vault) -> None:
    with pytest.raises(ConfigurationError, match="does not open"):
        Vault(bytes(32)).decrypt(1, "<PERSON_1>", vault.encrypt(1, "<PERSON_1>", "Ann Lee"))


def test_a_damaged_entry_does_not_open(vault: Vault) -> None:
    with pytest.raises(ConfigurationError, match="does not open"):
        vault.decrypt(1, "<PERSON_1>", b"\x01short")


def test_restoring_is_one_pass_and_leaves_unknown_placeholders(vault: Vault, session: Session) -> None:
    ticket = vault.open(session, 1)
    ticket.placeholders([("PERSON", "<PERSON_2>"), ("PERSON", "Bob")])
    assert ticket.restore("<PERSON_1> <PERSON_2> <PERSON_9> <CONTACT> <b>") == "<PERSON_2> Bob <PERSON_9> <CONTACT> <b>"


def test_a_typed_placeholder_is_not_taken_for_a_real_one(vault: Vault, session: Session) -> None:
    ticket = vault.open(session, 1)
    text = "Ann wrote <PERSON_1> and <PERSON_007>"
    masked = ticket.mask(text, [Span(0, 3, "PERSON", 1.0, "known")])
    assert masked == "<PERSON_1> wrote <LITERAL_1> and <LITERAL_2>"
    assert ticket.restore(masked) == text


def test_the_contact_is_kept_encrypted_and_can_be_replaced(vault: Vault, session: Session) -> None:
    ticket = vault.open(session, 1)
    assert ticket.contact is None
    for contact in (Contact(name="Ann Lee"), Contact(name="Ann Lee", orders=["LK-1"])):
        ticket.contact = contact
        assert ticket.contact == vault.open(session, 1).contact == contact
    assert ticket.values() == {}
    assert b"Ann" not in session.exec(select(VaultEntry)).one().ciphertext


def test_a_contact_stored_meanwhile_is_replaced(vault: Vault, session: Session) -> None:
    first, second = vault.open(session, 1), vault.open(session, 1)
    first.contact = Contact(name="Ann")
    second.contact = Contact(name="Ann Lee")
    assert vault.open(session, 1).contact == Contact(name="Ann Lee")


def test_two_vaults_opened_at_once_do_not_clash(vault: Vault, session: Session) -> None:
    first, second = vault.open(session, 1), vault.open(session, 1)
    assert first.placeholder("PERSON", "Ann") == "<PERSON_1>"
    assert second.placeholders([("PERSON", "Bob"), ("PERSON", "ann")]) == ["<PERSON_2>", "<PERSON_1>"]
    assert second.restore("<PERSON_1> <PERSON_2>") == "Ann Bob"


def test_parallel_writers_agree(vault: Vault, any_database: Database) -> None:
    with any_database.session() as session:
        ticket = Ticket(source="t", external_id="1")
        session.add(ticket)
        session.flush()
        ticket_id = ticket.id
    assert ticket_id is not None
    names = [f"Name{n}" for n in range(12)]
    given: list[list[str]] = []

    def write(order: list[str]) -> None:
        for name in order:
            with any_database.session() as session:
                vault.open(session, ticket_id).placeholder("PERSON", name)
        with any_database.session() as session:
            given.append(vault.open(session, ticket_id).placeholders([("PERSON", name) for name in names]))

    threads = [threading.Thread(target=write, args=(order,)) for order in (names, names[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert given[0] == given[1]
    assert sorted(given[0]) == sorted(f"<PERSON_{n}>" for n in range(1, 13))


@pytest.mark.parametrize(("kind", "value"), [("NAME", "Ann"), ("PERSON", "")])
def test_an_unknown_kind_or_empty_value_is_refused(vault: Vault, session: Session, kind: str, value: str) -> None:
    with pytest.raises(InvalidInput):
        vault.open(session, 1).placeholder(kind, value)


def settings(tmp_path: Path, **fields: object) -> Settings:
    return Settings(home=tmp_path / "home", _env_file=None, **fields)  # type: ignore[arg-type]


def test_the_key_file_is_made_for_its_owner_only_and_used_again(tmp_path: Path) -> None:
    given = settings(tmp_path)
    sealed = Vault.from_settings(given).encrypt(1, "<PERSON_1>", "Ann")
    path = given.vault_key_file
    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert Vault.from_settings(given).decrypt(1, "<PERSON_1>", sealed) == "Ann"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    given = settings(tmp_path)
    Vault.from_settings(given)
    assert given.vault_key_file is not None
    given.vault_key_file.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        Vault.from_settings(given)


@pytest.mark.parametrize("content", ["", "not a key", base64.b64encode(b"short").decode()])
def test_a_key_file_without_a_key_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "vault.key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match="32 bytes"):
        Vault.from_settings(settings(tmp_path, vault_key_file=path))


def test_a_key_of_the_settings_needs_no_file(tmp_path: Path) -> None:
    given = settings(tmp_path, vault_key=SecretStr(base64.urlsafe_b64encode(bytes([251] * 32)).decode()))
    Vault.from_settings(given)
    assert given.vault_key_file is not None
    assert not given.vault_key_file.exists()


def test_two_processes_that_start_at_once_use_one_key(tmp_path: Path) -> None:
    given = settings(tmp_path)
    marks: list[str] = []
    failures: list[AssistError] = []
    gate = threading.Barrier(6)

    def start() -> None:
        gate.wait()
        try:
            marks.append(Vault.from_settings(given).fingerprint(1, "PERSON", "Ann"))
        except AssistError as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(set(marks)) == 1
