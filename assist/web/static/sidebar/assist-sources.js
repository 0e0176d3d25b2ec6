/** `<assist-sources>`: what the draft rests on, and why each source was chosen; opens in place. */

import { ago, number, percent, said, t, tn } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing, repeat } from "../vendor/lit.js";

/** @import { PropertyValues } from "lit" */
/** @import { Source } from "./protocol.js" */
/** @import { Desk } from "./desk.js" */
/** @import { State } from "./state.js" */

export class AssistSources extends LitElement {
  static properties = { state: { attribute: false }, desk: { attribute: false }, _open: { state: true } };
  static styles = [shared, css`
    ol { list-style: none; margin: 0; padding: 0; }
    li { border-top: 1px solid var(--line); }
    li:first-child { border-top: 0; }
    .head { display: grid; grid-template-columns: 20px minmax(0, 1fr) 14px; gap: 2px 6px; width: 100%; text-align: left; border: 0; padding: 7px 0; font-size: var(--t-m); border-radius: var(--r-s); }
    .head:hover:not(:disabled) { background: none; }
    .head:hover .title { text-decoration: underline; text-underline-offset: 2px; }
    .n { color: var(--accent); font-weight: 600; }
    .title { font-weight: 600; overflow-wrap: anywhere; }
    .title .chip { font-weight: 400; }
    .turn { color: var(--ink-3); transition: transform var(--quick); font-size: 10px; align-self: center; }
    [aria-expanded="true"] .turn { transform: rotate(90deg); }
    .why { grid-column: 2 / -1; font-size: var(--t-xs); color: var(--ink-3); font-weight: 400; }
    .flagged { grid-column: 2 / -1; font-size: var(--t-s); color: var(--warn); font-weight: 400; overflow-wrap: anywhere; }
    meter { appearance: none; width: 38px; height: 5px; border: 0; border-radius: 9px; background: var(--line); vertical-align: middle; margin-right: 4px; overflow: hidden; }
    meter::-webkit-meter-bar { background: var(--line); border: 0; border-radius: 9px; height: 5px; }
    meter::-webkit-meter-optimum-value { background: var(--ok); }
    meter::-moz-meter-bar { background: var(--ok); }
    .body { margin: 0 0 var(--s3) 26px; padding: var(--s2) var(--s3); background: var(--sunken); border-radius: var(--r-s); overflow-wrap: anywhere; max-height: 320px; overflow-y: auto; }
    .body h3 { font-size: var(--t-xs); margin: var(--s2) 0 2px; color: var(--ink-2); font-weight: 600; }
    .body h3:first-child { margin-top: 0; }
    .text { white-space: pre-wrap; }
    .body a { display: inline-block; margin-top: var(--s2); font-size: var(--t-s); }
  `];

  constructor() {
    super();
    /** @type {State} */
    this.state = /** @type {any} */ (null);
    /** @type {Desk} */
    this.desk = /** @type {any} */ (null);
    /** @type {Set<number>} */
    this._open = new Set();
    /** @type {string | null} */
    this._of = null;
  }

  /** @param {PropertyValues} _changed */
  willUpdate(_changed) {
    const of = this.state.suggestion?.id ?? null;
    if (of !== this._of) {
      this._of = of;
      this._open = new Set();
    }
  }

  /**
   * Open a source and bring it into view.
   * @param {number} n
   */
  async open(n) {
    if (!this.state.sources.some((source) => source.n === n)) return;
    if (!this._open.has(n)) this._toggle(n);
    await this.updateComplete;
    const head = /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(`#source-${n}`));
    head?.focus();
    head?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} n */
  _toggle(n) {
    const open = new Set(this._open);
    if (!open.delete(n)) {
      open.add(n);
      if (this._of) this.desk.signal("source_opened", this._of, { detail: { n } });
    }
    this._open = open;
  }

  render() {
    const { sources, sourcesPending } = this.state;
    return html`
      <h2>${t("sources.title")}${sources.length ? html`<small>${number(sources.length)}</small>` : nothing}</h2>
      ${sourcesPending
        ? html`<div class="skeleton" role="img" aria-label=${t("sources.loading")}><i></i><i></i><i></i></div>`
        : sources.length
          ? html`<ol>${repeat(sources, (source) => source.n, (source) => this._source(source))}</ol>`
          : html`<p class="muted">${t("sources.none")}</p>`}
    `;
  }

  /** @param {Source} source */
  _source(source) {
    const open = this._open.has(source.n);
    return html`<li>
      <button class="head" id="source-${source.n}" aria-expanded=${open} aria-controls="body-${source.n}" @click=${() => this._toggle(source.n)}>
        <span class="n">${source.n}</span>
        <span class="title">${source.title} ${source.visibility === "internal" ? html`<span class="chip internal">${t("internal")}</span>` : nothing}</span>
        <span class="turn" aria-hidden="true">▶</span>
        ${source.flags?.length ? html`<span class="flagged">${source.flags.map((flag) => said(flag.why)).join(" ")}</span>` : nothing}
        <span class="why"><meter min="0" max="1" value=${source.score} aria-label=${t("sources.score")} title=${percent(source.score)}></meter>${this._why(source)}</span>
      </button>
      <div class="body" id="body-${source.n}" ?hidden=${!open} tabindex=${open ? 0 : nothing} role="region" aria-label=${t("sources.text_of", { n: source.n })}>${open ? this._body(source) : nothing}</div>
    </li>`;
  }

  /** @param {Source} source */
  _why(source) {
    const parts = [
      number(source.score, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
      source.kind === "article" ? t("sources.article") : null,
      source.matched_terms.length ? t("sources.matched", { terms: source.matched_terms.slice(0, 4).join(", ") }) : null,
      source.kind === "ticket" && source.replies ? tn("sources.replies", source.replies) : null,
      source.outcome === "reopened" ? t("sources.reopened") : source.outcome === "resolved" ? t("sources.not_reopened") : null,
      source.csat ? t("sources.csat", { n: source.csat }) : null,
      source.reviewed_at ? t("sources.reviewed", { ago: ago((Date.now() - Date.parse(source.reviewed_at)) / 1000) }) : null,
      source.age_days != null && !source.reviewed_at ? ago(Math.max(source.age_days, 0) * 86_400) : null,
    ];
    return parts.filter(Boolean).join(" · ");
  }

  /** @param {Source} source */
  _body(source) {
    const safe = source.url && /^https?:\/\//.test(source.url);
    return html`
      ${source.problem ? html`<h3>${t("sources.problem")}</h3><div class="text">${source.problem}</div>` : nothing}
      ${source.kind === "ticket" ? html`<h3>${t("sources.resolution")}</h3>` : nothing}
      <div class="text">${source.text}</div>
      ${safe ? html`<a href=${source.url} target="_blank" rel="noopener noreferrer">${t("sources.open_page")}</a>` : nothing}
    `;
  }
}
