/** `<assist-diff>`: an edit shown word by word, to accept or undo. */

import { t } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";
import { counts, readable } from "./diff.js";

/** @import { EditResult } from "./protocol.js" */

export class AssistDiff extends LitElement {
  static properties = { result: { attribute: false } };
  static styles = [shared, css`
    .text { border: 1px solid var(--accent); border-radius: var(--r-s); padding: 10px; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 420px; overflow-y: auto; }
    del { background: var(--bad-bg); color: var(--bad); text-decoration: line-through; text-decoration-thickness: 1px; border-radius: 2px; }
    ins { background: var(--ok-bg); color: var(--ok); text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 2px; border-radius: 2px; }
    ul { margin: var(--s2) 0 0; padding-left: 18px; font-size: var(--t-s); color: var(--ink-2); }
    .row { margin-top: var(--s2); }
  `];

  constructor() {
    super();
    /** @type {EditResult} */
    this.result = /** @type {any} */ (null);
  }

  /** Give the keyboard to the first decision. */
  focus() {
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector("button"))?.focus();
  }

  render() {
    const { diff, notes, engine } = this.result;
    const { removed, added } = counts(diff);
    return html`
      <div class="text" role="region" aria-label=${t("diff.title")} tabindex="0">${readable(diff).map(([mark, text]) =>
        mark === "=" ? text
          : mark === "-" ? html`<del><span class="visually-hidden">${t("diff.removed")} </span>${text}</del>`
            : html`<ins><span class="visually-hidden">${t("diff.added")} </span>${text}</ins>`)}</div>
      ${notes.length ? html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>` : nothing}
      <div class="row">
        <button class="primary" @click=${() => this._decide("accept")}>${t("diff.accept")}</button>
        <button @click=${() => this._decide("undo")}>${t("diff.undo")}<kbd>Esc</kbd></button>
        <span class="grow"></span>
        <span class="muted small">${t("diff.counts", { removed, added })} · ${engine}</span>
      </div>
    `;
  }

  /** @param {"accept" | "undo"} decision */
  _decide(decision) {
    this.dispatchEvent(new CustomEvent("decide", { detail: decision }));
  }
}
