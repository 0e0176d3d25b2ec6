/** The sidebar's one actor: keeps the state, and does what the agent asks for. */

import { has, loadMessages, locale, named, t } from "../page/i18n.js";
import { Host, HostError } from "./host.js";
import { Outbox } from "./outbox.js";
import { Session } from "./session.js";
import { Connection } from "./socket.js";
import { initial, opened, reduce, show } from "./state.js";

/** @import { EditAction, EditResult, Leaves, Signal, Suggestion } from "./protocol.js" */
/** @import { State } from "./state.js" */

const EDIT_MS = 40_000;
const ONCE = ["shown", "opened", "edited"];

/** @typedef {{level: "info" | "ok" | "warning" | "error", text: string, id: number}} Notice */

/** Emits `change` whenever anything that is shown has changed. */
export class Desk extends EventTarget {
  /** @param {string[]} allowedOrigins */
  constructor(allowedOrigins) {
    super();
    /** @type {State} */
    this.state = initial();
    /** @type {Notice | null} */
    this.notice = null;
    this._notices = 0;
    /** @type {Set<string>} */
    this._once = new Set();
    this.session = new Session({ onEnded: () => this._connection("signed_out") });
    this.connection = new Connection(this.session, {
      onEvent: (event, payload) => this._event(event, payload),
      onOpened: (ack, resumed) => {
        this._set(opened(this.state, ack, { resumed, at: Date.now() }));
        void this.outbox.opened(this.ticketKey);
        void this._waiting();
      },
      onRefused: (error) =>
        this._set({ ...this.state, phase: "failed", error: { code: error.code, message: error.message, hint: error.hint } }),
      onConnection: (connection) => this._connection(connection),
    });
    this.outbox = new Outbox((payload) => this.connection.request("feedback", payload), storage());
    this.host = new Host({ window, allowed: allowedOrigins, onMessage: (message) => this._heard(message) });
  }

  /** Sign in with what there is, connect, and ask the host for its ticket. */
  async start() {
    this._ask(new URLSearchParams(location.search));
    this.host.tell("ready");
    try {
      if (await this.session.renew()) this._connect();
      else this._connection("signed_out");
    } catch {
      this._connection("offline");
      setTimeout(() => this.start(), 3_000);
    }
  }

  /**
   * Sign in with credentials; raises `RequestError`.
   * @param {string} email
   * @param {string} password
   */
  async signIn(email, password) {
    await this.session.signIn(email, password);
    this._connect();
  }

  /** Key of the ticket on screen, for what belongs to it. */
  get ticketKey() {
    const { ticket } = this.state;
    return ticket ? `${ticket.source}/${ticket.ticket}` : null;
  }

  /**
   * Ask for a new draft.
   * @param {{reason?: "refresh" | "retry", instruction?: string}} [wish]
   */
  suggest(wish = {}) {
    return this._try(() => this.connection.request("suggest", wish));
  }

  /**
   * Say what the ticket is about; null: what triage says.
   * @param {string | null} intent
   */
  correct(intent) {
    return this._try(() => this.connection.request("correct", { intent }));
  }

  /**
   * Accept how the assistant may be used, and begin.
   * @param {string} statement
   */
  async acceptUse(statement) {
    const answer = await this._try(() => this.connection.request("accept_use", { statement }));
    if (!answer) return;
    this._set({ ...this.state, use: answer.use });
    this.say("ok", t("use.accepted"));
    if (!this.state.suggestion) await this.suggest();
  }

  /** Stop the draft that is being written. */
  stop() {
    const { suggestion } = this.state;
    if (suggestion?.status === "running") return this._try(() => this.connection.request("stop", { suggestion_id: suggestion.id }));
  }

  /**
   * Apply an editing tool to the agent's text; gives `null` after saying why it could not be.
   * @param {EditAction} action
   * @param {string} text
   * @param {string} [instruction]
   * @returns {Promise<EditResult | null>}
   */
  edit(action, text, instruction) {
    const suggestion_id = this.state.suggestion?.id;
    return this._try(() => this.connection.request("edit", { action, text, instruction, suggestion_id }, EDIT_MS));
  }

