/** What a draft's sentences say together, and which parts of the agent's text are still those sentences. */

/** @import { Flag, Sentence } from "./protocol.js" */

/**
 * Give the draft as the customer would read it, without citation marks.
 * @param {Sentence[]} sentences
 */
export function draftText(sentences) {
  return sentences.filter((sentence) => !sentence.held).reduce(
    (text, sentence) => text + (text && (sentence.paragraph ? "\n\n" : " ")) + sentence.text,
    "",
  );
}

/**
 * Cut a text into the draft's own sentences, which keep their marks, and what was written in between.
 *
 * The parts' texts joined are exactly `text`. A sentence the agent changed is plain text: its mark said something
 * about other words.
 * @param {string} text
 * @param {Sentence[]} sentences
 * @returns {{text: string, sentence: Sentence | null}[]}
 */
export function segments(text, sentences) {
  /** @type {{text: string, sentence: Sentence | null}[]} */
  const parts = [];
  let from = 0;
  for (const sentence of sentences) {
    const at = sentence.text ? text.indexOf(sentence.text, from) : -1;
    if (at < 0) {
      // Held out of the text, it keeps its place between its neighbours.
      if (sentence.held) parts.push({ text: "", sentence });
      continue;
    }
    if (at > from) parts.push({ text: text.slice(from, at), sentence: null });
    from = at + sentence.text.length;
    parts.push({ text: sentence.text, sentence });
  }
  if (from < text.length) parts.push({ text: text.slice(from), sentence: null });
  return parts;
}

/**
 * Give what guards object to in those sentences that still stand in the text.
 * @param {string} text
 * @param {Sentence[]} sentences
 * @returns {Flag[]}
 */
export function objections(text, sentences) {
  return segments(text, sentences).flatMap((part) => (part.text ? part.sentence?.flags ?? [] : []));
}

/** Share of an internal sentence's own words that make a changed text still say it. */
const STILL_SAYS = 0.7;

/**
 * Give the internal sentences that a text still says, changed here and there or not, and the text without those that
 * stand in it unchanged (`null` when there are none).
 * @param {string} text
 * @param {Sentence[]} sentences
 * @returns {{found: Sentence[], without: string | null}}
 */
export function internals(text, sentences) {
  const words = new Set(wordsOf(text));
  const found = sentences.filter((sentence) => {
    if (!sentence.internal || !sentence.text) return false;
    const own = wordsOf(sentence.text);
    return text.includes(sentence.text) || (own.length > 2 && own.filter((word) => words.has(word)).length / own.length >= STILL_SAYS);
  });
  const kept = segments(text, sentences).filter(({ sentence }) => !sentence?.internal).map((part) => part.text).join("");
  return { found, without: kept === text ? null : kept.replace(/[ \t]+(?=\n|$)/g, "").replace(/[ \t]{2,}/g, " ").replace(/\n{3,}/g, "\n\n").trim() };
}

/** @param {string} text */
function wordsOf(text) {
  return text.toLowerCase().match(/[\p{L}\d]{4,}/gu) ?? [];
}

/**
 * Count what a draft rests on. Greeting, closing and questions state nothing and do not count.
 * @param {Sentence[]} sentences
 * @returns {{claims: number, sourced: number, unsupported: number, internal: number}}
 */
export function tally(sentences) {
  const claims = sentences.filter((sentence) => !sentence.held && ["sourced", "case", "unsupported"].includes(sentence.kind));
  const unsupported = claims.filter((sentence) => sentence.kind === "unsupported").length;
  return {
    claims: claims.length,
    sourced: claims.length - unsupported,
    unsupported,
    internal: sentences.filter((sentence) => sentence.internal).length,
  };
}
