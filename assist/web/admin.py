"""The admins' page: the active policy and its versions, engines and their sheets, budgets, and the kill switch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, render_template
from pydantic import BaseModel, Field

from assist.desk.policy_replay import replay
from assist.governance.audit import by_user
from assist.governance.policy import parse
from assist.governance.policy.explain import differences, explain
from assist.web.auth import current_user, page, requires
from assist.web.errors import read
from assist.web.i18n import locale

if TYPE_CHECKING:
    from assist.web import AssistApp

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


class PolicyText(BaseModel):
    """A policy as YAML."""

    source: str = Field(min_length=1, max_length=512 * 1024)


class Version(BaseModel):
    """A policy that was active before."""

    version: str = Field(min_length=1, max_length=64)


class Switch(BaseModel):
    """What to switch: `all`, a `team` or an `engine` by name."""

    scope: str = Field(max_length=20)
    name: str = Field("", max_length=200)


class SwitchOff(Switch):
    """The same, with the reason that agents read."""

    reason: str = Field(min_length=1, max_length=500)


def init_app(app: AssistApp) -> None:
    """Register the routes."""
    app.register_blueprint(blueprint)


@blueprint.get("")
@page("admin")
def overview() -> str:
    """Show the page; what it shows comes from `/admin/state.json`."""
    return render_template("admin.html")


@blueprint.get("/state.json")
@requires("admin")
def state() -> Response:
    """Give everything the page shows."""
    return jsonify(_state())


@blueprint.get("/policy/<version>.yaml")
@requires("admin")
def policy_source(version: str) -> Response:
    """Give a policy as the YAML it was activated from."""
    from assist.web import current

    disposition = {"Content-Disposition": f'attachment; filename="policy-{version}.yaml"'}
    return Response(current().services.policies.source(version), mimetype="application/yaml", headers=disposition)


@blueprint.get("/sheets.json")
@requires("admin")
def sheets() -> Response:
    """Give the model and vendor sheets of the engines that are set up."""
    from assist.web import current

    return jsonify([one.as_dict() for one in current().services.sheets.configured()])


@blueprint.post("/policy/check")
@requires("admin")
def check() -> Response:
    """Explain a policy, tell what differs from the active one, and play last month against it; nothing changes."""
    from assist.web import current

    services = current().services
    policy = parse(read(PolicyText).source)
    return jsonify(
        version=policy.version,
        explanation=explain(policy, locale()),
        differences=differences(policy, services.policies.active, locale()),
        replay=replay(services.database, policy).as_dict(),
    )


@blueprint.post("/policy/activate")
@requires("admin")
def activate() -> Response:
    """Make a policy the active one."""
    from assist.web import current

    current().services.policies.activate(read(PolicyText).source, by=current_user())
    return jsonify(_state())


@blueprint.post("/policy/reactivate")
@requires("admin")
def reactivate() -> Response:
    """Make a policy the active one that was it before."""
    from assist.web import current

    policies = current().services.policies
    policies.activate(policies.source(read(Version).version), by=current_user())
    return jsonify(_state())


@blueprint.post("/kill")
@requires("admin")
def kill() -> Response:
    """Switch something off."""
    from assist.web import current

    wanted = read(SwitchOff)
    current().services.switches.stop(wanted.scope, wanted.name, reason=wanted.reason, by=by_user(current_user().id))
    return jsonify(_state())


@blueprint.post("/release")
@requires("admin")
def release() -> Response:
    """Switch something on again."""
    from assist.web import current

    wanted = read(Switch)
    current().services.switches.release(wanted.scope, wanted.name, by=by_user(current_user().id))
    return jsonify(_state())


def _state() -> dict[str, Any]:
    from assist.web import current

    services = current().services
    policy = services.policies.active
    names = {user.id: user.name for user in services.accounts.all()}
    actors = {by_user(id): name for id, name in names.items()}
    return {
        "policy": {
            "version": policy.version,
            "title": policy.title,
            "explanation": explain(policy, locale())[1:],
            "topics": [
                {"name": name, "action": topic.action, "stakes": topic.stakes, "why": topic.why_in(locale())}
                for name, topic in policy.topics.items()
            ],
        },
        "versions": [
            {
                "version": row.version,
                "number": row.number,
                "active": row.active,
                "origin": row.origin,
                "at": row.activated_at.isoformat(),
                "by": names.get(row.activated_by) if row.activated_by is not None else None,
            }
            for row in services.policies.versions()
        ],
        "stops": [
            {"scope": one.scope, "name": one.name, "reason": one.reason, "at": one.at, "by": actors.get(one.by, one.by)}
            for one in services.switches.all()
        ],
        "engines": [one.as_dict() for one in services.sheets.configured()],
        "budgets": services.permits.spent_today(),
        "teams": services.statistics.teams(),
    }