  /**
   * Put the text into the helpdesk's composer, if the helpdesk still shows this ticket.
   * @param {string} text
   * @param {string | null} suggestionId
   */
  async insert(text, suggestionId) {
    const { ticket } = this.state;
    if (!ticket) return;
    const here = { source: ticket.source, ticket: ticket.ticket };
    await this._try(async () => {
      const there = await this.host.context();
      if (there.source !== here.source || there.ticket !== here.ticket) {
        throw new HostError("refused", t("insert.other_ticket", { ticket: there.ticket ?? "–" }));
      }
      const answer = await this.connection.request("approve", { ...here, text, suggestion_id: suggestionId });
      if (answer.waiting) {
        this.say("warning", t("second.asked", { subject: named("topic", answer.needs) }));
        return void this._waiting();
      }
      await this.host.insert({ ...here, text, suggestion_id: suggestionId });
      if (suggestionId) this.signal("inserted", suggestionId);
      this.say("ok", t("insert.done"));
    });
  }

  /**
   * Agree to a colleague's text as its second person, or refuse it.
   * @param {import("./protocol.js").Waiting} waiting
   * @param {"agree" | "refuse"} decision
   */
  decide({ id, text_hash }, decision) {
    return this._try(() => this.connection.request("decide", { approval_id: id, text_hash, decision }));
  }

  /**
   * Copy the text to the clipboard.
   * @param {string} text
   * @param {string | null} suggestionId
   */
  async copy(text, suggestionId) {
    try {
      await copyText(text);
    } catch {
      return this.say("error", t("copy.failed"));
    }
    if (suggestionId) this.signal("copied", suggestionId);
    this.say("ok", t("copy.done"));
  }

  /**
   * Record that a draft was not useful.
   * @param {string} suggestionId
   * @param {string} reason
   */
  reject(suggestionId, reason) {
    this.signal("rejected", suggestionId, { reason });
    this.say("ok", t("reject.thanks"));
  }

  /**
   * Record what happened to a suggestion; `shown`, `opened` and `edited` count once.
   * @param {Signal} signal
   * @param {string} suggestionId
   * @param {{reason?: string, detail?: Record<string, number>}} [more]
   */
  signal(signal, suggestionId, more = {}) {
    const key = `${signal}:${suggestionId}`;
    const ticket = this.ticketKey;
    if (!ticket || (ONCE.includes(signal) && this._once.has(key))) return;
    this._once.add(key);
    void this.outbox.add(ticket, { id: crypto.randomUUID(), suggestion_id: suggestionId, signal, ...more });
  }

  /**
   * Ask what left for the draft on screen, as it left, or what would.
   * @returns {Promise<Leaves | null>}
   */
  leaves() {
    const { suggestion } = this.state;
    const done = suggestion && suggestion.status !== "running" ? { suggestion_id: suggestion.id } : {};
    return this.connection.request("leaves", done, 8_000).catch(() => null);
  }

  /**
   * Ask the helpdesk to scroll to a message.
   * @param {number} position
   */
  showMessage(position) {
    const { ticket } = this.state;
    if (ticket) this.host.tell("show_message", { source: ticket.source, ticket: ticket.ticket, position });
  }

  /**
   * Say something to the agent, for eyes and screen readers.
   * @param {Notice["level"]} level
   * @param {string} text
   */
  say(level, text) {
    const id = ++this._notices;
    this.notice = { level, text, id };
    this._changed();
    if (level === "error" || level === "warning") return;
    setTimeout(() => this.notice?.id === id && this.dismiss(), 5_000);
  }

  /** Take the notice away. */
  dismiss() {
    this.notice = null;
    this._changed();
  }

  /**
   * Do something that may be refused, and say why when it is.
   * @template T
   * @param {() => Promise<T>} act
   * @returns {Promise<T | null>}
   */
  async _try(act) {
    try {
      return await act();
    } catch (error) {
      this.say("error", explain(error));
      return null;
    }
  }

  _connect() {
    this._set({ ...this.state, user: this.session.user });
    this.connection.connect();
  }

