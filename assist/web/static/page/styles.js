/** Styles that every component shares: buttons, chips, fields, focus. The colours come from tokens.css. */

import { css } from "../vendor/lit.js";

export const shared = css`
  *, *::before, *::after { box-sizing: border-box; }
  :host { display: block; font: var(--t-m)/var(--lh) var(--font); color: var(--ink); }
  :host([hidden]), [hidden] { display: none !important; }
  h2 { font-size: var(--t-s); letter-spacing: .03em; margin: 0 0 var(--s2); color: var(--ink-2); display: flex; align-items: center; gap: var(--s2); font-weight: 600; min-height: 24px; }
  h2 small { font-weight: 400; letter-spacing: 0; color: var(--ink-3); margin-left: auto; display: flex; align-items: center; gap: var(--s1); }
  p { margin: 0; }
  a { color: var(--accent); text-underline-offset: 2px; }
  button, .button { font: inherit; font-size: var(--t-s); line-height: 1.3; min-height: 28px; border: 1px solid var(--line-2); background: var(--card); color: var(--ink); border-radius: var(--r-s); padding: 4px 9px; cursor: pointer; transition: background var(--quick), border-color var(--quick); text-decoration: none; }
  button:hover:not(:disabled), .button:hover { background: var(--sunken); border-color: var(--ink-3); }
  button:disabled { opacity: .55; cursor: default; }
  button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
  button.primary:hover:not(:disabled) { background: var(--accent-2); border-color: var(--accent-2); }
  button.quiet { border-color: transparent; background: none; color: var(--ink-2); }
  button.quiet:hover:not(:disabled) { background: var(--sunken); color: var(--ink); }
  button.link { border: 0; background: none; padding: 0; min-height: 24px; color: var(--accent); }
  button.link:hover:not(:disabled) { background: none; text-decoration: underline; text-underline-offset: 2px; }
  kbd { font: inherit; font-size: .92em; opacity: .8; margin-left: 3px; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  input, select, textarea { font: inherit; width: 100%; padding: 6px 8px; border: 1px solid var(--line-2); border-radius: var(--r-s); background: var(--card); color: var(--ink); }
  ::placeholder { color: var(--ink-3); opacity: 1; }
  .row { display: flex; flex-wrap: wrap; gap: var(--s2); align-items: center; }
  .grow { flex: 1; }
  .chips { display: flex; flex-wrap: wrap; gap: 5px; }
  .chip { font-size: var(--t-xs); border-radius: var(--r-full); padding: 1px 8px; background: var(--accent-bg); color: var(--accent); }
  .chip.plain { background: var(--sunken); color: var(--ink-2); }
  .chip.warn { background: var(--warn-bg); color: var(--warn); }
  .chip.internal { background: var(--internal-bg); color: var(--internal); }
  .chip.ok { background: var(--ok-bg); color: var(--ok); }
  .chip.bad { background: var(--bad-bg); color: var(--bad); }
  .muted { color: var(--ink-3); }
  .small { font-size: var(--t-s); }
  .banner { border-radius: var(--r-s); padding: 6px 8px; font-size: var(--t-s); display: flex; flex-wrap: wrap; gap: var(--s1) var(--s2); align-items: center; margin-bottom: var(--s2); background: var(--accent-bg); color: var(--ink); }
  .banner > span { flex: 1 1 150px; }
  .banner.warning { background: var(--warn-bg); color: var(--warn); }
  .banner.error { background: var(--bad-bg); color: var(--bad); }
  .banner.ok { background: var(--ok-bg); color: var(--ok); }
  .banner button { color: var(--ink); }
  .visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .skeleton { display: grid; gap: var(--s2); }
  .skeleton i { display: block; height: 11px; border-radius: 4px; background: linear-gradient(90deg, var(--sunken) 25%, var(--line) 50%, var(--sunken) 75%) 0 0 / 300% 100%; animation: shimmer 1.6s linear infinite; }
  .skeleton i:nth-child(2n) { width: 82%; }
  .skeleton i:nth-child(3n) { width: 58%; }
  @keyframes shimmer { from { background-position: 100% 0; } to { background-position: 0 0; } }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation: none !important; transition: none !important; }
  }
`;
