/** Keeps a ticket's events in order: each once, none missing. */

/** @typedef {{event: string, payload: Record<string, any>}} Numbered */

/**
 * While a ticket is being opened its events wait; afterwards each is `apply`, `seen` (a duplicate) or `gap` (ask again).
 */
export class Sequence {
  constructor() {
    /** @type {number | null} The newest number applied. */
    this.last = null;
    this.opening = true;
    /** @type {Numbered[]} */
    this._waiting = [];
  }

  /** Events wait again until `opened`; what was applied stays applied. */
  reopen() {
    this.opening = true;
  }

  /** Forget everything: another ticket. */
  reset() {
    this.last = null;
    this.opening = true;
    this._waiting = [];
  }

  /**
   * Say what to do with an event that came.
   * @param {string} event
   * @param {Record<string, any>} payload
   * @returns {"apply" | "seen" | "gap" | "wait"}
   */
  take(event, payload) {
    const seq = payload.seq;
    if (this.opening || this.last === null) {
      this._waiting.push({ event, payload });
      return "wait";
    }
    if (seq <= this.last) return "seen";
    if (seq > this.last + 1) {
      this._waiting.push({ event, payload });
      this.opening = true;
      return "gap";
    }
    this.last = seq;
    return "apply";
  }

  /**
   * Drop waiting events that are not of the ticket that was opened.
   * @param {(payload: Record<string, any>) => boolean} ours
   */
  keep(ours) {
    this._waiting = this._waiting.filter(({ payload }) => ours(payload));
  }

  /**
   * The ticket is open as of `seq`, after `replay` when that resumed; gives the events to apply now, in order.
   * @param {number} seq
   * @param {[string, Record<string, any>][] | null | undefined} replay
   * @returns {{events: Numbered[], gap: boolean}}
   */
  opened(seq, replay) {
    const resumed = Boolean(replay) && this.last !== null;
    if (!resumed) this.last = seq;
    const missed = resumed ? (replay ?? []).map(([event, payload]) => ({ event, payload })) : [];
    const known = [...missed, ...this._waiting].sort((a, b) => a.payload.seq - b.payload.seq);
    this._waiting = [];
    this.opening = false;
    /** @type {Numbered[]} */
    const events = [];
    for (const item of known) {
      const verdict = this.take(item.event, item.payload);
      if (verdict === "apply") events.push(item);
      else if (verdict === "gap") {
        const rest = known.slice(known.indexOf(item) + 1);
        this._waiting.push(...rest);
        return { events, gap: true };
      }
    }
    return { events, gap: false };
  }
}
