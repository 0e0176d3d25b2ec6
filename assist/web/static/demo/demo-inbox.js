/** `<demo-inbox>`: the list of tickets with its filters. */

import { ago, named, t, tn } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing, repeat } from "../vendor/lit.js";
import { keyOf } from "./desk.js";

/** @import { Helpdesk, Row } from "./desk.js" */

export class DemoInbox extends LitElement {
  static properties = { desk: { attribute: false } };
  static styles = [shared, css`
    :host { display: flex; flex-direction: column; min-height: 0; background: var(--card); }
    .filters { display: grid; grid-template-columns: 1fr 1fr; gap: var(--s2); padding: var(--s3); border-bottom: 1px solid var(--line); }
    .filters label:first-child { grid-column: 1 / -1; }
    /* What is for screen readers alone is placed by the list, or the page would grow as long as it. */
    ul { position: relative; list-style: none; margin: 0; padding: 0; overflow-y: auto; flex: 1; }
    .ticket { display: grid; grid-template-columns: 8px minmax(0, 1fr) auto; gap: 1px var(--s2); width: 100%; text-align: left; border: 0; border-bottom: 1px solid var(--line); border-radius: 0; padding: 10px var(--s3); font-size: var(--t-m); background: none; }
    .ticket:focus-visible { outline-offset: -2px; }
    .ticket[aria-current="true"] { background: var(--accent-bg); box-shadow: inset 3px 0 0 var(--accent); }
    .dot { width: 8px; height: 8px; border-radius: 50%; margin-top: 6px; }
    .unread .dot { background: var(--accent); }
    .who { font-weight: 500; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .unread .who, .unread .subject { font-weight: 650; }
    .when { color: var(--ink-3); font-size: var(--t-xs); white-space: nowrap; }
    .subject, .snippet { grid-column: 2 / -1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .snippet { color: var(--ink-3); font-size: var(--t-s); }
    .meta { grid-column: 2 / -1; display: flex; gap: 5px; margin-top: 3px; }
    .count { padding: var(--s2) var(--s3); font-size: var(--t-xs); color: var(--ink-3); border-top: 1px solid var(--line); }
    .empty { padding: var(--s5) var(--s3); text-align: center; color: var(--ink-3); }
    .skeleton { padding: var(--s4) var(--s3); }
  `];

  constructor() {
    super();
    /** @type {Helpdesk} */
    this.desk = /** @type {any} */ (null);
  }

  connectedCallback() {
    super.connectedCallback();
    this.desk.addEventListener("change", () => this.requestUpdate());
  }

  render() {
    const { desk } = this;
    const rows = desk.shown;
    return html`
      <div class="filters">
        <label><span class="visually-hidden">${t("demo.search")}</span>
          <input type="search" placeholder=${t("demo.search")} .value=${desk.query} @input=${(/** @type {InputEvent} */ event) => desk.filter({ query: value(event) })}></label>
        <label><span class="visually-hidden">${t("demo.status")}</span>
          <select @change=${(/** @type {Event} */ event) => desk.filter({ status: value(event) })}>
            ${["open", "pending", "resolved"].map((status) => html`<option value=${status} ?selected=${desk.status === status}>${named("status", status)}</option>`)}
          </select></label>
        <label><span class="visually-hidden">${t("demo.priority")}</span>
          <select @change=${(/** @type {Event} */ event) => desk.filter({ priority: value(event) })}>
            <option value="">${t("demo.any_priority")}</option>
            ${["urgent", "high", "normal", "low"].map((one) => html`<option value=${one} ?selected=${desk.priority === one}>${named("priority", one)}</option>`)}
          </select></label>
      </div>
      ${desk.rows === null
        ? html`<div class="skeleton" role="img" aria-label=${t("loading")}><i></i><i></i><i></i><i></i><i></i><i></i></div>`
        : rows.length
          ? html`<ul aria-label=${t("demo.tickets")}>${repeat(rows, keyOf, (row) => this._row(row))}</ul>`
          : html`<p class="empty">${t("demo.no_tickets")}</p>`}
      <div class="count" role="status">${desk.rows ? tn("demo.count", rows.length) : nothing}</div>
    `;
  }

  /** @param {Row} row */
  _row(row) {
    const pressing = row.priority === "urgent" || row.priority === "high";
    return html`<li><button class="ticket ${row.unread ? "unread" : ""}" aria-current=${keyOf(row) === this.desk.key} @click=${() => this._open(row)}>
      <span class="dot"></span>
      <span class="who">${row.requester ?? t("demo.nobody")}${row.unread ? html`<span class="visually-hidden"> ${t("demo.unread")}</span>` : nothing}</span>
      <span class="when">${ago((Date.now() - Date.parse(row.updated_at)) / 1000)}</span>
      <span class="subject">${row.subject ?? t("demo.no_subject")}</span>
      <span class="snippet">${row.snippet}</span>
      <span class="meta">
        ${pressing ? html`<span class="chip ${row.priority === "urgent" ? "bad" : "warn"}">${named("priority", row.priority)}</span>` : nothing}
        ${row.channel ? html`<span class="chip plain">${named("channel", row.channel)}</span>` : nothing}
        ${row.group ? html`<span class="chip plain">${named("group", row.group)}</span>` : nothing}
      </span>
    </button></li>`;
  }

  /** @param {Row} row */
  async _open(row) {
    await this.desk.open(row);
    this.dispatchEvent(new CustomEvent("chosen"));
  }
}

/** @param {Event} event */
function value(event) {
  return /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target).value;
}
