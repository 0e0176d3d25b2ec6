"""Settings come from the environment, and unsafe ones do not start."""

from __future__ import annotations

from pathlib import Path

import pytest

from assist.errors import ConfigurationError
from assist.settings import Settings

LONG = "x1" * 20


def test_everything_lives_in_the_home_folder_by_default(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/assist.db"
    assert settings.index_url == f"faiss://{tmp_path}/index"
    assert settings.vault_key_file == tmp_path / "vault.key"


@pytest.mark.parametrize("secret", ["", "changeme", "short", "secret"])
def test_weak_secret_does_not_start(secret: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="ASSIST_SECRET_KEY"):
        Settings(home=tmp_path, secret_key=secret).require_safe_to_serve()  # type: ignore[arg-type]


def test_good_secret_starts(tmp_path: Path) -> None:
    Settings(home=tmp_path, secret_key=LONG, host="0.0.0.0").require_safe_to_serve()  # type: ignore[arg-type]


def test_demo_makes_its_own_secret_and_stays_on_loopback(tmp_path: Path) -> None:
    Settings(home=tmp_path, demo=True).require_safe_to_serve()
    with pytest.raises(ConfigurationError, match="loopback"):
        Settings(home=tmp_path, demo=True, host="0.0.0.0").require_safe_to_serve()


def test_secret_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(LONG + "\n")
    assert Settings(home=tmp_path, secret_key_file=file).secret_key.get_secret_value() == LONG
    with pytest.raises(ConfigurationError, match="ASSIST_SECRET_KEY_FILE"):
        Settings(home=tmp_path, secret_key_file=tmp_path / "none")


def test_secrets_do_not_show(tmp_path: Path) -> None:
    assert LONG not in repr(Settings(home=tmp_path, secret_key=LONG))  # type: ignore[arg-type]


def test_lists_are_split_at_commas(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSIST_FRAME_ANCESTORS", "https://a.example/, https://b.example")
    assert Settings(home=tmp_path).frame_ancestors == ["https://a.example", "https://b.example"]
