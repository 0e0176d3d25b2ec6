/** Feedback signals wait here until the server has acknowledged them: each has its own id, so a retry is harmless. */

/** @import { Signal } from "./protocol.js" */

/**
 * @typedef {object} Entry
 * @property {string} ticket Key of the ticket it belongs to: the server takes signals for the open ticket only.
 * @property {{id: string, suggestion_id: string, signal: Signal, reason?: string, detail?: Record<string, number>}} payload
 */

const KEPT_AS = "assist.signals";
const AT_MOST = 200;
const AGAIN_MS = 5_000;

/** Sends signals in order, again after a failure, and never twice once acknowledged. */
export class Outbox {
  /**
   * @param {(payload: Entry["payload"]) => Promise<unknown>} send raises an error with a `code`
   * @param {Pick<Storage, "getItem" | "setItem"> | null} storage
   * @param {number} [again] ms until a failed signal is tried again
   */
  constructor(send, storage, again = AGAIN_MS) {
    this._send = send;
    this._storage = storage;
    this._again = again;
    /** @type {Entry[]} */
    this.entries = this._load();
    this._busy = false;
    /** @type {string | null} */
    this._open = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._timer = undefined;
  }

  /**
   * Say which ticket is open now; its waiting signals go out.
   * @param {string | null} ticket
   */
  opened(ticket) {
    this._open = ticket;
    return this.flush();
  }

  /**
   * Take a signal.
   * @param {string} ticket
   * @param {Entry["payload"]} payload
   */
  add(ticket, payload) {
    this.entries.push({ ticket, payload });
    this.entries.splice(0, Math.max(0, this.entries.length - AT_MOST));
    this._save();
    return this.flush();
  }

  /** Send what waits for the open ticket. */
  async flush() {
    if (this._busy) return;
    this._busy = true;
    clearTimeout(this._timer);
    try {
      for (let entry = this._next(); entry; entry = this._next()) {
        await this._deliver(entry);
        this._drop(entry);
      }
    } catch {
      this._timer = setTimeout(() => this.flush(), this._again);
    } finally {
      this._busy = false;
    }
  }

  /** @returns {Entry | undefined} */
  _next() {
    return this.entries.find(({ ticket }) => ticket === this._open);
  }

  /** @param {Entry} entry */
  _drop(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
    this._save();
  }

  /** @param {Entry} entry */
  async _deliver(entry) {
    try {
      await this._send(entry.payload);
    } catch (error) {
      // What the server refuses for good would be refused again.
      if (!["invalid_input", "not_found"].includes(/** @type {{code?: string}} */ (error).code ?? "")) throw error;
    }
  }

  /** @returns {Entry[]} */
  _load() {
    try {
      const entries = JSON.parse(this._storage?.getItem(KEPT_AS) ?? "[]");
      return Array.isArray(entries) ? entries : [];
    } catch {
      return [];
    }
  }

  _save() {
    try {
      this._storage?.setItem(KEPT_AS, JSON.stringify(this.entries));
    } catch {
      // Without storage signals live as long as the page.
    }
  }
}
