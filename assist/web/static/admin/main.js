/** Starts the admins' page. */

import { loadMessages } from "../page/i18n.js";
import { AdminEngines } from "./admin-engines.js";
import { AdminKill } from "./admin-kill.js";
import { AdminPage } from "./admin-page.js";
import { AdminTry } from "./admin-try.js";

await loadMessages(document.documentElement.lang);

customElements.define("admin-kill", AdminKill);
customElements.define("admin-try", AdminTry);
customElements.define("admin-engines", AdminEngines);
customElements.define("admin-page", AdminPage);
document.querySelector("main")?.append(document.createElement("admin-page"));
