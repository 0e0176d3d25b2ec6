/** `<assist-draft-text>`: the draft as text that is edited in place, with its citations and marks. */

import { said, t } from "../page/i18n.js";
import { shared } from "../page/styles.js";
import { LitElement, css, html } from "../vendor/lit.js";
import { segments } from "./draft.js";

/** @import { PropertyValues } from "lit" */
/** @import { Sentence, Source } from "./protocol.js" */

/**
 * The editable part's content is painted by hand: a template would lose its place as soon as somebody types.
 * Emits `edited` with the new text and `cite` with a source's number.
 */
export class AssistDraftText extends LitElement {
  static properties = {
    text: { attribute: false }, sentences: { attribute: false }, sources: { attribute: false },
    writing: { attribute: false }, readonly: { type: Boolean },
  };
  static styles = [shared, css`
    .text { border: 1px solid var(--line-2); border-radius: var(--r-s); padding: 10px; min-height: 120px; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--card); }
    .text:focus { outline: 2px solid var(--accent); outline-offset: -1px; }
    .text[contenteditable="false"] { background: var(--sunken); border-color: var(--line); }
    .unsupported { text-decoration: underline wavy var(--warn) 1px; text-underline-offset: 3px; }
    .internal { background: var(--internal-bg); box-decoration-break: clone; border-radius: 2px; }
    .held { display: block; margin: 4px 0; padding: 4px 8px; border-left: 3px solid var(--bad); background: var(--sunken); color: var(--ink-2); font-size: var(--t-s); user-select: none; white-space: normal; }
    .held s { color: var(--ink-3); }
    .held button { min-height: 24px; padding: 0 6px; margin-left: 6px; font-size: var(--t-xs); }
    sup { line-height: 1; user-select: none; white-space: nowrap; }
    sup button { border: 0; background: none; min-height: 0; padding: 3px 2px; margin: -3px 0; color: var(--accent); font-weight: 600; font-size: 10px; line-height: 1; }
    sup button:hover:not(:disabled) { background: var(--accent-bg); }
    .writing { color: var(--ink-2); }
    .writing::after { content: "▍"; color: var(--accent); animation: blink 1s steps(2) infinite; }
    @keyframes blink { 50% { opacity: 0; } }
  `];

  constructor() {
    super();
    this.text = "";
    /** @type {Sentence[]} */
    this.sentences = [];
    /** @type {Source[]} */
    this.sources = [];
    /** @type {string | null} Raw text being written, or `null` when nothing is. */
    this.writing = null;
    this.readonly = false;
  }

  /** Give the keyboard to the text. */
  focus() {
    this._field?.focus();
  }

