/** `<demo-conversation>`: the open ticket's messages and the composer under them. */

import { locale, named, t } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, live, nothing, repeat } from "../vendor/lit.js";

/** @import { PropertyValues } from "lit" */
/** @import { Helpdesk, Message } from "./desk.js" */

export class DemoConversation extends LitElement {
  static properties = { desk: { attribute: false }, _tool: { state: true }, _sending: { state: true } };
  static styles = [shared, css`
    :host { display: flex; flex-direction: column; min-height: 0; background: var(--bg); }
    header { padding: var(--s3) var(--s4); background: var(--card); border-bottom: 1px solid var(--line); }
    h2 { font-size: var(--t-l); color: var(--ink); letter-spacing: 0; margin: 0 0 3px; min-height: 0; display: block; overflow-wrap: anywhere; }
    .messages { flex: 1; overflow-y: auto; padding: var(--s4); display: flex; flex-direction: column; gap: var(--s3); min-height: 120px; }
    .message { max-width: 640px; border-radius: var(--r); padding: var(--s2) var(--s3); background: var(--card); border: 1px solid var(--line); overflow-wrap: anywhere; white-space: pre-wrap; }
    .message.agent { align-self: flex-end; background: var(--accent-bg); border-color: transparent; }
    .message.bot { align-self: flex-end; background: var(--sunken); }
    .message.internal { align-self: flex-end; background: var(--internal-bg); border: 1px dashed var(--internal); }
    .message.system { align-self: center; background: none; border: 0; color: var(--ink-3); font-size: var(--t-s); padding: 0; text-align: center; }
    .message.found { outline: 2px solid var(--accent); outline-offset: 2px; }
    .by { display: flex; gap: var(--s2); align-items: baseline; font-size: var(--t-xs); color: var(--ink-2); margin-bottom: 2px; white-space: normal; }
    .by b { font-weight: 600; font-size: var(--t-s); }
    .by time { margin-left: auto; color: var(--ink-3); }
    .internal .by b { color: var(--internal); }
    .composer { background: var(--card); border-top: 1px solid var(--line); padding: var(--s3) var(--s4); }
    textarea { min-height: 96px; max-height: 40vh; resize: vertical; field-sizing: content; line-height: 1.5; }
    .composer .row { margin-top: var(--s2); }
    .composer .row.tabs { margin: 0 0 var(--s2); gap: 2px; }
    .tabs button { border-color: transparent; background: none; color: var(--ink-2); }
    .tabs button[aria-pressed="true"] { background: var(--sunken); color: var(--ink); font-weight: 600; }
    .note textarea { background: var(--internal-bg); }
    .note textarea, .customer textarea { border-style: dashed; }
    .empty { margin: auto; color: var(--ink-3); padding: var(--s5); text-align: center; }
    .said { font-size: var(--t-s); min-height: 1.4em; }
    .said.error { color: var(--bad); } .said.ok { color: var(--ok); }
  `];

  constructor() {
    super();
    /** @type {Helpdesk} */
    this.desk = /** @type {any} */ (null);
    /** @type {"reply" | "notes" | "customer"} */
    this._tool = "reply";
    this._sending = false;
    this._aside = "";
    this._at = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.desk.addEventListener("change", () => this.requestUpdate());
  }

  /** @param {PropertyValues} _changed */
  updated(_changed) {
    const { key, conversation, wantedMessage } = this.desk;
    const at = `${key}:${conversation?.messages.length ?? 0}`;
    const list = this.renderRoot.querySelector(".messages");
    if (wantedMessage !== null) {
      this.desk.wantedMessage = null;
      this._show(wantedMessage);
    } else if (list && at !== this._at) list.scrollTop = list.scrollHeight;
    this._at = at;
  }

