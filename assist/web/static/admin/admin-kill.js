/** `<admin-kill>`: what is switched off, and the switch. */

import { named, t } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";
import { when } from "./admin-page.js";
import { parts } from "./styles.js";

/** @import { Stop } from "./shapes.js" */

const ENGINES = ["llm", "extractive", "embedding"];

export class AdminKill extends LitElement {
  static properties = { stops: { attribute: false }, teams: { attribute: false }, _scope: { state: true } };
  static styles = [shared, parts, css`
    form { display: grid; grid-template-columns: minmax(120px, 1fr) minmax(120px, 1fr) minmax(200px, 3fr) auto; gap: var(--s2); align-items: end; margin-top: var(--s3); }
    button.stop { background: var(--bad-bg); border-color: var(--bad); color: var(--bad); font-weight: 600; }
    @media (max-width: 760px) { form { grid-template-columns: minmax(0, 1fr); } }
  `];

  constructor() {
    super();
    /** @type {Stop[]} */
    this.stops = [];
    /** @type {string[]} */
    this.teams = [];
    this._scope = "all";
  }

  render() {
    const names = this._scope === "team" ? this.teams : ENGINES;
    return html`<h2>${t("kill.title")}</h2>
      ${this.stops.length ? this.stops.map((stop) => this._stop(stop)) : html`<p>${t("kill.nothing")}</p>`}
      <form @submit=${this._kill}>
        <label>${t("kill.what")}<select name="scope" @change=${(/** @type {Event} */ event) => (this._scope = /** @type {HTMLSelectElement} */ (event.target).value)}>
          ${["all", "team", "engine"].map((scope) => html`<option value=${scope} ?selected=${scope === this._scope}>${t(`kill.${scope}`)}</option>`)}</select></label>
        <label>${t("kill.name")}<input name="name" list="names" autocomplete="off" maxlength="200" ?disabled=${this._scope === "all"} ?required=${this._scope !== "all"}>
          <datalist id="names">${names.map((name) => html`<option value=${name}></option>`)}</datalist></label>
        <label>${t("kill.reason")}<input name="reason" required maxlength="500" autocomplete="off"></label>
        <button class="stop">${t("kill.stop")}</button>
      </form>`;
  }

  /** @param {Stop} stop */
  _stop(stop) {
    const what = stop.scope === "all" ? t("kill.all") : `${t(`kill.${stop.scope}`)}: ${stop.scope === "team" ? named("group", stop.name) : stop.name}`;
    return html`<div class="banner error"><span><b>${what}</b> – ${stop.reason}<br>${t("kill.since", { at: when(stop.at), by: stop.by })}</span>
      <button @click=${() => this._act("release", { scope: stop.scope, name: stop.name }, t("kill.released"))}>${t("kill.release")}</button></div>`;
  }

  /** @param {SubmitEvent} event */
  _kill(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const given = new FormData(form);
    this._act("kill", { scope: given.get("scope"), name: given.get("name") ?? "", reason: given.get("reason") }, t("kill.stopped"));
    form.reset();
    this._scope = "all";
  }

  /**
   * @param {string} path
   * @param {unknown} body
   * @param {string} done
   */
  _act(path, body, done) {
    this.dispatchEvent(new CustomEvent("act", { detail: { path, body, done } }));
    return nothing;
  }
}
