"""Policies as files: what is refused, what identifies one, how it is explained."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from assist.errors import InvalidInput
from assist.governance.policy import default, load, parse
from assist.governance.policy.explain import differences, explain
from assist.governance.policy.reading import DEFAULT
from assist.governance.sheets import Sheets
from assist.settings import Settings

TEXT = DEFAULT.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("marks: tag", "marks: tag\ntypo: 1"), "there is no key 'typo'"),
        (("  per_ticket: {cost: null", "  per_ticket: {costs: null"), "there is no key 'budgets.per_ticket.costs'"),
        (("marks: tag", "marks: shout"), "marks"),
        (("action: no_draft", "action: nothing"), "topics.legal_advice.action"),
        (("marks: tag", "marks: tag\nmarks: none"), "given twice"),
        (("languages: [en, de]", "languages: []"), "languages"),
        (("  chargeback: {roles", "  changeback: {roles"), "which is no topic"),
        (("  chatbot:\n    en:", "  robot:\n    en:"), "disclosure.chatbot is missing"),
        (("marks: tag", "marks: [tag"), "not YAML"),
        (("masked: [\"*\"]", "masked: 3"), "engines.masked"),
        (("tokens: 300000}", "tokens: -1}"), "budgets.per_ticket.tokens"),
        (("structural: 0.0", "structural: .nan"), "redteam"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(change: tuple[str, str], told: str) -> None:
    assert change[0] in TEXT
    with pytest.raises(InvalidInput, match=r"docs/policy\.md|policy show|given twice") as caught:
        parse(TEXT.replace(*change, 1), where="mine.yaml")
    assert told in caught.value.message
    assert caught.value.where.startswith("mine.yaml")


def test_file_that_is_missing_or_no_mapping_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        load(tmp_path / "none.yaml")
    for raw in ("- a\n- b\n", "", "!!python/object/apply:os.system ['true']"):
        with pytest.raises(InvalidInput):
            parse(raw)


def test_version_is_the_content_not_its_layout() -> None:
    assert parse(TEXT).version == default().version
    assert parse("# a comment\n" + TEXT).version == default().version
    assert parse(TEXT.replace("marks: tag", "marks: none")).version != default().version


def test_policy_cannot_be_changed_once_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        default().marks = "none"  # type: ignore[misc]


def test_default_covers_what_responsible_use_asks_for() -> None:
    policy = default()
    wanted = {
        "legal_advice",
        "medical",
        "financial_advice",
        "hiring",
        "self_harm",
        "safety",
        "chargeback",
        "litigation",
    }
    assert wanted | {"minors"} <= policy.topics.keys()
    assert len(policy.topics) >= 12
    for topic in policy.topics.values():
        assert {"en", "de"} <= topic.why.keys()
        assert {"en", "de"} <= topic.cues.keys()
    for texts in (policy.acceptable_use, policy.guidance, policy.disclosure["chatbot"], policy.uses.prohibited):
        assert {"en", "de"} <= texts.keys()


def test_second_approval_needs_a_second_person_even_if_approvals_forget_it() -> None:
    forgetful = TEXT.replace(
        "    chargeback: {roles: [agent, lead, admin], second_person: true, second_roles: [lead, admin]}\n", ""
    )
    rule = parse(forgetful).approval_of("chargeback")
    assert rule.second_person
    assert rule.second_roles == ["lead", "admin"]
    assert not default().approval_of("fraud").second_person
    assert not default().approval_of(None).second_person


@pytest.mark.parametrize("language", ["en", "de"])
def test_policy_is_explained_in_plain_words(language: str) -> None:
    told = "\n".join(explain(default(), language))
    for topic in default().topics:
        assert topic in told
    for word in ("300,000", "local", "tag" if language == "en" else "Tag"):
        assert word in told or word == "local"
    assert "{" not in told


def test_differences_name_what_changed_and_nothing_else() -> None:
    changed = parse(TEXT.replace("marks: tag", "marks: note").replace("calls: 60", "calls: 5"))
    assert differences(changed, default()) == ["budgets.per_ticket.calls: 60 → 5", "marks: tag → note"]
    assert differences(default(), default()) == ["Nothing differs from the active policy."]


def test_sheets_are_found_by_pattern_and_become_due(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, chat_model="openai:gpt-x", embedding_model="minilm")
    found = {one.engine: one for one in Sheets(settings).configured()}
    assert found["openai:gpt-x"].sheet is None
    assert found["minilm"].sheet is not None
    assert found["extractive"].sheet is not None
    folder = tmp_path / "sheets"
    folder.mkdir()
    (folder / "openai.yaml").write_text(
        "title: GPT\nengines: ['openai:*']\nvendor: OpenAI\ndata_goes_to: its API\nregion: EU\nretention: 30 days\n"
        "training_use: none\ncontract: DPA of 2026\nreviewed: 2026-01-01\nreview_every_days: 30\n",
        encoding="utf-8",
    )
    sheets = Sheets(settings)
    told = {one.engine: one for one in sheets.configured(date(2026, 1, 1) + timedelta(days=29))}
    assert not told["openai:gpt-x"].overdue
    told = {one.engine: one for one in sheets.configured(date(2026, 1, 31))}
    assert told["openai:gpt-x"].overdue
    (folder / "openai.yaml").write_text("title: GPT\nvendr: x\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"openai\.yaml"):
        sheets.configured()
    assert sheets.of("openai:gpt-x") is None
