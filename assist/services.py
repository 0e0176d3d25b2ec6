"""The whole wiring: every object of the running product, made once, handed down by constructor."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

from assist import bus as buses
from assist.bus import Bus
from assist.desk.accounts import Accounts
from assist.desk.articles import Articles
from assist.desk.chat import Chatbot
from assist.desk.connecting import Backfill, Inbox, Pollers, Reconciler, WriteBack
from assist.desk.edit import Editor
from assist.desk.erasing import Eraser
from assist.desk.feedback import FeedbackRecorder
from assist.desk.house import house_of
from assist.desk.importing import Importer
from assist.desk.intake import Intake
from assist.desk.leaving import Leaving
from assist.desk.live import TicketStream
from assist.desk.presence import PresenceBook
from assist.desk.restrictions import Restrictions
from assist.desk.retaining import Retainer
from assist.desk.send import Sender
from assist.desk.stats import Statistics
from assist.desk.suggest import Suggester
from assist.desk.triaging import TriageDesk
from assist.desk.view import TicketView
from assist.desk.vocabulary import Vocabulary
from assist.generation.engine import Ladder
from assist.generation.extractive_summary import summarise
from assist.generation.prompts import Prompts
from assist.governance.anchors import Anchors
from assist.governance.approvals import Approvals
from assist.governance.erasures import Erasures
from assist.governance.permits import Engine, Permits, Purpose
from assist.governance.policies import Policies
from assist.governance.policy import Policy
from assist.governance.retention import Retention
from assist.governance.sheets import Sheets
from assist.governance.switches import Switches
from assist.guards import SentenceGate, gather
from assist.helpdesk import Connector
from assist.jobs import Jobs
from assist.redaction import keyfile
from assist.redaction.masker import Masker
from assist.redaction.redactor import Redactor
from assist.redaction.vault import Vault
from assist.registry import discover
from assist.retrieval import encoder as encoders
from assist.retrieval.encoder import Encoder
from assist.retrieval.index import RecordIndex, open_index
from assist.retrieval.permitted import permitted
from assist.retrieval.retriever import Retriever
from assist.settings import Settings
from assist.store.database import Database
from assist.store.migrations import upgrade


@dataclass(frozen=True)
class Services:
    """Everything a request, a job or a command may need."""

    settings: Settings
    database: Database
    bus: Bus
    jobs: Jobs
    encoder: Encoder
    redactor: Redactor
    vault: Vault
    masker: Masker
    index: RecordIndex
    retriever: Retriever
    ladder: Ladder
    gate: SentenceGate
    stream: TicketStream
    presence: PresenceBook
    accounts: Accounts
    approvals: Approvals
    policies: Policies
    restrictions: Restrictions
    switches: Switches
    sheets: Sheets
    permits: Permits
    anchors: Anchors
    feedback: FeedbackRecorder
    intake: Intake
    articles: Articles
    importer: Importer
    sender: Sender
    suggester: Suggester
    triage: TriageDesk
    editor: Editor
    chatbot: Chatbot
    view: TicketView
    leaving: Leaving
    retainer: Retainer
    eraser: Eraser
    statistics: Statistics
    connectors: dict[str, Connector]
    inbox: Inbox
    pollers: Pollers
    backfill: Backfill
    write_back: WriteBack

    def start(self) -> None:
        """Open the index, follow the database, and run jobs in this process."""
        self.index.open()
        self.eraser.catch_up()
        self.index.follow()
        self.suggester.recover()
        self.jobs.start(self.settings.workers)
        self.jobs.enqueue("train_triage")
        self.inbox.sweep()
        self.pollers.start()
        # The first message should not wait for the models of masking to load.
        threading.Thread(target=self.redactor.warm, name="assist-warm", daemon=True).start()

    def close(self) -> None:
        """Stop threads and save the index; safe to call twice."""
        self.pollers.stop()
        for connector in self.connectors.values():
            connector.close()
        self.jobs.stop()
        self.ladder.close()
        self.index.close()
        self.bus.close()
        self.database.close()


def build(
    settings: Settings,
    *,
    redactor: Redactor | None = None,
    encoder: Encoder | None = None,
    connectors: dict[str, Connector] | None = None,
) -> Services:
    """Make every object of the product from settings; brings the database's schema up to date first.

    Models that take seconds to load may be handed in, and connectors in place of those that the environment sets up.
    """
    database = Database(settings.database_url)
    upgrade(database)
    bus = buses.connect(settings.bus_url)
    policies, switches, sheets = Policies(database), Switches(database), Sheets(settings)
    permits = Permits(database, policies, switches, sheets)
    restrictions = Restrictions(database, policies, switches)
    remote = Engine(settings.embedding_model, settings.embedding_model, "embedding")
    encoder = permitted(encoder or encoders.connect(settings), lambda: permits.refusal(remote, Purpose()))
    redactor = redactor or Redactor()
    vault = Vault.from_settings(settings)
    vocabulary = Vocabulary(database)
    masker = Masker(redactor, vault, vocabulary)
    index = open_index(settings, database, encoder)
    retriever = Retriever(database, encoder, index, settings)
    prompts = Prompts.load()
    ladder = Ladder(settings, prompts, permits=permits)
    gate = gather(house_of(prompts, lambda: policies.active))
    stream = TicketStream(database, bus)
    presence = PresenceBook(database, bus)
    secret = settings.secret_key.get_secret_value()
    approvals = Approvals(secret)
    anchors = Anchors(database, settings.home / "audit-anchors.jsonl", secret)
    accounts = Accounts(database)
    feedback = FeedbackRecorder(database, masker)
    suggester = Suggester(database, bus, stream, vault, masker, ladder, gate, retriever.search, policies, restrictions)
    triage = TriageDesk(database, encoder, vault, stream, mood=lambda case: summarise(case).mood)
    retainer = Retainer(database, index, lambda: _retention(policies.active), triage.relearn)
    eraser = Eraser(database, vault, index, _erasures(settings), triage.relearn)
    # The desk queues jobs, and jobs call the desk: what is called late may be made late.
    later: list[Jobs] = []

    def enqueue(name: str, **arguments: Any) -> None:
        later[0].enqueue(name, **arguments)

    intake = Intake(
        database, masker, vault, index, stream, feedback, written=lambda id: enqueue("triage", ticket_id=id)
    )
    connectors = _connected() if connectors is None else connectors
    inbox = Inbox(database, vault, connectors, Reconciler(database, intake, eraser.without_erased), enqueue)
    write_back = WriteBack(database, approvals, intake, connectors)
    sender = Sender(
        database,
        approvals,
        intake,
        stream,
        vault,
        policies,
        write_back,
        require_approver=restrictions.require_approver,
        needs_second=restrictions.needs_second,
        may_second=restrictions.may_second,
    )
    jobs = Jobs(
        settings.queue_url,
        secret or "unsigned",
        handlers={
            "suggest": suggester.run,
            "triage": triage.run,
            "train_triage": triage.train_if_due,
            "do_events": inbox.run,
        },
        every_minute={
            "prune_streams": stream.prune,
            "sweep_presence": presence.sweep,
            "save_index": partial(index.save, now=False),
            "anchor_audit": anchors.write_daily,
            "retain": retainer.run_daily,
            "remind_of_sheets": sheets.remind_daily,
            "refresh_triage": triage.refresh,
            "learn_triage": triage.train_if_due,
            "forget_failures": accounts.forget_failures,
            "forget_unsent": sender.forget_texts,
            "sweep_inbox": inbox.sweep,
        },
    )
    later.append(jobs)
    articles = Articles(database, masker, index, vocabulary)
    return Services(
        settings=settings,
        database=database,
        bus=bus,
        jobs=jobs,
        encoder=encoder,
        redactor=redactor,
        vault=vault,
        masker=masker,
        index=index,
        retriever=retriever,
        ladder=ladder,
        gate=gate,
        stream=stream,
        presence=presence,
        accounts=accounts,
        approvals=approvals,
        policies=policies,
        restrictions=restrictions,
        switches=switches,
        sheets=sheets,
        permits=permits,
        anchors=anchors,
        feedback=feedback,
        intake=intake,
        articles=articles,
        importer=Importer(database, intake, articles),
        sender=sender,
        suggester=suggester,
        triage=triage,
        editor=Editor(database, vault, masker, ladder, restrictions),
        chatbot=Chatbot(
            database, vault, masker, ladder, gate, retriever.search, stream, restrictions, settings.disclosure
        ),
        view=TicketView(database, vault, stream),
        leaving=Leaving(database, vault, ladder),
        retainer=retainer,
        eraser=eraser,
        statistics=Statistics(database),
        connectors=connectors,
        inbox=inbox,
        pollers=Pollers(database, connectors, inbox),
        backfill=Backfill(database, intake, eraser.without_erased),
        write_back=write_back,
    )


def _retention(policy: Policy) -> Retention:
    """Give the days of the active policy; where it names none, a class is kept for ever."""
    return Retention(**{name: days or 0 for name, days in policy.retention.model_dump().items()})


def _erasures(settings: Settings) -> Erasures:
    """Give the list of erasures, with a key of its own: the vault's may change, and the list must not."""
    key = keyfile.read_or_create(settings.home / "erasures.key")[0]
    return Erasures(settings.home / "erasures.jsonl", key)


def _connected() -> dict[str, Connector]:
    """Give the connectors that are set up, by name."""
    made = [module.connector() for module in discover(import_module("connectors"), files=False)]
    return {connector.name: connector for connector in made if connector is not None}
