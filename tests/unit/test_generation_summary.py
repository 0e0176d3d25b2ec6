"""The rules' summary: what it says, where it points, and that extending is the same as reading everything."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.case import Case, CaseMessage
from assist.generation.extractive_summary import summarise
from assist.helpdesk import Author


def case(*turns: tuple[str, str], language: str = "en", subject: str | None = None) -> Case:
    """Make a case; "note" is an agent's internal note."""
    messages = [
        CaseMessage(position=n, author=Author("agent" if who == "note" else who), text=text, internal=who == "note")
        for n, (who, text) in enumerate(turns, 1)
    ]
    return Case(ticket_id=1, language=language, subject=subject, messages=messages)


LATE = (
    ("customer", "Hi, my parcel should have come last week and it is still not here. Where is it?"),
    ("agent", "Hi <PERSON_1>, sorry to hear that. Could you please tell me your order number?"),
    ("customer", "It is <ORDER_1>. This is the third time I write!!"),
    ("note", "Carrier says the parcel is stuck in Leeds."),
    ("agent", "Thank you. I have opened a search with the carrier. I will get back to you by Friday."),
    ("customer", "How long does a refund take?"),
)


def test_every_part_is_found_and_points_to_its_messages() -> None:
    summary = summarise(case(*LATE))
    assert summary.request is not None
    assert summary.request.text.startswith("My parcel should have come last week")
    assert summary.request.messages == [1]
    assert [(line.text, line.messages, line.internal) for line in summary.done] == [
        ("Carrier says the parcel is stuck in Leeds.", [4], True),
        ("I have opened a search with the carrier.", [5], False),
    ]
    assert [(line.text, line.messages) for line in summary.promised] == [("I will get back to you by Friday.", [5])]
    assert [(line.text, line.messages) for line in summary.open] == [("How long does a refund take?", [6])]
    assert summary.mood.label == "impatient"
    assert summary.mood.contacts == 3
    assert summary.next_step is not None
    assert summary.next_step.text == "Answer the customer: How long does a refund take?"
    assert summary.upto == 6


@pytest.mark.parametrize("known", range(len(LATE) + 1))
def test_extending_gives_what_reading_everything_gives(known: int) -> None:
    before = summarise(case(*LATE[:known]))
    assert summarise(case(*LATE), before) == summarise(case(*LATE))


TEXTS = st.sampled_from(
    [text for _, text in LATE] + ["Yes.", "Thanks!", "I don't have it", "Sure, you may also 1/2", "and so on, 2/2"]
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["customer", "agent", "note", "system", "bot"]), TEXTS), max_size=9), st.data()
)
def test_extending_at_any_point_changes_nothing(turns: list[tuple[str, str]], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(turns)))
    assert summarise(case(*turns), summarise(case(*turns[:cut]))) == summarise(case(*turns))


def test_old_messages_are_not_read_again() -> None:
    before = summarise(case(*LATE[:3]))
    forgotten = case(*((who, "…" if n < 2 else text) for n, (who, text) in enumerate(LATE)))
    assert summarise(forgotten, before).request == before.request


def test_a_summary_by_a_model_is_not_extended_by_rules() -> None:
    by_model = summarise(case(*LATE[:2])).model_copy(update={"engine": "llm", "request": None})
    assert summarise(case(*LATE), by_model) == summarise(case(*LATE))


@pytest.mark.parametrize(
    ("turns", "step"),
    [
        (LATE[:2], "Wait for the customer: Could you please tell me your order number?"),
        (LATE[:5], "Keep the promise: I will get back to you by Friday."),
        (
            (*LATE[:2], ("customer", "Sorry, I don't have it here.")),
            "The customer cannot give this: find it another way",
        ),
        (
            (LATE[0], ("agent", "It came today."), ("customer", "Great, thank you!")),
            "Nothing is open and the customer says",
        ),
        ((LATE[0],), "Answer the customer: Where is it?"),
    ],
)
def test_next_step_follows_from_what_is_open(turns: tuple[tuple[str, str], ...], step: str) -> None:
    found = summarise(case(*turns)).next_step
    assert found is not None
    assert found.text.startswith(step) or (step.endswith("Where is it?") and found.text.startswith("Reply to"))


def test_a_kept_promise_becomes_done() -> None:
    turns = (LATE[0], ("agent", "We will refund the tent."), ("agent", "We have refunded the tent."))
    summary = summarise(case(*turns))
    assert not summary.promised
    assert [line.text for line in summary.done] == ["We have refunded the tent."]


