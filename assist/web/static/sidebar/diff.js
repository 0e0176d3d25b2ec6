/** Reading a word diff `[["=" | "-" | "+", text], …]`. */

/** @import { DiffPart } from "./protocol.js" */

/**
 * Give the text before or after the change.
 * @param {DiffPart[]} diff
 * @param {"before" | "after"} side
 */
export function sideOf(diff, side) {
  const other = side === "before" ? "+" : "-";
  return diff.filter(([mark]) => mark !== other).map(([, text]) => text).join("");
}

/**
 * Join neighbours of the same kind and swallow blanks between two changes, so that a replaced phrase reads as one.
 * @param {DiffPart[]} diff
 * @returns {DiffPart[]}
 */
export function readable(diff) {
  /** @type {DiffPart[]} */
  const out = [];
  let removed = "";
  let added = "";
  const flush = () => {
    if (removed) out.push(["-", removed]);
    if (added) out.push(["+", added]);
    removed = added = "";
  };
  diff.forEach(([mark, text], index) => {
    const changing = Boolean(removed && added);
    const next = diff[index + 1];
    if (mark === "=" && changing && /^[^\S\n]+$/.test(text) && next && next[0] !== "=") {
      removed += text;
      added += text;
    } else if (mark === "=") {
      flush();
      const last = out.at(-1);
      if (last && last[0] === "=") last[1] += text;
      else if (text) out.push(["=", text]);
    } else if (mark === "-") removed += text;
    else added += text;
  });
  flush();
  return out;
}

/**
 * Count the words that went and came.
 * @param {DiffPart[]} diff
 */
export function counts(diff) {
  /** @param {"-" | "+"} wanted */
  const words = (wanted) =>
    diff.filter(([mark]) => mark === wanted).reduce((sum, [, text]) => sum + (text.match(/[\p{L}\p{N}]+/gu) ?? []).length, 0);
  return { removed: words("-"), added: words("+") };
}
