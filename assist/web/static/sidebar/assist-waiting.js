/** `<assist-waiting>`: texts of a restricted subject, waiting for a second person's word. */

import { named, t } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html } from "../vendor/lit.js";

/** @import { Desk } from "./desk.js" */
/** @import { Waiting } from "./protocol.js" */

export class AssistWaiting extends LitElement {
  static properties = { waiting: { attribute: false }, desk: { attribute: false }, _busy: { state: true } };
  static styles = [shared, css`
    article + article { margin-top: var(--s3); }
    blockquote { margin: var(--s2) 0; padding: var(--s2); background: var(--sunken); border-radius: var(--r-s); white-space: pre-wrap; overflow-wrap: anywhere; max-height: 260px; overflow: auto; }
  `];

  constructor() {
    super();
    /** @type {Waiting[]} */
    this.waiting = [];
    /** @type {Desk} */
    this.desk = /** @type {any} */ (null);
    this._busy = false;
  }

  render() {
    return html`<h2>${t("second.title")}</h2>${this.waiting.map((one) => this._one(one))}`;
  }

  /** @param {Waiting} one */
  _one(one) {
    const subject = named("topic", one.needs);
    return html`<article><p class="small">${one.mine ? t("second.mine", { subject }) : t("second.theirs", { by: one.by, subject })}</p>
      <blockquote tabindex="0">${one.text}</blockquote>
      ${one.may_decide ? html`<div class="row">
        <button class="primary" ?disabled=${this._busy} @click=${() => this._decide(one, "agree")}>${t("second.agree")}</button>
        <button ?disabled=${this._busy} @click=${() => this._decide(one, "refuse")}>${t("second.refuse")}</button></div>` : ""}</article>`;
  }

  /**
   * @param {Waiting} one
   * @param {"agree" | "refuse"} decision
   */
  async _decide(one, decision) {
    this._busy = true;
    await this.desk.decide(one, decision);
    this._busy = false;
  }
}
