"""The rules' drafts and answers: nothing invented, nothing of another customer, everything with its source."""

import pytest

from assist.case import Case, CaseMessage, Source
from assist.generation.cues import cues_for
from assist.generation.extractive_answer import answer
from assist.generation.extractive_draft import Drafted, draft
from assist.generation.extractive_summary import summarise
from assist.generation.particulars import belongs_to_other_case
from assist.generation.placeholders import placeholders_in
from assist.helpdesk import Author, Visibility

TICKET = Source(
    n=1,
    record_id=11,
    kind="ticket",
    title="Lost parcel",
    problem="My parcel is lost",
    text="Hi <PERSON_1>,\nI am sorry your parcel got lost. I have refunded you 39 EUR today. "
    "A parcel counts as lost when the tracking has not moved for 5 working days. "
    "Then you can choose a refund or a new delivery. We will write to <EMAIL_1> by Friday.\nKind regards,\nMaya",
    score=0.7,
)
ARTICLE = Source(
    n=2,
    record_id=12,
    kind="article",
    title="Refunds",
    text="Agents must open a claim first. Refunds go back to the card you paid with and take 3 to 5 working "
    "days. Shipping costs are refunded when the whole order comes back.",
    score=0.6,
    visibility=Visibility.PUBLIC,
)
LETTER = "Hi, my parcel is lost and the tracking has not moved. How long does a refund take?"


def case(text: str = LETTER, **fields: object) -> Case:
    message = CaseMessage(position=1, author=Author.CUSTOMER, text=text)
    return Case.model_validate(
        {"ticket_id": 1, "language": "en", "contact": {"PERSON": ["<PERSON_4>"]}, "messages": [message], **fields}
    )


def drafted(one: Case, *sources: Source) -> Drafted:
    return draft(one, summarise(one), list(sources))


def test_a_draft_is_courtesy_questions_and_cited_sentences_of_sources() -> None:
    first = drafted(case(), TICKET, ARTICLE).drafts[0]
    assert first.sentences[0].text == "Hi <PERSON_4>,"
    said = {sentence.text: sentence.sources for sentence in first.sentences if sentence.kind == "sourced"}
    assert said["A parcel counts as lost when the tracking has not moved for 5 working days."] == [1]
    assert said["Refunds go back to the card you paid with and take 3 to 5 working days."] == [2]
    whole = f"{TICKET.text} {ARTICLE.text}"
    assert all(text in whole for text in said)
    assert {s.kind for s in first.sentences} <= {"greeting", "case", "sourced", "question", "closing"}


def test_nothing_of_the_other_customer_is_said() -> None:
    text = " ".join(one.text for one in drafted(case(), TICKET, ARTICLE).drafts)
    assert placeholders_in(text) == {"<PERSON_4>"}
    for other in ("39", "refunded you", "Friday", "Maya", "Agents"):
        assert other not in text


OTHERS = [
    "I have refunded you the full price.",
    "We will send a new one.",
    "You can reach <PERSON_1> at any time.",
    "If you return order LK-4410286, you get a refund.",
    "You can pay the 39 € when it comes.",
    "It only arrives on Monday.",
    "As you mentioned, the zip only opens half-way.",
    "Could you only send one?",
    "Love the line.",
    "I'm afraid that only works in May.",
]


@pytest.mark.parametrize("sentence", OTHERS)
def test_particulars_of_a_ticket_are_recognised(sentence: str) -> None:
    assert belongs_to_other_case(sentence, TICKET, cues_for("en"))


@pytest.mark.parametrize(
    "sentence",
    [
        "You can return unworn items within 60 days.",
        "Open Profile > Plan and tap Cancel.",
        "A locked account opens again after 30 minutes by itself.",
        "If the link has expired, ask for a new one on the sign-in page.",
    ],
)
def test_rules_and_instructions_hold_for_everybody(sentence: str) -> None:
    assert not belongs_to_other_case(sentence, TICKET, cues_for("en"))


def test_without_sources_there_is_no_answer_but_what_is_missing() -> None:
    result = drafted(case())
    assert result.abstained
    assert result.missing[0] == "order number"
    assert "How long does a refund take" in result.missing[-1]
    assert all(s.kind in {"greeting", "case", "question", "closing"} for one in result.drafts for s in one.sentences)


def test_a_source_without_a_sayable_sentence_is_no_source() -> None:
    poor = TICKET.model_copy(update={"text": "Hi <PERSON_1>, I have refunded you. I will call <PHONE_1>."})
    assert drafted(case(), poor).abstained


def test_a_source_in_another_language_is_not_quoted() -> None:
    assert drafted(case(), TICKET.model_copy(update={"language": "de"})).abstained


@pytest.mark.parametrize(
    ("fields", "asks"),
    [
        ({}, True),
        ({"contact": {"ORDER": ["<ORDER_1>"]}}, False),
        ({"text": LETTER + " The order is <ORDER_1>."}, False),
        ({"text": LETTER + " I don't have the order number."}, False),
    ],
)
def test_a_missing_order_number_is_asked_for_once_it_is_needed(fields: dict[str, object], asks: bool) -> None:
    text = str(fields.pop("text", LETTER))
    result = drafted(case(text, **fields), TICKET, ARTICLE)
    assert ("order number" in result.missing) is asks
    assert any(s.kind == "question" for s in result.drafts[0].sentences) is asks


def test_alternatives_are_named_and_differ() -> None:
    drafts = drafted(case(), TICKET, ARTICLE).drafts
    assert [one.label for one in drafts] == ["", "short", "asks first", "other source"]
    assert len({one.text for one in drafts}) == 4
    assert len(drafts[1].text) < len(drafts[0].text)


