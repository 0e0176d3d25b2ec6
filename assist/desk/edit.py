"""Changes a draft on request: rules where rules are honest, a model where one is needed."""

from __future__ import annotations

import threading
from typing import Any

from assist.case import Source
from assist.desk.cases import load_case
from assist.desk.leaving import keep_sent
from assist.desk.ledger import enter
from assist.desk.restrictions import Restrictions
from assist.errors import InvalidInput
from assist.generation.diff import word_diff
from assist.generation.engine import CallRecord, Ladder
from assist.outgoing import handling
from assist.redaction.masker import Masker
from assist.redaction.vault import Vault
from assist.store.database import Database
from assist.store.models import Suggestion, Ticket, User

ACTIONS = ("shorter", "friendlier", "formal", "spelling", "instruction")
MAX_CHARS = 20_000


class Editor:
    """Runs one editing tool over the agent's present text."""

    def __init__(
        self, database: Database, vault: Vault, masker: Masker, ladder: Ladder, restrictions: Restrictions
    ) -> None:
        self._restrictions = restrictions
        self._database = database
        self._vault = vault
        self._masker = masker
        self._ladder = ladder

    def apply(
        self,
        ticket: Ticket,
        *,
        action: str,
        text: str,
        instruction: str | None = None,
        suggestion_id: str | None = None,
        cancel: threading.Event | None = None,
        user: User | None = None,
    ) -> dict[str, Any]:
        """Give `{text, diff, engine, notes}` for the changed text; `text` comes and goes with real values.

        Raises `InvalidInput` for an unknown tool, an empty or oversized text, and `NeedsModel` when the tool cannot be
        done by rules and no model is set, `NotPermitted` when no engine may be asked,
        `Forbidden` for an instruction in a case that may have no draft, and `AcceptanceNeeded` when the
        user has not accepted how the assistant may be used.
        """
        if user is not None:
            self._restrictions.require_acceptance(user)
        if action not in ACTIONS:
            raise InvalidInput(f"{action!r} is not a tool", where="edit", hint=f"Use one of: {', '.join(ACTIONS)}.")
        if not text.strip():
            raise InvalidInput("there is no text to change", where="edit")
        if len(text) > MAX_CHARS or len(instruction or "") > 2_000:
            raise InvalidInput(f"the text is longer than {MAX_CHARS} characters", where="edit")
        assert ticket.id is not None
        with self._database.session() as session:
            masked, *asked = self._masker.mask(session, ticket.id, [text, *([instruction] if instruction else [])])
            vault = self._vault.open(session, ticket.id)
            case = load_case(session, ticket, vault)
            suggestion = session.get(Suggestion, suggestion_id) if suggestion_id else None
            own = suggestion if suggestion is not None and suggestion.ticket_id == ticket.id else None
            rows = own.sources if own is not None else []
        if action == "instruction":
            # To word the agent's own text is one thing; a whole reply by instruction is a draft.
            self._restrictions.require_drafting(case)
        with handling(ticket.id) as sent:
            try:
                result = self._ladder.rewrite(
                    masked,
                    action=action,
                    instruction=asked[0] if asked else None,
                    case=case,
                    sources=[Source.model_validate(row) for row in rows],
                    cancel=cancel or threading.Event(),
                    on_call=lambda call: self._ledger(call, ticket),
                )
            finally:
                if sent:
                    with self._database.session() as session:
                        keep_sent(session, ticket.id, sent, own.id if own is not None else None)
        changed = vault.restore(result.text)
        return {"text": changed, "diff": word_diff(text, changed), "engine": result.engine, "notes": result.notes}

    def _ledger(self, call: CallRecord, ticket: Ticket) -> None:
        with self._database.session() as session:
            enter(session, call, ticket_id=ticket.id, team=ticket.group_name)
