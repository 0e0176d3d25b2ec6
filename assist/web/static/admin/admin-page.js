/** `<admin-page>`: the active policy, its versions, engines, budgets, and the kill switch. */

import { locale, money, named, number, t } from "../page/i18n.js";
import { send } from "../page/http.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";
import { parts } from "./styles.js";

/** @import { AdminState, Spending, Topic, Version } from "./shapes.js" */

const AGAIN_MS = 15_000;
/** @type {Record<string, string>} */
const CHIP = { hand_off: "bad", no_draft: "bad", second_approval: "warn", warn: "plain" };

export class AdminPage extends LitElement {
  static properties = { _state: { state: true }, _error: { state: true }, _done: { state: true } };
  static styles = [shared, parts, css`
    .head, .grid { max-width: 1180px; margin: 0 auto; padding: var(--s4) var(--s5) 0; }
    .head { display: flex; flex-wrap: wrap; gap: var(--s2); align-items: center; }
    .head h1 { font-size: var(--t-xl); margin: 0; flex: 1 1 200px; }
    .grid { display: grid; gap: var(--s4); grid-template-columns: repeat(2, minmax(0, 1fr)); padding-bottom: var(--s5); align-items: start; }
    .card { background: var(--card); border: 1px solid var(--line); border-radius: var(--r); padding: var(--s4); min-width: 0; box-shadow: var(--shadow); }
    .wide { grid-column: 1 / -1; }
    .row { margin-top: var(--s3); }
    @media (max-width: 900px) { .grid { grid-template-columns: minmax(0, 1fr); } }
    @media (max-width: 560px) { .topics thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } .topics tr, .topics td, .topics th { display: block; } .topics tr { padding: var(--s2) 0; border-bottom: 1px solid var(--line); } .topics td, .topics th { border: 0; padding: 2px 0; } }
    @media (max-width: 560px) { .head, .grid { padding-left: var(--s3); padding-right: var(--s3); } .grid { gap: var(--s2); } .card { padding: var(--s3); } }
  `];

  constructor() {
    super();
    /** @type {AdminState | null} */
    this._state = null;
    this._error = "";
    this._done = "";
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this._timer = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    void this._act(() => send("GET", this._url("state.json")));
    this._timer = setInterval(() => document.visibilityState === "visible" && this._act(() => send("GET", this._url("state.json"))), AGAIN_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this._timer);
  }

  render() {
    return html`<div class="head"><h1>${t("admin.title")}</h1></div>
      <div class="grid">
        <div class="wide" role="status">
          ${this._error ? html`<div class="banner error"><span>${this._error}</span></div>` : nothing}
          ${this._done ? html`<div class="banner ok"><span>${this._done}</span></div>` : nothing}
        </div>
        ${this._state ? this._parts(this._state) : nothing}
      </div>`;
  }

  /** @param {AdminState} state */
  _parts(state) {
    return html`
      <section class="card wide"><admin-kill .stops=${state.stops} .teams=${state.teams} @act=${this._wish}></admin-kill></section>
      <section class="card"><h2>${t("admin.policy")}</h2>
        <p><b>${state.policy.title}</b> <code>${state.policy.version}</code></p>
        <h3>${t("admin.does")}</h3>
        <ul>${state.policy.explanation.map((line) => html`<li>${line}</li>`)}</ul>
        <div class="row"><a class="button" href="/admin/policy/${state.policy.version}.yaml" download>${t("admin.download")}</a></div>
      </section>
      <section class="card"><admin-try @act=${this._wish}></admin-try></section>
      <section class="card wide"><h2>${t("admin.topics")}</h2>${this._topics(state.policy.topics)}</section>
      <section class="card wide"><admin-engines .engines=${state.engines}></admin-engines></section>
      <section class="card"><h2>${t("admin.budgets")}</h2>${this._budgets(state.budgets)}</section>
      <section class="card"><h2>${t("admin.versions")}</h2>${this._versions(state.versions)}</section>`;
  }

  /** @param {Topic[]} topics */
  _topics(topics) {
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${t("admin.topics")}><table class="topics">
      <thead><tr><th>${t("admin.topic")}</th><th>${t("admin.action")}</th><th>${t("admin.why")}</th></tr></thead>
      <tbody>${topics.map((topic) => html`<tr><th scope="row">${named("topic", topic.name)}</th>
        <td><span class="chip ${CHIP[topic.action] ?? "plain"}">${t(`action.${topic.action}`)}</span></td><td>${topic.why}</td></tr>`)}</tbody></table></div>`;
  }

  /** @param {Spending[]} rows */
  _budgets(rows) {
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${t("admin.budgets")}><table>
      <thead><tr><th>${t("admin.whose")}</th><th class="n">${t("admin.cost")}</th><th class="n">${t("admin.calls")}</th><th class="n">${t("admin.tokens")}</th></tr></thead>
      <tbody>${rows.map(({ whose, name, spent, limits }) => html`<tr><th scope="row">${whose === "day" ? t("admin.everybody") : named("group", name)}</th>
        <td class="n">${of(money(spent.cost / 1e6), limits.cost === null ? null : money(limits.cost / 1e6))}</td>
        <td class="n">${of(number(spent.calls), limits.calls === null ? null : number(limits.calls))}</td>
        <td class="n">${of(number(spent.tokens), limits.tokens === null ? null : number(limits.tokens))}</td></tr>`)}</tbody></table></div>
      <p class="muted small">${t("admin.budgets_text")}</p>`;
  }

  /** @param {Version[]} versions */
  _versions(versions) {
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${t("admin.versions")}><table>
      <thead><tr><th>${t("admin.number")}</th><th>${t("admin.version")}</th><th>${t("admin.since")}</th><th><span class="visually-hidden">${t("admin.action")}</span></th></tr></thead>
      <tbody>${versions.map((one) => html`<tr><th scope="row">${one.number}</th><td><a href="/admin/policy/${one.version}.yaml" download><code>${one.version}</code></a></td>
        <td>${when(one.at)}<br><span class="muted small">${one.origin === "packaged" ? t("admin.packaged") : one.by ?? t("admin.by_cli")}</span></td>
        <td>${one.active ? html`<span class="chip ok">${t("admin.active")}</span>` : html`<button @click=${() => this._reactivate(one.version)}>${t("admin.reactivate")}</button>`}</td></tr>`)}</tbody></table></div>`;
  }

  /** @param {string} version */
  _reactivate(version) {
    void this._act(() => send("POST", this._url("policy/reactivate"), { version }), t("admin.activated"));
  }

  /** @param {CustomEvent<{path: string, body: unknown, done: string}>} event */
  _wish(event) {
    const { path, body, done } = event.detail;
    void this._act(() => send("POST", this._url(path), body), done);
  }

  /**
   * @param {() => Promise<AdminState>} act
   * @param {string} [done]
   */
  async _act(act, done) {
    try {
      this._state = await act();
      if (done !== undefined) this._done = done;
      this._error = "";
    } catch (error) {
      const { message, hint = "" } = /** @type {{message: string, hint?: string}} */ (error);
      this._done = "";
      this._error = [message || t("error.offline"), hint].filter(Boolean).join(". ");
    }
  }

  /** @param {string} path */
  _url(path) {
    return `/admin/${path}?lang=${locale()}`;
  }
}

/**
 * @param {string} spent
 * @param {string | null} limit
 */
function of(spent, limit) {
  return limit === null ? spent : t("admin.of", { spent, limit });
}

/** @param {string} at */
export function when(at) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}