  /** Show the reply and give it the keyboard. */
  async focusComposer() {
    this._tool = "reply";
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector("textarea"))?.focus();
  }

  render() {
    const { conversation, loading } = this.desk;
    if (!conversation) return html`<p class="empty">${loading ? t("loading") : t("demo.choose")}</p>`;
    const { ticket, messages } = conversation;
    return html`
      <header>
        <h2>${ticket.subject ?? t("demo.no_subject")}</h2>
        <div class="chips">
          <span class="chip plain">#${ticket.ticket}</span>
          <span class="chip ${ticket.status === "resolved" ? "ok" : ""}">${named("status", ticket.status)}</span>
          ${ticket.priority === "urgent" || ticket.priority === "high" ? html`<span class="chip warn">${named("priority", ticket.priority)}</span>` : nothing}
          ${ticket.channel ? html`<span class="chip plain">${named("channel", ticket.channel)}</span>` : nothing}
          ${ticket.brand ? html`<span class="chip plain">${named("brand", ticket.brand)}</span>` : nothing}
        </div>
      </header>
      <div class="messages" tabindex="0" role="log" aria-label=${t("demo.conversation")}>
        ${repeat(messages, (message) => `${ticket.ticket}:${message.position}`, (message) => this._message(message))}
      </div>
      ${this._composer()}
    `;
  }

  /** @param {Message} message */
  _message(message) {
    if (message.author === "system") return html`<div class="message system" id="m${message.position}">${message.text}</div>`;
    const kind = message.internal ? "internal" : message.author;
    const name = message.author === "customer" ? this.desk.conversation?.ticket.requester ?? t("author.customer") : message.name ?? t(`author.${message.author}`);
    return html`<article class="message ${kind}" id="m${message.position}"><div class="by"><b>${name}</b>${message.internal ? html`<span class="chip internal">${t("demo.internal_note")}</span>` : nothing}${message.at ? html`<time datetime=${message.at}>${when(message.at)}</time>` : nothing}</div>${message.text}</article>`;
  }

  _composer() {
    const { desk } = this;
    const reply = this._tool === "reply";
    const text = reply ? desk.composed[desk.key] ?? "" : this._aside;
    const label = t(`demo.${this._tool}_label`);
    return html`<section class="composer ${this._tool === "notes" ? "note" : this._tool}" aria-label=${t("demo.composer")}>
      <div class="row tabs" role="group" aria-label=${t("demo.what")}>
        ${/** @type {const} */ (["reply", "notes", "customer"]).map((tool) => html`<button aria-pressed=${this._tool === tool} @click=${() => (this._tool = tool)}>${t(tool === "customer" ? "demo.as_customer" : `demo.${tool}`)}</button>`)}
      </div>
      <textarea aria-label=${label} placeholder=${label} .value=${live(text)} @input=${this._typed}></textarea>
      <div class="row">
        ${reply
          ? html`<button class="primary" ?disabled=${this._sending || !text.trim()} @click=${() => this._send(false)}>${t("demo.send")}</button>
              <button ?disabled=${this._sending || !text.trim()} @click=${() => this._send(true)}>${t("demo.send_resolve")}</button>`
          : html`<button class="primary" ?disabled=${this._sending || !text.trim()} @click=${this._add}>${t(`demo.add_${this._tool}`)}</button>`}
        <span class="said ${desk.said.level} grow" role="status">${desk.said.text || (reply ? t("demo.approval") : t(`demo.${this._tool}_why`))}</span>
      </div>
    </section>`;
  }

  /** @param {InputEvent} event */
  _typed(event) {
    const { value } = /** @type {HTMLTextAreaElement} */ (event.target);
    if (this._tool === "reply") this.desk.compose(value);
    else {
      this._aside = value;
      this.requestUpdate();
    }
  }

  /** @param {boolean} resolve */
  async _send(resolve) {
    this._sending = true;
    await this.desk.reply(resolve);
    this._sending = false;
  }

  async _add() {
    if (this._tool === "reply") return;
    this._sending = true;
    if (await this.desk.add(this._tool, this._aside)) {
      this._aside = "";
      this._tool = "reply";
    }
    this._sending = false;
  }

  /** @param {number} position */
  _show(position) {
    const message = this.renderRoot.querySelector(`#m${position}`);
    if (!message) return;
    message.scrollIntoView({ block: "center" });
    message.classList.add("found");
    setTimeout(() => message.classList.remove("found"), 2_000);
  }
}

/** @param {string} at */
function when(at) {
  return new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}
