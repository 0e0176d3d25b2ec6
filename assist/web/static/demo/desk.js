/** The demo helpdesk's own state: inbox, the open ticket, and what the agent does there. It knows nothing of drafts. */

import { named, t } from "../page/i18n.js";
import { RequestError, send } from "../page/http.js";
import { io } from "../vendor/socket.io.js";

/**
 * @typedef {object} Row
 * @property {string} source
 * @property {string} ticket
 * @property {string | null} subject
 * @property {string | null} requester
 * @property {string} status
 * @property {string | null} channel
 * @property {string | null} priority
 * @property {string | null} group
 * @property {string} updated_at
 * @property {string} snippet
 * @property {boolean} unread The customer wrote last.
 *
 * @typedef {object} Message
 * @property {number} position
 * @property {"customer" | "agent" | "system" | "bot"} author
 * @property {string | null} [name]
 * @property {boolean} internal
 * @property {string} text
 * @property {string | null} at
 *
 * @typedef {{ticket: Row & {id: number, brand: string | null, language: string | null}, messages: Message[]}} Conversation
 */

const ORDER = ["urgent", "high", "normal", "low"];

/** Emits `change`. */
export class Helpdesk extends EventTarget {
  constructor() {
    super();
    this.status = "open";
    this.priority = "";
    this.query = "";
    /** @type {Row[] | null} */
    this.rows = null;
    /** @type {Conversation | null} */
    this.conversation = null;
    this.loading = false;
    /** @type {Record<string, string>} What was written for each ticket and not yet sent. */
    this.composed = {};
    /** @type {Record<string, string | null>} The suggestion a composed text came from. */
    this.from = {};
    /** @type {number | null} A message to bring into view. */
    this.wantedMessage = null;
    this.said = { level: "info", text: "" };
    this._turn = 0;
  }

  /** Load the inbox, the ticket of the address, and listen for changes. */
  async start() {
    const socket = io("/demo", { transports: ["websocket", "polling"] });
    socket.on("ticket_changed", ({ id }) => {
      void this.loadInbox();
      if (id === undefined || id === this.conversation?.ticket.id) void this.reload();
    });
    addEventListener("popstate", () => this._openFromAddress());
    await this.loadInbox();
    await this._openFromAddress();
    const first = this.shown[0];
    if (!this.conversation && first && matchMedia("(min-width: 1000px)").matches) await this.open(first, { replace: true });
  }

  /** The rows that pass the filters; the most pressing first, then the newest. */
  get shown() {
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    return (this.rows ?? [])
      .filter((row) => !this.priority || row.priority === this.priority)
      .filter((row) => {
        const text = `${row.ticket} ${row.subject} ${row.requester} ${row.snippet} ${row.group}`.toLowerCase();
        return words.every((word) => text.includes(word));
      })
      .sort((a, b) => rank(a) - rank(b) || b.updated_at.localeCompare(a.updated_at));
  }

  /** Key of the open ticket. */
  get key() {
    return this.conversation ? keyOf(this.conversation.ticket) : "";
  }

  /** @param {Partial<Pick<Helpdesk, "status" | "priority" | "query">>} wanted */
  async filter(wanted) {
    Object.assign(this, wanted);
    if ("status" in wanted) await this.loadInbox();
    this._changed();
  }

  async loadInbox() {
    await this._try(async () => {
      this.rows = (await send("GET", `/demo/api/tickets?status=${this.status}`)).tickets;
    });
  }

  /**
   * Open a ticket.
   * @param {{source: string, ticket: string}} row
   * @param {{replace?: boolean, quiet?: boolean}} [how]
   */
  async open(row, { replace = false, quiet = false } = {}) {
    const turn = ++this._turn;
    this.loading = true;
    this._changed();
    await this._try(async () => {
      const conversation = await send("GET", urlOf(row));
      if (turn === this._turn) this.conversation = conversation;
    });
    this.loading = false;
    if (!quiet) history[replace ? "replaceState" : "pushState"](null, "", `#${encodeURIComponent(row.source)}/${encodeURIComponent(row.ticket)}`);
    this._changed();
  }

  /** Read the open ticket again. */
  async reload() {
    const { conversation } = this;
    if (!conversation) return;
    const turn = this._turn;
    await this._try(async () => {
      const fresh = await send("GET", urlOf(conversation.ticket));
      if (turn === this._turn) this.conversation = fresh;
    });
  }

  /**
   * Keep what is in the composer.
   * @param {string} text
   */
  compose(text) {
    this.composed[this.key] = text;
    this._changed();
  }

  /**
   * Send the composed reply: the agent's own approval of exactly this text comes first.
   * @param {boolean} resolve
   */
  async reply(resolve) {
    const { conversation, key } = this;
    const text = (this.composed[key] ?? "").trim();
    if (!conversation || !text) return false;
    const { source, ticket } = conversation.ticket;
    const suggestion_id = this.from[key] ?? undefined;
    return this._try(async () => {
      const { approval } = await send("POST", "/demo/api/approvals", { source, ticket, text, suggestion_id });
      const fresh = await send("POST", `${urlOf(conversation.ticket)}/replies`, { text, approval, suggestion_id, resolve });
      delete this.composed[key];
      delete this.from[key];
      if (this.key === key) this.conversation = fresh;
      this.say("ok", t(resolve ? "demo.sent_resolved" : "demo.sent"));
      void this.loadInbox();
    });
  }

  /**
   * Add an internal note, or play the customer.
   * @param {"notes" | "customer"} kind
   * @param {string} text
   */
  async add(kind, text) {
    const { conversation } = this;
    if (!conversation || !text.trim()) return false;
    return this._try(async () => {
      this.conversation = await send("POST", `${urlOf(conversation.ticket)}/${kind}`, { text: text.trim(), id: crypto.randomUUID() });
      void this.loadInbox();
    });
  }

  /**
   * @param {"ok" | "error" | "info"} level
   * @param {string} text
   */
  say(level, text) {
    this.said = { level, text };
    this._changed();
    if (level !== "error") setTimeout(() => this.said.text === text && this.say("error", ""), 5_000);
  }

  async _openFromAddress() {
    const [source, ticket] = location.hash.slice(1).split("/").map(decodeURIComponent);
    if (source && ticket && keyOf({ source, ticket }) !== this.key) await this.open({ source, ticket }, { quiet: true });
  }

  /**
   * Do something and say why when it fails; gives whether it went well.
   * @param {() => Promise<void>} act
   */
  async _try(act) {
    try {
      await act();
      return true;
    } catch (error) {
      if (error instanceof RequestError && error.status === 401) location.assign("/demo/sign-in");
      const { code = "", message = "" } = /** @type {{code?: string, message?: string}} */ (error);
      this.say("error", message || named("error", code));
      return false;
    } finally {
      this._changed();
    }
  }

  _changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {{source: string, ticket: string}} row */
export function keyOf(row) {
  return `${row.source}/${row.ticket}`;
}

/** @param {{source: string, ticket: string}} row */
function urlOf(row) {
  return `/demo/api/tickets/${encodeURIComponent(row.source)}/${encodeURIComponent(row.ticket)}`;
}

/** @param {Row} row */
function rank(row) {
  const at = ORDER.indexOf(row.priority ?? "normal");
  // Only what presses is moved up; the rest is by time.
  return at === 0 || at === 1 ? at : 2;
}
