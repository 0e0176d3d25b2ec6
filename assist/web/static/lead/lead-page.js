/** `<lead-page>`: what was accepted, edited and rejected, how fast it came and what it cost. */

import { duration, locale, money, named, number, percent, t, tn } from "../page/i18n.js";
import { send } from "../page/http.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";
import { funnel, moved, query } from "./stats.js";

/** @import { Figures, Stats } from "./stats.js" */

const PERIODS = ["7", "28", "90", "365"];
const AGAIN_MS = 30_000;

export class LeadPage extends LitElement {
  static properties = { _stats: { state: true }, _error: { state: true }, _filter: { state: true } };
  static styles = [shared, css`
    :host { font-size: 14px; }
    .filters { display: flex; flex-wrap: wrap; gap: var(--s2); align-items: end; max-width: 1180px; margin: 0 auto; padding: var(--s4) var(--s5) 0; }
    .filters h1 { font-size: var(--t-xl); margin: 0; flex: 1 1 200px; }
    .filters label { font-size: var(--t-xs); color: var(--ink-2); display: grid; gap: 2px; }
    .played { max-width: 1180px; margin: 0 auto; padding: var(--s2) var(--s5) 0; color: var(--ink-2); font-size: var(--t-s); }
    .filters select { min-height: 32px; min-width: 110px; }
    .filters .button { min-height: 32px; display: inline-flex; align-items: center; }
    .grid { max-width: 1180px; margin: 0 auto; padding: var(--s4) var(--s5) var(--s5); display: grid; gap: var(--s4); grid-template-columns: repeat(12, minmax(0, 1fr)); }
    .card { background: var(--card); border: 1px solid var(--line); border-radius: var(--r); padding: var(--s4); min-width: 0; box-shadow: var(--shadow); }
    .k { grid-column: span 4; } .w8 { grid-column: span 8; } .w4 { grid-column: span 4; } .w6 { grid-column: span 6; } .w12 { grid-column: span 12; }
    .k h2, .card > h2 { font-size: var(--t-s); letter-spacing: 0; margin: 0; font-weight: 500; min-height: 0; }
    .card > h2 { font-size: 14px; color: var(--ink); font-weight: 600; margin-bottom: var(--s3); }
    .k h2 { color: var(--ink-2); font-weight: 500; font-size: var(--t-s); margin: 0; }
    .v { font-size: var(--t-2xl); font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.3; }
    .d { font-size: var(--t-s); color: var(--ink-2); max-width: 90ch; }
    .d + .scroll { margin-top: var(--s3); } details { margin-top: var(--s3); } summary { cursor: pointer; min-height: 24px; }
    .up { color: var(--ok); } .down { color: var(--bad); }
    .step { display: grid; grid-template-columns: minmax(84px, 120px) minmax(0, 1fr) 52px; gap: var(--s2); align-items: center; font-size: var(--t-m); margin: 6px 0; }
    .step span:last-child { text-align: right; font-variant-numeric: tabular-nums; }
    progress { appearance: none; width: 100%; height: 16px; border: 0; background: var(--sunken); border-radius: 4px; overflow: hidden; }
    progress::-webkit-progress-bar { background: var(--sunken); }
    progress::-webkit-progress-value { background: var(--accent); border-radius: 4px; }
    progress::-moz-progress-bar { background: var(--accent); }
    .rejected progress::-webkit-progress-value { background: var(--bad); } .rejected progress::-moz-progress-bar { background: var(--bad); }
    .scroll { overflow-x: auto; }
    table { width: 100%; border-collapse: collapse; font-size: var(--t-m); }
    th { font-weight: 500; color: var(--ink-2); text-align: left; white-space: nowrap; }
    td, th { padding: 6px 10px 6px 0; border-bottom: 1px solid var(--line); }
    tbody th { color: var(--ink); font-weight: 400; white-space: normal; overflow-wrap: anywhere; min-width: 110px; }
    tr:last-child > * { border-bottom: 0; }
    .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .empty { text-align: center; padding: var(--s6) var(--s4); color: var(--ink-2); max-width: 560px; margin: 0 auto; }
    .empty b { display: block; color: var(--ink); font-size: var(--t-l); margin-bottom: var(--s2); }
    @media (max-width: 900px) { .k { grid-column: span 6; } .w8, .w4, .w6 { grid-column: span 12; } }
    @media (max-width: 560px) { .grid, .filters, .played { padding-left: var(--s3); padding-right: var(--s3); } .grid { gap: var(--s2); } .v { font-size: var(--t-xl); } .card { padding: var(--s3); } .filters label { flex: 1 1 40%; } }
  `];

