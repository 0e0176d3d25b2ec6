"""What people wrote, out of what helpdesks hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.helpdesk import Attachment
from connectors.texts import MOST, from_html, own_words, said


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo  \nThree"),
        ("<ul><li>One</li><li>Two</li></ul>", "- One\n  - Two"),
        ('See <a href="https://acme.example/x">our page</a>', "See [our page](https://acme.example/x)"),
        ('<style>p {}</style><script>x()</script><img src="x.png">Hello', "Hello"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("<p>Gr&uuml;&szlig;e&nbsp;aus&#160;K&#246;ln, &euro;&nbsp;5 &ndash; &eacute;</p>", "Grüße aus Köln, € 5 – é"),
        ("<div><b>broken <i>markup", "broken markup"),
        ("", ""),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert from_html(html).split() == text.split()


ORIGINAL = "Where is my parcel?"
QUOTES = [
    "On Wed, 25 Nov 2026 at 10:00, Acme <help@acme.example> wrote:\n> Soon.\n> Really.",
    "Am Mi., 25. Nov. 2026 um 10:00 Uhr schrieb Acme <help@acme.example>:\n> Bald.",
    "-----Original Message-----\nFrom: Acme\nSent: Wednesday\nTo: Ann\nSubject: Re: Parcel\n\nSoon.",
    "________________________________\nFrom: Acme <help@acme.example>\nSent: Wednesday\nTo: Ann\nSubject: Re\n\nSoon.",
    "> Soon.\n> Really.",
]


@pytest.mark.parametrize("quote", QUOTES)
def test_quotes_below_go(quote: str) -> None:
    assert own_words(f"{ORIGINAL}\n\n{quote}") == ORIGINAL


@pytest.mark.parametrize("signature", ["-- \nAnn Lee\nSales", "Sent from my iPhone"])
def test_signature_goes(signature: str) -> None:
    assert own_words(f"{ORIGINAL}\n\n{signature}") == ORIGINAL


def test_quote_above_goes_and_quotes_between_answers_stay() -> None:
    assert own_words(f"> Hi\n\n{ORIGINAL}") == ORIGINAL
    between = "> Which order?\nThe last one.\n> Which address?\nThe old one."
    assert own_words(between) == between


def test_what_is_only_a_quote_is_not_lost() -> None:
    assert own_words("> Soon.") == "> Soon."


@given(st.text(max_size=300))
def test_no_text_is_too_odd(text: str) -> None:
    assert "\0" not in own_words(text)
    assert isinstance(from_html(text), str)
    if text.strip(" \t\r\n\0\u00a0"):
        assert own_words(text) or not text.strip()


def test_endless_text_is_cut() -> None:
    assert len(own_words("word " * 100_000)) <= MOST
    assert len(from_html("<p>word</p>" * 100_000)) <= MOST


def test_message_of_files_only_says_so() -> None:
    assert (
        said("", [Attachment(type="image/png"), Attachment(type="application/pdf")]) == "[image/png]\n[application/pdf]"
    )
    assert said("See file", [Attachment(type="image/png")]) == "See file"
