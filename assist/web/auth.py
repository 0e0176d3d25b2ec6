"""Who is asking: a cookie session for pages, a short-lived bearer token for frames and sockets."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, session, url_for
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as BaseResponse

from assist.errors import AssistError, Forbidden, NotFound, NotSignedIn
from assist.settings import Settings
from assist.store.models import User
from assist.web.errors import read
from assist.web.limits import limited

if TYPE_CHECKING:
    from assist.services import Services
    from assist.web import AssistApp

P = ParamSpec("P")
R = TypeVar("R")
AUDIENCE = "assist.sidebar"
RANK = {"agent": 0, "lead": 1, "admin": 2}
DEVICE = "assist-device"
DEVICE_DAYS = 90
blueprint = Blueprint("auth", __name__)


class Credentials(BaseModel):
    """What a person signs in with."""

    email: str = Field(min_length=3, max_length=200)
    password: str = Field(min_length=1, max_length=200)


def init_app(app: AssistApp) -> None:
    """Register the routes."""
    app.register_blueprint(blueprint)


def issue_token(settings: Settings, user: User, signed_in_at: float) -> str:
    """Give a bearer token for a user, valid for `settings.token_minutes`."""
    claims = {
        "sub": str(user.id),
        "aud": AUDIENCE,
        "exp": int(time.time() + settings.token_minutes * 60),
        "at": int(signed_in_at),
        "sv": user.session_version,
    }
    return jwt.encode({"alg": "HS256"}, claims, _key(settings))


def user_of_token(services: Services, token: str) -> tuple[User, float]:
    """Give the user of a bearer token and when they signed in; raises `NotSignedIn`."""
    try:
        decoded = jwt.decode(token, _key(services.settings), algorithms=["HS256"])
        jwt.JWTClaimsRegistry(
            aud={"essential": True, "value": AUDIENCE}, exp={"essential": True}, sub={"essential": True}
        ).validate(decoded.claims)
        user_id, version, signed_in = int(decoded.claims["sub"]), decoded.claims["sv"], float(decoded.claims["at"])
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotSignedIn("the token is not valid or has run out", where="token", hint="Sign in again.") from error
    return living(services.accounts.get(user_id), version, signed_in, services.settings), signed_in


def living(user: User | None, version: Any, signed_in: float, settings: Settings) -> User:
    """Give the user of a session that goes on; raises `NotSignedIn` when it was ended or has run out."""
    if user is None or user.session_version != version:
        raise NotSignedIn("this account or session has ended", where="session", hint="Sign in again.")
    if time.time() - signed_in > settings.session_hours * 3600:
        raise NotSignedIn("the session has run out", where="session", hint="Sign in again.")
    return user


def sign_in(user: User) -> None:
    """Begin a cookie session."""
    session.clear()
    session.update(uid=user.id, sv=user.session_version, at=time.time())


def inside(target: str, default: str = "/") -> str:
    """Give where to go on, if it is a page of ours."""
    if not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return default
    return target


def current_user() -> User:
    """Give who is asking, by bearer token or cookie; raises `NotSignedIn`."""
    if "user" not in g:
        g.user, g.signed_in_at = _identify()
    user: User = g.user
    return user


def optional_user() -> User | None:
    """Give who is asking, or `None`."""
    try:
        return current_user()
    except NotSignedIn:
        return None


def requires(role: str = "agent") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only signed-in users of at least this role in; pages send others to the sign-in page."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if RANK[current_user().role] < RANK[role]:
                raise Forbidden(f"this needs the role {role}", where=request.path)
            return view(*args, **kwargs)

        guarded.required_role = role  # type: ignore[attr-defined]
        return guarded

    return decorate


def page(role: str = "agent") -> Callable[[Callable[P, R]], Callable[P, R | BaseResponse]]:
    """Do as `requires`, but send who is not signed in to the sign-in page."""

    def decorate(view: Callable[P, R]) -> Callable[P, R | BaseResponse]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | BaseResponse:
            if optional_user() is None:
                return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))
            return requires(role)(view)(*args, **kwargs)

        guarded.required_role = role  # type: ignore[attr-defined]
        return guarded

    return decorate


@blueprint.post("/api/token")
@limited("120/minute")
def token() -> Response:
    """Give a bearer token for credentials, a cookie session, or a token that is still valid."""
    from assist.web import current

    app = current()
    data = request.get_json(silent=True)
    if isinstance(data, dict) and data.get("email"):
        user, signed_in = _check_credentials(read(Credentials, data)), time.time()
    else:
        user = current_user()
        signed_in = g.signed_in_at
    return jsonify(
        token=issue_token(app.services.settings, user, signed_in),
        expires_in=app.services.settings.token_minutes * 60,
        user={"id": user.id, "name": user.name, "role": user.role, "locale": user.locale},
    )


@blueprint.route("/login", methods=["GET", "POST"])
@limited("60/minute")
def login() -> str | BaseResponse | tuple[str, int]:
    """Show the sign-in page, or sign in and go on to where the person wanted to go."""
    from assist.web import current

    settings = current().services.settings
    target = inside(request.values.get("next", "/"))
    if request.method == "GET":
        if settings.demo:
            return redirect(url_for("demo.sign_in_page", next=target))
        return render_template("login.html", next=target, error=None, settings=settings)
    try:
        user = _check_credentials(read(Credentials, request.form.to_dict()))
    except AssistError as error:
        return render_template("login.html", next=target, error=error.message, settings=settings), error.status
    sign_in(user)
    answer = redirect(target)
    _know_device(answer, user.email)
    return answer


@blueprint.post("/logout")
def logout() -> BaseResponse:
    """End the cookie session."""
    elsewhere = session.get("elsewhere")
    session.clear()
    return redirect(url_for("oidc.signed_out" if elsewhere else "auth.login"))


def _check_credentials(credentials: Credentials) -> User:
    from assist.web import current

    app = current()
    if not app.services.settings.local_sign_in:
        raise NotFound("people sign in elsewhere here", where="sign-in", hint="Use single sign-on.")
    # By account and by address: neither one account nor many may be tried at leisure.
    device = _device(credentials.email)
    account = hashlib.sha256(f"{credentials.email.strip().lower()}|{device}".encode()).hexdigest()
    app.limits.check("10/minute", "sign-in", account)
    app.limits.check("30/minute", "sign-in", request.remote_addr or "?")
    return app.services.accounts.authenticate(credentials.email, credentials.password, device=device)


def _know_device(answer: BaseResponse, email: str) -> None:
    """Let this browser's wrong passwords count for itself, and others' not against it."""
    from assist.web import current

    settings = current().services.settings
    claims = {"sub": _device_of(email), "jti": secrets.token_urlsafe(12), "aud": DEVICE}
    answer.set_cookie(
        DEVICE,
        jwt.encode({"alg": "HS256"}, claims, _key(settings)),
        max_age=DEVICE_DAYS * 86_400,
        httponly=True,
        samesite="Strict",
        secure=not settings.loopback,
    )


def _device(email: str) -> str | None:
    from assist.web import current

    try:
        decoded = jwt.decode(request.cookies.get(DEVICE, ""), _key(current().services.settings), algorithms=["HS256"])
    except (JoseError, ValueError):
        return None
    claims = decoded.claims
    known = claims.get("aud") == DEVICE and claims.get("sub") == _device_of(email)
    return str(claims["jti"]) if known else None


def _device_of(email: str) -> str:
    return hashlib.sha256(b"device\0" + email.strip().lower().encode()).hexdigest()[:32]


def _identify() -> tuple[User, float]:
    from assist.web import current

    services = current().services
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return user_of_token(services, bearer)
    if "uid" not in session:
        raise NotSignedIn("nobody is signed in", where=request.path, hint="Sign in.")
    signed_in = float(session.get("at", 0))
    user = services.accounts.get(int(session["uid"]))
    return living(user, session.get("sv"), signed_in, services.settings), signed_in


def _key(settings: Settings) -> OctKey:
    digest = hashlib.sha256(b"assist.tokens\0" + settings.secret_key.get_secret_value().encode()).digest()
    return OctKey.import_key(digest)
