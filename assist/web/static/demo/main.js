/** Starts the demo helpdesk's page. */

import { loadMessages, t } from "../page/i18n.js";
import { DemoConversation } from "./demo-conversation.js";
import { DemoInbox } from "./demo-inbox.js";
import { Helpdesk } from "./desk.js";
import { connect } from "./frame.js";

await loadMessages(document.documentElement.lang);

customElements.define("demo-inbox", DemoInbox);
customElements.define("demo-conversation", DemoConversation);

const desk = new Helpdesk();
const main = /** @type {HTMLElement} */ (document.querySelector("main"));
const frame = /** @type {HTMLIFrameElement} */ (main.querySelector("iframe"));
const inbox = /** @type {DemoInbox} */ (document.createElement("demo-inbox"));
const conversation = /** @type {DemoConversation} */ (document.createElement("demo-conversation"));
inbox.desk = conversation.desk = desk;
inbox.addEventListener("chosen", () => show("conversation"));
main.querySelector("#inbox")?.append(inbox);
main.querySelector("#conversation")?.append(conversation);

const tabs = [.../** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(".panes [data-pane]"))];
for (const tab of tabs) tab.addEventListener("click", () => show(tab.dataset.pane ?? "inbox"));

/**
 * On a narrow screen one pane is seen at a time.
 * @param {string} pane
 */
function show(pane) {
  main.dataset.pane = pane;
  for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.dataset.pane === pane));
}

connect(frame, desk, {
  onInsert: () => {
    show("conversation");
    void conversation.focusComposer();
    desk.say("info", t("demo.inserted"));
  },
  onFocus: () => {
    show("conversation");
    void conversation.focusComposer();
  },
  onMessage: (position) => {
    show("conversation");
    desk.wantedMessage = position;
    conversation.requestUpdate();
  },
});
// Only now: the frame's first message must not come before somebody listens.
frame.src = frame.dataset.src ?? "";
await desk.start();
if (desk.conversation) show("conversation");
