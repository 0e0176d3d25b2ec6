"""What the policy does to drafts, the chatbot, approvals and replies; how versions are activated and accepted."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlmodel import select

from assist.cli import main
from assist.desk.policy_replay import replay
from assist.errors import Conflict, Forbidden, InvalidInput
from assist.governance import audit
from assist.governance.policies import AcceptanceNeeded, Policies, statement_of
from assist.governance.policy import default, parse
from assist.governance.policy.reading import DEFAULT
from assist.helpdesk import Author, EventKind, Message, TicketEvent
from assist.services import Services
from assist.store.database import Database
from assist.store.models import AuditEvent, PolicyVersion, Suggestion, User
from tests.flows.conftest import ticket

TEXT = DEFAULT.read_text(encoding="utf-8")


def say(services: Services, text: str, author: Author = Author.CUSTOMER) -> None:
    kind = EventKind.CUSTOMER_REPLY if author == Author.CUSTOMER else EventKind.AGENT_REPLY
    services.intake.receive(
        TicketEvent(kind=kind, source="test", ticket_id="T-9", message=Message(author=author, text=text))
    )


def suggest(services: Services, user: User, external_id: str = "T-9") -> Suggestion:
    found = services.view.ticket(source="test", external_id=external_id, user=user)
    assert found.id is not None
    suggestion_id, _ = services.suggester.start(found.id, user=user, trigger="agent")
    services.suggester.run(suggestion_id)
    return services.view.suggestion(suggestion_id, found)


def person(services: Services, role: str) -> User:
    user = services.accounts.add(email=f"{role}@x.example", name=role, password="long enough pw", role=role)
    services.policies.accept(user, statement_of(services.policies.active))
    return user


@pytest.mark.parametrize(
    ("text", "topic", "action"),
    [
        ("My lawyer will sue you if the refund is late.", "litigation", "hand_off"),
        ("Is it legal that you keep my money?", "legal_advice", "no_draft"),
        ("Ich will nicht mehr leben, das ist mir alles zu viel.", "self_harm", "hand_off"),
    ],
)
def test_restricted_topic_leaves_no_draft_and_says_why(
    filled: Services, agent: User, text: str, topic: str, action: str
) -> None:
    say(filled, text)
    made = suggest(filled, agent)
    assert made.drafts == []
    assert made.abstained
    assert made.sources
    assert [(n["topic"], n["action"], n["where"]) for n in made.notices] == [(topic, action, "case")]
    assert made.notices[0]["why"] == default().topics[topic].why
    assert made.notices[0]["found"]


def test_instruction_is_no_way_around_a_topic(filled: Services, agent: User) -> None:
    say(filled, "My lawyer will sue you.")
    found = filled.view.ticket(source="test", external_id="T-9", user=agent)
    with pytest.raises(Forbidden, match="no draft for this case"):
        filled.editor.apply(found, action="instruction", text="x", instruction="Write the reply.", user=agent)
    # To word what the agent wrote is allowed.
    assert (
        filled.editor.apply(found, action="spelling", text="We recieved it.", user=agent)["text"] == "We received it."
    )


@pytest.mark.parametrize(
    ("text", "topic", "action"),
    [
        ("How do I return the jacket? Someone used my card.", "fraud", "warn"),
        ("How do I return the jacket? Else I file a chargeback.", "chargeback", "second_approval"),
    ],
)
def test_low_stakes_topic_has_a_draft_with_its_warning(
    filled: Services, agent: User, text: str, topic: str, action: str
) -> None:
    say(filled, text)
    made = suggest(filled, agent)
    assert made.drafts
    assert [(n["topic"], n["action"]) for n in made.notices] == [(topic, action)]


def test_what_was_answered_already_restricts_nothing_any_more(filled: Services, agent: User) -> None:
    say(filled, "My lawyer will sue you.")
    say(filled, "We have spoken to your lawyer and settled it.", Author.AGENT)
    say(filled, "Fine. How do I return the jacket?")
    made = suggest(filled, agent)
    assert made.drafts
    assert made.notices == []


def test_internal_notes_and_agents_words_restrict_nothing(filled: Services, agent: User) -> None:
    note = Message(author=Author.AGENT, text="He mentioned his lawyer to me, my lawyer too.", internal=True)
    filled.intake.receive(
        TicketEvent(kind=EventKind.INTERNAL_NOTE, source="test", ticket_id="T-9", message=note), user_id=agent.id
    )
    assert suggest(filled, agent).notices == []


def test_topic_in_the_draft_takes_the_draft_back(filled: Services, agent: User) -> None:
    source = TEXT.replace(
        "topics:\n",
        "topics:\n  labels:\n    action: no_draft\n    cues: {en: [free label]}\n    why: {en: No labels.}\n",
        1,
    )
    filled.policies.activate(source)
    made = suggest(filled, agent)
    assert made.drafts == []
    assert (made.notices[0]["topic"], made.notices[0]["where"]) == ("labels", "draft")


def test_case_in_a_language_without_drafts_has_sources_only(filled: Services, agent: User) -> None:
    filled.policies.activate(TEXT.replace("languages: [en, de]", "languages: [de]"))
    made = suggest(filled, agent)
    assert made.drafts == []
    assert made.sources
    assert made.notices[0]["kind"] == "language"


def test_draft_tells_of_ai_where_the_policy_says_so(filled: Services, agent: User) -> None:
    told = "Drafted with the help of AI and read by a person."
    filled.policies.activate(TEXT.replace("disclosure:\n", f"disclosure:\n  email: {{en: {told}}}\n", 1))
    filled.intake.store([ticket("T-10", "How do I return a jacket within 60 days?", channel="email")])
    assert suggest(filled, agent, "T-10").drafts[0]["sentences"][-1]["text"] == told
    assert told not in json.dumps(suggest(filled, agent).drafts)


def test_chatbot_hands_every_restricted_topic_to_a_person(filled: Services, agent: User) -> None:
    texts = {"en": "Someone used my card, how do I return items?", "de": "Ich will nicht mehr leben."}
    for number, (language, text) in enumerate(texts.items()):
        begun = filled.chatbot.begin(language=language)
        assert begun["disclosure"] == default().disclosure["chatbot"][language]
        ask = {"session_id": begun["session"], "token": begun["token"], "message_id": f"m-00{number}", "text": text}
        done = list(filled.chatbot.answer(**ask))[-1][1]
        assert not done["answered"]
        assert done["sources"] == []
        assert done["handed_off"]
        assert list(filled.chatbot.answer(**ask))[-1][1] == done
        with pytest.raises(Conflict, match="a person has taken over"):
            list(filled.chatbot.answer(**{**ask, "message_id": "m-100"}))
    opened = [row for row in filled.view.inbox(user=agent) if row["source"] == "chatbot"]
    assert len(opened) == 2


def test_only_who_accepted_the_statement_gets_drafts_and_approves(filled: Services) -> None:
    user = filled.accounts.add(email="new@example.com", name="New", password="long enough pw", role="agent")
    found = filled.view.ticket(source="test", external_id="T-9", user=user)
    assert found.id is not None
    for refused in (
        lambda: filled.suggester.start(found.id or 0, user=user, trigger="agent"),
        lambda: filled.sender.approve(found, user=user, text="Hello."),
        lambda: filled.editor.apply(found, action="shorter", text="Hello there.", user=user),
    ):
        with pytest.raises(AcceptanceNeeded, match="accept how the assistant may be used"):
            refused()
    with pytest.raises(Conflict, match="has changed"):
        filled.policies.accept(user, "another statement")
    filled.policies.accept(user, statement_of(filled.policies.active))
    assert suggest(filled, user).status == "done"
    # Another budget is the same statement; other words are not.
    filled.policies.activate(TEXT.replace("calls: 60", "calls: 61"))
    assert filled.policies.accepted(user)
    filled.policies.activate(TEXT.replace("I answer for what I send.", "I answer for all that I send."))
    assert not filled.policies.accepted(user)


def test_roles_and_second_person_follow_the_policy(filled: Services, agent: User) -> None:
    lead = person(filled, "lead")
    found = filled.view.ticket(source="test", external_id="T-9", user=agent)
    restrictions = filled.restrictions
    assert restrictions.needs_second(found, "You can return it.") is None
    assert restrictions.needs_second(found, "We will accept the chargeback.") == "chargeback"
    say(filled, "My lawyer will sue you.")
    assert restrictions.needs_second(found, "You can return it.") == "litigation"
    assert restrictions.may_second(lead, "litigation")
    assert not restrictions.may_second(agent, "litigation")
    with pytest.raises(Forbidden, match="lets only lead or admin approve this"):
        filled.sender.approve(found, user=agent, text="You can return it.")
    assert filled.sender.approve(found, user=lead, text="You can return it.")


@pytest.mark.parametrize("marks", ["none", "tag", "note"])
def test_reply_from_a_draft_carries_the_mark_of_ai(filled: Services, agent: User, marks: str) -> None:
    filled.policies.activate(TEXT.replace("marks: tag", f"marks: {marks}"))
    made = suggest(filled, agent)
    found = filled.view.ticket(source="test", external_id="T-9", user=agent)
    for text, suggestion_id in (("You can return it.", made.id), ("Written by hand.", None)):
        token, _ = filled.sender.approve(found, user=agent, text=text, suggestion_id=suggestion_id)
        filled.sender.send(found, user=agent, text=text, approval=token)
    told = filled.view.conversation(found)["messages"]
    by_text = {message["text"]: message for message in told}
    assert by_text["You can return it."]["tags"] == (["ai-assisted"] if marks == "tag" else [])
    assert by_text["Written by hand."]["tags"] == []
    notes = [message for message in told if message["author"] == "system"]
    assert len(notes) == (1 if marks == "note" else 0)
    assert all(note["internal"] and made.policy in note["text"] for note in notes)


def test_everything_carries_the_policy_it_was_made_under(filled: Services, agent: User) -> None:
    first = suggest(filled, agent)
    other = filled.policies.activate(TEXT.replace("calls: 60", "calls: 61"), by=person(filled, "admin"))
    second = suggest(filled, agent)
    assert (first.policy, second.policy) == (default().version, other.version)
    with filled.database.reading() as session:
        rows = session.exec(select(AuditEvent).order_by(AuditEvent.seq)).all()  # type: ignore[arg-type]
    assert {row.policy for row in rows} == {first.policy, other.version}
    assert [row.policy for row in rows if row.action == "policy.activated"] == [first.policy, other.version]
    assert audit.verify(filled.database)[1] is None
    with filled.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_event SET policy = 'x' WHERE seq = 2")
    fault = audit.verify(filled.database)[1]
    assert fault is not None
    assert fault.kind == "changed"


def test_packaged_policy_is_version_one_until_an_admin_activates_another(any_database: Database) -> None:
    policies, elsewhere = Policies(any_database), Policies(any_database)
    assert [(row.number, row.origin, row.active) for row in policies.versions()] == [(1, "packaged", True)]
    assert elsewhere.active.version == default().version
    changed = policies.activate(TEXT.replace("marks: tag", "marks: none"))
    began = time.monotonic()
    while elsewhere.active.version != changed.version:
        assert time.monotonic() - began < 2
        time.sleep(0.02)
    with pytest.raises(InvalidInput):
        policies.activate("nonsense: 1")
    again = policies.activate(policies.source(default().version))
    assert [(row.number, row.active) for row in policies.versions()] == [(2, False), (1, True)]
    assert again.version == default().version
    # A new start changes nothing that an admin chose.
    policies.activate(TEXT.replace("marks: tag", "marks: note"))
    assert Policies(any_database).active.marks == "note"


def test_of_many_activations_at_once_exactly_one_is_active(any_database: Database) -> None:
    policies = Policies(any_database)
    sources = [TEXT.replace("calls: 60", f"calls: {n}") for n in range(100, 106)]

    def activate(source: str) -> None:
        try:
            policies.activate(source)
        except Conflict:
            return

    threads = [threading.Thread(target=activate, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with any_database.reading() as session:
        active = session.exec(select(PolicyVersion).where(PolicyVersion.active)).all()
    assert len(active) == 1
    assert policies.active.version == active[0].version


def test_only_an_admin_activates(filled: Services, agent: User) -> None:
    with pytest.raises(Forbidden, match="only an admin"):
        filled.policies.activate(TEXT, by=agent)


def test_replay_tells_what_a_policy_would_have_done(filled: Services, agent: User) -> None:
    suggest(filled, agent)
    say(filled, "My lawyer will sue you.")
    suggest(filled, agent)
    told = replay(filled.database, default()).as_dict()
    assert told["suggestions"] == 2
    assert told["outcomes"] == {"draft": 1, "warned": 0, "second": 0, "withheld": 1}
    assert (told["newly_withheld"], told["no_longer_withheld"]) == (0, 0)
    milder = parse(TEXT.replace("  litigation:\n    action: hand_off", "  litigation:\n    action: warn"))
    told = replay(filled.database, milder).as_dict()
    assert told["outcomes"]["warned"] == 1
    assert told["no_longer_withheld"] == 1
    assert told["examples"][0]["because"] == [{"topic": "litigation", "found": "my lawyer", "where": "case"}]
    assert "Lindqvist" not in json.dumps(told)


def test_commands_check_activate_kill_and_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIST_HOME", str(tmp_path))
    monkeypatch.setenv("ASSIST_SECRET_KEY", "a secret of more than thirty-two characters")
    monkeypatch.setenv("ASSIST_CHAT_MODEL", "openai:gpt-x")
    file = tmp_path / "mine.yaml"
    file.write_text(TEXT.replace("marks: tag", "marks: none"), encoding="utf-8")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("titel: x\n", encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str]:
        ran = CliRunner().invoke(main, list(arguments))
        return ran.exit_code, ran.output

    assert "marks: tag → none" in run("policy", "check", str(file))[1]
    assert '"newly_withheld": 0' in run("policy", "check", str(file), "--json")[1]
    assert run("policy", "check", str(wrong))[0] == 2
    assert run("policy", "activate", str(wrong), "--yes")[0] == 2
    assert "is active" in run("policy", "activate", str(file), "--yes")[1]
    assert "marks: none" in run("policy", "show")[1]
    assert "*    2" in run("policy", "versions")[1]
    assert run("policy", "activate", str(file), "--yes", "--by", "nobody@example.com")[0] == 2
    assert "no sheet" in run("policy", "sheets")[1]
    assert run("policy", "sheets", "--due")[0] == 1
    assert run("kill", "team", "returns", "--reason", "drill")[0] == 0
    assert "team returns" in run("kill", "list")[1]
    assert run("kill", "release", "team", "returns")[0] == 0
    assert "nothing is switched off" in run("kill", "list")[1]
    assert run("kill", "release", "team", "returns")[0] == 2
    assert run("kill", "engine", " ", "--reason", "x")[0] == 2
