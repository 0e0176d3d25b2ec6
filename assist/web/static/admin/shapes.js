/**
 * The shapes of `/admin/state.json`, for the type checker; there is no code here.
 *
 * @typedef {{name: string, action: string, stakes: string, why: string}} Topic
 * @typedef {{version: string, number: number, active: boolean, origin: string, at: string, by: string | null}} Version
 * @typedef {{scope: string, name: string, reason: string, at: string, by: string}} Stop
 * @typedef {{cost: number | null, calls: number | null, tokens: number | null}} Amounts
 * @typedef {{whose: string, name: string, spent: {cost: number, calls: number, tokens: number}, limits: Amounts}} Spending
 *
 * @typedef {object} Sheet
 * @property {string} title
 * @property {string} vendor
 * @property {string} data_goes_to
 * @property {string} region
 * @property {string} retention
 * @property {string} training_use
 * @property {string} contract
 * @property {string} reviewed
 * @property {string} due
 * @property {string} notes
 *
 * @typedef {{use: string, engine: string, sheet: Sheet | null, overdue: boolean}} Configured
 *
 * @typedef {object} AdminState
 * @property {{version: string, title: string, explanation: string[], topics: Topic[]}} policy
 * @property {Version[]} versions
 * @property {Stop[]} stops
 * @property {Configured[]} engines
 * @property {Spending[]} budgets
 * @property {string[]} teams
 *
 * @typedef {object} Checked What a policy would do.
 * @property {string} version
 * @property {string[]} explanation
 * @property {string[]} differences
 * @property {{suggestions: number, outcomes: Record<string, number>, topics: Record<string, number>, newly_withheld: number, no_longer_withheld: number}} replay
 */
export {};