  constructor() {
    super();
    /** @type {Stats | null} */
    this._stats = null;
    this._error = "";
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this._timer = undefined;
    const asked = new URLSearchParams(location.search);
    /** @type {Record<string, string>} */
    this._filter = Object.fromEntries(["days", "team", "agent", "intent"].map((name) => [name, asked.get(name) ?? ""]));
    this._filter["days"] ||= "28";
  }

  connectedCallback() {
    super.connectedCallback();
    void this._load();
    this._timer = setInterval(() => document.visibilityState === "visible" && this._load(), AGAIN_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this._timer);
  }

  async _load() {
    const asked = query(this._filter);
    try {
      const stats = await send("GET", `/lead/stats.json?${asked}`);
      if (asked !== query(this._filter)) return;
      this._stats = stats;
      this._error = "";
    } catch (error) {
      this._error = /** @type {Error} */ (error).message || t("error.offline");
    }
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  _choose(name, value) {
    this._filter = { ...this._filter, [name]: value };
    history.replaceState(null, "", `?${query(this._filter)}`);
    void this._load();
  }

  render() {
    return html`${this._filters()}
      ${document.body.dataset.demo ? html`<p class="played">${t("lead.played")}</p>` : nothing}
      ${this._error ? html`<div class="grid"><div class="banner error w12" role="alert"><span>${this._error}</span><button @click=${this._load}>${t("draft.retry")}</button></div></div>` : nothing}
      ${this._stats ? (this._stats.totals.suggestions ? this._figures(this._stats) : this._empty()) : this._error ? nothing : this._loading()}`;
  }

  _filters() {
    const choices = this._stats?.filters ?? { teams: [], intents: [], agents: [] };
    return html`<div class="filters"><h1>${t("lead.title")}</h1>
      ${this._select("days", PERIODS.map((days) => [days, tn("lead.days", Number(days))]))}
      ${this._select("team", [["", t("lead.all_teams")], ...choices.teams.map((team) => /** @type {[string, string]} */ ([team, named("group", team)]))])}
      ${this._select("agent", [["", t("lead.all_agents")], ...choices.agents.map(({ id, name }) => /** @type {[string, string]} */ ([String(id), name]))])}
      ${this._select("intent", [["", t("lead.all_intents")], ...choices.intents.map((intent) => /** @type {[string, string]} */ ([intent, named("intent", intent)]))])}
      <a class="button" href="/lead/stats.csv?${query(this._filter)}" download>${t("lead.csv")}</a></div>`;
  }

  /**
   * @param {string} name
   * @param {[string, string][]} options
   */
  _select(name, options) {
    const chosen = this._filter[name] ?? "";
    const known = options.some(([value]) => value === chosen);
    return html`<label>${t(name === "days" ? "lead.period" : `lead.${name}`)}<select @change=${(/** @type {Event} */ event) => this._choose(name, /** @type {HTMLSelectElement} */ (event.target).value)}>
      ${options.map(([value, label]) => html`<option value=${value} ?selected=${value === chosen}>${label}</option>`)}
      ${known ? nothing : html`<option value=${chosen} selected>${chosen}</option>`}</select></label>`;
  }

  _loading() {
    return html`<div class="grid" role="img" aria-label=${t("loading")}>${[1, 2, 3, 4, 5, 6].map(() => html`<div class="card k"><div class="skeleton"><i></i><i></i><i></i></div></div>`)}</div>`;
  }

  _empty() {
    return html`<div class="empty"><b>${t("lead.empty")}</b><p>${t("lead.empty_text")}</p></div>`;
  }

  /** @param {Stats} stats */
  _figures(stats) {
    return html`<div class="grid">${this._cards(stats)}${this._charts(stats)}
      <section class="card w4" aria-label=${t("lead.funnel")}><h2>${t("lead.funnel")}</h2>
        ${funnel(stats.totals).map(({ step, count, share }) => html`<div class="step ${step}"><span>${t(`lead.${step}`)}</span><progress max="1" value=${share} aria-label=${t(`lead.${step}`)}></progress><span>${number(count)}</span></div>`)}
      </section>
      <section class="card w8">${this._volume(stats)}</section>
      <section class="card w4"><h2>${t("lead.reasons")}</h2>${stats.reasons.length
        ? html`<table><tbody>${stats.reasons.map(({ reason, count }) => html`<tr><th scope="row">${named("reason", reason)}</th><td class="n">${number(count)}</td></tr>`)}</tbody></table>`
        : html`<p class="muted">${t("lead.no_reasons")}</p>`}</section>
      ${this._table("agent", stats.by_agent)}
      ${this._table("intent", stats.by_intent)}
      ${this._table("prompt", stats.by_prompt)}
      ${this._care(stats.care)}</div>`;
  }

  /** @param {Stats["care"]} care */
  _care({ speed, least, total, by_team, by_agent }) {
    const rows = (/** @type {string} */ name, /** @type {Stats["care"]["by_team"]} */ held) => html`
      <thead><tr><th scope="col">${t(name)}</th>${["care_approvals", "care_quick", "care_pace"].map((head) => html`<th scope="col" class="n">${t(`lead.${head}`)}</th>`)}</tr></thead>
      <tbody>${held.map((row) => html`<tr><th scope="row">${row.key === "-" ? t("lead.unknown") : named("group", row.key)}</th>
        <td class="n">${number(row.approvals)}</td><td class="n">${row.quick === null ? t("lead.care_few") : percent(row.quick, 1)}</td>
        <td class="n">${row.pace === null ? "–" : t("lead.care_pace_value", { n: number(Math.round(row.pace)) })}</td></tr>`)}</tbody>`;
    return html`<section class="card w12"><h2>${t("lead.care")}</h2>
      <div class="v">${total.quick === null ? "–" : percent(total.quick, 1)}</div>
      <p class="d">${t("lead.care_quick")} · ${t("lead.care_approvals")}: ${number(total.approvals)}</p>
      <p class="d">${t("lead.care_why", { speed: number(speed), least: number(least) })}</p>
      ${by_team.length ? html`<div class="scroll" tabindex="0" role="region" aria-label=${t("lead.care_by_team")}><table>${rows("lead.care_team", by_team)}</table></div>
      <details><summary>${t("lead.care_by_agent")}</summary><div class="scroll" tabindex="0" role="region" aria-label=${t("lead.care_by_agent")}><table>${rows("lead.agent", by_agent)}</table></div></details>` : nothing}</section>`;
  }

  /** @param {Stats} stats */
  _cards({ totals, previous }) {
    const perTicket = totals.tickets ? totals.cost_cents / totals.tickets : 0;
    return html`
      ${this._card("acceptance", rate(totals.acceptance), html`${this._trend(totals, previous, "acceptance", 1)} ${t("lead.acceptance_why")}`)}
      ${this._card("as_is", rate(totals.as_is_rate), html`${this._trend(totals, previous, "as_is_rate", 1)} ${t("lead.as_is_why")}`)}
      ${this._card("edit_ratio", ratio(totals.edit_ratio_median), html`${this._trend(totals, previous, "edit_ratio_median", -1, (points) => ratio(points / 100))} ${t("lead.edit_ratio_why")}`)}
      ${this._card("first_draft", ms(totals.first_draft_ms_p50), t("lead.first_draft_why", { p95: ms(totals.first_draft_ms_p95) }))}
      ${this._card("volume", number(totals.suggestions), t("lead.volume_why", { tickets: number(totals.tickets), abstained: number(totals.abstained) }))}
      ${this._card("cost", money(totals.cost_cents), t("lead.cost_why", { each: money(perTicket) }))}`;
  }

  /**
   * @param {string} name
   * @param {string} value
   * @param {unknown} why
   */
  _card(name, value, why) {
    return html`<section class="card k"><h2>${t(`lead.${name}`)}</h2><div class="v">${value}</div><div class="d">${why}</div></section>`;
  }

  /**
   * @param {Figures} totals
   * @param {Figures} previous
   * @param {"acceptance" | "as_is_rate" | "edit_ratio_median"} name
   * @param {1 | -1} good which way is better
   * @param {(points: number) => string} shown how the change is written: as the figure beside it
   */
  _trend(totals, previous, name, good, shown = (points) => number(points, { maximumFractionDigits: 1 })) {
    const points = moved(totals[name], previous[name]);
    if (points === null || Math.abs(points) < 0.05) return nothing;
    const text = shown(Math.abs(points));
    return html`<span class=${points * good > 0 ? "up" : "down"} title=${t("lead.trend_title")}>${points > 0 ? "▲" : "▼"} ${text}</span> ·`;
  }

  /** @param {Stats} stats */
  _charts(stats) {
    const days = stats.by_day;
    const rateOf = (/** @type {number} */ value) => percent(value);
    return html`<section class="card w8"><lead-chart .heading=${t("lead.rates")} .kind=${"line"} .labels=${days.map((day) => dayOf(day.key))}
      .summary=${t("lead.rates_summary", { acceptance: rate(stats.totals.acceptance), ratio: ratio(stats.totals.edit_ratio_median), days: stats.days })}
      .series=${[
        { label: t("lead.acceptance"), colour: "accent", values: days.map((day) => day.acceptance), format: rateOf },
        { label: t("lead.edit_ratio"), colour: "internal", values: days.map((day) => day.edit_ratio_median), format: rateOf },
      ]}></lead-chart></section>`;
  }

  /** @param {Stats} stats */
  _volume(stats) {
    const days = stats.by_day;
    const count = (/** @type {number} */ value) => number(value);
    return html`<lead-chart .heading=${t("lead.by_day")} .kind=${"bar"} .labels=${days.map((day) => dayOf(day.key))}
      .summary=${t("lead.volume_summary", { n: number(stats.totals.suggestions), days: stats.days })}
      .series=${[
        { label: t("lead.drafted"), colour: "accent", values: days.map((day) => day.suggestions - day.abstained), format: count },
        { label: t("lead.abstained"), colour: "line-2", values: days.map((day) => day.abstained), format: count },
      ]}></lead-chart>`;
  }

  /**
   * @param {"agent" | "intent" | "prompt"} dimension
   * @param {Stats["by_agent"]} rows
   */
  _table(dimension, rows) {
    const heading = t(`lead.by_${dimension}`);
    return html`<section class="card w12"><h2>${heading}</h2><div class="scroll" tabindex="0" role="region" aria-label=${heading}><table>
      <thead><tr><th scope="col">${t(`lead.${dimension}`)}</th>${["volume", "shown", "acceptance", "as_is", "edit_ratio", "rejected", "first_draft", "cost"].map((name) => html`<th scope="col" class="n">${t(`lead.${name}`)}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr><th scope="row">${keyName(dimension, row.key)}</th>
        <td class="n">${number(row.suggestions)}</td><td class="n">${number(row.shown)}</td><td class="n">${rate(row.acceptance)}</td><td class="n">${rate(row.as_is_rate)}</td>
        <td class="n">${ratio(row.edit_ratio_median)}</td><td class="n">${number(row.rejected)}</td><td class="n">${ms(row.first_draft_ms_p50)}</td><td class="n">${money(row.cost_cents)}</td></tr>`)}</tbody>
    </table></div></section>`;
  }
}

/** @param {number | null} value */
function rate(value) {
  return value === null ? "–" : percent(value, 1);
}

/** @param {number | null} value */
function ratio(value) {
  return value === null ? "–" : number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** @param {number | null} value */
function ms(value) {
  return value === null ? "–" : duration(value);
}

/** @param {string} day */
function dayOf(day) {
  return new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}

/**
 * @param {string} dimension
 * @param {string} key
 */
function keyName(dimension, key) {
  if (key === "-") return t("lead.unknown");
  return dimension === "intent" ? named("intent", key) : key;
}