@pytest.mark.parametrize(
    "text",
    [
        "We're not making any promises.",
        "I'll need your order number.",
        "If you confirm, I will cancel it. Let me know if you'd like that.",
    ],
)
def test_conditions_and_needs_are_no_promises(text: str) -> None:
    promised = summarise(case(LATE[0], ("agent", text))).promised
    assert not [line for line in promised if "need" in line.text or "promises" in line.text]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("This is ridiculous, worst service ever!!", "angry"),
        ("I AM STILL WAITING AND NOBODY ANSWERS", "angry"),
        ("Still waiting, any update?", "impatient"),
        ("I am worried that my account was hacked.", "worried"),
        ("Thank you so much, that was lovely!", "friendly"),
        ("The zip of my tent is open.", "calm"),
        ("THE ZIP OF MY TENT IS OPEN, HOW DO I SEND IT BACK", "calm"),
        ("The zip is open again and NOBODY there seems to CARE.", "angry"),
        ("The zip of my tent is open. Thank you so much in advance, I really appreciate it!", "calm"),
        ("I require a second zip.", "calm"),
    ],
)
def test_mood_is_heard(text: str, label: str) -> None:
    assert summarise(case(("customer", text))).mood.label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [("Der Reißverschluss ist offen. Vielen Dank im Voraus!", "calm"), ("Vielen Dank, das war toll!", "friendly")],
)
def test_mood_is_heard_in_german(text: str, label: str) -> None:
    assert summarise(case(("customer", text), language="de")).mood.label == label


def test_mood_remembers_what_it_was() -> None:
    mood = summarise(case(LATE[0], ("agent", "We are on it."), ("customer", "This is unacceptable, a joke!"))).mood
    assert (mood.label, mood.was, mood.messages) == ("angry", "impatient" if mood.was == "impatient" else "calm", [3])


def test_a_message_that_goes_on_in_the_next_is_read_as_one() -> None:
    turns = (
        ("customer", "Can I change my flight to Friday?"),
        (
            "agent",
            "You can change the flight in the app, but the change is subject to a fee for each person and "
            "flight plus >>",
        ),
        ("agent", ">>the fare difference."),
    )
    done = summarise(case(*turns)).done
    assert [line.messages for line in done] == [[2, 3]] or done[-1].messages == [3]


def test_german_cases_are_summarised_in_german() -> None:
    summary = summarise(
        case(
            (
                "customer",
                "Guten Tag,\nmein Paket ist immer noch nicht da. Wo bleibt es?\nMit freundlichen Grüßen\n<PERSON_1>",
            ),
            ("agent", "Guten Tag <PERSON_1>, ich habe eine Suche beim Versand veranlasst. Wir melden uns bis Freitag."),
            language="de",
        )
    )
    assert summary.request is not None
    assert summary.request.text == "Mein Paket ist immer noch nicht da. Wo bleibt es?"
    assert [line.text for line in summary.promised] == ["Wir melden uns bis Freitag."]
    assert summary.mood.label == "impatient"
    assert summary.next_step is not None
    assert summary.next_step.text.startswith("Die Zusage einhalten")


def test_an_empty_case_has_an_empty_summary() -> None:
    assert summarise(case()).request is None
    assert summarise(case(subject="Where is it?")).request is not None


SHOUTED = (
    "I CANNOT GET INTO MY ACCOUNT. IT SAYS LOCKED. I WAITED 10 MINUTES AND TRIED AGAIN WITH ORDER <ORDER_1> AND IT IS "
    "STILL LOCKED. MY GRANDSON SAYS I SHOULD NOT SHOUT, SORRY. HOW DO I GET IN. I WANT TO ORDER A HEAD TORCH."
)


def test_shouting_is_told_in_ordinary_letters_and_a_question_needs_no_mark() -> None:
    summary = summarise(case(("customer", SHOUTED)))
    assert summary.request is not None
    assert summary.request.text == "I cannot get into my account. It says locked."
    assert [line.text for line in summary.open] == ["How do I get in."]


def test_request_says_what_happened_and_what_is_wanted() -> None:
    letter = (
        "I was charged £39 twice for the yearly plan on 14 November. My sister gave me the app for my walks and I look "
        "at it on the train to Leeds. Please cancel and refund one of them, I am inside the 14 days."
    )
    summary = summarise(case(("customer", letter)))
    assert summary.request is not None
    assert summary.request.text == (
        "I was charged £39 twice for the yearly plan on 14 November. Please cancel and refund one of them, I am inside "
        "the 14 days."
    )


def test_thanks_before_anybody_answered_close_nothing() -> None:
    summary = summarise(
        case(("customer", "Flight delayed again, rude staff."), ("customer", "Thanks for a great trip."))
    )
    assert summary.mood.label != "friendly"
    assert summary.next_step is not None
    assert not summary.next_step.text.startswith("Nothing is open")


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("I think it was 3.0 something, 3.0.4?", []),
        ("When you charge £2 for three onions they should not look like this", []),
        ("Can I switch to PayPal instead to be safe", ["Can I switch to PayPal instead to be safe"]),
        ("Where is my parcel. I ordered it a week ago.", ["Where is my parcel."]),
    ],
)
def test_what_is_open_is_what_was_asked(text: str, open_: list[str]) -> None:
    turns = case(("customer", "The app is broken."), ("agent", "Which version is it?"), ("customer", text))
    assert [line.text for line in summarise(turns).open if line.messages == [3]] == open_
