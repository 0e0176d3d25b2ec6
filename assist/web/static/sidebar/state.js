/** What the sidebar knows, and how each event changes it. Pure: the same events give the same state. */

/** @import { CaseSummary, Draft, Finding, Person, Source, Suggestion, TicketHead, TicketRef, TicketState, Triage, Use, Waiting, WireError } from "./protocol.js" */

/**
 * @typedef {object} State
 * @property {"starting" | "live" | "offline" | "signed_out"} connection
 * @property {Person | null} user
 * @property {TicketRef | null} wanted The ticket the host shows.
 * @property {"none" | "loading" | "ready" | "failed"} phase
 * @property {WireError | null} error Why the ticket could not be opened.
 * @property {TicketHead | null} ticket
 * @property {CaseSummary | null} case
 * @property {number} caseAt When the case last changed, ms.
 * @property {Finding[]} findings What input guards found in messages.
 * @property {Triage | null} triage
 * @property {string[]} intents The labels an agent may choose.
 * @property {Use | null} use
 * @property {Suggestion | null} suggestion
 * @property {Source[]} sources
 * @property {boolean} sourcesPending
 * @property {Record<number, string>} partial Raw text of the sentence each draft is writing.
 * @property {string | null} joinedLate A suggestion whose beginning was missed: shown when it is done.
 * @property {number} staleAt
 * @property {Person[]} presence
 * @property {Waiting[]} waiting Texts that wait for a second person.
 */

/** @returns {State} */
export function initial() {
  return {
    connection: "starting", user: null, wanted: null, phase: "none", error: null, ticket: null, case: null, caseAt: 0, findings: [],
    triage: null, intents: [], use: null, suggestion: null, sources: [], sourcesPending: false, partial: {}, joinedLate: null, staleAt: 0, presence: [],
    waiting: [],
  };
}

/**
 * The host shows another ticket, or none.
 * @param {State} state
 * @param {TicketRef | null} wanted
 * @returns {State}
 */
export function show(state, wanted) {
  const { connection, user } = state;
  return { ...initial(), connection, user, wanted, phase: wanted ? "loading" : "none" };
}

/**
 * A ticket was opened. With `resumed` the events that follow bring what was missed; otherwise this is everything.
 * @param {State} state
 * @param {TicketState} ack
 * @param {{resumed: boolean, at: number}} how
 * @returns {State}
 */
export function opened(state, ack, { resumed, at }) {
  const head = { ...state, phase: /** @type {const} */ ("ready"), error: null, ticket: ack.ticket, presence: ack.presence, intents: ack.intents, use: ack.use };
  if (resumed) return head;
  const running = ack.suggestion?.status === "running";
  return {
    ...head,
    case: ack.case,
    findings: ack.findings ?? [],
    triage: ack.triage,
    caseAt: at,
    suggestion: ack.suggestion,
    sources: ack.sources,
    sourcesPending: running && ack.sources.length === 0,
    partial: {},
    joinedLate: running && ack.suggestion ? ack.suggestion.id : null,
    staleAt: 0,
  };
}

/**
 * Apply one numbered event of the ticket, or `presence`.
 * @param {State} state
 * @param {string} event
 * @param {Record<string, any>} payload
 * @param {number} at now, ms
 * @returns {State}
 */
