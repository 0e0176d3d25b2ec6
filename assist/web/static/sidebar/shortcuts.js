/** The sidebar's keys, chosen so that they take nothing from text fields, browsers or screen readers. */

/** @typedef {"insert" | "escape" | "previous" | "next" | "help" | `source-${number}`} Command */

const MAC = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

/** How the insert key is written on this machine. */
export const INSERT_KEY = MAC ? "⌘↵" : "Ctrl ↵";

/** Keys and the message that says what they do. @type {[string, string][]} */
export const KEYS = [
  [INSERT_KEY, "keys.insert"],
  ["Esc", "keys.escape"],
  [MAC ? "⌥ , / ⌥ ." : "Alt , / Alt .", "keys.alternatives"],
  [MAC ? "⌥ 1…5" : "Alt 1…5", "keys.source"],
  ["?", "keys.help"],
];

/**
 * Give what a key press asks for, or `null`.
 *
 * Alternatives are on Alt+, and Alt+. (the keys of ‹ and ›): Alt with an arrow is the browser's way back, or moves by
 * words. `code` is used because Alt changes what the key would write.
 * @param {Pick<KeyboardEvent, "key" | "code" | "altKey" | "ctrlKey" | "metaKey" | "shiftKey" | "isComposing">} event
 * @param {boolean} typing whether the focus is in a text field
 * @returns {Command | null}
 */
export function command(event, typing) {
  if (event.isComposing) return null;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.altKey) return "insert";
  if (event.key === "Escape") return "escape";
  if (event.key === "?" && !typing && !event.ctrlKey && !event.metaKey) return "help";
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return null;
  if (event.code === "Comma") return "previous";
  if (event.code === "Period") return "next";
  const digit = /^Digit([1-5])$/.exec(event.code);
  return digit ? /** @type {Command} */ (`source-${digit[1]}`) : null;
}
