/** `<admin-engines>`: the model and vendor sheet of each engine that is set up. */

import { t } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";
import { parts } from "./styles.js";

/** @import { Configured, Sheet } from "./shapes.js" */

const FIELDS = /** @type {(keyof Sheet)[]} */ (["vendor", "data_goes_to", "region", "retention", "training_use", "contract", "reviewed", "due", "notes"]);

export class AdminEngines extends LitElement {
  static properties = { engines: { attribute: false } };
  static styles = [shared, parts, css`
    .sheets { display: grid; gap: var(--s3); grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
    .sheet { border: 1px solid var(--line); border-radius: var(--r-s); padding: var(--s3); min-width: 0; }
    .sheet h3 { margin-top: 0; overflow-wrap: anywhere; }
    dl { display: grid; grid-template-columns: minmax(84px, auto) minmax(0, 1fr); gap: 3px var(--s3); margin: var(--s2) 0 0; font-size: var(--t-m); }
    dt { color: var(--ink-2); }
    dd { margin: 0; overflow-wrap: anywhere; }
    .row { margin-top: var(--s3); }
  `];

  constructor() {
    super();
    /** @type {Configured[]} */
    this.engines = [];
  }

  render() {
    return html`<h2>${t("sheets.title")}</h2>
      <div class="sheets">${this.engines.map((one) => this._one(one))}</div>
      <div class="row"><a class="button" href="/admin/sheets.json" download="sheets.json">${t("sheets.export")}</a></div>`;
  }

  /** @param {Configured} one */
  _one({ use, engine, sheet, overdue }) {
    return html`<div class="sheet"><h3>${sheet?.title ?? engine}</h3>
      <div class="chips"><span class="chip plain">${t(`sheets.${use}`)}</span><span class="chip plain">${engine}</span>
        ${sheet ? nothing : html`<span class="chip bad">${t("sheets.none")}</span>`}
        ${overdue ? html`<span class="chip warn">${t("sheets.overdue")}</span>` : nothing}</div>
      ${sheet ? html`<dl>${FIELDS.map((field) => sheet[field] ? html`<dt>${t(`sheets.${field}`)}</dt><dd>${sheet[field]}</dd>` : nothing)}</dl>` : html`<p class="small">${t("sheets.none_text")}</p>`}
    </div>`;
  }
}
