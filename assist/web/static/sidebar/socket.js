/** The sidebar's connection: acknowledged requests, ordered events, resumption after a break. */

import { io } from "../vendor/socket.io.js";
import { Sequence } from "./sequence.js";

/** @import { TicketRef, TicketState, WireError } from "./protocol.js" */
/** @import { Session } from "./session.js" */

const ANSWER_MS = 10_000;
const HEARTBEAT_MS = 20_000;
const NUMBERED = ["ticket_updated", "triage_ready", "suggestion_started", "suggestion_delta", "suggestion_sources", "suggestion_done", "suggestion_failed", "suggestion_stale", "approval_asked", "approval_decided"];

/** A request that was refused or not answered; `code` "timeout" and "offline" are the client's own. */
export class Refused extends Error {
  /** @param {WireError} error */
  constructor(error) {
    super(error.message);
    this.code = error.code;
    this.hint = error.hint ?? "";
  }
}

/**
 * @typedef {object} Listener
 * @property {(event: string, payload: Record<string, any>) => void} onEvent An event to apply, in order, once.
 * @property {(ack: TicketState, resumed: boolean) => void} onOpened
 * @property {(error: Refused) => void} onRefused The ticket could not be opened.
 * @property {(connection: "live" | "offline" | "signed_out") => void} onConnection
 */

/** Keeps one ticket open over one socket. */
export class Connection {
  /**
   * @param {Session} session
   * @param {Listener} listener
   */
  constructor(session, listener) {
    this._session = session;
    this._listener = listener;
    this._sequence = new Sequence();
    /** @type {TicketRef | null} */
    this._wanted = null;
    /** @type {number | null} The server's id of the open ticket. */
    this._ticketId = null;
    this._turn = 0;
    this.socket = io("/sidebar", {
      autoConnect: false,
      auth: (give) => give({ token: session.token }),
      transports: ["websocket", "polling"],
      reconnectionDelay: 500,
      reconnectionDelayMax: 5_000,
    });
    this._listen();
    setInterval(() => this.socket.connected && this.request("heartbeat").catch(() => {}), HEARTBEAT_MS);
  }

  /** Connect, or connect again with the token there is now. */
  connect() {
    this.socket.connect();
  }

  /** Leave, until `connect`. */
  disconnect() {
    this.socket.disconnect();
  }

  /**
   * Show another ticket, or none.
   * @param {TicketRef | null} wanted
   */
  open(wanted) {
    this._wanted = wanted;
    this._ticketId = null;
    this._sequence.reset();
    if (!this.socket.connected) return;
    if (wanted) void this._open();
    else this.request("ticket_close").catch(() => {});
  }

  /**
   * Ask the server; raises `Refused`.
   * @param {string} event
   * @param {Record<string, unknown>} [payload]
   * @param {number} [timeout] ms
   * @returns {Promise<any>}
   */
  async request(event, payload = {}, timeout = ANSWER_MS) {
    let answer;
    try {
      answer = await this.socket.timeout(timeout).emitWithAck(event, payload);
    } catch {
      throw new Refused({ code: this.socket.connected ? "timeout" : "offline", message: "" });
    }
    if (answer.ok) return answer;
    if (answer.error.code === "not_signed_in") void this._signInAgain();
    throw new Refused(answer.error);
  }

  _listen() {
    this.socket.on("connect", () => {
      this._listener.onConnection("live");
      if (this._wanted) {
        this._sequence.reopen();
        void this._open();
      }
    });
    this.socket.on("disconnect", (reason) => {
      this._listener.onConnection("offline");
      // The server closes sockets when it ends; the client then waits to be told to come back.
      if (reason === "io server disconnect") setTimeout(() => this.socket.connect(), 1_000);
    });
    this.socket.on("connect_error", () => {
      this._listener.onConnection("offline");
      // An active socket tries again by itself; otherwise the server refused the token.
      if (!this.socket.active) void this._signInAgain();
    });
    for (const event of NUMBERED) this.socket.on(event, (payload) => this._numbered(event, payload));
    for (const event of ["presence", "notice"]) {
      this.socket.on(event, (payload) => this._ours(payload) && this._listener.onEvent(event, payload));
    }
  }

  async _signInAgain() {
    try {
      if (await this._session.renew()) this.socket.disconnect().connect();
      else this._listener.onConnection("signed_out");
    } catch {
      setTimeout(() => this._signInAgain(), 3_000);
    }
  }

  async _open() {
    const wanted = this._wanted;
    if (!wanted) return;
    const turn = ++this._turn;
    const last = this._sequence.last;
    try {
      /** @type {TicketState} */
      const ack = await this.request("ticket_open", { ...wanted, ...(last === null ? {} : { last_seq: last }) });
      if (turn !== this._turn || wanted !== this._wanted) return;
      this._ticketId = ack.ticket.id;
      const resumed = Array.isArray(ack.replay) && last !== null;
      this._sequence.keep((payload) => this._ours(payload));
      const { events, gap } = this._sequence.opened(ack.seq, ack.replay);
      this._listener.onOpened(ack, resumed);
      for (const { event, payload } of events) this._listener.onEvent(event, payload);
      if (gap) void this._open();
    } catch (error) {
      if (turn !== this._turn || !(error instanceof Refused)) return;
      if (error.code === "timeout") void this._open();
      else if (error.code !== "offline" && error.code !== "not_signed_in") this._listener.onRefused(error);
    }
  }

  /**
   * @param {string} event
   * @param {Record<string, any>} payload
   */
  _numbered(event, payload) {
    if (!this._wanted || !this._ours(payload)) return;
    const verdict = this._sequence.take(event, payload);
    if (verdict === "apply") this._listener.onEvent(event, payload);
    else if (verdict === "gap") void this._open();
  }

  /**
   * Tell whether an event is of the open ticket: those of the one before may still be on their way.
   * @param {Record<string, any>} payload
   */
  _ours(payload) {
    return this._ticketId === null || payload.ticket === undefined || payload.ticket === this._ticketId;
  }
}
