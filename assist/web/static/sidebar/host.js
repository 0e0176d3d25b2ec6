/** The frame's contract with the helpdesk around it: objects with `assist: 1`, from an allowed origin only. */

/** @import { TicketRef } from "./protocol.js" */

const ANSWER_MS = 4_000;

/**
 * Tell whether an origin may frame the sidebar; a pattern may begin its host with `*.`, as in the CSP.
 * @param {string} origin
 * @param {string[]} allowed
 */
export function originAllowed(origin, allowed) {
  return allowed.some((pattern) => {
    const star = pattern.indexOf("://*.");
    if (star < 0) return pattern === origin;
    const scheme = pattern.slice(0, star + 3);
    const end = pattern.slice(star + 4);
    return origin.startsWith(scheme) && origin.endsWith(end) && origin.length > scheme.length + end.length;
  });
}

/** The helpdesk did not do what it was asked; `code` is `no_host`, `timeout` or `refused`. */
export class HostError extends Error {
  /**
   * @param {"no_host" | "timeout" | "refused"} code
   * @param {string} [message]
   */
  constructor(code, message = "") {
    super(message);
    this.code = code;
  }
}

/** Talks to the window that frames this one. */
export class Host {
  /**
   * @param {object} options
   * @param {Window} options.window
   * @param {string[]} options.allowed origins, as `ASSIST_FRAME_ANCESTORS` lists them
   * @param {(message: Record<string, any>) => void} options.onMessage `ticket`, `theme` and `locale` messages
   */
  constructor({ window, allowed, onMessage }) {
    this._window = window;
    this._allowed = [...allowed, window.location.origin];
    this._onMessage = onMessage;
    /** @type {Map<string, (message: Record<string, any>) => void>} */
    this._asked = new Map();
    this._requests = 0;
    this.origin = this._guessOrigin();
    window.addEventListener("message", (event) => this._receive(event));
  }

  /** Whether a helpdesk we may talk to is around this page. */
  get present() {
    return this._window.parent !== this._window && this.origin !== null;
  }

  /**
   * Send a message that needs no answer.
   * @param {string} type
   * @param {Record<string, unknown>} [rest]
   */
  tell(type, rest = {}) {
    if (this.present) this._window.parent.postMessage({ assist: 1, type, ...rest }, /** @type {string} */ (this.origin));
  }

  /**
   * Ask which ticket is in front of the agent; raises `HostError`.
   * @returns {Promise<TicketRef>}
   */
  async context() {
    const { source, ticket } = await this._ask("context", "context", {});
    return { source, ticket };
  }

  /**
   * Put a text into the composer of a ticket; raises `HostError` when the helpdesk will not.
   * @param {TicketRef & {text: string, suggestion_id: string | null}} insertion
   */
  async insert(insertion) {
    const answer = await this._ask("insert", "inserted", insertion);
    if (!answer.ok) throw new HostError("refused", String(answer.error ?? ""));
  }

  /**
   * @param {string} type
   * @param {string} answerType
   * @param {Record<string, unknown>} rest
   * @returns {Promise<Record<string, any>>}
   */
  _ask(type, answerType, rest) {
    if (!this.present) return Promise.reject(new HostError("no_host"));
    const request = `${type}-${++this._requests}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this._asked.delete(request);
        reject(new HostError("timeout"));
      }, ANSWER_MS);
      this._asked.set(request, (message) => {
        if (message.type !== answerType) return;
        clearTimeout(timer);
        this._asked.delete(request);
        resolve(message);
      });
      this.tell(type, { request, ...rest });
    });
  }

  /** @param {MessageEvent} event */
  _receive(event) {
    if (event.source !== this._window.parent || event.source === this._window) return;
    if (!originAllowed(event.origin, this._allowed)) return;
    const message = event.data;
    if (typeof message !== "object" || message === null || message.assist !== 1) return;
    this.origin = event.origin;
    if (message.request !== undefined) this._asked.get(message.request)?.(message);
    else this._onMessage(message);
  }

  /** Where the parent is from, if the browser says so: then the first message can go to that origin alone. */
  _guessOrigin() {
    if (this._window.parent === this._window) return null;
    const ancestors = this._window.location.ancestorOrigins;
    const referrer = this._window.document.referrer;
    const guess = ancestors?.[0] ?? (URL.canParse(referrer) ? new URL(referrer).origin : null);
    return guess !== null && originAllowed(guess, this._allowed) ? guess : null;
  }
}
