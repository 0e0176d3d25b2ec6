/** `<assist-case>`: what an agent needs to know first, every line with the messages it rests on. */

import { ago, has, languageName, named, percent, said, t, tn } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";

/** @import { CaseLine, Guess } from "./protocol.js" */
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
    .findings { list-style: none; margin: 0 0 var(--s2); padding: var(--s2); border-left: 3px solid var(--warn); background: var(--sunken); font-size: var(--t-s); overflow-wrap: anywhere; }
    .chips { margin-top: var(--s2); }
    select.chip { appearance: none; border: 0; font: inherit; font-size: var(--t-xs); min-height: 0; width: fit-content; field-sizing: content; max-width: 100%; cursor: pointer; text-overflow: ellipsis; }
    select.chip.unsure { background: var(--sunken); color: var(--ink-2); }
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
      ${this._findings()}
      ${pending ? this._skeleton() : summary ? this._lines() : html`<p class="muted">${t("case.none")}</p>`}
      ${this._chips()}
    `;
  }

  /** What input guards found, at the message it was found in. */
  _findings() {
    const { findings } = this.state;
    if (!findings.length) return nothing;
    return html`<ul class="findings" aria-label=${t("finding.title")}>${findings.flatMap(({ position, flags }) => flags.map((flag) => html`<li>
      ${this._ref(position)}${flag.place ? html`<span class="chip warn">${t(`finding.${flag.place}`)}</span> ` : nothing}${said(flag.why)}</li>`))}</ul>`;
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
    const { ticket, case: summary, triage } = this.state;
    if (!ticket) return nothing;
    const contacts = summary?.mood.contacts ?? 1;
    const newer = summary ? ticket.messages_total - summary.upto : 0;
    const language = triage?.language.value ?? ticket.language;
    const team = triage?.team.value && triage.team.value !== ticket.group ? triage.team : null;
    const product = triage?.product;
    const duplicate = triage?.duplicate;
    return html`<div class="chips">
      ${this._intent()}
      ${this._urgency()}
      ${product?.value ? html`<span class="chip plain" title=${why(product)}>${product.value}</span>` : nothing}
      ${language ? html`<span class="chip plain" title=${triage?.language.value ? why(triage.language) : nothing}>${languageName(language)}</span>` : nothing}
      ${team ? html`<span class="chip" title=${why(team)}>${t("triage.team", { team: named("group", team.value), share: percent(team.confidence) })}</span>` : nothing}
      ${duplicate?.value ? html`<span class="chip warn" title=${why(duplicate)}>${t("triage.duplicate", { ticket: duplicate.value })}</span>` : nothing}
      ${ticket.status !== "open" ? html`<span class="chip plain">${named("status", ticket.status)}</span>` : nothing}
      ${contacts > 1 ? html`<span class="chip warn">${tn("case.contacts", contacts)}</span>` : nothing}
      ${ticket.internal_notes ? html`<span class="chip internal">${tn("case.notes", ticket.internal_notes)}</span>` : nothing}
      ${newer > 0 ? html`<span class="chip warn">${tn("case.newer", newer)}</span>` : nothing}
    </div>`;
  }

  /** What the ticket is about: an agent's word, else the helpdesk's, else what triage learned. Choosing corrects it. */
  _intent() {
    const { ticket, triage, intents } = this.state;
    const guess = triage?.intent;
    const given = triage?.corrected ?? ticket?.intent ?? null;
    const label = given ?? guess?.value ?? null;
    if (!label) return nothing;
    const name = named("intent", label);
    const sure = guess && guess.value === label && label !== "other";
    const shown = sure ? t("triage.share", { label: name, share: percent(guess.confidence) }) : name;
    const because = triage?.corrected ? t("triage.why.agent") : given ? t("triage.why.helpdesk") : "";
    const reason = [because, guess ? why(guess) : ""].filter(Boolean).join(" ");
    if (!intents.length) return html`<span class="chip" title=${reason}>${shown}</span>`;
    const others = intents.filter((other) => other !== label);
    /** @param {Event} event */
    const chosen = (event) => {
      const { value } = /** @type {HTMLSelectElement} */ (event.target);
      void this.desk.correct(value === "–" ? null : value);
    };
    return html`<select class="chip ${label === "other" ? "unsure" : ""}" title=${reason} aria-label=${t("triage.choose", { label: shown })} .value=${label} @change=${chosen}>
      <option value=${label} selected>${shown}</option>
      ${others.map((other) => html`<option value=${other}>${named("intent", other)}</option>`)}
      ${triage?.corrected ? html`<option value="–">${t("triage.undo")}</option>` : nothing}
    </select>`;
  }

  /** How urgent: what the helpdesk says, else what triage hears; a calm case says nothing. */
  _urgency() {
    const { ticket, triage } = this.state;
    const heard = triage?.urgency;
    const given = ticket?.priority;
    if (pressing(given)) {
      const reason = [t("triage.why.helpdesk"), heard && pressing(heard.value) ? why(heard) : ""].filter(Boolean).join(" ");
      return html`<span class="chip warn" title=${reason}>${named("priority", given)}</span>`;
    }
    if (!heard || !pressing(heard.value)) return nothing;
    return html`<span class="chip warn" title=${why(heard)}>${t("triage.urgent", { level: named("priority", heard.value) })}</span>`;
  }
}

/** @param {string | null | undefined} level */
function pressing(level) {
  return level === "urgent" || level === "high";
}

/**
 * Give the reason of a guess in words.
 * @param {Guess} guess
 */
function why({ because, confidence, told }) {
  const key = `triage.why.${because}`;
  if (!has(key)) return "";
  const spoken = Object.fromEntries(Object.entries(told).map(([name, value]) => [name, String(value).replaceAll("_", " ")]));
  return t(key, { ...spoken, share: percent(confidence) });
}
