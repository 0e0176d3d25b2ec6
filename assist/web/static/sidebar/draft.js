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
