/** Starts the sidebar's page. */

import { loadMessages } from "../page/i18n.js";
import { AssistAbout } from "./assist-about.js";
import { AssistCase } from "./assist-case.js";
import { AssistDiff } from "./assist-diff.js";
import { AssistDraftText } from "./assist-draft-text.js";
import { AssistDraft } from "./assist-draft.js";
import { AssistPresence } from "./assist-presence.js";
import { AssistSidebar } from "./assist-sidebar.js";
import { AssistSignIn } from "./assist-sign-in.js";
import { AssistSources } from "./assist-sources.js";
import { AssistWaiting } from "./assist-waiting.js";
import { AssistUse } from "./assist-use.js";
import { Desk } from "./desk.js";

await loadMessages(document.documentElement.lang);

customElements.define("assist-about", AssistAbout);
customElements.define("assist-case", AssistCase);
customElements.define("assist-diff", AssistDiff);
customElements.define("assist-draft", AssistDraft);
customElements.define("assist-draft-text", AssistDraftText);
customElements.define("assist-presence", AssistPresence);
customElements.define("assist-sign-in", AssistSignIn);
customElements.define("assist-sources", AssistSources);
customElements.define("assist-waiting", AssistWaiting);
customElements.define("assist-use", AssistUse);
customElements.define("assist-sidebar", AssistSidebar);

/** @type {string[]} */
const origins = JSON.parse(document.body.dataset.origins ?? "[]");
const desk = new Desk(origins);
const sidebar = /** @type {AssistSidebar} */ (document.createElement("assist-sidebar"));
sidebar.desk = desk;
document.body.replaceChildren(sidebar);
void desk.start();
