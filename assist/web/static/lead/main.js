/** Starts the lead's page. */

import { loadMessages } from "../page/i18n.js";
import { LeadChart } from "./lead-chart.js";
import { LeadPage } from "./lead-page.js";

await loadMessages(document.documentElement.lang);

customElements.define("lead-chart", LeadChart);
customElements.define("lead-page", LeadPage);
document.querySelector("main")?.append(document.createElement("lead-page"));