  get _field() {
    return /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".text"));
  }

  render() {
    return html`<div class="text" role="textbox" aria-multiline="true" tabindex="0" aria-label=${t("draft.label")} aria-describedby="how"
        aria-readonly=${this.readonly} aria-busy=${this.writing !== null} contenteditable=${this.readonly ? "false" : "plaintext-only"} spellcheck="true"
        @input=${this._typed} @paste=${this._pasted} @click=${this._clicked}></div>
      <span id="how" class="visually-hidden">${t("draft.how")}</span>`;
  }

  /** @param {PropertyValues} changed */
  updated(changed) {
    const field = this._field;
    if (!field) return;
    // Without this value of the attribute (older browsers) the property says so, and plain editing takes over.
    if (!this.readonly && !field.isContentEditable) field.setAttribute("contenteditable", "true");
    const painted = changed.has("text") && this.text === readText(field) && !changed.has("sentences");
    if (!painted && (changed.has("text") || changed.has("sentences") || changed.has("writing") || changed.has("sources"))) this._paint(field);
  }

  /** @param {HTMLElement} field */
  _paint(field) {
    const parts = segments(this.text, this.sentences).map(({ text, sentence }) => {
      if (!sentence) return text;
      return text ? this._sentence(text, sentence) : this._heldOut(sentence);
    });
    field.replaceChildren(...parts);
    if (this.writing === null) return;
    const tail = document.createElement("span");
    tail.className = "writing";
    tail.textContent = (this.text && this.writing ? " " : "") + this.writing;
    field.append(tail);
  }

  /**
   * @param {string} text
   * @param {Sentence} sentence
   */
  _sentence(text, sentence) {
    const span = document.createElement("span");
    span.className = ["sentence", sentence.kind === "unsupported" ? "unsupported" : "", sentence.internal ? "internal" : ""].join(" ").trim();
    span.dataset.text = text;
    const why = [
      ...(sentence.flags ?? []).map((flag) => said(flag.why)),
      sentence.kind === "unsupported" && !sentence.flags?.length ? t("draft.unsupported_title") : "",
      sentence.internal ? t("draft.internal_title") : "",
      sentence.kind === "case" ? t("draft.case_title") : "",
    ].filter(Boolean).join(" ");
    if (why) span.title = why;
    span.append(text, ...sentence.sources.map((n) => this._citation(n)));
    return span;
  }

  /**
   * What guards keep out of the draft stands at its place with the reason; it is not part of the text.
   * @param {Sentence} sentence
   */
  _heldOut(sentence) {
    const span = document.createElement("span");
    span.className = "held";
    span.contentEditable = "false";
    const struck = document.createElement("s");
    struck.textContent = sentence.text;
    const why = (sentence.flags ?? []).map((flag) => said(flag.why)).join(" ");
    span.append(`${t("held.title")} `, struck, ` ${why}`);
    if (!this.readonly) {
      const add = document.createElement("button");
      add.type = "button";
      add.dataset.add = sentence.text;
      add.textContent = t("held.add");
      span.append(add);
    }
    return span;
  }

  /** @param {number} n */
  _citation(n) {
    const source = this.sources.find((one) => one.n === n);
    const sup = document.createElement("sup");
    sup.contentEditable = "false";
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.n = String(n);
    button.textContent = `[${n}]`;
    button.title = source ? source.title : t("draft.open_source", { n });
    button.setAttribute("aria-label", t("draft.citation", { n, title: source?.title ?? "" }));
    sup.append(button);
    return sup;
  }

  /** @param {Event} event */
  _typed(event) {
    const field = /** @type {HTMLElement} */ (event.currentTarget);
    for (const span of field.querySelectorAll("span.sentence")) {
      const own = /** @type {HTMLElement} */ (span);
      if (readText(own) === own.dataset.text) continue;
      // The mark said something about other words.
      own.removeAttribute("class");
      own.removeAttribute("title");
      own.querySelectorAll("sup").forEach((sup) => sup.remove());
    }
    this.text = readText(field);
    this.dispatchEvent(new CustomEvent("edited", { detail: this.text }));
  }

  /**
   * Put a held sentence into the text where it stands; from here on it is the agent's own.
   * @param {HTMLElement} add
   */
  _add(add) {
    const field = this._field;
    const held = add.closest(".held");
    if (!field || !held) return;
    held.replaceWith(` ${add.dataset.add ?? ""} `);
    this.text = readText(field).replace(/ {2,}/g, " ");
    this.dispatchEvent(new CustomEvent("edited", { detail: this.text }));
  }

  /** @param {ClipboardEvent} event */
  _pasted(event) {
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData?.getData("text/plain") ?? "");
  }

  /** @param {MouseEvent} event */
  _clicked(event) {
    const add = /** @type {Element} */ (event.target).closest("button[data-add]");
    if (add instanceof HTMLElement) this._add(add);
    const button = /** @type {Element} */ (event.target).closest("button[data-n]");
    if (button instanceof HTMLElement) this.dispatchEvent(new CustomEvent("cite", { detail: Number(button.dataset.n) }));
  }
}

/**
 * Give what stands in an editable element as plain text, without citations.
 * @param {Node} node
 * @returns {string}
 */
export function readText(node) {
  let text = "";
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) text += child.nodeValue ?? "";
    else if (child.nodeName === "BR") text += "\n";
    else if (child.nodeName === "DIV" || child.nodeName === "P") text += (text && !text.endsWith("\n") ? "\n" : "") + readText(child);
    else if (child.nodeName !== "SUP" && !(child instanceof HTMLElement && (child.classList.contains("writing") || child.classList.contains("held")))) text += readText(child);
  }
  return text.replaceAll("\u00a0", " ");
}
