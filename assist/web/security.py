"""Headers for every answer, and the check that a changing request comes from our own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from assist.errors import Forbidden

if TYPE_CHECKING:
    from assist.web import AssistApp

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


def init_app(app: AssistApp) -> None:
    """Register both."""
    app.before_request(_own_pages_only)
    app.after_request(_headers)


def _own_pages_only() -> None:
    """Refuse a changing request that carries our cookie from somebody else's page.

    Browsers say where a request comes from (Sec-Fetch-Site, and Origin for older ones); what carries a bearer token or
    no cookie at all cannot be forged by a page.
    """
    if request.method not in CHANGING or not request.cookies or request.headers.get("Authorization"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site in {"same-origin", "none"}:
        return
    if site is None and (origin is None or origin == request.host_url.rstrip("/")):
        return
    raise Forbidden("this request comes from another site's page", where=request.path)


def _headers(response: Response) -> Response:
    from assist.web import current

    settings = current().services.settings
    framers = "'self'"
    if request.path == "/sidebar":
        framers = " ".join(["'self'", *settings.frame_ancestors])
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:; "
        f"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {framers}",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if response.mimetype in {"text/html", "application/json"}:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
