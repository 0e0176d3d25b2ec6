/** `<admin-try>`: read another policy, see what it would do, and make it the active one. */

import { locale, number, t } from "../page/i18n.js";
import { send } from "../page/http.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";
import { parts } from "./styles.js";

/** @import { Checked } from "./shapes.js" */

const OUTCOMES = ["draft", "warned", "second", "withheld"];

export class AdminTry extends LitElement {
  static properties = { _source: { state: true }, _checked: { state: true }, _error: { state: true }, _busy: { state: true } };
  static styles = [shared, parts, css`
    textarea { font: var(--t-s)/1.5 var(--mono); min-height: 180px; resize: vertical; }
    label + label { margin-top: var(--s2); }
    .row { margin-top: var(--s3); }
    .banner { margin-top: var(--s3); }
    .found { max-height: 320px; overflow-y: auto; background: var(--sunken); border-radius: var(--r-s); padding: var(--s2) var(--s3); }
  `];

  constructor() {
    super();
    this._source = "";
    /** @type {Checked | null} Of exactly this text. */
    this._checked = null;
    this._error = "";
    this._busy = false;
  }

  render() {
    return html`<h2>${t("try.title")}</h2>
      <p class="muted small">${t("try.text")}</p>
      <label>${t("try.file")}<input type="file" accept=".yaml,.yml" @change=${this._chosen}></label>
      <label>${t("try.yaml")}<textarea spellcheck="false" .value=${this._source} @input=${this._typed}></textarea></label>
      <div class="row"><button class="primary" ?disabled=${!this._source.trim() || this._busy} @click=${this._check}>${this._busy ? t("draft.working") : t("try.check")}</button></div>
      ${this._error ? html`<div class="banner error" role="alert"><span>${this._error}</span></div>` : nothing}
      ${this._checked ? this._found(this._checked) : nothing}`;
  }

  /** @param {Checked} checked */
  _found({ version, explanation, differences, replay }) {
    const topics = Object.entries(replay.topics);
    return html`<h3>${t("try.found")}</h3>
      <div class="found" tabindex="0" role="region" aria-label=${t("try.found")}>
        <h3>${t("try.differences")}</h3><ul>${differences.map((line) => html`<li>${line}</li>`)}</ul>
        <h3>${t("try.replay", { n: number(replay.suggestions) })}</h3>
        <ul>${OUTCOMES.map((outcome) => html`<li>${t(`try.${outcome}`, { n: number(replay.outcomes[outcome] ?? 0) })}</li>`)}
          <li>${t("try.newly", { n: number(replay.newly_withheld), back: number(replay.no_longer_withheld) })}</li></ul>
        ${topics.length ? html`<p class="small">${topics.map(([name, n]) => `${name.replaceAll("_", " ")} ${number(n)}`).join(" · ")}</p>` : nothing}
        <h3>${t("admin.does")}</h3><ul>${explanation.map((line) => html`<li>${line}</li>`)}</ul>
      </div>
      <div class="row"><button class="primary" @click=${this._activate}>${t("try.activate", { version })}</button></div>`;
  }

  /** @param {Event} event */
  async _chosen(event) {
    const file = /** @type {HTMLInputElement} */ (event.target).files?.[0];
    if (!file) return;
    this._take(await file.text());
    await this._check();
  }

  /** @param {Event} event */
  _typed(event) {
    this._take(/** @type {HTMLTextAreaElement} */ (event.target).value);
  }

  /** @param {string} source */
  _take(source) {
    this._source = source;
    this._checked = null;
    this._error = "";
  }

  async _check() {
    this._busy = true;
    const source = this._source;
    try {
      const checked = await send("POST", `/admin/policy/check?lang=${locale()}`, { source });
      if (source === this._source) this._checked = checked;
      this._error = "";
    } catch (error) {
      const { message, hint = "" } = /** @type {{message: string, hint?: string}} */ (error);
      this._error = [message || t("error.offline"), hint].filter(Boolean).join(". ");
    }
    this._busy = false;
  }

  _activate() {
    const detail = { path: "policy/activate", body: { source: this._source }, done: t("admin.activated") };
    this.dispatchEvent(new CustomEvent("act", { detail }));
    this._take("");
  }
}
