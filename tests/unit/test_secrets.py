"""Secrets come from the environment or from files, never from a command line, and never show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import SecretStr

from assist.cli import main
from assist.errors import ConfigurationError
from assist.settings import Settings

LONG = "x1" * 20
SECRETS = [name for name, field in Settings.model_fields.items() if field.annotation is SecretStr]
# A URL may hold a password.
URLS = ["database_url", "bus_url", "queue_url", "limits_url"]


def test_there_are_secrets() -> None:
    assert {"secret_key", "vault_key", "chat_api_key", "oidc_client_secret"} <= set(SECRETS)


@pytest.mark.parametrize("name", [*SECRETS, *URLS])
def test_every_secret_can_come_from_a_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert f"{name}_file" in Settings.model_fields
    if name == "vault_key":
        return  # Read by the vault itself; tests/unit/test_vault.py.
    file = tmp_path / "secret"
    file.write_text(f"{LONG}\n")
    monkeypatch.setenv(f"ASSIST_{name.upper()}_FILE", str(file))
    value = getattr(Settings(home=tmp_path), name)
    assert (value.get_secret_value() if isinstance(value, SecretStr) else value) == LONG
    monkeypatch.setenv(f"ASSIST_{name.upper()}_FILE", str(tmp_path / "missing"))
    with pytest.raises(ConfigurationError, match=f"ASSIST_{name.upper()}_FILE"):
        Settings(home=tmp_path)


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_shows_in_a_representation(name: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, **{name: LONG})  # type: ignore[arg-type]
    assert LONG not in repr(settings)
    assert LONG not in str(settings.model_dump())
    assert LONG not in settings.model_dump_json()


def options(command: click.Command, path: str = "assist") -> Iterator[tuple[str, str]]:
    for parameter in command.params:
        for name in [*parameter.opts, *parameter.secondary_opts]:
            yield path, name
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from options(inner, f"{path} {name}")


def test_no_command_takes_a_secret_as_a_word() -> None:
    """What stands on a command line is seen by every user of the machine and kept in histories."""
    found = [(path, name) for path, name in options(main)]
    assert len(found) > 30
    for path, name in found:
        speaks = any(word in name.lower() for word in ("password", "secret", "token", "api-key", "api_key"))
        assert not speaks or name.endswith("-file"), f"{path} {name}"


def test_unsafe_set_up_of_signing_in_elsewhere_does_not_start(tmp_path: Path) -> None:
    def start(**given: object) -> None:
        chosen = {"oidc_issuer": "https://id.example", "oidc_client_id": "a", "oidc_roles": "x=lead"} | given
        Settings(home=tmp_path, secret_key=LONG, **chosen).require_safe_to_serve()  # type: ignore[arg-type]

    start()
    start(oidc_issuer="http://localhost:8080")
    for wrong in ({"oidc_issuer": "http://id.example"}, {"oidc_client_id": ""}, {"oidc_roles": ""}):
        with pytest.raises(ConfigurationError):
            start(**wrong)
    for wrong in ({"oidc_roles": "x"}, {"oidc_roles": "x=king"}, {"oidc_roles": "=lead"}):
        with pytest.raises(ValueError, match="oidc_roles"):
            start(**wrong)


def test_frame_ancestors_are_told_by_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "ASSIST_FRAME_ANCESTORS", "https://a.example, acme=https://acme.zendesk.com/, https://b.example?x=1"
    )
    settings = Settings(home=tmp_path)
    assert settings.framers(None) == ["https://a.example", "https://b.example?x=1"]
    assert settings.framers("acme") == ["https://acme.zendesk.com"]
    assert settings.framers("other") == []
