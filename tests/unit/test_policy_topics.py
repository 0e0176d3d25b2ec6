"""Restricted topics are told by their words, in both languages, and ordinary support messages are left alone."""

from __future__ import annotations

import pytest

from assist.governance.policy import default, parse
from assist.governance.policy.cues import Matcher

TOUCHED = {
    "legal_advice": [
        "Is it legal to resell the license you sold me?",
        "What are my legal rights if the parcel never comes?",
        "Brauche ich einen Anwalt, wenn der Vertrag nicht gekündigt wird?",
    ],
    "litigation": [
        "My lawyers will contact you, we will see you in court.",
        "I am suing you for this.",
        "By Friday, or I issue a claim in the county court, with interest and costs.",
        "I'll report this to the Better Business Bureau.",
        "Ich werde rechtliche Schritte einleiten.",
        "Mein Anwalt ist informiert, wir sehen uns vor Gericht.",
        "Ich habe mich an die Verbraucherzentrale gewandt.",
    ],
    "chargeback": [
        "I have filed a charge-back with Visa.",
        "I disputed the whole payment with the bank.",
        "I shall instruct Visa to reverse the payment.",
        "Ich lasse die Rückbuchung bei meiner Bank machen.",
        "Das Geld habe ich zurückbuchen lassen.",
    ],
    "medical": [
        "Can I use the massage gun with a pacemaker?",
        "I had an allergic reaction to the cream.",
        "Darf ich das Gerät während der Schwangerschaft nutzen? Ich bin schwanger.",
        "Welche Nebenwirkungen hat das?",
    ],
    "financial_advice": ["Should I invest my savings in your fund?", "Soll ich jetzt in Bitcoin investieren?"],
    "hiring": [
        "I applied for the job of store manager, when do you decide?",
        "Ich habe mich auf die Stelle beworben und warte auf Antwort.",
    ],
    "self_harm": [
        "Honestly I just want to die.",
        "I am going to kill  myself.",
        "i don’t want to live any more",
        "Ich will nicht mehr leben.",
        "Ich werde mich umbringen",
        "Ich denke an Suizid.",
    ],
    "violence": ["I know where you live.", "There will be a bomb threat next.", "Ich bringe euch um!"],
    "safety": [
        "The charger melted and my plug is black, it burned my hand.",
        "The battery of the headlamp caught fire.",
        "My son was injured by the strap.",
        "Aus dem Akku kam Rauch, dann hat er Feuer gefangen.",
        "Ich habe einen Stromschlag bekommen.",
    ],
    "minors": [
        "I am 13 years old and ordered without asking.",
        "My 12-year-old son bought coins for 200 pounds.",
        "Meine 9 jährige Tochter hat ohne zu fragen bestellt.",
        "Der Käufer ist minderjährig.",
    ],
    "discrimination": [
        "Your clerk refused me because of my religion.",
        "That was racist.",
        "Ich wurde wegen meiner Hautfarbe nicht bedient.",
    ],
    "fraud": [
        "Somebody used my card, I did not make this purchase.",
        "My account was hacked.",
        "Mein Konto wurde gehackt.",
        "Ich bin Opfer eines Betrugs.",
    ],
    "privacy_rights": [
        "Under the GDPR I ask you to delete all my data.",
        "What data do you hold about me?",
        "Ich bitte um Löschung meiner Daten nach DSGVO.",
    ],
    "bereavement": [
        "My father passed away, please close his account.",
        "My wife has died last month.",
        "Mein Mann ist im März gestorben.",
        "Ich schicke Ihnen die Sterbeurkunde.",
    ],
    "press": [
        "I'm a journalist and writing an article about your recall.",
        "Ich bin Journalistin, eine Presseanfrage:",
    ],
}
ORDINARY = [
    "The battery died after two days and the screen is bleeding at the edge.",
    "This is only a minor issue, but the zip has a minor scratch.",
    "My order is on its way, I am 15 minutes from the store. Can I collect it?",
    "Please kill the running sync, it drains my phone.",
    "The boots were a good investment. Do you have them in size 42?",
    "When does the sale end? The shop was on fire on sale day, all sold out!",
    "Your firewall blocks my login; the court shoes are fine.",
    "I want the charges back that were taken twice. When will I get my refund?",
    "Can I pay by invoice or by bank transfer? My bank is closed today.",
    "I will be in hospital on Friday, please deliver on Monday. Thanks for your hospitality!",
    "To add insult to injury the parcel came late.",
    "The app crashed again; a diagnostic report is attached.",
    "Do you hire out tents? I need one for my children.",
    "I'd like to return the gift I bought; it does not fit.",
    "The explorer map shows the wrong trail, the legend is missing.",
    "Is there a discount for students under 26?",
    "My doctor's bag strap is torn, can you repair it?",
    "Wie lange gilt der Nachlass auf die Jacke? Der Preis betrug gestern noch 80 Euro.",
    "Die in Ihrer Werbung beworbene Jacke hat eine offene Stelle an der Naht.",
    "Die Lampe brennt nicht mehr, obwohl der Akku voll ist.",
    "Das Muster mit den Blüten gefällt mir, gibt es das auch in Blau?",
    "Ich möchte meine Bestellung stornieren und das Geld zurück.",
    "Das Geschenk kam zu spät, bitte senden Sie ein neues Etikett.",
    "Können Sie mir die Anleitung für das Diagnoseprogramm schicken?",
    "Mein Sohn findet die Schuhe zu groß, wie tausche ich sie um?",
    "Ich bin in 15 Minuten im Laden, haben Sie den Rucksack da?",
    "Die Rechnung fehlt noch, und die Adresse war falsch.",
    "Wann öffnet das Geschäft am Samstag? Der Zoll dauert lange.",
]
LANGUAGES = ("en", "de")