def test_sentences_of_internal_articles_are_marked() -> None:
    inside = ARTICLE.model_copy(update={"visibility": Visibility.INTERNAL})
    sourced = [s for s in drafted(case(), inside).drafts[0].sentences if s.kind == "sourced"]
    assert sourced
    assert all(s.internal for s in sourced)


def test_what_masking_left_in_an_article_is_not_said() -> None:
    masked = ARTICLE.model_copy(update={"text": "If a refund takes longer, write to (person) in accounts."})
    assert drafted(case(), masked).abstained


@pytest.mark.parametrize(
    ("fields", "hello"),
    [
        ({"contact": {"PERSON": ["<PERSON_1>", "<PERSON_2>"]}}, "Hi <PERSON_2>,"),
        ({"contact": {"PERSON": ["<PERSON_1>", "<PERSON_2>"]}, "language": "de"}, "Guten Tag <PERSON_1>,"),
        ({"contact": {}}, "Hello,"),
    ],
)
def test_the_greeting_uses_the_contacts_own_placeholder(fields: dict[str, object], hello: str) -> None:
    assert drafted(case(**fields), ARTICLE).drafts[0].sentences[0].text == hello


@pytest.mark.parametrize(
    ("language", "said", "hello"),
    [
        ("en", "Dear Ms <PERSON_3>,\n\nWe are looking into it.", "Dear Ms <PERSON_3>,"),
        ("en", "Hi <PERSON_2>! We are looking into it.", "Hi <PERSON_2>,"),
        ("en", "Good morning <PERSON_2>, we are looking into it.", "Hello <PERSON_2>,"),
        ("en", "Dear Mr <PERSON_9>, this was meant for somebody else.", "Hi <PERSON_2>,"),
        ("de", "Sehr geehrte Frau <PERSON_3>,\n\nwir prüfen das.", "Sehr geehrte Frau <PERSON_3>,"),
        ("de", "Guten Morgen Frau <PERSON_3>, wir prüfen das.", "Guten Tag Frau <PERSON_3>,"),
    ],
)
def test_the_greeting_is_the_one_an_agent_used_before(language: str, said: str, hello: str) -> None:
    asked = case(contact={"PERSON": ["<PERSON_1>", "<PERSON_2>", "<PERSON_3>"]}, language=language)
    told = CaseMessage(position=2, author=Author.AGENT, text=said)
    again = CaseMessage(position=3, author=Author.CUSTOMER, text="How long does a refund take?")
    asked = asked.model_copy(update={"messages": [*asked.messages, told, again]})
    assert drafted(asked, ARTICLE).drafts[0].sentences[0].text == hello


def test_an_angry_customer_gets_an_apology_and_a_chat_no_letter() -> None:
    one = drafted(case("This is ridiculous!! My parcel is lost. How long does a refund take?", channel="chat"), ARTICLE)
    text = one.drafts[0].text
    assert "I am sorry for the trouble" in text
    assert "\n\n" not in text.split("Refunds")[0]
    assert "Kind regards" not in text


def test_german_drafts_are_german() -> None:
    source = ARTICLE.model_copy(
        update={"text": "Erstattungen dauern 3 bis 5 Werktage. Das Geld kommt auf die Karte zurück.", "language": "de"}
    )
    text = drafted(case("Wie lange dauert eine Erstattung für mein Paket?", language="de"), source).drafts[0].text
    assert text.startswith("Guten Tag <PERSON_4>,")
    assert "Erstattungen dauern 3 bis 5 Werktage." in text
    assert text.endswith("Mit freundlichen Grüßen")


def test_the_chatbot_answers_with_citations() -> None:
    sentences, abstained = answer("How long does a refund take?", [], [ARTICLE], "en")
    assert not abstained
    assert (sentences[0].text, sentences[0].sources) == (
        "Refunds go back to the card you paid with and take 3 to 5 working days.",
        [2],
    )


@pytest.mark.parametrize("question", ["Do you sell helicopters in Norway?", "Who is the chief executive?"])
def test_the_chatbot_abstains_when_sources_do_not_answer(question: str) -> None:
    assert answer(question, [], [ARTICLE], "en") == ([], True)
    assert answer(question, [], [], "en") == ([], True)


def test_a_question_that_leans_on_the_last_is_understood() -> None:
    sentences, abstained = answer("And how long?", ["How do refunds work?"], [ARTICLE], "en")
    assert not abstained
    assert sentences[0].sources == [2]


@pytest.mark.parametrize(("said", "start"), [("Hello!", "Hello!"), ("thanks a lot", "You are welcome")])
def test_small_talk_is_met_without_a_source(said: str, start: str) -> None:
    sentences, abstained = answer(said, [], [ARTICLE], "en")
    assert not abstained
    assert sentences[0].text.startswith(start)
    assert sentences[0].kind == "greeting"


@pytest.mark.parametrize(
    "text",
    [
        "If holds exist, explain: 'Your balance is $[balance], but you may have holds for a lost parcel.'",
        "A regular member:, 0 free bags for a lost parcel, 1 free bag for a lost refund.",
        "Confirm their order can be refunded when the parcel is lost, by checking their membership level.",
        "The agent needs to collect the tracking number of a lost parcel before a refund.",
        "If you still need a refund for the lost parcel, please don't hesitate to come back to us.",
    ],
)
def test_instructions_to_staff_and_courtesy_are_no_answer(text: str) -> None:
    article = ARTICLE.model_copy(update={"text": text})
    said = [s.text for one in drafted(case(), article).drafts for s in one.sentences if s.kind == "sourced"]
    assert said == []
