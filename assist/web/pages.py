"""The pages themselves: start, and the sidebar that helpdesks frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from assist.web.auth import page

if TYPE_CHECKING:
    from assist.web import AssistApp

blueprint = Blueprint("pages", __name__)


def init_app(app: AssistApp) -> None:
    """Register the routes."""
    app.register_blueprint(blueprint)


@blueprint.get("/")
def start() -> Response:
    """Send people where they can begin."""
    from assist.web import current

    return redirect(url_for("demo.helpdesk" if current().services.settings.demo else "lead.overview"))


@blueprint.get("/signed-in")
@page()
def signed_in() -> str:
    """End a sign-in that the sidebar opened in a window of its own."""
    return render_template("signed_in.html")


@blueprint.get("/sidebar")
def sidebar() -> str:
    """Show the sidebar; it signs in by itself and learns from its host which ticket to show."""
    from assist.web import current

    settings = current().services.settings
    framers = settings.framers(request.args.get("installation"))
    return render_template(
        "sidebar.html", allowed_origins=framers, sso=settings.oidc_name if settings.oidc_issuer else ""
    )
