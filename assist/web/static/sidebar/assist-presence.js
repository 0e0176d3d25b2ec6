/** `<assist-presence>`: who has this ticket open. */

import { t } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html, nothing } from "../vendor/lit.js";

/** @import { Person } from "./protocol.js" */

export class AssistPresence extends LitElement {
  static properties = { people: { attribute: false }, you: { type: Number } };
  static styles = [shared, css`
    ul { display: flex; list-style: none; margin: 0; padding: 0 0 0 5px; }
    li { width: 24px; height: 24px; border-radius: 50%; background: var(--accent-bg); color: var(--accent); font-size: 10px; font-weight: 600; display: grid; place-items: center; margin-left: -5px; border: 2px solid var(--card); }
    li.you { background: var(--sunken); color: var(--ink-2); }
  `];

  constructor() {
    super();
    /** @type {Person[]} */
    this.people = [];
    /** @type {number | undefined} */
    this.you = undefined;
  }

  render() {
    if (!this.people.length) return nothing;
    const people = [...this.people].sort((a, b) => Number(b.id === this.you) - Number(a.id === this.you));
    return html`<ul aria-label=${t("presence.title")}>
      ${people.map((person) => {
        const label = person.id === this.you ? t("presence.you", { name: person.name }) : t("presence.other", { name: person.name });
        return html`<li class=${person.id === this.you ? "you" : ""} title=${label}><span aria-hidden="true">${person.initials}</span><span class="visually-hidden">${label}</span></li>`;
      })}
    </ul>`;
  }
}
