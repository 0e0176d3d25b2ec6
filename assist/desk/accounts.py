"""Accounts, how they sign in, what ends their sessions, and who may see which ticket."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import Session, col, func, select

from assist.desk.lockout import Lockouts
from assist.errors import Conflict, Forbidden, InvalidInput, NotFound, NotSignedIn
from assist.governance.audit import by_user, note
from assist.store.database import Database
from assist.store.models import Ticket, User

Role = Literal["agent", "lead", "admin"]
ROLES: tuple[str, ...] = get_args(Role)
MIN_PASSWORD = 10


class Accounts:
    """Adds and changes users, checks passwords, answers questions of rights."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lockouts = Lockouts(database)
        self._hasher = PasswordHasher()
        # Checked when the account does not exist, so that the answer takes as long either way.
        self._nobody = self._hasher.hash("nobody's password")

    def add(self, *, email: str, name: str, password: str, role: str, groups: list[str] | None = None) -> User:
        """Create an account; raises `InvalidInput` or, when the address is taken, `Conflict`."""
        email = _address(email)
        _check_role(role)
        hashed = self._hashed(password)
        with self._database.session() as session:
            if _by_email(session, email):
                raise Conflict(f"{email} has an account already", where="email")
            user = User(email=email, name=name, role=role, groups=groups or [], password_hash=hashed)
            session.add(user)
            session.flush()
            note(session, "user.added", actor="cli", user=user.id, role=role, groups=user.groups)
            return user

    def authenticate(self, email: str, password: str, *, device: str | None = None) -> User:
        """Give the active user these credentials belong to; raises `NotSignedIn` without saying which part is wrong.

        `device`: who signs in from a device that did so before. Raises `TooManyRequests` while the account waits
        after too many failures.
        """
        wait = self._lockouts.attempt(email, device)
        with self._database.reading() as session:
            user = _by_email(session, email.strip().lower())
        # An account that signs in elsewhere has no password here.
        held = user.password_hash if user and user.password_hash else self._nobody
        try:
            right = self._hasher.verify(held, password) and held is not self._nobody
        except (VerificationError, InvalidHashError):
            right = False
        if user is None or not right or not user.active:
            if wait and user is not None:
                self._note(user, "user.locked", "system", seconds=int(wait.total_seconds()))
            raise NotSignedIn("e-mail or password is wrong", where="sign-in")
        self._lockouts.passed(email, device)
        self._note(user, "user.entered", by_user(user.id), by="password")
        return user

    def enter_from_elsewhere(
        self, *, subject: str, email: str, verified: bool, name: str, role: str | None, groups: list[str]
    ) -> User:
        """Give the account of somebody whom the identity provider knows, made at the first time.

        Role and groups follow the provider at every sign-in. `subject` is issuer and subject; `role` is `None` when
        the provider names none that counts. Raises `Forbidden` then, for a closed account, and when the address
        belongs to another account and the provider did not verify it.
        """
        with self._database.session() as session:
            user = session.exec(select(User).where(User.oidc_subject == subject)).first()
            if role is None:
                if user is not None:
                    _end_sessions(session, user, "system")
            else:
                user = _entered(session, user, subject, email, verified, name, role, groups)
        # Raised after the commit: the end of the sessions stays.
        if role is None or user is None:
            raise Forbidden("your account at the identity provider has no role here", where="sign-in", hint=_ASK)
        return user

    def get(self, user_id: int) -> User | None:
        """Give an active user by id."""
        with self._database.reading() as session:
            user = session.get(User, user_id)
        return user if user is not None and user.active else None

    def living(self, ids: Iterable[int]) -> dict[int, User]:
        """Give the active users among these, by id."""
        with self._database.reading() as session:
            found = session.exec(select(User).where(col(User.id).in_(set(ids)), col(User.active))).all()
        return {user.id: user for user in found if user.id is not None}

    def by_role(self, role: str) -> User | None:
        """Give the first active user with a role; the demo signs in with it."""
        with self._database.reading() as session:
            return session.exec(select(User).where(User.role == role, col(User.active)).order_by(col(User.id))).first()

    def all(self) -> list[User]:
        """Give every account, by address."""
        with self._database.reading() as session:
            return list(session.exec(select(User).order_by(col(User.email))))

    def count(self) -> int:
        """Give the number of accounts."""
        with self._database.reading() as session:
            return session.exec(select(func.count()).select_from(User)).one()

    def change_password(self, user_id: int, *, old: str, new: str) -> User:
        """Change a password by its owner; every other session ends. Raises `Forbidden` when `old` is wrong."""
        hashed = self._hashed(new)
        with self._database.reading() as session:
            user = session.get_one(User, user_id)
        self._lockouts.attempt(user.email, "password change")
        try:
            self._hasher.verify(user.password_hash or self._nobody, old)
        except (VerificationError, InvalidHashError):
            raise Forbidden("the present password is wrong", where="password") from None
        self._lockouts.passed(user.email, "password change")
        return self._put_password(user_id, hashed, by_user(user_id))

    def set_password(self, email: str, password: str) -> User:
        """Give an account a new password from the command line; every session ends, and it waits no longer."""
        user = self.find(email)
        assert user.id is not None
        changed = self._put_password(user.id, self._hashed(password), "cli")
        self._lockouts.passed(user.email)
        return changed

    def revoke(self, user_id: int, *, actor: str) -> User:
        """End every session and token of an account, in all processes, open sockets within two seconds."""
        with self._database.session() as session:
            user = session.get_one(User, user_id)
            _end_sessions(session, user, actor)
            return user

    def change(
        self,
        email: str,
        *,
        role: str | None = None,
        groups: list[str] | None = None,
        active: bool | None = None,
        actor: str = "cli",
    ) -> User:
        """Change what an account may do; its sessions end, so that nothing goes on under the old rights."""
        if role is not None:
            _check_role(role)
        user_id = self.find(email).id
        wanted = {"role": role, "groups": groups, "active": active}
        with self._database.session() as session:
            user = session.get_one(User, user_id)
            changed: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
            for name, value in changed.items():
                setattr(user, name, value)
            note(session, "user.changed", actor=actor, user=user.id, **changed)
            _end_sessions(session, user, actor)
            return user

    def find(self, email: str) -> User:
        """Give an account by its address, active or not; raises `NotFound`."""
        with self._database.reading() as session:
            user = _by_email(session, email.strip().lower())
        if user is None:
            raise NotFound(f"{email} has no account", where="email", hint="`assist user list` names them.")
        return user

    def forget_failures(self) -> None:
        """Drop old counts of failed sign-ins; what the periodic job calls."""
        self._lockouts.forget()

    def _put_password(self, user_id: int, hashed: str, actor: str) -> User:
        with self._database.session() as session:
            user = session.get_one(User, user_id)
            user.password_hash = hashed
            note(session, "user.password", actor=actor, user=user.id)
            _end_sessions(session, user, actor)
            return user

    def _hashed(self, password: str) -> str:
        if len(password) < MIN_PASSWORD:
            raise InvalidInput(f"the password has fewer than {MIN_PASSWORD} characters", where="password")
        return self._hasher.hash(password)

    def _note(self, user: User, action: str, actor: str, **detail: Any) -> None:
        with self._database.session() as session:
            note(session, action, actor=actor, user=user.id, **detail)


