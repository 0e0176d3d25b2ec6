/** `<assist-sidebar>`: the whole sidebar. Puts the parts together; the desk does the work. */

import { named, t } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";
import { withheld } from "./desk.js";
import { command } from "./shortcuts.js";

/** @import { AssistAbout } from "./assist-about.js" */
/** @import { AssistDraft } from "./assist-draft.js" */
/** @import { AssistSources } from "./assist-sources.js" */
/** @import { Desk } from "./desk.js" */

export class AssistSidebar extends LitElement {
  static properties = { desk: { attribute: false } };
  static styles = [shared, css`
    :host { min-height: 100vh; background: var(--bg); }
    header { display: flex; align-items: center; gap: var(--s2); padding: var(--s2) var(--s3); background: var(--card); border-bottom: 1px solid var(--line); position: sticky; top: 0; z-index: 1; min-height: 44px; }
    h1 { font-size: var(--t-l); margin: 0; font-weight: 700; }
    .ticket { color: var(--ink-3); font-size: var(--t-xs); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
    .dot { width: 8px; height: 8px; border-radius: 50%; background: var(--ink-3); flex: none; }
    .dot.live { background: var(--ok); }
    .dot.offline { background: var(--bad); }
    .state { font-size: var(--t-xs); color: var(--ink-3); }
    .state.offline { color: var(--bad); }
    .help { min-width: 28px; padding: 0; }
    main { display: block; padding: var(--s2); }
    .card { background: var(--card); border: 1px solid var(--line); border-radius: var(--r); padding: var(--s3); margin-bottom: var(--s2); box-shadow: var(--shadow); }
    .notices { position: sticky; top: 44px; z-index: 1; }
    .notices .banner { margin: var(--s2) var(--s2) 0; box-shadow: var(--shadow-2); }
    .nothing { padding: var(--s6) var(--s4); text-align: center; color: var(--ink-3); }
    .nothing b { display: block; color: var(--ink-2); margin-bottom: var(--s1); }
    .columns { display: block; }
    @media (min-width: 760px) {
      .columns { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: var(--s2); align-items: start; }
      .columns > .first { grid-row: span 2; }
      .columns > .card { margin-bottom: 0; }
      assist-about { margin-top: var(--s2); }
    }
    .guide { padding: 0 var(--s1); margin: var(--s1) 0 var(--s2); }
    assist-about { display: block; padding: 0 var(--s1) var(--s2); }
  `];

  constructor() {
    super();
    /** @type {Desk} */
    this.desk = /** @type {any} */ (null);
    this._onKey = this._onKey.bind(this);
  }

  connectedCallback() {
    super.connectedCallback();
    this.desk.addEventListener("change", () => this.requestUpdate());
    window.addEventListener("keydown", this._onKey);
    new ResizeObserver(() => this.desk.host.tell("resize", { height: Math.ceil(this.getBoundingClientRect().height) })).observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener("keydown", this._onKey);
  }

  render() {
    const { state, notice } = this.desk;
    return html`
      ${this._header()}
      <div class="notices" role="status" aria-live="polite">
        ${notice ? html`<div class="banner ${notice.level}"><span>${notice.text}</span><button class="quiet" aria-label=${t("close")} @click=${() => this.desk.dismiss()}>✕</button></div>` : nothing}
      </div>
      <main>${state.connection === "signed_out" ? html`<section class="card"><assist-sign-in .desk=${this.desk}></assist-sign-in></section>` : this._ticket()}</main>
      <div class="visually-hidden" role="status">${this._progress()}</div>
    `;
  }

