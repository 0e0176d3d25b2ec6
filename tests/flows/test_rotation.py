"""Rotation of the vault's key: killed at any moment it loses nothing, and others go on writing meanwhile."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select

from assist.desk.rotation import rotate
from assist.errors import ConfigurationError
from assist.governance import audit
from assist.helpdesk import Contact
from assist.redaction.keyfile import read_or_create
from assist.redaction.vault import Vault
from assist.services import Services
from assist.settings import Settings
from assist.store.database import Database
from assist.store.migrations import upgrade
from assist.store.models import Ticket, Triage, User, VaultEntry
from tests.flows.conftest import ticket


def fill(database: Database, vault: Vault, tickets: int) -> dict[int, dict[str, str]]:
    values: dict[int, dict[str, str]] = {}
    for n in range(tickets):
        with database.session() as session:
            ticket = Ticket(source="t", external_id=f"{n}-{time.monotonic_ns()}")
            session.add(ticket)
            session.flush()
            assert ticket.id is not None
            opened = vault.open(session, ticket.id)
            opened.contact = Contact(name=f"Ann Number{n}", email=f"ann{n}@example.org")
            opened.placeholders([("PERSON", f"Ann Number{n}"), ("EMAIL", f"ann{n}@example.org")])
            session.add(Triage(ticket_id=ticket.id, contact_mark=vault.contact_mark(opened.contact)))
            values[ticket.id] = opened.values()
    return values


def held(database: Database, vault: Vault, tickets: dict[int, dict[str, str]]) -> dict[int, dict[str, str]]:
    with database.reading() as session:
        return {ticket: vault.open(session, ticket).values() for ticket in tickets}


def prefixes(database: Database) -> set[bytes]:
    with database.reading() as session:
        return {row.ciphertext[:5] for row in session.exec(select(VaultEntry))}


def vault_of(folder: Path) -> Vault:
    return Vault.from_settings(Settings(home=folder, _env_file=None))  # type: ignore[call-arg]


def test_every_value_gets_the_new_key_and_the_old_one_opens_nothing(any_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "vault.key"
    vault = Vault(*read_or_create(path), path=path)
    old = Vault(*read_or_create(path))
    values = fill(any_database, vault, 5)
    before = prefixes(any_database)
    assert rotate(any_database, vault) == 15
    assert held(any_database, vault, values) == values
    assert prefixes(any_database) == {vault.ring.newest.prefix}
    assert before.isdisjoint(prefixes(any_database))
    assert len(read_or_create(path)) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(ConfigurationError, match="does not open"):
        held(any_database, old, values)
    first = next(iter(values))
    with any_database.session() as session:
        opened = vault.open(session, first)
        assert opened.placeholder("EMAIL", "ANN0@example.org") == "<EMAIL_1>"
        assert session.get_one(Triage, first).contact_mark == vault.contact_mark(opened.contact)
    assert next(audit.entries(any_database, action="vault.rotated")).actor == "cli"


def test_values_of_before_keys_had_names_are_rotated_too(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "vault.key"
    vault = Vault(*read_or_create(path), path=path)
    values = fill(database, vault, 1)
    with database.session() as session:
        for row in session.exec(select(VaultEntry)):
            row.ciphertext = b"\x01" + row.ciphertext[5:]
    assert held(database, vault, values) == values
    assert rotate(database, vault) == 3
    assert held(database, vault, values) == values


def test_killed_in_the_middle_nothing_is_lost_and_the_next_run_ends_it(tmp_path: Path) -> None:
    environment = os.environ | {"ASSIST_HOME": str(tmp_path), "ASSIST_LOG_LEVEL": "WARNING"}
    database = Database(f"sqlite:///{tmp_path / 'assist.db'}")
    upgrade(database)
    vault = vault_of(tmp_path)
    values = fill(database, vault, 400)
    old = prefixes(database)
    command = [sys.executable, "-m", "assist.cli", "vault", "rotate"]
    process = subprocess.Popen(command, env=environment)
    while prefixes(database) == old:
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(prefixes(database)) == 2, "the rotation was over before it was killed"
    assert len(read_or_create(tmp_path / "vault.key")) == 2
    assert held(database, vault, values) == values
    assert held(database, vault_of(tmp_path), values) == values
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    assert len(prefixes(database)) == 1
    assert len(read_or_create(tmp_path / "vault.key")) == 1
    assert held(database, vault_of(tmp_path), values) == values
    database.close()


def test_who_writes_meanwhile_with_the_old_key_in_hand_loses_nothing(any_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "vault.key"
    vault, other = (Vault(*read_or_create(path), path=path) for _ in range(2))
    values = fill(any_database, vault, 40)
    written: dict[int, dict[str, str]] = {}
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            written.update(fill(any_database, other, 1))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(3):
            rotate(any_database, vault)
    finally:
        stop.set()
        thread.join()
    values |= written
    assert held(any_database, Vault(*read_or_create(path), path=path), values) == values
    assert held(any_database, other, values) == values


def test_a_text_that_waits_for_a_second_person_gets_the_newest_key(services: Services, agent: User) -> None:
    services.intake.store([ticket("T-1", "My bank has filed a chargeback.")])
    with services.database.reading() as session:
        row = session.exec(select(Ticket)).one()
    path = services.settings.vault_key_file
    assert path is not None
    rotate(services.database, Vault(*read_or_create(path), path=path))
    token, approval = services.sender.approve(row, user=agent, text="We looked at the chargeback.")
    assert token is None
    assert approval.sealed is not None
    assert approval.sealed.startswith(Vault(*read_or_create(path)).ring.newest.prefix)


def test_a_key_of_the_settings_is_rotated_with_the_old_one_beside_it(database: Database, tmp_path: Path) -> None:
    keys = ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="]

    def settings(key: str, old: str = "") -> Settings:
        return Settings(home=tmp_path, vault_key=SecretStr(key), vault_old_keys=SecretStr(old))

    values = fill(database, Vault.from_settings(settings(keys[0])), 3)
    with pytest.raises(ConfigurationError, match="ASSIST_VAULT_KEY"):
        rotate(database, Vault.from_settings(settings(keys[0])))
    assert rotate(database, Vault.from_settings(settings(keys[1], keys[0]))) == 9
    assert held(database, Vault.from_settings(settings(keys[1])), values) == values
