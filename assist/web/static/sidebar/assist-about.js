/** `<assist-about>`: the foot of the sidebar: which engine spoke, what it cost, what left the page, the keys. */

import { duration, money, named, t } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";
import { KEYS } from "./shortcuts.js";

/** @import { Desk } from "./desk.js" */
/** @import { Leaving } from "./protocol.js" */
/** @import { State } from "./state.js" */

export class AssistAbout extends LitElement {
  static properties = { state: { attribute: false }, desk: { attribute: false }, _open: { state: true }, _leaving: { state: true } };
  static styles = [shared, css`
    .foot { font-size: var(--t-xs); color: var(--ink-3); display: flex; gap: 2px 12px; flex-wrap: wrap; align-items: center; }
    .foot button { font-size: var(--t-xs); }
    .panel { background: var(--card); border: 1px solid var(--line); border-radius: var(--r); padding: var(--s3); margin-top: var(--s2); }
    .panel p + p { margin-top: var(--s2); }
    h2 { justify-content: space-between; }
    ol { margin: var(--s2) 0 0; padding: var(--s2); max-height: 240px; overflow-y: auto; background: var(--sunken); border-radius: var(--r-s); list-style: none; font: var(--t-xs)/1.5 var(--mono); overflow-wrap: anywhere; }
    ol li { white-space: pre-wrap; }
    .call { margin: var(--s2) 0; }
    summary { cursor: pointer; min-height: 24px; overflow-wrap: anywhere; }
    summary small { color: var(--ink-3); font-size: var(--t-xs); display: block; padding-left: 16px; }
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
    /** @type {Awaited<ReturnType<Desk["leaves"]>>} */
    this._leaving = null;
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
    if (panel !== "leaves") return;
    this._leaving = null;
    this._leaving = await this.desk.leaves();
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
    const told = this._leaving;
    return html`<section class="panel" tabindex="-1" aria-label=${t("leaves.title")}>
      <h2>${t("leaves.title")}${this._closer()}</h2>
      ${told ? html`<p>${told.calls.length ? t("leaves.sent") : t("leaves.nothing")}</p>` : html`<p class="muted">${t("leaves.loading")}</p>`}
      ${told?.calls.map((call) => this._call(call))}
      ${told?.would ? this._call(told.would) : nothing}
      <p class="muted">${t("leaves.masked")}</p>
    </section>`;
  }

  /**
   * Show one call: to whom, and every word of it.
   * @param {Leaving} call
   */
  _call(call) {
    const vendor = call.vendor === "this machine" ? t("leaves.here") : call.vendor;
    const to = call.name ? t(`leaves.to_${call.kind}`, { name: call.name, vendor }) : t("leaves.no_model");
    return html`<details class="call" ?open=${call.at === undefined && !this._leaving?.calls.length}>
      <summary>${call.at === undefined ? t("leaves.would") : t(`leaves.task_${call.kind}`)} <small>${to}</small></summary>
      <ol tabindex="0" aria-label=${t("leaves.text")}>${call.texts.map(({ role, text }) => html`<li><b>${named("role", role)}</b><br>${text}</li>`)}</ol>
    </details>`;
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
