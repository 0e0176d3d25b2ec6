"""Everything that speaks HTTP or Socket.IO. `create_app` puts it together."""

from __future__ import annotations

from typing import cast

from flask import Flask
from flask_socketio import SocketIO
from werkzeug.middleware.proxy_fix import ProxyFix

from assist import services as wiring
from assist.services import Services
from assist.settings import Settings
from assist.web import (
    account,
    admin,
    approvals,
    audit_page,
    auth,
    chatbot,
    demo,
    errors,
    events,
    i18n,
    lead,
    limits,
    oidc,
    ops,
    pages,
    security,
    sidebar,
)
from assist.web.delivery import Delivery
from assist.web.limits import Limits

MAX_BODY = 1024 * 1024


class AssistApp(Flask):
    """A Flask application that carries its services."""

    services: Services
    limits: Limits
    socketio: SocketIO


def create_app(settings: Settings | None = None, services: Services | None = None) -> AssistApp:
    """Build the application; tests hand in settings or services of their own.

    Raises `ConfigurationError` when serving with these settings would be unsafe.
    """
    settings = settings or (services.settings if services else Settings())
    settings.require_safe_to_serve()
    services = services or wiring.build(settings)
    app = AssistApp(__name__)
    app.services = services
    app.limits = Limits(settings.limits_url)
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=MAX_BODY,
        SESSION_COOKIE_NAME="assist",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not settings.loopback,
    )
    # The mode is always named: left alone, Flask-SocketIO takes gevent merely because it is installed.
    app.socketio = SocketIO(
        app,
        async_mode=settings.async_mode,
        # An empty list would let every site's pages connect.
        cors_allowed_origins=security.same_host,
        ping_interval=20,
        ping_timeout=20,
        max_http_buffer_size=256 * 1024,
        manage_session=False,
    )
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    parts = (
        errors,
        security,
        limits,
        i18n,
        auth,
        oidc,
        account,
        pages,
        approvals,
        chatbot,
        lead,
        admin,
        audit_page,
        ops,
    )
    for part in (*parts, events, sidebar):
        part.init_app(app)
    if settings.demo:
        demo.init_app(app)
    Delivery(app.socketio, services).listen()
    return app


def current() -> AssistApp:
    """Give the application of the request at hand, with its services."""
    from flask import current_app

    return cast(AssistApp, current_app)
