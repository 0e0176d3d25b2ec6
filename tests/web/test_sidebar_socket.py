"""The sidebar's socket against a real server."""

from __future__ import annotations

import httpx
import pytest
import socketio

from tests.web.conftest import Server, open_sidebar


def test_socket_without_a_valid_token_is_refused(server: Server) -> None:
    for auth in (None, {}, {"token": ""}, {"token": "a.b.c"}, {"token": server.token() + "x"}):
        client = socketio.Client(reconnection=False)
        with pytest.raises(socketio.exceptions.ConnectionError):
            client.connect(server.url, auth=auth, namespaces=["/sidebar"], transports=["websocket"])


def test_opening_a_ticket_streams_case_sources_and_draft(server: Server) -> None:
    with open_sidebar(server) as sidebar:
        opened = sidebar.call("ticket_open", source="test", ticket="T-9")
        assert opened["ok"]
        assert opened["ticket"]["requester"] == "Maria Lindqvist"
        done = sidebar.wait("suggestion_done")
        assert done["suggestion"]["status"] == "done"
        text = " ".join(sentence["text"] for sentence in done["suggestion"]["drafts"][0]["sentences"])
        assert "Maria" in text
        assert "60 days" in text
        names = [name for name, _ in sidebar.log]
        assert names.index("suggestion_started") < names.index("suggestion_sources") < names.index("suggestion_done")
        assert any(payload.get("case") for name, payload in sidebar.log if name == "suggestion_delta")
        assert sidebar.numbers == sorted(set(sidebar.numbers))
        again = sidebar.call("ticket_open", source="test", ticket="T-9")
        assert again["case"]["request"]["messages"] == [1]
        assert again["suggestion"]["id"] == done["suggestion_id"]


def test_socket_cut_in_mid_stream_resumes_without_loss_or_repetition(server: Server) -> None:
    with open_sidebar(server) as first:
        first.call("ticket_open", source="test", ticket="T-10", suggest=False)
        first.call("suggest")
        first.wait("suggestion_started")
        seen = first.numbers[-1]
        first.client.eio.disconnect(abort=True)
    with open_sidebar(server) as second:
        opened = second.call("ticket_open", source="test", ticket="T-10", last_seq=seen)
        replayed = [payload["seq"] for _, payload in opened["replay"]]
        names = [name for name, _ in opened["replay"]]
        if "suggestion_done" not in names:
            second.wait("suggestion_done")
        live = [number for number in second.numbers if number > (replayed or [seen])[-1]]
        together = replayed + live
        assert together == list(range(seen + 1, seen + 1 + len(together)))
        final = second.call("ticket_open", source="test", ticket="T-10", last_seq=seen)
        assert [payload["seq"] for _, payload in final["replay"]] == together


def test_ticket_of_another_group_is_not_found(server: Server) -> None:
    with open_sidebar(server, "jonas@example.com") as sidebar:
        answer = sidebar.call("ticket_open", source="test", ticket="T-9")
        assert answer["error"]["code"] == "not_found"
        assert sidebar.call("suggest")["error"]["code"] == "not_found"
        assert sidebar.call("ticket_open", source="test", ticket="no such")["error"]["code"] == "not_found"


def test_what_leaves_is_shown_masked_to_who_may_see_the_ticket(server: Server) -> None:
    with open_sidebar(server) as maya, open_sidebar(server, "jonas@example.com") as jonas:
        maya.call("ticket_open", source="test", ticket="T-9", suggest=False)
        told = maya.call("leaves")
        assert told["ok"]
        text = str(told["would"])
        assert "<PERSON_1>" in text
        assert "Lindqvist" not in text
        maya.call("suggest")
        made = maya.wait("suggestion_done")["suggestion_id"]
        assert maya.call("leaves", suggestion_id=made)["calls"] == []
        jonas.call("ticket_open", source="test", ticket="T-9")
        for payload in ({}, {"suggestion_id": made}):
            assert jonas.call("leaves", **payload)["error"]["code"] == "not_found"
        # A suggestion of one ticket is not shown under another.
        maya.call("ticket_open", source="test", ticket="T-10", suggest=False)
        assert maya.call("leaves", suggestion_id=made)["error"]["code"] == "not_found"


def test_colleagues_see_each_other(server: Server) -> None:
    with open_sidebar(server) as maya, open_sidebar(server, "ruth@example.com") as ruth:
        maya.call("ticket_open", source="test", ticket="T-11", suggest=False)
        opened = ruth.call("ticket_open", source="test", ticket="T-11", suggest=False)
        assert [person["initials"] for person in opened["presence"]] == ["MK", "RC"]
        ruth.call("ticket_close")
        while True:
            people = maya.wait("presence")["agents"]
            if [person["initials"] for person in people] == ["MK"]:
                break


def test_approval_is_for_the_open_ticket_only(server: Server) -> None:
    with open_sidebar(server) as sidebar:
        sidebar.call("ticket_open", source="test", ticket="T-12", suggest=False)
        assert sidebar.call("approve", source="test", ticket="T-12", text="Hello Maria")["approval"]
        answer = sidebar.call("approve", source="test", ticket="T-13", text="Hello Maria")
        assert answer["error"]["code"] == "invalid_input"


def test_edit_gives_a_word_diff_and_what_needs_a_model_says_so(server: Server) -> None:
    with open_sidebar(server) as sidebar:
        sidebar.call("ticket_open", source="test", ticket="T-12", suggest=False)
        answer = sidebar.call("edit", action="spelling", text="We will recieve it, Maria.")
        assert answer["text"] == "We will receive it, Maria."
        assert any(mark == "+" for mark, _ in answer["diff"])
        refused = sidebar.call("edit", action="instruction", text="Hello", instruction="Say no")
        assert refused["error"]["code"] == "needs_model"


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("ticket_open", {}),
        ("ticket_open", {"source": "test", "ticket": "T-9", "last_seq": -1}),
        ("ticket_open", {"source": 5, "ticket": ["x"]}),
        ("feedback", {"id": "x"}),
        ("edit", {"action": "shorter"}),
        ("source", {"suggestion_id": "x", "n": "one"}),
    ],
)
def test_malformed_events_are_answered_with_what_is_wrong(
    server: Server, event: str, payload: dict[str, object]
) -> None:
    with open_sidebar(server) as sidebar:
        answer = sidebar.call(event, **payload)
        assert answer["ok"] is False
        assert answer["error"]["code"] == "invalid_input"
        assert answer["error"]["message"]


def test_event_that_is_no_object_is_answered_too(server: Server) -> None:
    with open_sidebar(server) as sidebar:
        for data in ("text", 5, ["list"]):
            answer = sidebar.client.call("ticket_open", data, namespace="/sidebar")
            assert answer["error"]["code"] == "invalid_input"


def test_token_is_renewed_with_a_valid_one_only(server: Server) -> None:
    token = server.token()
    good = httpx.post(f"{server.url}/api/token", headers={"Authorization": f"Bearer {token}"})
    assert good.status_code == 200
    assert good.json()["user"]["name"] == "Maya Kent"
    bad = httpx.post(f"{server.url}/api/token", headers={"Authorization": "Bearer nonsense"})
    assert (bad.status_code, bad.json()["error"]["code"]) == (401, "not_signed_in")
