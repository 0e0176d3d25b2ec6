/** `<assist-draft>`: the reply draft, its alternatives and tools, and what the agent does with it. */

import { ago, named, said, t, tn } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";
import { usable, withheld } from "./desk.js";
import { draftText, internals, objections, tally } from "./draft.js";
import { INSERT_KEY } from "./shortcuts.js";

/** @import { PropertyValues } from "lit" */
/** @import { AssistDraftText } from "./assist-draft-text.js" */
/** @import { AssistDiff } from "./assist-diff.js" */
/** @import { Desk } from "./desk.js" */
/** @import { EditAction, EditResult, Notice, Suggestion } from "./protocol.js" */
/** @import { State } from "./state.js" */

const TOOLS = /** @type {EditAction[]} */ (["shorter", "friendlier", "formal", "spelling"]);
const REASONS = ["wrong", "unsupported", "incomplete", "tone", "language", "too_long", "not_needed", "other"];

/** The agent's own text is kept per draft, so that neither a new draft nor another ticket loses it. */
export class AssistDraft extends LitElement {
  static properties = {
    state: { attribute: false }, desk: { attribute: false }, _index: { state: true }, _result: { state: true },
    _busy: { state: true }, _rejecting: { state: true }, _held: { state: true }, _asking: { state: true },
  };
  static styles = [shared, css`
    .tools { display: flex; flex-wrap: wrap; gap: 5px; margin: var(--s2) 0; }
    form { display: flex; gap: 5px; margin-bottom: var(--s2); }
    .turn { padding: 0; min-width: 24px; min-height: 24px; font-size: var(--t-l); line-height: 1; }
    .chips { margin-top: var(--s2); }
    .objections { margin: var(--s2) 0 0; padding: 0 0 0 18px; font-size: var(--t-s); color: var(--warn); overflow-wrap: anywhere; }
    .asking { background: var(--internal-bg); border: 1px solid var(--internal); border-radius: var(--r-s); margin: var(--s2) 0 0; padding: var(--s2); font-size: var(--t-s); overflow-wrap: anywhere; }
    .asking strong { color: var(--internal); display: block; }
    .asking ul { margin: var(--s1) 0 var(--s2); padding-left: 18px; }
    fieldset { border: 1px solid var(--line); border-radius: var(--r-s); margin: var(--s2) 0 0; padding: var(--s2); display: flex; flex-wrap: wrap; gap: 5px; min-width: 0; }
    legend { font-size: var(--t-s); color: var(--ink-2); padding: 0 4px; }
    .empty { border: 1px dashed var(--line-2); border-radius: var(--r-s); padding: var(--s3); }
    .empty strong { display: block; margin-bottom: var(--s1); }
    .empty ul { margin: var(--s1) 0 var(--s2); padding-left: 18px; }
    .empty .row { margin-top: var(--s2); }
    .empty form { margin: var(--s2) 0 0; }
    .notice { display: block; }
    .notice .chip { margin-right: 5px; background: none; border: 1px solid currentColor; color: inherit; }
    .notice small { display: block; margin-top: 2px; opacity: .9; }
    .empty .notice { margin: 0 0 var(--s2); }
    .skeleton { border: 1px solid var(--line); border-radius: var(--r-s); padding: var(--s3); min-height: 120px; align-content: start; }
  `];

  constructor() {
    super();
    /** @type {State} */
    this.state = /** @type {any} */ (null);
    /** @type {Desk} */
    this.desk = /** @type {any} */ (null);
    this._index = 0;
    /** @type {EditResult | null} */
    this._result = null;
    /** @type {EditAction | "insert" | null} */
    this._busy = null;
    this._rejecting = false;
    /** @type {"insert" | "copy" | null} What waits for the agent's word on internal sentences. */
    this._asking = null;
    /** @type {Suggestion | null} A draft the agent is editing although a newer one is there. */
    this._held = null;
    /** @type {Suggestion | null} */
    this._last = null;
    /** @type {string} */
    this._ticket = "";
    /** @type {Map<string, string>} */
    this._own = new Map();
    /** @type {Map<string, string>} */
    this._rejected = new Map();
    this._visible = false;
    this._watch = new IntersectionObserver((entries) => {
      this._visible = entries.at(-1)?.isIntersecting ?? false;
      this._noteShown();
    }, { threshold: 0.25 });
  }

