/** `<assist-about>`: the foot of the sidebar: which engine spoke, what it cost, what left the page, the keys. */

import { duration, money, t } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";
import { KEYS } from "./shortcuts.js";

/** @import { Desk } from "./desk.js" */
/** @import { State } from "./state.js" */

const KINDS = ["PERSON", "EMAIL", "PHONE", "ADDRESS", "ORDER", "CARD", "IBAN", "IP", "BIRTHDATE"];

export class AssistAbout extends LitElement {
  static properties = { state: { attribute: false }, desk: { attribute: false }, _open: { state: true }, _masked: { state: true } };
  static styles = [shared, css`
    .foot { font-size: var(--t-xs); color: var(--ink-3); display: flex; gap: 2px 12px; flex-wrap: wrap; align-items: center; }
    .foot button { font-size: var(--t-xs); }
    .panel { background: var(--card); border: 1px solid var(--line); border-radius: var(--r); padding: var(--s3); margin-top: var(--s2); }
    .panel p + p { margin-top: var(--s2); }
    h2 { justify-content: space-between; }
    code { font: var(--t-xs)/1.5 var(--mono); background: var(--sunken); border-radius: 3px; padding: 1px 4px; overflow-wrap: anywhere; }
    ol { margin: var(--s2) 0 0; padding: var(--s2); max-height: 240px; overflow-y: auto; background: var(--sunken); border-radius: var(--r-s); list-style: none; font: var(--t-xs)/1.5 var(--mono); overflow-wrap: anywhere; }
    li + li { margin-top: var(--s2); }
    li b { color: var(--ink-2); font-weight: 600; }
    dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: var(--s1) var(--s3); margin: 0; }
    dt { font-weight: 600; white-space: nowrap; }
    dd { margin: 0; }
  `];

  constructor() {
    super();
    /** @type {State} */
    this.state = /** @type {any} */ (null);
    /** @type {Desk} */
    this.desk = /** @type {any} */ (null);
    /** @type {"leaves" | "keys" | null} */
    this._open = null;
    /** @type {Awaited<ReturnType<Desk["masked"]>>} */
    this._masked = null;
  }

  /**
   * Show or hide a panel.
   * @param {"leaves" | "keys"} panel
   */
  async toggle(panel) {
    this._open = this._open === panel ? null : panel;
    if (this._open === null) return;
    await this.updateComplete;
    const shown = /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".panel"));
    shown?.focus();
    shown?.scrollIntoView({ block: "nearest" });
    if (panel === "leaves") this._masked = await this.desk.masked();
  }

  /** Close what is open; gives whether anything was. */
  close() {
    const open = this._open !== null;
    this._open = null;
    return open;
  }

  render() {
    return html`<div class="foot">
        ${this._engine()}
        <button class="link" aria-expanded=${this._open === "leaves"} @click=${() => this.toggle("leaves")}>${t("leaves.title")}</button>
        <button class="link" aria-expanded=${this._open === "keys"} @click=${() => this.toggle("keys")}>${t("keys.title")}</button>
      </div>
      ${this._open === "leaves" ? this._leaves() : this._open === "keys" ? this._keys() : nothing}`;
  }

  _engine() {
    const { suggestion } = this.state;
    if (!suggestion?.engine || suggestion.status === "running") return nothing;
    const parts = [
      t("about.engine", { engine: suggestion.engine }),
      suggestion.first_draft_ms != null ? duration(suggestion.first_draft_ms) : null,
      money((suggestion.cost ?? 0) / 1e6),
    ].filter(Boolean).join(" · ");
    const more = [
      suggestion.model, suggestion.prompt_version,
      suggestion.tokens_in ? t("about.tokens", { in: suggestion.tokens_in, out: suggestion.tokens_out ?? 0 }) : null,
      suggestion.total_ms != null ? t("about.total", { time: duration(suggestion.total_ms) }) : null,
      suggestion.by ? t("about.by", { name: suggestion.by }) : null,
    ].filter(Boolean).join(" · ");
    return html`<span title=${more}>${parts}</span>`;
  }

  _leaves() {
    const model = this.state.suggestion?.engine === "llm" ? this.state.suggestion.model || "llm" : null;
    return html`<section class="panel" tabindex="-1" aria-label=${t("leaves.title")}>
      <h2>${t("leaves.title")}${this._closer()}</h2>
      <p>${model ? t("leaves.model", { model }) : t("leaves.nothing")}</p>
      <p>${t("leaves.masked")}</p>
      <p>${(this._masked?.placeholders ?? KINDS.map((kind) => `<${kind}_1>`)).map((name) => html`<code>${name}</code> `)}</p>
      ${this._masked
        ? html`<ol tabindex="0" aria-label=${t("leaves.text")}>${this._masked.messages.map((message) => html`<li><b>${t("case.message", { n: message.position })} · ${t(`author.${message.author}`)}</b><br>${message.text}</li>`)}</ol>`
        : nothing}
    </section>`;
  }

  _keys() {
    return html`<section class="panel" tabindex="-1" aria-label=${t("keys.title")}>
      <h2>${t("keys.title")}${this._closer()}</h2>
      <dl>${KEYS.map(([key, message]) => html`<dt>${key}</dt><dd>${t(message)}</dd>`)}</dl>
    </section>`;
  }

  _closer() {
    return html`<button class="quiet" aria-label=${t("close")} @click=${() => this.close()}>✕</button>`;
  }
}