_ASK = "Ask who looks after Assist here."


def _entered(
    session: Session,
    user: User | None,
    subject: str,
    email: str,
    verified: bool,
    name: str,
    role: str,
    groups: list[str],
) -> User:
    _check_role(role)
    if user is None:
        email = _address(email)
        user = _by_email(session, email)
        if user is not None and (user.oidc_subject is not None or not verified):
            raise Forbidden("this address belongs to another account", where="sign-in", hint=_ASK)
    if user is None:
        user = User(email=email, name=name, role=role, groups=groups, password_hash="", oidc_subject=subject)
        session.add(user)
        session.flush()
        note(session, "user.added", actor="system", user=user.id, role=role, groups=groups)
    if not user.active:
        raise Forbidden("this account is closed", where="sign-in", hint=_ASK)
    user.oidc_subject = subject
    if (user.role, user.groups) != (role, groups):
        user.role, user.groups = role, groups
        note(session, "user.changed", actor="system", user=user.id, role=role, groups=groups)
        _end_sessions(session, user, "system")
    note(session, "user.entered", actor=by_user(user.id), user=user.id, by="oidc")
    return user


def _end_sessions(session: Session, user: User, actor: str) -> None:
    user.session_version += 1
    session.add(user)
    note(session, "user.revoked", actor=actor, user=user.id)


def _by_email(session: Session, email: str) -> User | None:
    return session.exec(select(User).where(User.email == email)).first()


def _address(email: str) -> str:
    email = email.strip().lower()
    if "@" not in email:
        raise InvalidInput("this is not an e-mail address", where="email")
    return email


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise InvalidInput(f"{role!r} is not a role", where="role", hint=f"Use one of: {', '.join(ROLES)}.")


def may_see(user: User, ticket: Ticket) -> bool:
    """Tell whether a user may open a ticket: leads and admins all, agents those of their groups.

    An agent without groups serves every group; a ticket without a group is everybody's. A chatbot conversation that
    was not handed off is nobody's.
    """
    if ticket.status == "bot":
        return False
    if user.role in {"lead", "admin"} or not user.groups:
        return True
    return ticket.group_name is None or ticket.group_name in user.groups
