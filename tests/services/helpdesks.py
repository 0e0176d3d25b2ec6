"""Real helpdesks for tests: Request Tracker, and a mail server. They come from the system's packages."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller

RT_HOME = Path("/usr/share/request-tracker5")
TOKEN = """
use RT; RT::LoadConfig(); RT::Init(); use RT::AuthToken;
my $user = RT::User->new(RT->SystemUser); $user->Load("root");
my $token = RT::AuthToken->new(RT->SystemUser);
my ($ok, $message, $secret) = $token->Create(Owner => $user->id, Description => "test");
print $secret;
"""


def missing(what: str) -> None:
    """Fail in CI, where everything must be there; skip with the reason elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing: tests/system-packages.sh installs it")
    pytest.skip(f"{what} is missing: run tests/system-packages.sh as root")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RequestTracker:
    """A running Request Tracker, and what a person or another program does with it."""

    url: str
    token: str
    _client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self._client = httpx.Client(base_url=f"{self.url}/REST/2.0", auth=("root", "password"), timeout=60)

    def close(self) -> None:
        self._client.close()

    def create(self, text: str, *, subject: str = "Late parcel", requestor: str = "ann.lee@example.com") -> str:
        body = {"Queue": "General", "Subject": subject, "Requestor": requestor, "Content": text}
        return str(self._told("POST", "ticket", body | {"ContentType": "text/plain"})["id"])

    def correspond(self, ticket: str, text: str, **more: Any) -> None:
        self._told("POST", f"ticket/{ticket}/correspond", {"Content": text, "ContentType": "text/plain", **more})

    def comment(self, ticket: str, text: str) -> None:
        self._told("POST", f"ticket/{ticket}/comment", {"Content": text, "ContentType": "text/plain"})

    def change(self, ticket: str, **fields: Any) -> None:
        self._told("PUT", f"ticket/{ticket}", fields)

    def history(self, ticket: str) -> list[tuple[str, str]]:
        """Give type and creator of a ticket's transactions."""
        params = {"fields": "Type,Creator", "per_page": "100"}
        answer = self._client.get(f"ticket/{ticket}/history", params=params).raise_for_status()
        return [(one["Type"], one["Creator"]["id"]) for one in answer.json()["items"]]

    def _told(self, method: str, path: str, body: dict[str, Any]) -> Any:
        return self._client.request(method, path, json=body).raise_for_status().json()


@contextmanager
def request_tracker(folder: Path) -> Iterator[RequestTracker]:
    """Run a Request Tracker of our own until the block ends."""
    server = RT_HOME / "libexec" / "rt-server"
    setup = shutil.which("rt-setup-database-5") or "/usr/sbin/rt-setup-database-5"
    if not server.exists() or not Path(setup).exists():
        missing("Request Tracker 5")
    port = free_port()
    (folder / "site.d").mkdir()
    config = folder / "RT_SiteConfig.pm"
    config.write_text(
        "Set($rtname, 'example.test'); Set($Organization, 'example.test');\n"
        f"Set($WebDomain, '127.0.0.1'); Set($WebPort, {port}); Set($WebPath, '');\n"
        f"Set($DatabaseType, 'SQLite'); Set($DatabaseName, '{folder / 'rt5.db'}');\n"
        "Set($MailCommand, 'testfile'); Set($LogToSyslog, undef); Set($LogToSTDERR, 'error');\n"
        "Set(%GnuPG, Enable => 0); Set(%SMIME, Enable => 0); Set($RestrictReferrer, 0);\n1;\n"
    )
    environment = os.environ | {"RT_SITE_CONFIG": str(config), "RT_SITE_CONFIG_DIR": str(folder / "site.d")}
    options = ["--action", "init", "--dba", "", "--dba-password", "", "--skip-create"]
    subprocess.run([setup, *options], env=environment, check=True, capture_output=True)
    token = subprocess.run(
        ["perl", f"-I{RT_HOME / 'lib'}", "-e", TOKEN], env=environment, check=True, capture_output=True, text=True
    ).stdout
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [str(server), "--host", "127.0.0.1", "--port", str(port), "--max-workers", "2"],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        running = RequestTracker(f"http://127.0.0.1:{port}", token)
        try:
            deadline = time.monotonic() + 90
            while True:
                assert process.poll() is None, (folder / "server.log").read_text()
                assert time.monotonic() < deadline, "Request Tracker did not get ready"
                with suppress(httpx.TransportError):
                    if httpx.get(f"{running.url}/REST/2.0/rt", auth=("root", "password"), timeout=30).is_success:
                        break
                time.sleep(0.1)
            yield running
        finally:
            running.close()
            # Its workers outlive their master.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@dataclass