  /** Sign in at the identity provider, in a window of its own. */
  signInElsewhere() {
    const opened = window.open("/oidc/sign-in?next=/signed-in", "assist-sign-in", "popup,width=520,height=680");
    const heard = (/** @type {MessageEvent} */ { source, origin, data }) => {
      if (source !== opened || origin !== location.origin || data?.assist !== 1 || data.type !== "signed_in") return;
      removeEventListener("message", heard);
      this.session.take(data.given);
      this._connect();
    };
    addEventListener("message", heard);
  }

  async _waiting() {
    const ticket = this.ticketKey;
    const answer = await this.connection.request("approvals").catch(() => null);
    if (answer && ticket === this.ticketKey) this._set({ ...this.state, waiting: answer.approvals });
  }

  /** @param {Record<string, any>} payload */
  _decided(payload) {
    if (payload["for"] === this.state.user?.id) {
      this.say(payload.agreed ? "ok" : "warning", t(payload.agreed ? "second.agreed" : "second.refused", { by: payload.by }));
    }
  }

  /** @param {State["connection"]} connection */
  _connection(connection) {
    if (connection === "signed_out") {
      this.session.end();
      this.connection.disconnect();
    }
    this._set({ ...this.state, connection });
    if (connection === "live") void this.outbox.flush();
  }

  /**
   * @param {string} event
   * @param {Record<string, any>} payload
   */
  _event(event, payload) {
    if (event === "notice") this.say(payload.level, payload.text);
    else if (event === "approval_asked" || event === "approval_decided") {
      if (event === "approval_decided") this._decided(payload);
      void this._waiting();
    }
    else this._set(reduce(this.state, event, payload, Date.now()));
  }

  /** @param {Record<string, any>} message */
  _heard(message) {
    if (message.type === "ticket") this._show(message.ticket === null ? null : { source: String(message.source), ticket: String(message.ticket) });
    else if (message.type === "theme") setTheme(message.theme);
    else if (message.type === "locale") void this._speak(String(message.locale));
  }

  /** @param {string} wanted */
  async _speak(wanted) {
    if (wanted.split("-")[0] === locale()) return;
    await loadMessages(wanted);
    document.documentElement.lang = locale();
    // A new object: the parts of the page look again only when theirs has changed.
    this._set({ ...this.state });
  }

  /**
   * Without a host the address may name the ticket: `/sidebar?source=…&ticket=…`.
   * @param {URLSearchParams} query
   */
  _ask(query) {
    const source = query.get("source");
    const ticket = query.get("ticket");
    if (source && ticket && !this.state.wanted) this._show({ source, ticket });
  }

  /** @param {import("./protocol.js").TicketRef | null} wanted */
  _show(wanted) {
    const { wanted: shown } = this.state;
    if (wanted && shown && wanted.source === shown.source && wanted.ticket === shown.ticket) return;
    this._set(show(this.state, wanted));
    this.connection.open(wanted);
  }

  /** @param {State} state */
  _set(state) {
    this.state = state;
    this._changed();
  }

  _changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * Tell whether a suggestion has something an agent could use.
 * @param {Suggestion | null} suggestion
 */
export function usable(suggestion) {
  return Boolean(suggestion && suggestion.status !== "running" && suggestion.drafts.some((draft) => draft.sentences.length));
}

/**
 * Give what keeps a suggestion from having a draft.
 * @param {Suggestion | null} suggestion
 */
export function withheld(suggestion) {
  const reasons = (suggestion?.notices ?? []).filter(({ action }) => ["no_draft", "hand_off", "off"].includes(action));
  return reasons.length ? reasons : null;
}

/** @param {unknown} error */
function explain(error) {
  const { code = "error", message = "", hint = "" } = /** @type {{code?: string, message?: string, hint?: string}} */ (error);
  const own = has(`error.${code}`) ? t(`error.${code}`) : "";
  if (code === "refused" && message) return message;
  if (["timeout", "offline", "no_host", "needs_model", "too_many_requests"].includes(code) && own) return own;
  const said = message || own || t("error.error");
  return [said.charAt(0).toUpperCase() + said.slice(1), hint].filter(Boolean).join(". ").replaceAll(".. ", ". ");
}

/** @param {unknown} theme */
function setTheme(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

/** @param {string} text */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A frame without the clipboard permission can still copy what is selected.
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "off-screen";
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (!copied) throw new Error("refused");
  }
}

function storage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
