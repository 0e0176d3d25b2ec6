"""The admins' routes and the kill switch against real servers, each a process of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from assist.governance.policy.reading import DEFAULT
from tests.unit.test_generation_ladder import ChatServer
from tests.web.conftest import PASSWORD, Server, assist, open_sidebar, prepare, serving

TEXT = DEFAULT.read_text(encoding="utf-8")
READ = ["/admin/state.json", "/admin/sheets.json", "/admin/policy/x.yaml"]
CHANGE = ["policy/check", "policy/activate", "policy/reactivate", "kill", "release"]


@pytest.fixture(scope="module")
def model() -> Iterator[ChatServer]:
    made = ChatServer()
    made.pieces = ["You can return it within 60 days [", "1]."]
    yield made
    made.close()


@pytest.fixture(scope="module")
def governed(tmp_path_factory: pytest.TempPathFactory, model: ChatServer) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("governed") / "home"
    environment = prepare(home, chat_model=f"openai-compatible:{model.url}#m")
    assist(
        environment, "user", "add", "alex@example.com", "--name", "Alex Admin", "--role", "admin",
        "--password-file", "-", given=PASSWORD,
    )  # fmt: skip
    with serving(environment) as running:
        yield running


def client(server: Server, email: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {server.token(email)}", "Accept": "application/json"}
    return httpx.Client(base_url=server.url, headers=headers, timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("email", ["maya@example.com", "ruth@example.com", None])
def test_only_admins_see_and_change_the_policy(governed: Server, email: str | None) -> None:
    anybody = httpx.Client(base_url=governed.url, headers={"Accept": "application/json"}, timeout=30)
    with client(governed, email) if email else anybody as person:
        wanted = 403 if email else 401
        assert [person.get(path).status_code for path in READ] == [wanted] * len(READ)
        told = {"source": TEXT, "version": "x", "scope": "all", "reason": "x"}
        assert [person.post(f"/admin/{path}", json=told).status_code for path in CHANGE] == [wanted] * len(CHANGE)


@pytest.mark.slow
def test_admin_checks_activates_and_goes_back(governed: Server) -> None:
    with client(governed, "alex@example.com") as admin:
        before = admin.get("/admin/state.json").json()
        assert [one["origin"] for one in before["versions"]] == ["packaged"]
        assert [one["engine"].partition(":")[0] for one in before["engines"]] == [
            "extractive",
            "openai-compatible",
            "minilm",
        ]
        changed = TEXT.replace("marks: tag", "marks: none")
        told = admin.post("/admin/policy/check?lang=de", json={"source": changed}).json()
        assert told["differences"] == ["marks: tag → none"]
        assert told["explanation"][0].endswith(f"(Version {told['version']})")
        wrong = admin.post("/admin/policy/activate", json={"source": "marks: loud"})
        assert wrong.status_code == 400
        after = admin.post("/admin/policy/activate", json={"source": changed}).json()
        assert after["policy"]["version"] == told["version"]
        assert (after["versions"][0]["active"], after["versions"][0]["by"]) == (True, "Alex Admin")
        back = admin.post("/admin/policy/reactivate", json={"version": before["policy"]["version"]}).json()
        assert back["policy"]["version"] == before["policy"]["version"]
        got = admin.get(f"/admin/policy/{told['version']}.yaml")
        assert got.text == changed


@pytest.mark.slow
def test_switch_on_the_command_line_stops_a_running_server(governed: Server, model: ChatServer) -> None:
    with open_sidebar(governed) as maya, client(governed, "alex@example.com") as admin:
        maya.call("ticket_open", source="test", ticket="T-9", suggest=False)
        maya.call("suggest")
        assert maya.wait("suggestion_done", 60)["suggestion"]["engine"] == "llm"
        before = len(model.requests)
        assert before
        assist(governed.environment, "kill", "engine", "llm", "--reason", "drill")
        switched = time.monotonic()
        time.sleep(2)
        maya.call("suggest")
        made = maya.wait("suggestion_done", 60)["suggestion"]
        assert made["engine"] == "extractive"
        assert "drill" in made["notices"][0]["why"]["de"]
        assert len(model.requests) == before, f"{time.monotonic() - switched:.1f} s after"
        state = admin.post("/admin/release", json={"scope": "engine", "name": "llm"}).json()
        assert state["stops"] == []
        maya.call("suggest")
        assert maya.wait("suggestion_done", 60)["suggestion"]["engine"] == "llm"


@pytest.mark.slow
def test_what_the_switch_kept_back_is_made_when_it_is_on_again(governed: Server) -> None:
    with open_sidebar(governed) as maya, client(governed, "alex@example.com") as admin:
        assert admin.post("/admin/kill", json={"scope": "all", "name": "", "reason": "drill"}).status_code == 200
        time.sleep(2)
        maya.call("ticket_open", source="test", ticket="T-10")
        made = maya.wait("suggestion_done", 60)["suggestion"]
        assert [one["action"] for one in made["notices"]] == ["off"]
        # As long as it is off nothing is tried again.
        again = maya.call("ticket_open", source="test", ticket="T-10")
        assert again["suggestion"]["id"] == made["id"]
        admin.post("/admin/release", json={"scope": "all", "name": ""})
        time.sleep(2)
        maya.call("ticket_open", source="test", ticket="T-10")
        made = maya.wait("suggestion_done", 60)["suggestion"]
        assert made["notices"] == []
        assert made["drafts"]


@pytest.mark.slow
def test_agent_accepts_in_the_sidebar_before_the_first_draft(governed: Server) -> None:
    with open_sidebar(governed, "alex@example.com") as alex:
        opened = alex.call("ticket_open", source="test", ticket="T-10")
        assert not opened["use"]["accepted"]
        assert opened["use"]["guidance"]["de"]
        refused = alex.call("suggest")
        assert refused["error"]["code"] == "acceptance_needed"
        refused = alex.call("approve", source="test", ticket="T-10", text="Hello.")
        assert refused["error"]["code"] == "acceptance_needed"
        assert not alex.call("accept_use", statement="another")["ok"]
        assert alex.call("accept_use", statement=opened["use"]["statement"])["use"]["accepted"]
        assert alex.call("suggest")["ok"]
