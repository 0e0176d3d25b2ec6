/** `<assist-case>`: what an agent needs to know first, every line with the messages it rests on. */

import { ago, languageName, named, t, tn } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";

/** @import { CaseLine } from "./protocol.js" */
/** @import { Desk } from "./desk.js" */
/** @import { State } from "./state.js" */

const TICK_MS = 10_000;

export class AssistCase extends LitElement {
  static properties = { state: { attribute: false }, desk: { attribute: false } };
  static styles = [shared, css`
    dl { display: grid; grid-template-columns: 72px minmax(0, 1fr); gap: 5px var(--s2); margin: 0; }
    dt { color: var(--ink-3); font-size: var(--t-s); line-height: calc(var(--t-m) * 1.45); }
    dd { margin: 0; overflow-wrap: anywhere; }
    dd + dd { grid-column: 2; }
    .next { font-weight: 600; }
    .ref { border: 0; background: none; min-height: 0; padding: 0 2px; font-size: var(--t-xs); color: var(--ink-3); text-decoration: underline; text-decoration-color: var(--line-2); text-underline-offset: 2px; }
    .ref:hover { color: var(--accent); }
    .ref.plain { text-decoration: none; cursor: text; }
    .chips { margin-top: var(--s2); }
    .internal-line { background: var(--internal-bg); border-radius: 3px; box-decoration-break: clone; padding: 0 3px; margin-left: -3px; }
  `];

  constructor() {
    super();
    /** @type {State} */
    this.state = /** @type {any} */ (null);
    /** @type {Desk} */
    this.desk = /** @type {any} */ (null);
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this._clock = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    this._clock = setInterval(() => this.requestUpdate(), TICK_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this._clock);
  }

  render() {
    const { case: summary, caseAt, suggestion } = this.state;
    const pending = !summary && (this.state.phase === "loading" || suggestion?.status === "running");
    return html`
      <h2>${t("case.title")}
        ${summary ? html`<small>${t("case.updated", { ago: ago((Date.now() - caseAt) / 1000) })}</small>` : nothing}
      </h2>
      ${pending ? this._skeleton() : summary ? this._lines() : html`<p class="muted">${t("case.none")}</p>`}
      ${this._chips()}
    `;
  }

  _skeleton() {
    return html`<div class="skeleton" role="img" aria-label=${t("case.loading")}><i></i><i></i><i></i><i></i></div>`;
  }

  _lines() {
    const summary = /** @type {NonNullable<State["case"]>} */ (this.state.case);
    const { mood } = summary;
    return html`<dl>
      ${this._group("request", summary.request ? [summary.request] : [])}
      ${this._group("done", summary.done)}
      ${this._group("promised", summary.promised)}
      ${this._group("open", summary.open)}
      <dt>${t("case.mood")}</dt>
      <dd>${named("mood", mood.label)}${mood.was && mood.was !== mood.label ? t("case.mood_was", { was: named("mood", mood.was).toLowerCase() }) : nothing}
        ${mood.messages.map((position) => this._ref(position))}</dd>
      ${this._group("next", summary.next_step ? [summary.next_step] : [], "next")}
    </dl>`;
  }

  /**
   * @param {string} name
   * @param {CaseLine[]} lines
   * @param {string} [style]
   */
  _group(name, lines, style = "") {
    if (!lines.length) return nothing;
    return html`<dt>${t(`case.${name}`)}</dt>
      ${lines.map((line) => html`<dd>
        <span class=${line.internal ? `internal-line ${style}` : style} title=${line.internal ? t("case.internal_title") : nothing}>${line.text}</span>
        ${line.internal ? html`<span class="chip internal">${t("internal")}</span>` : nothing}
        ${line.messages.map((position) => this._ref(position))}
      </dd>`)}`;
  }

  /** @param {number} position */
  _ref(position) {
    const label = t("case.message", { n: position });
    if (!this.desk.host.present) return html`<span class="ref plain">${label}</span> `;
    return html`<button class="ref" title=${t("case.message_title", { n: position })} @click=${() => this.desk.showMessage(position)}>${label}</button> `;
  }

  _chips() {
    const { ticket, case: summary } = this.state;
    if (!ticket) return nothing;
    const urgent = ticket.priority === "urgent" || ticket.priority === "high";
    const contacts = summary?.mood.contacts ?? 1;
    const newer = summary ? ticket.messages_total - summary.upto : 0;
    return html`<div class="chips">
      ${ticket.intent ? html`<span class="chip">${named("intent", ticket.intent)}</span>` : nothing}
      ${ticket.language ? html`<span class="chip">${languageName(ticket.language)}</span>` : nothing}
      ${urgent ? html`<span class="chip warn">${named("priority", ticket.priority)}</span>` : nothing}
      ${ticket.status !== "open" ? html`<span class="chip plain">${named("status", ticket.status)}</span>` : nothing}
      ${contacts > 1 ? html`<span class="chip warn">${tn("case.contacts", contacts)}</span>` : nothing}
      ${ticket.internal_notes ? html`<span class="chip internal">${tn("case.notes", ticket.internal_notes)}</span>` : nothing}
      ${newer > 0 ? html`<span class="chip warn">${tn("case.newer", newer)}</span>` : nothing}
    </div>`;
  }
}
