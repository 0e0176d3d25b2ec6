"""The masker: whole tickets, live messages, texts of no ticket, and the way back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from assist.errors import InvalidInput
from assist.helpdesk import Contact
from assist.redaction.masker import Masker, MaskItem
from assist.redaction.normalise import canonical, fold
from assist.redaction.redactor import Redactor
from assist.redaction.spans import PLACEHOLDER, merge_pieces, with_literals
from assist.redaction.vault import Vault
from assist.store.database import Database
from assist.store.models import Ticket, VaultEntry

CONTACT = Contact(name="Sofia Hernandez", email="sofia@example.org", phone="+1 206 555 0142", orders=["LK-4821937"])


@pytest.fixture(scope="module")
def vault() -> Vault:
    return Vault(bytes(32))


@pytest.fixture(scope="module")
def masker(redactor: Redactor, vault: Vault) -> Masker:
    return Masker(redactor, vault)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.session() as opened:
        opened.add_all([Ticket(source="t", external_id=str(n)) for n in (1, 2)])
        opened.flush()
        yield opened


def test_a_ticket_is_masked_with_stable_placeholders(masker: Masker, session: Session) -> None:
    texts = ["Order lk4821937 is late", "Hi Sofia, noted: LK-4821937.", "Thanks! SOFIA HERNANDEZ, sofia@example.org"]
    item = MaskItem(texts, CONTACT, ["customer", "agent", "customer"], ticket_id=1)
    assert masker.mask_many(session, [item]) == [
        ["Order <ORDER_1> is late", "Hi <PERSON_2>, noted: <ORDER_1>.", "Thanks! <PERSON_1>, <EMAIL_1>"]
    ]


def test_the_contact_gets_placeholders_even_when_not_mentioned(masker: Masker, vault: Vault, session: Session) -> None:
    masker.mask_many(session, [MaskItem(["It broke."], CONTACT, ticket_id=1)])
    opened = vault.open(session, 1)
    assert opened.contact == CONTACT
    assert opened.restore("<PERSON_1>, <PERSON_2>, <ORDER_1>") == "Sofia Hernandez, Sofia, LK-4821937"


def test_a_live_message_uses_what_the_ticket_knows(masker: Masker, session: Session) -> None:
    masker.mask_many(session, [MaskItem(["My friend Daiki Mori, card 4111 1111 1111 1111"], CONTACT, ticket_id=1)])
    assert masker.mask(session, 1, ["sofia and daiki mori used 4111111111111111"]) == [
        "<PERSON_2> and <PERSON_3> used <CARD_1>"
    ]


def test_what_one_message_gives_away_is_masked_in_the_others(masker: Masker, session: Session) -> None:
    item = MaskItem(["it is 88213 I think", "sorry, Order number: 88213"], ticket_id=1)
    assert masker.mask_many(session, [item]) == [["it is <ORDER_1> I think", "sorry, Order number: <ORDER_1>"]]


def test_tickets_do_not_share_placeholders(masker: Masker, vault: Vault, session: Session) -> None:
    items = [MaskItem([f"mail {name}@example.org"], ticket_id=n) for n, name in ((1, "ann"), (2, "bob"))]
    assert masker.mask_many(session, items) == [["mail <EMAIL_1>"], ["mail <EMAIL_1>"]]
    assert vault.open(session, 2).restore("<EMAIL_1>") == "bob@example.org"
    rows = {row.ticket_id: row.ciphertext for row in session.exec(select(VaultEntry))}
    with pytest.raises(Exception, match="does not open"):
        vault.decrypt(2, "<EMAIL_1>", rows[1])


def test_an_item_without_a_ticket_cannot_be_stored(masker: Masker, session: Session) -> None:
    with pytest.raises(InvalidInput):
        masker.mask_many(session, [MaskItem(["x"])])


def test_a_text_of_no_ticket_is_masked_for_good(masker: Masker) -> None:
    assert masker.mask_free("sofia@example.org, order LK-4821937, <PERSON_3>") == "(email), order (order), (person)"


def test_an_article_keeps_the_company_and_loses_persons(masker: Masker) -> None:
    text = (
        "Write to support@lumen.example or call 0800 123 4567 with your order number (such as LK-1234567). "
        "Returns go to 12 Mill Lane. Ask Daiki Mori, daiki.mori@lumen.example."
    )
    masked = masker.mask_free(text, keep_business=True)
    assert masked == text.replace("Daiki Mori,", "(person),").replace("daiki.mori@lumen.example", "(email)")


PIECES_TEXT = (
    "<PERSON_1> <PERSON_2> <LITERAL_1> <ORDER_01> <CONTACT> < > _1> <PERSON_ &lt; Sofia SOFIA's Hernández "
    "sofia@example.org +12065550142 (206)555-0142 LK4821937 #9988776 4111111111111111 mia_li_3668 "
    "https://x.example/?token=a1b2c3 ß ﬁ İ ı e\u0301 \u200b \U0001f469\u200d\U0001f469\u200d\U0001f467 "
    "山田太郎 'sofia' @mia"
)
PIECES = st.sampled_from(PIECES_TEXT.split(" "))
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=12).map(" ".join) | st.text(max_size=60)
NAMES = (
    st.none() | st.text(max_size=20) | st.sampled_from(["Sofia Hernandez", "山田太郎", "İpek ßen", "<PERSON_1>", "o"])
)
CONTACTS = st.builds(
    Contact,
    name=NAMES,
    email=st.none() | st.just("Sofia@example.org") | st.text(max_size=12),
    phone=st.none() | st.just("+1 (206) 555-0142") | st.text(max_size=12),
    address=st.none() | st.text(max_size=30),
    orders=st.lists(st.sampled_from(["LK-4821937", "#9988776", "12"]) | st.text(max_size=10), max_size=2),
)


@settings(max_examples=1200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=3), contact=CONTACTS)
def test_restoring_gives_every_text_back(
    masker: Masker, vault: Vault, database: Database, texts: list[str], contact: Contact
) -> None:
    """Exactly; only a value that the ticket knows in another spelling comes back in the spelling first seen."""
    with database.session() as session:
        ticket_id = new_ticket(session)
        item = MaskItem(texts, contact)
        found = masker.find([item])[0]
        masked = masker.apply(session, ticket_id, item, found)
        opened = vault.open(session, ticket_id)
        for text, mask, spans in zip(texts, masked, found, strict=True):
            cut = with_literals(text, spans)
            written = [(span.kind, text[span.start : span.end]) for span in cut]
            kept = [opened.restore(placeholder) for placeholder in opened.placeholders(written)]
            for (kind, value), first in zip(written, kept, strict=True):
                assert canonical(kind, value) == canonical(kind, first)
            assert opened.restore(mask) == merge_pieces(text, cut, kept)
            if all(value == first for (_, value), first in zip(written, kept, strict=True)):
                assert opened.restore(mask) == text


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS.filter(lambda text: "206" not in text), contact=CONTACTS)
def test_a_live_message_comes_back_and_masking_it_again_changes_nothing(
    masker: Masker, vault: Vault, database: Database, text: str, contact: Contact
) -> None:
    with database.session() as session:
        ticket_id = new_ticket(session)
        masked = masker.mask(session, ticket_id, [text], contact)[0]
        opened = vault.open(session, ticket_id)
        assert folded(opened.restore(masked)) == folded(text)
        assert all(match.group() in opened.values() for match in PLACEHOLDER.finditer(masked))


def new_ticket(session: Session) -> int:
    ticket = Ticket(source="t", external_id=uuid4().hex)
    session.add(ticket)
    session.flush()
    assert ticket.id is not None
    return ticket.id


def folded(text: str) -> str:
    """Reduce a text to its letters and digits; country codes may come and go, so texts hold no numbers."""
    return re.sub(r"[\W_]+", "", fold(text))
