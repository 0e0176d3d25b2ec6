"""The kill switch and the budgets, proved by counting what arrives at a model's server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from assist import services as wiring
from assist.governance.permits import Engine, Most, Permits, Purpose
from assist.governance.policies import Policies, statement_of
from assist.governance.policy.reading import DEFAULT
from assist.governance.reasons import NotPermitted
from assist.governance.sheets import Sheets
from assist.governance.switches import Switches
from assist.redaction.redactor import Redactor
from assist.retrieval.encoder import Encoder
from assist.services import Services
from assist.settings import Settings
from assist.store.database import Database
from assist.store.models import ModelCall, Suggestion, User
from tests.flows.conftest import KNOWLEDGE, RESOLVED, SECRET, open_ticket
from tests.unit.test_generation_ladder import ChatServer

LIMIT_S = 2.0
Make = Callable[[], Services]


@pytest.fixture
def model() -> Iterator[ChatServer]:
    made = ChatServer()
    made.pieces = ["You can return it within 60 days [", "1]."]
    yield made
    made.close()


@pytest.fixture
def make(tmp_path: Path, model: ChatServer, redactor: Redactor, encoder: Encoder) -> Iterator[Make]:
    """Make the product anew over one database, as each process does."""
    settings = Settings(
        home=tmp_path / "home",
        secret_key=SECRET,  # type: ignore[arg-type]
        chat_model=f"openai-compatible:{model.url}#m",
        chat_price_in=10,
        chat_price_out=40,
        chat_deadline_s=30,
    )
    made: list[Services] = []

    def one() -> Services:
        built = wiring.build(settings, redactor=redactor, encoder=encoder)
        built.index.open()
        made.append(built)
        return built

    yield one
    for services in made:
        services.close()


@pytest.fixture
def two(make: Make) -> tuple[Services, Services, User]:
    here, there = make(), make()
    here.articles.store(KNOWLEDGE)
    here.intake.store([*RESOLVED, open_ticket()])
    for services in (here, there):
        services.index.catch_up()
    user = here.accounts.add(email="maya@example.com", name="Maya", password="long enough pw", role="agent")
    here.policies.accept(user, statement_of(here.policies.active))
    return here, there, user


def suggest(services: Services, user: User | None) -> Suggestion:
    ticket = services.view.ticket(
        source="test", external_id="T-9", user=user or User(email="", name="", password_hash="")
    )
    assert ticket.id is not None
    suggestion_id, _ = services.suggester.start(ticket.id, user=user, trigger="agent")
    services.suggester.run(suggestion_id)
    return services.view.suggestion(suggestion_id, ticket)


def with_budget(services: Services, **budgets: str) -> None:
    lines = DEFAULT.read_text(encoding="utf-8").splitlines()
    for name, value in budgets.items():
        lines = [f"  {name}: {value}" if line.startswith(f"  {name}:") else line for line in lines]
    services.policies.activate("\n".join(lines))


@pytest.mark.parametrize(
    ("scope", "name", "drafts"),
    [("all", "", False), ("team", "returns", False), ("engine", "llm", True), ("engine", "m", True)],
)
def test_kill_switch_stops_calls_in_another_process_within_two_seconds(
    two: tuple[Services, Services, User], model: ChatServer, scope: str, name: str, drafts: bool
) -> None:
    here, there, user = two
    assert suggest(there, user).engine == "llm"
    before = len(model.requests)
    here.switches.stop(scope, name, reason="the model invents refunds", by="user:1")
    time.sleep(LIMIT_S)
    for services in two[:2]:
        made = suggest(services, user)
        assert made.engine != "llm"
        assert bool(made.drafts) == drafts
        assert "the model invents refunds" in made.notices[0]["why"]["en"]
    assert len(model.requests) == before
    there.switches.release(scope, name, by="user:1")
    time.sleep(LIMIT_S)
    assert suggest(here, user).engine == "llm"
    assert len(model.requests) > before


def test_kill_switch_cuts_a_call_that_is_under_way(two: tuple[Services, Services, User], model: ChatServer) -> None:
    here, there, user = two
    model.mode = "silent"
    made: list[Suggestion] = []
    thread = threading.Thread(target=lambda: made.append(suggest(there, user)))
    thread.start()
    assert model.asked.wait(20)
    began = time.monotonic()
    here.switches.stop("engine", "llm", reason="stop it", by="cli")
    assert model.gone.wait(LIMIT_S)
    assert time.monotonic() - began < LIMIT_S
    thread.join(20)
    assert made[0].engine == "extractive"
    assert made[0].drafts


def test_switched_off_while_a_draft_is_made_nothing_is_shown(
    two: tuple[Services, Services, User], model: ChatServer
) -> None:
    here, there, user = two
    model.mode = "silent"
    made: list[Suggestion] = []
    thread = threading.Thread(target=lambda: made.append(suggest(there, user)))
    thread.start()
    assert model.asked.wait(20)
    here.switches.stop("all", reason="stop it", by="cli")
    assert model.gone.wait(LIMIT_S)
    thread.join(20)
    assert made[0].drafts == []
    assert [notice["action"] for notice in made[0].notices] == ["off"]


def test_switched_off_altogether_nothing_speaks_not_even_rules(
    two: tuple[Services, Services, User], model: ChatServer
) -> None:
    here, _, user = two
    here.switches.stop("all", reason="drill", by="cli")
    made = suggest(here, user)
    assert (made.engine, made.drafts, made.sources) == ("sources", [], [])
    ticket = here.view.ticket(source="test", external_id="T-9", user=user)
    with pytest.raises(NotPermitted):
        here.editor.apply(ticket, action="shorter", text="You can return it within 60 days. Thank you.")
    session = here.chatbot.begin()
    events = dict(
        here.chatbot.answer(
            session_id=session["session"], token=session["token"], message_id="m-001", text="How do I return items?"
        )
    )
    assert not events["done"]["answered"]
    assert events["done"]["handoff_offered"]
    assert model.requests == []


def test_rules_switched_off_leave_the_sources(two: tuple[Services, Services, User]) -> None:
    here, _, user = two
    here.switches.stop("engine", "llm", reason="a", by="cli")
    here.switches.stop("engine", "extractive", reason="b", by="cli")
    made = suggest(here, user)
    assert made.engine == "sources"
    assert made.sources
    assert not made.drafts


@pytest.mark.parametrize(
    ("budgets", "told"),
    [
        ({"per_day": "{calls: 2}"}, "Today's budget"),
        ({"per_ticket": "{calls: 2}"}, "budget of this ticket"),
        ({"teams": "{returns: {calls: 2}}"}, "team's budget"),
        ({"per_day": "{tokens: 2}"}, "Today's budget"),
        ({"per_day": "{cost: 2}"}, "Today's budget"),
    ],
)
def test_budget_stops_before_the_call_and_rules_go_on(
    two: tuple[Services, Services, User], model: ChatServer, budgets: dict[str, str], told: str
) -> None:
    here, there, user = two
    with_budget(here, **budgets)
    time.sleep(1)
    for services in (here, there, here, there):
        suggest(services, user)
    assert len(model.requests) == (2 if "calls" in str(budgets) else 0)
    last = suggest(there, user)
    assert last.engine == "extractive"
    assert last.drafts
    assert told in last.notices[0]["why"]["en"]
    assert last.notices[0]["why"]["de"] != last.notices[0]["why"]["en"]


def test_another_team_keeps_its_budget(two: tuple[Services, Services, User], model: ChatServer) -> None:
    here, _, user = two
    with_budget(here, teams="{billing: {calls: 0}}")
    assert suggest(here, user).engine == "llm"


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def test_many_at_once_cannot_spend_the_same_rest(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'p.db'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    from assist.store.migrations import upgrade

    upgrade(Database(url))
    asked: list[Permits] = []
    for _ in range(4):
        database = Database(url)
        policies = Policies(database)
        asked.append(Permits(database, policies, Switches(database), Sheets(Settings(home=tmp_path))))
    text = DEFAULT.read_text(encoding="utf-8").replace("per_day: {cost: null", "per_day: {cost: 1000")
    Policies(Database(url)).activate(text)
    time.sleep(0.6)
    given: list[Any] = []
    refused: list[str] = []

    def ask(permits: Permits) -> None:
        for _ in range(10):
            try:
                given.append(permits.ask(Engine("m", "m"), Purpose(), "reply", Most(10, 10, 100)))
            except NotPermitted as error:
                refused.append(error.reason)

    threads = [threading.Thread(target=ask, args=(permits,)) for permits in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(given), set(refused)) == (10, {"budget_day"})
    for permit in given:
        permit.settle(outcome="ok", tokens_in=1, tokens_out=1, cost=10, ms=1.0)
    # What was not used is there again.
    assert asked[0].ask(Engine("m", "m"), Purpose(), "reply", Most(10, 10, 100))


def test_ledger_has_each_call_once_with_ticket_and_team(two: tuple[Services, Services, User]) -> None:
    here, _, user = two
    made = suggest(here, user)
    with here.database.reading() as session:
        rows = session.exec(select(ModelCall).where(ModelCall.suggestion_id == made.id)).all()
    replies = [row for row in rows if row.task == "reply" and row.engine == "llm"]
    assert len(replies) == 1
    assert (replies[0].outcome, replies[0].team, replies[0].ticket_id) == ("ok", "returns", made.ticket_id)
    assert (replies[0].tokens_in, replies[0].tokens_out) == (70, 9)
    assert made.cost == sum(row.cost for row in rows)


def test_model_that_the_policy_does_not_allow_is_not_called(
    two: tuple[Services, Services, User], model: ChatServer
) -> None:
    here, _, user = two
    here.policies.activate(DEFAULT.read_text(encoding="utf-8").replace('masked: ["*"]', 'masked: ["local:*"]'))
    made = suggest(here, user)
    assert made.engine == "extractive"
    assert "does not allow the model" in made.notices[0]["why"]["en"]
    assert model.requests == []


def test_engine_without_a_sheet_gets_masked_text_only(two: tuple[Services, Services, User]) -> None:
    here, _, _ = two
    named = DEFAULT.read_text(encoding="utf-8").replace("personal: []", 'personal: ["*"]')
    here.policies.activate(named)
    stranger, known = Engine("openai:gpt-x", "gpt-x"), Engine("local:/models/a.gguf", "a")
    assert here.permits.refusal(stranger, Purpose()) is None
    refused = here.permits.refusal(stranger, Purpose(), "personal")
    assert refused is not None
    assert refused.reason == "not_allowed"
    assert here.permits.refusal(known, Purpose(), "personal") is None


def test_database_that_does_not_answer_lets_nothing_through(tmp_path: Path) -> None:
    from assist.store.migrations import upgrade

    path = tmp_path / "gone.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    policies = Policies(database)
    permits = Permits(database, policies, Switches(database), Sheets(Settings(home=tmp_path)))
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE kill_switch")
    with pytest.raises(Exception, match="kill_switch"):
        permits.ask(Engine("m", "m"), Purpose(), "reply", Most(1, 1, 1))


def test_embedding_server_is_not_asked_once_switched_off(tmp_path: Path, model: ChatServer) -> None:
    from assist.errors import EngineUnavailable
    from assist.retrieval.encoder import OpenAIEncoder
    from assist.retrieval.permitted import permitted
    from assist.store.migrations import upgrade

    database = Database(f"sqlite:///{tmp_path / 'e.db'}")
    upgrade(database)
    switches = Switches(database)
    permits = Permits(database, Policies(database), switches, Sheets(Settings(home=tmp_path)))
    engine = Engine("openai-compatible:x#e", "openai-compatible:x#e", "embedding")
    encoder = permitted(OpenAIEncoder(model.url, "e"), lambda: permits.refusal(engine, Purpose()))
    with pytest.raises(EngineUnavailable, match="did not answer"):
        encoder.encode(["a text"])
    asked = len(model.requests)
    assert asked
    for scope, name in (("engine", "embedding"), ("all", "")):
        switches.stop(scope, name, reason="drill", by="cli")
        with pytest.raises(NotPermitted, match="drill"):
            encoder.encode(["a text"])
        switches.release(scope, name, by="cli")
    assert len(model.requests) == asked
    database.close()
