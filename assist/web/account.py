"""One's own account: who one is here, a new password, and signing out everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, session, url_for
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from assist.errors import AssistError
from assist.governance.audit import by_user
from assist.web.auth import current_user, page, requires, sign_in
from assist.web.errors import read
from assist.web.limits import limited

if TYPE_CHECKING:
    from assist.web import AssistApp

blueprint = Blueprint("account", __name__, url_prefix="/account")


class NewPassword(BaseModel):
    """The password of now and the one to come."""

    old: str = Field(min_length=1, max_length=200)
    new: str = Field(min_length=1, max_length=200)


def init_app(app: AssistApp) -> None:
    """Register the routes."""
    app.register_blueprint(blueprint)


@blueprint.get("")
@page()
def overview() -> str:
    """Show the account."""
    return render_template("account.html", error=None, done=request.args.get("done"))


@blueprint.post("/password")
@requires()
@limited("10/minute")
def password() -> Response | tuple[str, int]:
    """Change the password; every other session ends, this one goes on."""
    from assist.web import current

    user = current_user()
    assert user.id is not None
    try:
        wanted = read(NewPassword, request.form.to_dict())
        changed = current().services.accounts.change_password(user.id, old=wanted.old, new=wanted.new)
    except AssistError as error:
        return render_template("account.html", error=error.message, done=None), error.status
    sign_in(changed)
    return redirect(url_for("account.overview", done="password"))


@blueprint.post("/sign-out-everywhere")
@requires()
def sign_out_everywhere() -> Response:
    """End every session of one's own: this one, other browsers, open sidebars."""
    from assist.web import current

    user = current_user()
    assert user.id is not None
    current().services.accounts.revoke(user.id, actor=by_user(user.id))
    session.clear()
    return redirect(url_for("auth.login"))