class MailServer:
    """Dovecot over a Maildir, and an SMTP server that keeps what it is given."""

    imap_port: int
    smtp_port: int
    sent: list[bytes]
    maildir: Path
    owner: pwd.struct_passwd

    def deliver(self, raw: bytes, folder: str = "") -> None:
        """Put a mail into a folder, as a mail server's delivery does."""
        place = self.maildir / folder
        name = f"{time.time_ns()}.{os.getpid()}.test"
        (place / "tmp" / name).write_bytes(raw)
        os.chown(place / "tmp" / name, self.owner.pw_uid, self.owner.pw_gid)
        (place / "tmp" / name).rename(place / "new" / name)


class _Keeps:
    def __init__(self, sent: list[bytes]) -> None:
        self._sent = sent

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self._sent.append(bytes(envelope.content))
        return "250 OK"


@contextmanager
def mail_server(folder: Path) -> Iterator[MailServer]:
    """Run both servers until the block ends."""
    dovecot = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not Path(dovecot).exists() or not Path("/usr/lib/dovecot/imap").exists():
        missing("dovecot-imapd")
    if os.getuid() != 0:
        pytest.skip("dovecot drops its rights, which only root can do")
    owner = pwd.getpwnam("nobody")
    maildir, run = folder / "mail", folder / "run"
    for box in ("", ".Sent", ".Drafts"):
        for part in ("tmp", "new", "cur"):
            (maildir / box / part).mkdir(parents=True)
    run.mkdir()
    for path in [folder, maildir, *maildir.rglob("*")]:
        path.chmod(0o755)
        if path != folder:
            os.chown(path, owner.pw_uid, owner.pw_gid)
    above = folder.parent
    while above != above.parent:
        above.chmod(above.stat().st_mode | 0o011)
        above = above.parent
    port = free_port()
    (folder / "users").write_text(f"help:{{PLAIN}}a-password:{owner.pw_uid}:{owner.pw_gid}::{folder}\n")
    config = folder / "dovecot.conf"
    config.write_text(
        f"base_dir = {run}\nstate_dir = {run}\nprotocols = imap\nlisten = 127.0.0.1\nssl = no\n"
        "disable_plaintext_auth = no\nfirst_valid_uid = 1\nfirst_valid_gid = 1\n"
        f"log_path = {folder / 'dovecot.log'}\nmail_location = maildir:{maildir}\n"
        "default_internal_user = nobody\ndefault_login_user = nobody\ndefault_internal_group = nogroup\n"
        "service anvil {\n  chroot =\n}\nservice imap-login {\n  chroot =\n"
        f"  inet_listener imap {{\n    port = {port}\n  }}\n  inet_listener imaps {{\n    port = 0\n  }}\n}}\n"
        f"passdb {{\n  driver = passwd-file\n  args = {folder / 'users'}\n}}\n"
        f"userdb {{\n  driver = passwd-file\n  args = {folder / 'users'}\n}}\n"
    )
    sent: list[bytes] = []
    smtp = Controller(_Keeps(sent), hostname="127.0.0.1", port=free_port())
    smtp.start()
    process = subprocess.Popen([dovecot, "-F", "-c", str(config)], start_new_session=True)
    try:
        deadline = time.monotonic() + 20
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            log = folder / "dovecot.log"
            assert process.poll() is None, log.read_text() if log.exists() else "dovecot ended"
            assert time.monotonic() < deadline, "dovecot did not get ready"
            time.sleep(0.05)
        yield MailServer(port, smtp.port, sent, maildir, owner)
    finally:
        smtp.stop()
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
