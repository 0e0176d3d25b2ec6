/** `<lead-chart>`: one chart, with the same numbers as a table for who would rather read or cannot see it. */

import { t } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html } from "../vendor/lit.js";

/** @import { PropertyValues } from "lit" */
/** @import { Chart, ChartDataset } from "chart.js" */

/** @typedef {{label: string, colour: string, values: (number | null)[], format: (value: number) => string}} Series */

export class LeadChart extends LitElement {
  static properties = {
    heading: { attribute: false }, kind: { attribute: false }, labels: { attribute: false }, series: { attribute: false },
    summary: { attribute: false }, _table: { state: true },
  };
  static styles = [shared, css`
    h2 { font-size: 14px; color: var(--ink); letter-spacing: 0; margin-bottom: var(--s3); justify-content: space-between; }
    .plot { position: relative; height: 230px; overflow: hidden; }
    .scroll { max-height: 230px; overflow: auto; }
    table { width: 100%; border-collapse: collapse; font-size: var(--t-m); }
    th { font-weight: 500; color: var(--ink-2); text-align: left; position: sticky; top: 0; background: var(--card); }
    th, td { padding: 4px 8px 4px 0; border-bottom: 1px solid var(--line); }
    th:not(:first-child), td:not(:first-child) { text-align: right; font-variant-numeric: tabular-nums; }
  `];

  constructor() {
    super();
    this.heading = "";
    /** @type {"line" | "bar"} */
    this.kind = "line";
    /** @type {string[]} */
    this.labels = [];
    /** @type {Series[]} */
    this.series = [];
    this.summary = "";
    this._table = false;
    /** @type {Chart | null} */
    this._chart = null;
    this._redraw = () => this.requestUpdate("series");
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("assist-theme", this._redraw);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this._redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("assist-theme", this._redraw);
    matchMedia("(prefers-color-scheme: dark)").removeEventListener("change", this._redraw);
    this._chart?.destroy();
  }

  render() {
    return html`<h2>${this.heading}<button class="quiet" aria-pressed=${this._table} @click=${() => (this._table = !this._table)}>${this._table ? t("lead.as_chart") : t("lead.as_table")}</button></h2>
      <div class="plot" ?hidden=${this._table}><canvas role="img" aria-label=${this.summary}></canvas></div>
      <div class="scroll" ?hidden=${!this._table} tabindex="0" role="region" aria-label=${this.heading}><table>
        <thead><tr><th>${t("lead.day")}</th>${this.series.map((series) => html`<th>${series.label}</th>`)}</tr></thead>
        <tbody>${this.labels.map((label, index) => html`<tr><td>${label}</td>${this.series.map((series) => html`<td>${shown(series, index)}</td>`)}</tr>`)}</tbody>
      </table></div>`;
  }

  /** @param {PropertyValues} _changed */
  updated(_changed) {
    if (this._table) return;
    this._chart?.destroy();
    const canvas = /** @type {HTMLCanvasElement} */ (this.renderRoot.querySelector("canvas"));
    const style = getComputedStyle(this);
    /** @param {string} name */
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const series = this.series;
    this._chart = new window.Chart(canvas, {
      type: this.kind,
      data: { labels: this.labels, datasets: /** @type {ChartDataset<any, (number | null)[]>[]} */ (series.map((one) => ({
        label: one.label, data: one.values, borderColor: colour(one.colour), backgroundColor: colour(one.colour),
        borderWidth: this.kind === "line" ? 2.5 : 0, pointRadius: 2, pointHoverRadius: 4, tension: 0, spanGaps: true, borderRadius: 3,
      }))) },
      options: {
        responsive: true, maintainAspectRatio: false, animation: false,
        interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { position: "bottom", labels: { color: colour("ink-2"), boxWidth: 12, boxHeight: 3 } },
          tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${shown(/** @type {Series} */ (series[item.datasetIndex]), item.dataIndex)}` } },
        },
        scales: {
          x: { stacked: this.kind === "bar", grid: { display: false }, ticks: { color: colour("ink-3"), maxTicksLimit: this.clientWidth < 420 ? 4 : 8, maxRotation: 0 } },
          y: { stacked: this.kind === "bar", beginAtZero: true, grid: { color: colour("line") }, border: { display: false }, ticks: { color: colour("ink-3"), maxTicksLimit: 5, callback: (value) => series[0]?.format(Number(value)) ?? String(value) } },
        },
      },
    });
  }
}

/**
 * @param {Series} series
 * @param {number} index
 */
function shown(series, index) {
  const value = series.values[index];
  return value === null || value === undefined ? "–" : series.format(value);
}
