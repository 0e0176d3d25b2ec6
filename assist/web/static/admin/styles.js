/** What the parts of the admins' page share beyond the common styles. */

import { css } from "../vendor/lit.js";

export const parts = css`
  :host { font-size: 14px; }
  h2 { font-size: 14px; color: var(--ink); font-weight: 600; letter-spacing: 0; margin: 0 0 var(--s3); }
  h3 { font-size: var(--t-m); margin: var(--s3) 0 var(--s1); font-weight: 600; }
  label { font-size: var(--t-s); color: var(--ink-2); display: grid; gap: 2px; }
  button, .button, input, select { min-height: 32px; }
  .button { display: inline-flex; align-items: center; }
  .scroll { overflow-x: auto; }
  table { width: 100%; border-collapse: collapse; font-size: var(--t-m); }
  th { font-weight: 500; color: var(--ink-2); text-align: left; }
  td, th { padding: 6px 10px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
  tbody th { color: var(--ink); font-weight: 500; overflow-wrap: anywhere; min-width: 100px; }
  .chip { white-space: nowrap; }
  tr:last-child > * { border-bottom: 0; }
  .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  code { font: var(--t-s)/1.5 var(--mono); background: var(--sunken); border-radius: 3px; padding: 1px 4px; overflow-wrap: anywhere; }
  ul { margin: 0; padding-left: 18px; }
  li + li { margin-top: 3px; }
  li { overflow-wrap: anywhere; }
`;
