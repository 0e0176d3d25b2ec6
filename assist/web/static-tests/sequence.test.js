import assert from "node:assert/strict";
import { test } from "node:test";
import { Sequence } from "../static/sidebar/sequence.js";

/** @param {number} seq */
const numbered = (seq) => ({ seq });

test("events wait while the ticket is being opened, then come in order, each once", () => {
  const sequence = new Sequence();
  assert.equal(sequence.take("b", numbered(5)), "wait");
  assert.equal(sequence.take("a", numbered(4)), "wait");
  const { events, gap } = sequence.opened(3, undefined);
  assert.deepEqual(events.map(({ event }) => event), ["a", "b"]);
  assert.equal(gap, false);
  assert.equal(sequence.take("a", numbered(4)), "seen");
  assert.equal(sequence.take("c", numbered(6)), "apply");
});

test("a gap is noticed, and what came after it is kept until the replay fills it", () => {
  const sequence = new Sequence();
  sequence.opened(1, undefined);
  assert.equal(sequence.take("d", numbered(4)), "gap");
  const { events, gap } = sequence.opened(4, [["b", numbered(2)], ["c", numbered(3)], ["d", numbered(4)]]);
  assert.deepEqual(events.map(({ payload }) => payload.seq), [2, 3, 4]);
  assert.equal(gap, false);
  assert.equal(sequence.last, 4);
});

test("a replay that overlaps what was applied changes nothing twice", () => {
  const sequence = new Sequence();
  sequence.opened(2, undefined);
  sequence.take("c", numbered(3));
  sequence.reopen();
  const { events } = sequence.opened(4, [["c", numbered(3)], ["d", numbered(4)]]);
  assert.deepEqual(events.map(({ event }) => event), ["d"]);
});

test("a replay with a hole asks again and loses nothing", () => {
  const sequence = new Sequence();
  sequence.opened(1, undefined);
  sequence.reopen();
  const first = sequence.opened(5, [["b", numbered(2)], ["d", numbered(4)], ["e", numbered(5)]]);
  assert.equal(first.gap, true);
  const second = sequence.opened(5, [["c", numbered(3)]]);
  assert.deepEqual([...first.events, ...second.events].map(({ event }) => event), ["b", "c", "d", "e"]);
});

test("without a replay the state in the answer counts, and older events are dropped", () => {
  const sequence = new Sequence();
  sequence.take("old", numbered(7));
  const { events } = sequence.opened(9, null);
  assert.deepEqual(events, []);
  assert.equal(sequence.last, 9);
});