@pytest.mark.parametrize(("topic", "text"), [(topic, text) for topic, texts in TOUCHED.items() for text in texts])
def test_topic_is_found_whatever_language_the_ticket_is_said_to_be_in(topic: str, text: str) -> None:
    for language in (*LANGUAGES, None):
        # A language that is not the text's own counts only with enough small words, so short texts need their own.
        if language is None or len(text.split()) > 5:
            assert topic in default().topics_in(text, language), language
    assert any(topic in default().topics_in(text, language) for language in LANGUAGES)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_messages_touch_nothing(text: str) -> None:
    assert default().topics_in(text, "en") == {}
    assert default().topics_in(text, "de") == {}
    assert default().topics_in(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "MY LAWYER WILL CALL",
        "my\u200b law\u00adyer",
        "my   lawyer’s letter",
        "my\nlawyers",
        "ｍｙ ｌａｗｙｅｒ",
        "my láwyer",
    ],
)
def test_spelling_tricks_hide_no_cue(text: str) -> None:
    assert "litigation" in default().topics_in(text, "en")


def test_umlauts_are_found_in_both_spellings() -> None:
    for text in ("Ich rufe meine Rechtsanwältin an", "Ich rufe meine Rechtsanwaeltin an", "Rechtsanwaltin"):
        assert "litigation" in default().topics_in(text, "de"), text


def test_the_sternest_topic_comes_first() -> None:
    found = default().topics_in("My account was hacked, I want to die, and my lawyer knows.", "en")
    assert [default().topics[name].action for name in found] == ["hand_off", "hand_off", "warn"]


def test_placeholders_are_no_cues() -> None:
    matcher = Matcher({"en": ["person", "order"]}, {})
    assert matcher.find("Ask <PERSON_1> about <ORDER_2>", "en") == ""
    assert matcher.find("Ask a person", "en") == "person"


def test_gaps_and_alternatives_work_as_documented() -> None:
    matcher = Matcher({"en": ["sue ... court", "my/our =cat", "litigat*"]}, {"en": ["food court"]})
    assert matcher.find("we sue and then, in the high court", "en")
    assert not matcher.find("sue one two three four five six court", "en")
    assert not matcher.find("sue at the food court", "en")
    assert matcher.find("our cat", "en")
    assert not matcher.find("our cats", "en")
    assert matcher.find("Litigations!", "en") == "litigations"


def test_a_policy_in_another_language_is_read_in_that_language() -> None:
    source = """
title: Test
uses: {allowed: {en: [a]}, prohibited: {en: [b]}}
topics: {law: {action: warn, cues: {fr: [avocat]}, why: {en: law}}}
disclosure: {chatbot: {en: AI}}
acceptable_use: {en: yes I do}
guidance: {en: [check]}
"""
    policy = parse(source)
    assert policy.topics_in("Mon avocat", "fr") == {"law": "avocat"}
    assert policy.topics_in("Mon avocat") == {"law": "avocat"}


def test_matching_a_long_text_takes_no_time_worth_counting() -> None:
    import time

    text = "sue bank reverse dispute file charge " * 3_000
    began = time.process_time()
    default().topics_in(text, "en")
    assert time.process_time() - began < 3