  _header() {
    const { state } = this.desk;
    const said = t(`connection.${state.connection}`);
    return html`<header>
      <span class="dot ${state.connection}" title=${said}></span>
      <h1>Assist</h1>
      ${state.wanted ? html`<span class="ticket" title=${state.ticket?.subject ?? nothing}>#${state.wanted.ticket}</span>` : nothing}
      <span class="grow"></span>
      <span class="state ${state.connection}${state.connection === "live" ? " visually-hidden" : ""}" role="status">${said}</span>
      <assist-presence .people=${state.presence} .you=${state.user?.id}></assist-presence>
      <button class="help quiet" aria-label=${t("keys.title")} title=${t("keys.title")} @click=${() => this._about?.toggle("keys")}>?</button>
    </header>`;
  }

  _ticket() {
    const { state } = this.desk;
    if (state.phase === "none") return html`<div class="nothing"><b>${t("none.title")}</b>${t("none.text")}</div>${this._foot()}`;
    if (state.phase === "failed") {
      return html`<div class="nothing"><b>${named("error", state.error?.code) || t("error.error")}</b>${state.error?.hint || state.error?.message}</div>${this._foot()}`;
    }
    return html`${this._use()}<div class="columns">
        <section class="card" aria-label=${t("case.title")}><assist-case .state=${state} .desk=${this.desk}></assist-case></section>
        ${state.waiting.length ? html`<section class="card" aria-label=${t("second.title")}><assist-waiting .waiting=${state.waiting} .desk=${this.desk}></assist-waiting></section>` : nothing}
        <section class="card" aria-label=${t("draft.title")}><assist-draft .state=${state} .desk=${this.desk} @cite=${this._cite}></assist-draft></section>
        <section class="card" aria-label=${t("sources.title")}><assist-sources .state=${state} .desk=${this.desk}></assist-sources></section>
      </div>${this._foot()}`;
  }

  /** Before it is accepted it comes first; then what to check is at hand. */
  _use() {
    const { use } = this.desk.state;
    return use && !use.accepted ? html`<section class="card" aria-label=${t("use.title")}><assist-use .use=${use} .desk=${this.desk}></assist-use></section>` : nothing;
  }

  _guide() {
    const { use } = this.desk.state;
    return use?.accepted ? html`<assist-use class="guide" .use=${use} .desk=${this.desk}></assist-use>` : nothing;
  }

  _foot() {
    return html`${this._guide()}<assist-about .state=${this.desk.state} .desk=${this.desk}></assist-about>`;
  }

  /** What a screen reader is told about the draft: that it is being written and that it is ready, not every word. */
  _progress() {
    const { suggestion, phase } = this.desk.state;
    if (phase !== "ready" || !suggestion) return "";
    if (suggestion.status === "running") return t("draft.loading");
    if (withheld(suggestion)) return t("withheld.title");
    if (suggestion.abstained) return t("empty.title");
    return suggestion.status === "done" ? t("draft.ready") : "";
  }

  get _about() {
    return /** @type {AssistAbout | null} */ (this.renderRoot.querySelector("assist-about"));
  }

  get _draft() {
    return /** @type {AssistDraft | null} */ (this.renderRoot.querySelector("assist-draft"));
  }

  get _sources() {
    return /** @type {AssistSources | null} */ (this.renderRoot.querySelector("assist-sources"));
  }

  /** @param {CustomEvent<number>} event */
  _cite(event) {
    void this._sources?.open(event.detail);
  }

  /** @param {KeyboardEvent} event */
  _onKey(event) {
    const target = event.composedPath()[0];
    const typing = target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
    const wanted = command(event, typing);
    if (wanted === null) return;
    event.preventDefault();
    if (wanted === "insert") void this._draft?.insert();
    else if (wanted === "previous") this._draft?.step(-1);
    else if (wanted === "next") this._draft?.step(1);
    else if (wanted === "help") void this._about?.toggle("keys");
    else if (wanted === "escape") this._escape();
    else void this._sources?.open(Number(wanted.slice("source-".length)));
  }

  _escape() {
    if (this._about?.close() || this._draft?.escape()) return;
    if (this.desk.notice) this.desk.dismiss();
    else this.desk.host.tell("focus_host");
  }
}
