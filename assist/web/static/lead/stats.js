/** Reading the lead's figures. Pure, for charts and tables alike. */

/**
 * @typedef {{approvals: number, quick: number | null, pace: number | null}} Care Approvals against reading speed; null: too few.
 *
 * @typedef {object} Figures
 * @property {string} [key]
 * @property {number} suggestions
 * @property {number} tickets
 * @property {number} shown
 * @property {number} opened
 * @property {number} inserted
 * @property {number} copied
 * @property {number} rejected
 * @property {number} sent
 * @property {number} sent_as_is
 * @property {number} sent_edited
 * @property {number} abstained
 * @property {number | null} acceptance
 * @property {number | null} as_is_rate
 * @property {number | null} edit_ratio_median
 * @property {number | null} first_draft_ms_p50
 * @property {number | null} first_draft_ms_p95
 * @property {number} cost_cents
 *
 * @typedef {object} Stats
 * @property {number} days
 * @property {Figures} totals
 * @property {Figures} previous The same number of days before.
 * @property {(Figures & {key: string})[]} by_day
 * @property {(Figures & {key: string})[]} by_agent
 * @property {(Figures & {key: string})[]} by_intent
 * @property {(Figures & {key: string})[]} by_prompt
 * @property {{reason: string, count: number}[]} reasons
 * @property {{speed: number, least: number, total: Care, by_team: (Care & {key: string})[], by_agent: (Care & {key: string})[]}} care
 * @property {{teams: string[], intents: string[], agents: {id: number, name: string}[]}} filters
 */

/**
 * Give how a rate moved, in percentage points, or `null` where there is nothing to compare with.
 * @param {number | null} now
 * @param {number | null} before
 */
export function moved(now, before) {
  return now === null || before === null ? null : (now - before) * 100;
}

/**
 * Give the steps from shown to sent, with the share of the widest.
 * @param {Figures} totals
 */
export function funnel(totals) {
  const steps = /** @type {const} */ (["shown", "opened", "inserted", "copied", "sent_edited", "sent_as_is", "rejected"]);
  const widest = Math.max(1, ...steps.map((step) => totals[step]));
  return steps.map((step) => ({ step, count: totals[step], share: totals[step] / widest }));
}

/**
 * Give the query for the filters that are set.
 * @param {Record<string, string>} filter
 */
export function query(filter) {
  return new URLSearchParams(Object.entries(filter).filter(([, value]) => value)).toString();
}