  connectedCallback() {
    super.connectedCallback();
    this._watch.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this._watch.disconnect();
  }

  /** @param {PropertyValues} changed */
  willUpdate(changed) {
    if (!changed.has("state")) return;
    const { suggestion, wanted } = this.state;
    const ticket = wanted ? `${wanted.source}/${wanted.ticket}` : "";
    if (ticket !== this._ticket) {
      this._ticket = ticket;
      this._forget();
    } else if (this._last && suggestion?.id !== this._last.id && !this._held) {
      if (this._edited(this._last) || this._result) this._held = this._last;
      else this._forget();
    }
    this._last = suggestion;
  }

  updated() {
    this._noteShown();
  }

  /** The suggestion on screen: the one being edited goes before a newer one. */
  get shown() {
    return this._held ?? this.state.suggestion;
  }

  /** Put the draft into the helpdesk's composer. */
  async insert() {
    const { shown } = this;
    if (!usable(shown) || this._result || this._busy || !this.desk.host.present) return;
    this._opened();
    if (!this._internals().found.length) return this._use("insert", this._textNow());
    await this._ask("insert");
  }

  /**
   * Ask, where the agent looks anyway, whether what rests on an internal source may leave.
   * @param {"insert" | "copy"} what
   */
  async _ask(what) {
    this._asking = what;
    await this.updateComplete;
    const first = /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".asking button"));
    first?.focus();
    first?.scrollIntoView({ block: "nearest" });
  }

  /**
   * Do what was asked about, with this text.
   * @param {"insert" | "copy"} what
   * @param {string} text
   */
  async _use(what, text) {
    this._asking = null;
    const id = this.shown?.id ?? null;
    if (what === "copy") return this.desk.copy(text.trim(), id);
    this._busy = "insert";
    await this.desk.insert(text.trim(), id);
    this._busy = null;
  }

  _internals() {
    return internals(this._textNow(), this.shown?.drafts[this._index]?.sentences ?? []);
  }

  async _cancel() {
    this._asking = null;
    await this.updateComplete;
    /** @type {AssistDraftText | null} */ (this.renderRoot.querySelector("assist-draft-text"))?.focus();
  }

  /**
   * Go to another alternative.
   * @param {number} by
   */
  step(by) {
    const total = this.shown?.drafts.length ?? 0;
    if (total < 2 || this._result || this.shown?.status === "running") return;
    this._index = (this._index + by + total) % total;
    this._asking = null;
    this._opened();
  }

  /**
   * Stop the draft, undo the edit shown, or close what is open; gives whether there was any of that.
   * @returns {boolean}
   */
  escape() {
    if (this._asking) void this._cancel();
    else if (this._result) this._decide("undo");
    else if (this._rejecting) this._rejecting = false;
    else if (this.state.suggestion?.status === "running") void this.desk.stop();
    else return false;
    return true;
  }

  render() {
    const { shown } = this;
    return html`
      <h2>${t("draft.title")} ${this._turns()}</h2>
      ${this._banners()}
      ${shown && !withheld(shown) ? (shown.notices ?? []).map((notice) => this._notice(notice)) : nothing}
      ${shown ? this._body(shown) : this._none()}
    `;
  }

  _turns() {
    const { shown } = this;
    if (shown?.status === "running") return html`<small><button @click=${() => this.desk.stop()}>${t("draft.stop")}<kbd>Esc</kbd></button></small>`;
    const total = shown?.drafts.length ?? 0;
    if (total < 2) return nothing;
    const label = shown?.drafts[this._index]?.label;
    return html`<small>
      <span>${t("draft.nth", { n: this._index + 1, total })}${label ? ` · ${named("alternative", label)}` : ""}</span>
      <button class="quiet turn" aria-label=${t("draft.previous")} title=${t("draft.previous")} ?disabled=${this._result !== null} @click=${() => this.step(-1)}>‹</button>
      <button class="quiet turn" aria-label=${t("draft.next")} title=${t("draft.next")} ?disabled=${this._result !== null} @click=${() => this.step(1)}>›</button>
    </small>`;
  }

  _banners() {
    const { suggestion, staleAt } = this.state;
    if (this._held && suggestion) {
      return html`<div class="banner" role="status"><span>${suggestion.status === "running" ? t("draft.newer_coming") : t("draft.newer")}</span>
        <button @click=${() => this._forget()}>${t("draft.show_newer")}</button></div>`;
    }
    if (!suggestion?.stale_reason) return nothing;
    const values = { by: suggestion.stale_by ?? t("draft.somebody"), ago: staleAt ? ago((Date.now() - staleAt) / 1000) : "" };
    return html`<div class="banner warning" role="status"><span>${t(`stale.${suggestion.stale_reason}`, values)}</span>
      <button @click=${() => this.desk.suggest({ reason: "refresh" })}>${t("draft.update")}</button></div>`;
  }

  /** @param {Suggestion} shown */
  _body(shown) {
    if (shown.status === "failed" && !usable(shown)) return this._failed(shown);
    if (shown.status === "running") return this._writing(shown);
    if (withheld(shown)) return this._withheld(shown);
    if (shown.abstained) return this._abstained(shown);
    if (!usable(shown)) return shown.status === "stopped" ? this._none() : this._sourcesOnly();
    if (this._result) return html`<assist-diff .result=${this._result} @decide=${(/** @type {CustomEvent} */ event) => this._decide(event.detail)}></assist-diff>`;
    return this._editor(shown);
  }

  /** @param {Suggestion} shown */
  _writing(shown) {
    const sentences = shown.drafts[0]?.sentences ?? [];
    const partial = this.state.partial[0] ?? "";
    if (!sentences.length && !partial) {
      return html`<div class="skeleton" role="img" aria-label=${t("draft.loading")}><i></i><i></i><i></i><i></i><i></i></div>`;
    }
    return html`<assist-draft-text readonly .text=${draftText(sentences)} .sentences=${sentences} .sources=${this.state.sources} .writing=${partial} @cite=${this._cite}></assist-draft-text>`;
  }

  /** @param {Suggestion} shown */
  _editor(shown) {
    const draft = shown.drafts[this._index] ?? { label: "", sentences: [] };
    const busy = this._busy !== null;
    const host = this.desk.host.present;
    return html`
      <assist-draft-text .text=${this._textNow()} .sentences=${draft.sentences} .sources=${shown.sources} .writing=${null} ?readonly=${busy}
        @edited=${this._typed} @cite=${this._cite} @focusin=${() => this._opened()}></assist-draft-text>
      <div class="tools" role="group" aria-label=${t("draft.tools")}>
        ${TOOLS.map((tool) => html`<button ?disabled=${busy} @click=${() => this._tool(tool)}>${this._busy === tool ? t("draft.working") : t(`tool.${tool}`)}</button>`)}
        ${this._edited(shown) ? html`<button class="quiet" ?disabled=${busy} @click=${this._restore}>${t("draft.restore")}</button>` : nothing}
      </div>
      ${this._instruction(busy)}
      <div class="row">
        ${host ? html`<button class="primary" ?disabled=${busy} @click=${() => this.insert()}>${t("draft.insert")}<kbd>${INSERT_KEY}</kbd></button>` : nothing}
        <button class=${host ? "" : "primary"} @click=${() => this._copy()}>${t("draft.copy")}</button>
        <span class="grow"></span>
        ${this._rejected.has(shown.id)
          ? html`<span class="muted small">${t("reject.marked", { reason: t(`reason.${this._rejected.get(shown.id)}`) })}</span>`
          : html`<button class="quiet" aria-expanded=${this._rejecting} @click=${() => (this._rejecting = !this._rejecting)}>${t("draft.reject")}</button>`}
      </div>
      ${this._asking ? this._question(this._asking) : nothing}
      ${this._rejecting ? this._reasons(shown) : nothing}
      ${this._objections(draft.sentences)}
      ${this._marks(draft.sentences)}
    `;
  }

  /** @param {boolean} busy */
  _instruction(busy) {
    return html`<form @submit=${this._instruct}>
      <input name="instruction" maxlength="2000" autocomplete="off" placeholder=${t("draft.instruction")} aria-label=${t("draft.instruction")} ?disabled=${busy}>
      <button ?disabled=${busy}>${this._busy === "instruction" ? t("draft.working") : t("draft.apply")}</button>
    </form>`;
  }

  /** @param {"insert" | "copy"} what */
  _question(what) {
    const { found, without } = this._internals();
    if (!found.length) return nothing;
    return html`<section class="asking" role="group" aria-label=${t("internal.ask_label")}>
      <strong id="asked">${tn("internal.ask", found.length)}</strong>
      <ul>${found.map((sentence) => html`<li>${sentence.text}</li>`)}</ul>
      <div class="row">
        ${without ? html`<button aria-describedby="asked" @click=${() => this._use(what, without)}>${t("internal.leave_out")}</button>` : nothing}
        <button aria-describedby="asked" @click=${() => this._use(what, this._textNow())}>${t(`internal.all_${what}`)}</button>
        <button class="quiet" @click=${() => this._cancel()}>${t("internal.back")}<kbd>Esc</kbd></button>
      </div>
    </section>`;
  }

  /** @param {Suggestion} shown */
  _reasons(shown) {
    return html`<fieldset><legend>${t("reject.why")}</legend>
      ${REASONS.map((reason) => html`<button @click=${() => this._reject(shown.id, reason)}>${t(`reason.${reason}`)}</button>`)}
    </fieldset>`;
  }

  /** @param {import("./protocol.js").Sentence[]} sentences */
  _objections(sentences) {
    const found = objections(this._textNow(), sentences);
    return found.length ? html`<ul class="objections" aria-label=${t("marks.objections")}>${found.map((flag) => html`<li>${said(flag.why)}</li>`)}</ul>` : nothing;
  }

  /** @param {import("./protocol.js").Sentence[]} sentences */
  _marks(sentences) {
    const { claims, sourced, unsupported, internal } = tally(sentences);
    if (!claims && !internal) return nothing;
    return html`<div class="chips">
      ${claims ? html`<span class="chip ok" title=${t("marks.sourced_title")}>${t("marks.sourced", { n: sourced, total: claims })}</span>` : nothing}
      ${unsupported ? html`<span class="chip warn" title=${t("marks.unsupported_title")}>${tn("marks.unsupported", unsupported)}</span>` : nothing}
      ${internal ? html`<span class="chip internal" title=${t("marks.internal_title")}>${tn("marks.internal", internal)}</span>` : nothing}
    </div>`;
  }

  /** @param {Suggestion} shown */
  _abstained(shown) {
    return html`<div class="empty"><strong>${t("empty.title")}</strong>
      <p>${t("empty.text")}</p>
      ${shown.missing.length ? html`<p class="muted small">${t("empty.missing")}</p><ul>${shown.missing.map((fact) => html`<li>${fact}</li>`)}</ul>` : nothing}
      ${this._instruction(false)}
      <div class="row"><button @click=${() => this.desk.suggest({ reason: "retry" })}>${t("draft.retry")}</button>
      ${this.desk.host.present ? html`<button class="quiet" @click=${() => this.desk.host.tell("focus_host")}>${t("empty.write")}</button>` : nothing}</div>
    </div>`;
  }

  /** @param {Notice} notice */
  _notice({ action, topic, why, found, where }) {
    const level = action === "instead" ? "" : action === "warn" || action === "second_approval" ? "warning" : "error";
    return html`<div class="banner notice ${level}" role="note">${topic ? html`<span class="chip">${named("topic", topic)}</span>` : nothing}${said(why)}
      ${found && where ? html`<small>${t("notice.found", { found, where: t(`notice.${where}`) })}</small>` : nothing}</div>`;
  }

  /** @param {Suggestion} shown */
  _withheld(shown) {
    const reasons = withheld(shown) ?? [];
    const off = reasons.some(({ action }) => action === "off");
    return html`<div class="empty"><strong>${t(off ? "withheld.off" : "withheld.title")}</strong>
      ${(shown.notices ?? []).map((notice) => this._notice(notice))}
      <div class="row"><button @click=${() => this.desk.suggest({ reason: "retry" })}>${t("draft.retry")}</button>
      ${this.desk.host.present ? html`<button class="quiet" @click=${() => this.desk.host.tell("focus_host")}>${t("empty.write")}</button>` : nothing}</div>
    </div>`;
  }

  /** @param {Suggestion} shown */
  _failed(shown) {
    return html`<div class="banner error"><span>${shown.error || t("draft.failed")}</span>
      <button @click=${() => this.desk.suggest({ reason: "retry" })}>${t("draft.retry")}</button></div>`;
  }

  _sourcesOnly() {
    return html`<div class="empty"><strong>${t("empty.sources_only")}</strong><p>${t("empty.sources_only_text")}</p>
      <div class="row"><button @click=${() => this.desk.suggest({ reason: "retry" })}>${t("draft.retry")}</button></div></div>`;
  }

  _none() {
    if (this.state.phase !== "ready") {
      return html`<div class="skeleton" role="img" aria-label=${t("draft.loading")}><i></i><i></i><i></i><i></i></div>`;
    }
    return html`<div class="empty"><p>${t("draft.none")}</p><div class="row"><button class="primary" @click=${() => this.desk.suggest({})}>${t("draft.start")}</button></div></div>`;
  }

  /** @param {Suggestion | null} [shown] */
  _key(shown = this.shown) {
    return `${shown?.id}:${this._index}`;
  }

  /** @param {Suggestion} shown */
  _edited(shown) {
    return this._own.has(this._key(shown));
  }

  _textNow() {
    return this._own.get(this._key()) ?? draftText(this.shown?.drafts[this._index]?.sentences ?? []);
  }

  /** Let go of the draft that was being edited and show what is current. */
  _forget() {
    this._held = null;
    this._result = null;
    this._index = 0;
    this._rejecting = false;
    this._asking = null;
  }

  /** @param {string} text */
  _keep(text) {
    this._own.set(this._key(), text);
    const id = this.shown?.id;
    if (id) this.desk.signal("edited", id, { detail: { index: this._index } });
    this.requestUpdate();
  }

  _restore() {
    this._own.delete(this._key());
    this.requestUpdate();
  }

  /** @param {CustomEvent<string>} event */
  _typed(event) {
    this._keep(event.detail);
  }

  /** @param {CustomEvent<number>} event */
  _cite(event) {
    this._opened();
    this.dispatchEvent(new CustomEvent("cite", { detail: event.detail }));
  }

  /**
   * @param {EditAction} action
   * @param {string} [instruction]
   */
  async _tool(action, instruction) {
    this._opened();
    const key = this._key();
    const before = this._textNow();
    this._busy = action;
    const result = await this.desk.edit(action, before, instruction);
    this._busy = null;
    // Another draft or alternative came on screen meanwhile: the result is not of this text.
    if (!result || key !== this._key()) return;
    if (result.text === before) return this.desk.say("info", result.notes[0] ?? t("diff.nothing"));
    this._result = result;
    await this.updateComplete;
    const diff = /** @type {AssistDiff | null} */ (this.renderRoot.querySelector("assist-diff"));
    await diff?.updateComplete;
    diff?.focus();
  }

  /** @param {SubmitEvent} event */
  async _instruct(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const instruction = String(new FormData(form).get("instruction") ?? "").trim();
    if (!instruction) return;
    if (usable(this.shown)) await this._tool("instruction", instruction);
    else await this.desk.suggest({ instruction });
    if (this._result) form.reset();
  }

  /** @param {"accept" | "undo"} decision */
  async _decide(decision) {
    if (decision === "accept" && this._result) this._keep(this._result.text);
    this._result = null;
    await this.updateComplete;
    /** @type {AssistDraftText | null} */ (this.renderRoot.querySelector("assist-draft-text"))?.focus();
  }

  async _copy() {
    this._opened();
    if (this._internals().found.length) await this._ask("copy");
    else await this._use("copy", this._textNow());
  }

  /**
   * @param {string} id
   * @param {string} reason
   */
  _reject(id, reason) {
    this._rejected.set(id, reason);
    this._rejecting = false;
    this.desk.reject(id, reason);
  }

  /** The draft was engaged with, not only on screen. */
  _opened() {
    const { shown } = this;
    if (usable(shown) && shown) {
      this._noteShown(true);
      this.desk.signal("opened", shown.id);
    }
  }

  /** @param {boolean} [certain] */
  _noteShown(certain = false) {
    const { shown } = this;
    if (shown && usable(shown) && !shown.abstained && (certain || (this._visible && document.visibilityState === "visible"))) {
      this.desk.signal("shown", shown.id);
    }
  }
}
