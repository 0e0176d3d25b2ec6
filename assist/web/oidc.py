"""Signing in elsewhere: OpenID Connect, authorisation code with PKCE, state and nonce, by Authlib.

Roles and groups come from the provider's claims; who has no role here does not get in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Blueprint, redirect, render_template, request, session, url_for
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from assist.errors import AssistError, Forbidden, NotFound, NotSignedIn, Unavailable
from assist.settings import Settings
from assist.web.auth import RANK, inside, sign_in
from assist.web.limits import limited

if TYPE_CHECKING:
    from assist.web import AssistApp

log = structlog.get_logger(__name__)
blueprint = Blueprint("oidc", __name__, url_prefix="/oidc")
# By public key only: a symmetric one would be the client's secret, and `none` is no signature at all.
ALGORITHMS = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
LEEWAY_S = 60
TIMEOUT_S = 10


def init_app(app: AssistApp) -> None:
    """Register the routes, and the provider if one is set."""
    app.register_blueprint(blueprint)
    settings = app.services.settings
    if not settings.oidc_issuer:
        return
    secret = settings.oidc_client_secret.get_secret_value()
    app.extensions["assist_oidc"] = OAuth(app).register(
        "idp",
        server_metadata_url=settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_id=settings.oidc_client_id,
        client_secret=secret or None,
        client_kwargs={
            "scope": settings.oidc_scopes,
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_S,
            "token_endpoint_auth_method": "client_secret_basic" if secret else "none",
        },
    )


@blueprint.get("/sign-in")
@limited("30/minute")
def begin() -> Response:
    """Send the browser to the provider."""
    client = _client()
    target = inside(request.args.get("next", "/"))
    try:
        answer: Response = client.authorize_redirect(url_for("oidc.finish", _external=True))
    except (RequestException, ValueError, RuntimeError) as error:
        log.warning("identity provider does not answer", kind=type(error).__name__)
        raise Unavailable("the identity provider does not answer", where="sign-in", hint="Try again later.") from None
    session["next"] = target
    return answer


@blueprint.get("/callback")
@limited("30/minute")
def finish() -> Response | tuple[str, int]:
    """Take the browser back from the provider, and let its person in."""
    from assist.web import current

    client, app = _client(), current()
    target = inside(session.pop("next", "/"))
    try:
        claims = _claims(client)
        user = app.services.accounts.enter_from_elsewhere(**identity(app.services.settings, claims))
    except AssistError as error:
        log.warning("sign-in elsewhere refused", code=error.code, reason=error.message)
        session.clear()
        page = render_template(
            "login.html", next=target, error=error.message, hint=error.hint, settings=app.services.settings
        )
        return page, error.status
    sign_in(user)
    session["elsewhere"] = True
    return redirect(target)


@blueprint.get("/signed-out")
def signed_out() -> str:
    """Say that one is signed out here, and offer to end the provider's session too."""
    client = _client()
    url = None
    try:
        if client.load_server_metadata().get("end_session_endpoint"):
            url = client.create_logout_url(client_id=client.client_id)["url"]
    except (OAuthError, RequestException, ValueError):
        log.warning("identity provider does not answer")
    return render_template("signed_out.html", url=url)


def identity(settings: Settings, claims: dict[str, Any]) -> dict[str, Any]:
    """Give who a token's claims speak of, with role and groups as this installation names them."""
    held = _values(claims, settings.oidc_role_claim)
    roles = [settings.oidc_roles[value] for value in held if value in settings.oidc_roles]
    role = max(roles, key=RANK.__getitem__, default=None)
    groups: list[str] = []
    if settings.oidc_group_claim:
        named = _values(claims, settings.oidc_group_claim)
        groups = [settings.oidc_groups.get(value, "") for value in named] if settings.oidc_groups else named
        groups = sorted({group for group in groups if group})
        if role == "agent" and not groups:
            # No groups would mean every group.
            raise Forbidden("the identity provider names no group whose tickets you may see", where="sign-in")
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not subject or not isinstance(email, str):
        raise Forbidden("the identity provider told no subject or no e-mail address", where="sign-in")
    return {
        "subject": f"{settings.oidc_issuer.rstrip('/')}|{subject}",
        "email": email,
        "verified": claims.get("email_verified") is True,
        "name": str(claims.get("name") or claims.get("preferred_username") or email.partition("@")[0])[:200],
        "role": role,
        "groups": groups,
    }


def _claims(client: Any) -> dict[str, Any]:
    """Redeem the code and give the ID token's claims, checked; raises `NotSignedIn`."""
    from assist.web import current

    settings = current().services.settings
    try:
        _check_provider(client, settings)
        expected = {
            "iss": {"essential": True, "value": client.server_metadata["issuer"]},
            "aud": {"essential": True, "value": settings.oidc_client_id},
            "exp": {"essential": True},
            "sub": {"essential": True},
        }
        token = client.authorize_access_token(claims_options=expected, leeway=LEEWAY_S)
    except (OAuthError, JoseError, RequestException, ValueError, KeyError, RuntimeError) as error:
        # Only the kind: what the provider or somebody in between said may hold anything.
        log.warning("identity provider not believed", kind=type(error).__name__)
        raise NotSignedIn("the identity provider's answer is not valid", where="sign-in", hint="Try again.") from None
    claims = token.get("userinfo")
    if not claims:
        raise NotSignedIn("the identity provider told nobody's identity", where="sign-in", hint="Try again.")
    return dict(claims)


def _check_provider(client: Any, settings: Settings) -> None:
    metadata = client.load_server_metadata()
    if str(metadata.get("issuer", "")).rstrip("/") != settings.oidc_issuer.rstrip("/"):
        raise ValueError("another issuer")
    offered = set(metadata.get("id_token_signing_alg_values_supported") or ["RS256"])
    metadata["id_token_signing_alg_values_supported"] = sorted(offered & ALGORITHMS)
    if not offered & ALGORITHMS:
        raise ValueError("no algorithm that is safe")


def _client() -> Any:
    from assist.web import current

    client = current().extensions.get("assist_oidc")
    if client is None:
        raise NotFound("nobody signs in elsewhere here", where="sign-in", hint="docs/access.md says how to set it up.")
    return client


def _values(claims: dict[str, Any], name: str) -> list[str]:
    """Give a claim's values as a list; `realm_access.roles` looks inside."""
    value: Any = claims
    for part in [name] if name in claims else name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, str):
        return value.split()
    return [str(one) for one in value] if isinstance(value, list) else []