export function reduce(state, event, payload, at) {
  if (event === "presence") return { ...state, presence: payload.agents };
  if (event === "ticket_updated") return updated(state, payload);
  if (event === "triage_ready") return { ...state, triage: payload.triage };
  if (event === "suggestion_started") return started(state, payload);
  if (event === "suggestion_delta" && payload.case) state = { ...state, case: payload.case, caseAt: at };
  if (!state.suggestion || state.suggestion.id !== payload.suggestion_id) return state;
  switch (event) {
    case "suggestion_delta":
      return state.joinedLate === payload.suggestion_id ? state : delta(state, state.suggestion, payload);
    case "suggestion_sources":
      return { ...state, sources: payload.sources, sourcesPending: false, suggestion: { ...state.suggestion, sources: payload.sources } };
    case "suggestion_done":
      return done(state, payload.suggestion, at);
    case "suggestion_failed":
      return {
        ...state, partial: {}, joinedLate: null, sourcesPending: false,
        suggestion: { ...state.suggestion, status: "failed", error: payload.error?.message ?? null },
      };
    case "suggestion_stale":
      return {
        ...state, staleAt: at,
        suggestion: {
          ...state.suggestion,
          status: state.suggestion.status === "done" ? "stale" : state.suggestion.status,
          stale_reason: payload.reason,
          stale_by: payload.by ?? null,
        },
      };
    default:
      return state;
  }
}

/**
 * @param {State} state
 * @param {Record<string, any>} payload
 * @returns {State}
 */
function updated(state, payload) {
  if (!state.ticket) return state;
  const message = payload.message;
  const known = state.findings.some((one) => one.position === payload.position);
  return {
    ...state,
    findings: message?.flags?.length && !known ? [...state.findings, { position: message.position, flags: message.flags }] : state.findings,
    ticket: {
      ...state.ticket,
      status: payload.status ?? state.ticket.status,
      messages_total: Math.max(state.ticket.messages_total, payload.position ?? 0),
      // The head of a resumed ticket already counts what is replayed; positions tell the two apart.
      internal_notes:
        state.ticket.internal_notes + (message?.internal && payload.position > state.ticket.messages_total ? 1 : 0),
    },
  };
}

/**
 * @param {State} state
 * @param {Record<string, any>} payload
 * @returns {State}
 */
function started(state, payload) {
  /** @type {Suggestion} */
  const suggestion = {
    id: payload.suggestion_id, status: "running", engine: payload.engine ?? "", drafts: [], sources: [], abstained: false,
    missing: [], stale_reason: null, by: payload.by ?? null, trigger: payload.trigger,
  };
  return { ...state, suggestion, sources: [], sourcesPending: true, partial: {}, joinedLate: null, staleAt: 0 };
}

/**
 * @param {State} state
 * @param {Suggestion} suggestion
 * @param {Record<string, any>} payload
 * @returns {State}
 */
function delta(state, suggestion, payload) {
  let { partial } = state;
  let drafts = suggestion.drafts;
  if (payload.engine) {
    // Another engine took over: it writes from the start.
    drafts = [];
    partial = {};
    suggestion = { ...suggestion, engine: payload.engine, model: payload.model ?? "" };
  }
  if (payload.draft) {
    const { index, sentences } = payload.draft;
    drafts = withDraft(drafts, index, (draft) => ({ ...draft, sentences: [...draft.sentences, ...sentences] }));
    partial = { ...partial, [index]: "" };
  }
  if (payload.text) {
    const { index, append } = payload.text;
    drafts = withDraft(drafts, index, (draft) => draft);
    partial = { ...partial, [index]: (partial[index] ?? "") + append };
  }
  return { ...state, partial, suggestion: { ...suggestion, drafts } };
}

/**
 * @param {Draft[]} drafts
 * @param {number} index
 * @param {(draft: Draft) => Draft} change
 */
function withDraft(drafts, index, change) {
  const out = [...drafts];
  while (out.length <= index) out.push({ label: "", sentences: [] });
  out[index] = change(/** @type {Draft} */ (out[index]));
  return out;
}

/**
 * @param {State} state
 * @param {Suggestion} suggestion
 * @param {number} at
 * @returns {State}
 */
function done(state, suggestion, at) {
  const by = state.suggestion?.stale_by ?? null;
  return {
    ...state,
    suggestion: { ...suggestion, stale_by: by },
    sources: suggestion.sources,
    sourcesPending: false,
    partial: {},
    joinedLate: null,
    staleAt: suggestion.status === "stale" ? state.staleAt || at : 0,
  };
}
