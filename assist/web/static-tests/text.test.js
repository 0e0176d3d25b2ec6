import assert from "node:assert/strict";
import { test } from "node:test";
import { counts, readable, sideOf } from "../static/sidebar/diff.js";
import { draftText, internals, objections, segments, tally } from "../static/sidebar/draft.js";

/** @import { DiffPart, Sentence } from "../static/sidebar/protocol.js" */

/** @type {DiffPart[]} */
const DIFF = [["=", "You "], ["-", "can't"], ["+", "cannot"], ["=", " "], ["-", "get"], ["+", "receive"], ["=", " it.\nBye"]];

/**
 * @param {string} text
 * @param {Partial<Sentence>} [more]
 * @returns {Sentence}
 */
const sentence = (text, more = {}) => ({ text, kind: "sourced", sources: [1], internal: false, paragraph: false, ...more });

test("both sides of a diff are the texts before and after", () => {
  assert.equal(sideOf(DIFF, "before"), "You can't get it.\nBye");
  assert.equal(sideOf(DIFF, "after"), "You cannot receive it.\nBye");
});

test("a replaced phrase reads as one change, and no word is lost", () => {
  const joined = readable(DIFF);
  assert.deepEqual(joined.map(([mark]) => mark), ["=", "-", "+", "="]);
  assert.equal(sideOf(joined, "before"), sideOf(DIFF, "before"));
  assert.equal(sideOf(joined, "after"), sideOf(DIFF, "after"));
  assert.deepEqual(counts([["-", "one two"], ["+", "three"]]), { removed: 2, added: 1 });
});

test("a draft is joined with its paragraphs", () => {
  assert.equal(draftText([sentence("Hi,"), sentence("It is late.", { paragraph: true }), sentence("Wait.")]), "Hi,\n\nIt is late. Wait.");
});

test("a sentence keeps its mark until it is changed", () => {
  const sentences = [sentence("It is late."), sentence("Wait a day.")];
  const parts = segments("It is late. Wait two days.", sentences);
  assert.equal(parts.map(({ text }) => text).join(""), "It is late. Wait two days.");
  assert.deepEqual(parts.map((part) => part.sentence?.text ?? null), ["It is late.", null]);
});

test("courtesy states nothing and is not counted", () => {
  const sentences = [sentence("Hi", { kind: "greeting" }), sentence("A", { internal: true }), sentence("B", { kind: "unsupported" })];
  assert.deepEqual(tally(sentences), { claims: 2, sourced: 1, unsupported: 1, internal: 1 });
});

test("what guards hold keeps its place and is not part of the text", () => {
  const told = [sentence("Hi,"), sentence("We refund 500 euros.", { kind: "unsupported", held: true, flags: [] }), sentence("Bye.")];
  assert.equal(draftText(told), "Hi, Bye.");
  const parts = segments("Hi, Bye.", told);
  assert.equal(parts.map(({ text }) => text).join(""), "Hi, Bye.");
  const heldAt = parts.findIndex((part) => part.sentence?.held);
  assert.ok(heldAt > parts.findIndex((part) => part.text === "Hi,") && heldAt < parts.findIndex((part) => part.text === "Bye."));
  assert.equal(tally(told).unsupported, 0);
});

test("objections are shown as long as the sentence they belong to stands", () => {
  const flag = { guard: "figures", why: { en: "93 is in no source." } };
  const told = [sentence("You have 93 days.", { kind: "unsupported", flags: [flag] }), sentence("Keep the tags.")];
  assert.deepEqual(objections("You have 93 days. Keep the tags.", told), [flag]);
  assert.deepEqual(objections("You have 60 days. Keep the tags.", told), []);
});

test("an internal sentence is asked about also when a word of it was changed, and can be left out when none was", () => {
  const secret = sentence("Agents may grant vouchers up to twelve pounds.", { internal: true });
  const sentences = [sentence("Hello."), secret, sentence("Kind regards", { paragraph: true })];
  const whole = draftText(sentences);
  assert.deepEqual(internals(whole, sentences), { found: [secret], without: "Hello.\n\nKind regards" });
  const changed = whole.replace("twelve", "ten");
  assert.deepEqual(internals(changed, sentences), { found: [secret], without: null });
  assert.deepEqual(internals("Hello.\n\nKind regards", sentences), { found: [], without: null });
});
