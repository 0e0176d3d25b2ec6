"""Headers for every answer, and the check that a changing request comes from our own pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from flask import Response, request

from assist.errors import Forbidden

if TYPE_CHECKING:
    from assist.web import AssistApp

View = TypeVar("View", bound=Callable[..., object])
SAFE = {"GET", "HEAD", "OPTIONS"}
_HOST = re.compile(r"[\w.:\[\]-]+")


def init_app(app: AssistApp) -> None:
    """Register both."""
    app.before_request(_own_pages_only)
    app.after_request(_headers)


def same_host(origin: str | None, environ: Mapping[str, str]) -> bool:
    """Tell whether a socket comes from a page of ours, or from no page at all."""
    return origin is None or urlsplit(origin).netloc == environ.get("HTTP_HOST")


def from_anywhere(view: View) -> View:
    """Let other sites' pages and programs change something by this route, which looks at no cookie."""
    view.from_anywhere = True  # type: ignore[attr-defined]
    return view


def _own_pages_only() -> None:
    """Refuse a changing request from somebody else's page.

    Browsers say where a request comes from: `Sec-Fetch-Site`, and `Origin` for older ones. A request that says neither
    is no browser's, and one with a bearer token no other site's page can send.
    """
    from assist.web import current

    view = current().view_functions.get(request.endpoint or "")
    if request.method in SAFE or getattr(view, "from_anywhere", False):
        return
    if request.headers.get("Authorization", "").lower().startswith("bearer "):
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site in {"same-origin", "none"}:
        return
    # By host alone: whether the browser spoke https is known to the proxy in front.
    if site is None and same_host(origin, request.environ):
        return
    raise Forbidden("this request comes from another site's page", where=request.path)


def _headers(response: Response) -> Response:
    from assist.web import current

    framers = "'self'"
    if request.endpoint == "pages.sidebar":
        settings = current().services.settings
        framers = " ".join(["'self'", *settings.framers(request.args.get("installation"))])
    # Not every browser takes 'self' to mean the same host's sockets.
    sockets = f"ws://{request.host} wss://{request.host}" if _HOST.fullmatch(request.host) else ""
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' {sockets}; object-src 'none'; base-uri 'none'; form-action 'self'; "
        f"frame-ancestors {framers}",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype in {"text/html", "application/json", "text/csv", "application/x-ndjson"}:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
