/** The messages people read, from `i18n/<locale>.json`: the same files that the server's templates use. */

/** @type {Record<string, string>} */
let messages = {};
let current = "en";

/**
 * Load a language; what is asked for before shows as its key.
 * @param {string} locale such as "de" or "de-AT"; one without a catalogue becomes English
 */
export async function loadMessages(locale) {
  const language = (locale || "en").split("-")[0] ?? "en";
  const answer = await fetch(new URL(`../i18n/${language}.json`, import.meta.url));
  if (!answer.ok && language !== "en") return loadMessages("en");
  setMessages(language, await answer.json());
}

/**
 * Use these messages.
 * @param {string} locale
 * @param {Record<string, string>} catalogue
 */
export function setMessages(locale, catalogue) {
  current = locale;
  messages = catalogue;
}

/** Give the language in use. */
export function locale() {
  return current;
}

/**
 * Give what the server says in several languages in the one in use.
 * @param {Record<string, string>} texts
 */
export function said(texts) {
  return texts[current] ?? texts["en"] ?? "";
}

/** @param {string} key */
export function has(key) {
  return key in messages;
}

/**
 * Give a message with `{name}` filled in; an unknown key shows as itself.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  return (messages[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * Give a message for a number: `key.one`, `key.other` as the language counts; `{n}` is the number.
 * @param {string} key
 * @param {number} n
 * @param {Record<string, string | number>} [values]
 */
export function tn(key, n, values = {}) {
  const form = `${key}.${new Intl.PluralRules(current).select(n)}`;
  return t(has(form) ? form : `${key}.other`, { n: number(n), ...values });
}

/**
 * Give the message of a code the server sent, or the code itself made readable.
 * @param {string} group
 * @param {string | null | undefined} code
 */
export function named(group, code) {
  if (!code) return "";
  return has(`${group}.${code}`) ? t(`${group}.${code}`) : code.replaceAll("_", " ");
}

/**
 * @param {number} value
 * @param {Intl.NumberFormatOptions} [options]
 */
export function number(value, options) {
  return new Intl.NumberFormat(current, options).format(value);
}

/**
 * Give a share of 1 as a percentage.
 * @param {number} value
 * @param {number} [digits]
 */
export function percent(value, digits = 0) {
  return number(value, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/**
 * Give cents as money, with as many digits as it takes to be true.
 * @param {number} cents
 */
export function money(cents) {
  const digits = cents === 0 || cents >= 10 ? 0 : cents >= 0.1 ? 1 : 3;
  return `${number(cents, { maximumFractionDigits: digits })} ¢`;
}

/**
 * Give a length of time in ms as people say it.
 * @param {number} ms
 */
export function duration(ms) {
  return ms < 1000 ? `${number(Math.round(ms))} ms` : `${number(ms / 1000, { maximumFractionDigits: 1 })} s`;
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3_600], ["minute", 60]];

/**
 * Give how long ago something was: "4 minutes ago".
 * @param {number} seconds
 */
export function ago(seconds) {
  const format = new Intl.RelativeTimeFormat(current, { numeric: "auto" });
  for (const [unit, length] of UNITS) {
    if (seconds >= length) return format.format(-Math.round(seconds / length), unit);
  }
  return seconds < 5 ? t("time.just_now") : format.format(-Math.round(seconds), "second");
}

/**
 * Give the name of a language code in the reader's language.
 * @param {string} code
 */
export function languageName(code) {
  try {
    return new Intl.DisplayNames([current], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
