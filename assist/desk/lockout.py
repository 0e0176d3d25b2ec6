"""Slows down who guesses passwords: after five failures an account waits, twice as long each time, 15 minutes at most.

Kept in the database, so that it outlives a restart and holds in every process. A device that has signed in before is
counted for itself (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies): whoever
guesses from elsewhere makes only elsewhere wait, and cannot keep the owner out.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from assist.errors import TooManyRequests
from assist.store.database import Database
from assist.store.models import Lockout, now

FREE = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=24)


class Lockouts:
    """Counts attempts by account, or by account and known device. Addresses without an account count alike."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def attempt(self, email: str, device: str | None = None) -> timedelta | None:
        """Count an attempt before its password is looked at, so that many at once gain nothing.

        Gives the wait that begins if this one fails too, `None` when none does. Raises `TooManyRequests` while the
        account waits; such an attempt does not make the wait longer.
        """
        with self._database.session() as session:
            row = _row(session, _key(email, device))
            moment = now()
            if row.until is not None and row.until > moment:
                left = max(1, round((row.until - moment).total_seconds()))
                raise TooManyRequests(
                    f"too many wrong passwords; wait {left} seconds", where="sign-in", hint="Or ask an admin."
                )
            if moment - row.updated_at > FORGET_AFTER:
                row.failures = 0
            row.failures += 1
            row.updated_at = moment
            wait = wait_after(row.failures)
            row.until = moment + wait if wait else None
            session.add(row)
            return wait

    def passed(self, email: str, device: str | None = None) -> None:
        """Forget the failures: the password was right."""
        with self._database.session() as session:
            session.execute(delete(Lockout).where(col(Lockout.key) == _key(email, device)))

    def forget(self) -> None:
        """Drop what is a day old; what the periodic job calls."""
        with self._database.session() as session:
            session.execute(delete(Lockout).where(col(Lockout.updated_at) < now() - FORGET_AFTER))


def wait_after(failures: int) -> timedelta | None:
    """Give how long the account waits after so many failures in a row."""
    if failures < FREE:
        return None
    return min(FIRST_WAIT * (1 << min(failures - FREE, 16)), LONGEST_WAIT)


def _row(session: Session, key: str) -> Lockout:
    found = session.exec(select(Lockout).where(Lockout.key == key).with_for_update()).first()
    return found or Lockout(key=key)


def _key(email: str, device: str | None) -> str:
    return hashlib.sha256(f"{email.strip().lower()}\0{device or ''}".encode()).hexdigest()
