import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox } from "../static/sidebar/outbox.js";
import { initial, opened, reduce, show } from "../static/sidebar/state.js";
import { originAllowed } from "../static/sidebar/host.js";
import { funnel, moved, query } from "../static/lead/stats.js";

/** @import { Suggestion } from "../static/sidebar/protocol.js" */

const HEAD = /** @type {any} */ ({ source: "s", ticket: "1", status: "open", messages_total: 1, internal_notes: 0 });
const sentence = { text: "Wait.", kind: "sourced", sources: [1], internal: false, paragraph: false };

function ready() {
  const state = show(initial(), { source: "s", ticket: "1" });
  return opened(state, /** @type {any} */ ({ ticket: HEAD, case: null, suggestion: null, sources: [], presence: [] }), { resumed: false, at: 1 });
}

/**
 * @param {any} state
 * @param {[string, any][]} events
 */
const after = (state, ...events) => events.reduce((now, [event, payload]) => reduce(now, event, payload, 2), state);

test("a draft is written sentence by sentence", () => {
  const state = after(
    ready(),
    ["suggestion_started", { suggestion_id: "a", engine: "llm", trigger: "open" }],
    ["suggestion_delta", { suggestion_id: "a", text: { index: 0, append: "Wai" } }],
    ["suggestion_delta", { suggestion_id: "a", draft: { index: 0, sentences: [sentence] } }],
  );
  assert.deepEqual(state.suggestion.drafts[0].sentences, [sentence]);
  assert.equal(state.partial[0], "");
});

test("a finding is kept with its message, once", () => {
  const flags = [{ guard: "prompt_injection", why: { en: "Instructions." } }];
  const told = { what: "customer_reply", position: 2, message: { position: 2, internal: false, flags } };
  const state = after(ready(), ["ticket_updated", told], ["ticket_updated", told], ["ticket_updated", { ...told, position: 3, message: { position: 3 } }]);
  assert.deepEqual(state.findings, [{ position: 2, flags }]);
});

test("a lower engine begins the draft anew", () => {
  const state = after(
    ready(),
    ["suggestion_started", { suggestion_id: "a", engine: "llm", trigger: "open" }],
    ["suggestion_delta", { suggestion_id: "a", text: { index: 0, append: "half a sen" } }],
    ["suggestion_delta", { suggestion_id: "a", engine: "extractive", model: "extractive" }],
  );
  assert.deepEqual(state.suggestion.drafts, []);
  assert.deepEqual(state.partial, {});
});

test("a finished draft goes stale with its reason; a running one keeps running", () => {
  const running = after(ready(), ["suggestion_started", { suggestion_id: "a", engine: "x", trigger: "open" }]);
  const stale = ["suggestion_stale", { suggestion_id: "a", reason: "customer_reply", by: "Ann" }];
  assert.equal(after(running, /** @type {any} */ (stale)).suggestion.status, "running");
  const done = after(running, ["suggestion_done", { suggestion_id: "a", suggestion: { id: "a", status: "done", sources: [] } }]);
  const state = after(done, /** @type {any} */ (stale));
  assert.deepEqual([state.suggestion.status, state.suggestion.stale_reason, state.suggestion.stale_by], ["stale", "customer_reply", "Ann"]);
});

test("what belongs to another suggestion is left alone", () => {
  const state = after(ready(), ["suggestion_started", { suggestion_id: "b", engine: "x", trigger: "open" }]);
  assert.equal(after(state, ["suggestion_failed", { suggestion_id: "a", error: {} }]), state);
});

test("another ticket forgets everything but who is signed in", () => {
  const state = { ...ready(), user: /** @type {any} */ ({ id: 1 }) };
  const other = show(state, { source: "s", ticket: "2" });
  assert.deepEqual([other.phase, other.ticket, other.suggestion, other.user], ["loading", null, null, { id: 1 }]);
});

test("signals wait for their ticket and are dropped only when acknowledged or refused for good", async () => {
  /** @type {string[]} */
  const sent = [];
  let up = false;
  const outbox = new Outbox(async (payload) => {
    if (!up) throw Object.assign(new Error("away"), { code: "offline" });
    sent.push(payload.id);
    if (payload.id === "refused") throw Object.assign(new Error("no"), { code: "invalid_input" });
  }, null, 3_600_000);
  /** @param {string} id */
  const signal = (id) => ({ id, suggestion_id: "a", signal: /** @type {const} */ ("shown") });
  await outbox.opened("s/1");
  await outbox.add("s/1", signal("refused"));
  await outbox.add("s/2", signal("other"));
  await outbox.add("s/1", signal("mine"));
  assert.equal(outbox.entries.length, 3);
  up = true;
  await outbox.flush();
  assert.deepEqual(sent, ["refused", "mine"]);
  await outbox.opened("s/2");
  assert.deepEqual(sent, ["refused", "mine", "other"]);
  clearTimeout(outbox._timer);
});

test("only listed sites may frame the sidebar", () => {
  const allowed = ["https://*.zendesk.com", "https://desk.example"];
  assert.ok(originAllowed("https://acme.zendesk.com", allowed));
  assert.ok(originAllowed("https://desk.example", allowed));
  for (const other of ["https://zendesk.com.evil.example", "http://acme.zendesk.com", "https://.zendesk.com", "https://evilzendesk.com"]) {
    assert.equal(originAllowed(other, allowed), false, other);
  }
});

test("the lead's funnel is measured against its widest step", () => {
  const totals = /** @type {any} */ ({ shown: 8, opened: 4, inserted: 2, copied: 0, sent_edited: 1, sent_as_is: 1, rejected: 0 });
  assert.deepEqual(funnel(totals).map(({ share }) => share), [1, 0.5, 0.25, 0, 0.125, 0.125, 0]);
  assert.equal(moved(0.5, null), null);
  assert.equal(query({ days: "7", team: "" }), "days=7");
});
