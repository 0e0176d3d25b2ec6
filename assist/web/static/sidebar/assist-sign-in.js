/** `<assist-sign-in>`: the form a framed sidebar shows when nobody is signed in. */

import { has, t } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";

/** @import { Desk } from "./desk.js" */

export class AssistSignIn extends LitElement {
  static properties = { desk: { attribute: false }, _error: { state: true }, _busy: { state: true } };
  static styles = [shared, css`
    form { display: grid; gap: var(--s3); }
    label { display: grid; gap: var(--s1); font-size: var(--t-s); color: var(--ink-2); }
    h2 { font-size: var(--t-l); color: var(--ink); }
    .banner { margin: 0; }
    button { min-height: 34px; }
  `];

  constructor() {
    super();
    /** @type {Desk} */
    this.desk = /** @type {any} */ (null);
    this._error = "";
    this._busy = false;
  }

  render() {
    return html`<form @submit=${this._submit}>
      <h2>${t("sign_in.title")}</h2>
      <p class="muted small">${t("sign_in.text")}</p>
      ${this._error ? html`<div class="banner error" role="alert">${this._error}</div>` : nothing}
      <label>${t("sign_in.email")}<input name="email" type="email" autocomplete="username" required></label>
      <label>${t("sign_in.password")}<input name="password" type="password" autocomplete="current-password" required></label>
      ${document.body.dataset.sso ? html`<button type="button" @click=${() => this.desk.signInElsewhere()}>${document.body.dataset.sso}</button>` : nothing}
      <button class="primary" ?disabled=${this._busy}>${this._busy ? t("sign_in.busy") : t("sign_in.submit")}</button>
    </form>`;
  }

  /** @param {SubmitEvent} event */
  async _submit(event) {
    event.preventDefault();
    const data = new FormData(/** @type {HTMLFormElement} */ (event.target));
    this._busy = true;
    this._error = "";
    try {
      await this.desk.signIn(String(data.get("email")), String(data.get("password")));
    } catch (error) {
      const { code = "", message = "" } = /** @type {{code?: string, message?: string}} */ (error);
      this._error = code === "not_signed_in" ? t("sign_in.refused") : has(`error.${code}`) ? t(`error.${code}`) : message;
    } finally {
      this._busy = false;
    }
  }
}
