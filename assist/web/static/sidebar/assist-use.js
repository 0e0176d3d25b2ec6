/** `<assist-use>`: how the assistant may be used, to be accepted once, and what to check in its drafts. */

import { said, t } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";

/** @import { Desk } from "./desk.js" */
/** @import { Use } from "./protocol.js" */

export class AssistUse extends LitElement {
  static properties = { use: { attribute: false }, desk: { attribute: false }, _busy: { state: true } };
  static styles = [shared, css`
    blockquote { margin: var(--s2) 0; padding: var(--s2) var(--s3); border-left: 3px solid var(--accent); background: var(--accent-bg); border-radius: 0 var(--r-s) var(--r-s) 0; }
    ul { margin: var(--s1) 0 var(--s3); padding-left: 18px; }
    li + li { margin-top: 3px; }
    summary { cursor: pointer; font-size: var(--t-s); font-weight: 600; color: var(--ink-2); min-height: 24px; display: flex; align-items: center; gap: 5px; }
    summary::before { content: "▸"; color: var(--ink-3); }
    details[open] summary::before { content: "▾"; }
    details ul { margin-bottom: 0; font-size: var(--t-s); }
  `];

  constructor() {
    super();
    /** @type {Use | null} */
    this.use = null;
    /** @type {Desk} */
    this.desk = /** @type {any} */ (null);
    this._busy = false;
  }

  render() {
    if (!this.use) return nothing;
    return this.use.accepted ? this._guidance(this.use) : this._statement(this.use);
  }

  /** @param {Use} use */
  _statement(use) {
    return html`<h2>${t("use.title")}</h2>
      <p>${t("use.text")}</p>
      <blockquote>${said(use.acceptable_use)}</blockquote>
      <p class="muted small">${t("use.prohibited")}</p>
      <ul>${lines(use.prohibited).map((line) => html`<li>${line}</li>`)}</ul>
      <button class="primary" ?disabled=${this._busy} @click=${this._accept}>${t("use.accept")}</button>`;
  }

  /** @param {Use} use */
  _guidance(use) {
    return html`<details><summary>${t("guide.title")}</summary><ul>${lines(use.guidance).map((line) => html`<li>${line}</li>`)}</ul></details>`;
  }

  async _accept() {
    this._busy = true;
    if (this.use) await this.desk.acceptUse(this.use.statement);
    this._busy = false;
  }
}

/**
 * @param {Record<string, string[]>} texts
 * @returns {string[]}
 */
function lines(texts) {
  return texts[document.documentElement.lang] ?? texts["en"] ?? [];
}
