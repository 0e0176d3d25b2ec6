/** The host's side of the sidebar's contract: everything a helpdesk needs to do to embed it. */

import { t } from "../page/i18n.js";

/** @import { Helpdesk } from "./desk.js" */

/**
 * Answer the sidebar in `frame`, and tell it which ticket is open.
 * @param {HTMLIFrameElement} frame
 * @param {Helpdesk} desk
 * @param {{onInsert: () => void, onFocus: () => void, onMessage: (position: number) => void}} react
 */
export function connect(frame, desk, react) {
  const origin = new URL(frame.dataset.src ?? frame.src, location.href).origin;
  let told = "";

  /** @param {Record<string, unknown>} message */
  const post = (message) => frame.contentWindow?.postMessage({ assist: 1, ...message }, origin);
  const here = () => {
    const ticket = desk.conversation?.ticket;
    return ticket ? { source: ticket.source, ticket: ticket.ticket } : { source: null, ticket: null };
  };
  const tellTicket = () => post({ type: "ticket", ...here() });
  const tellTheme = () => post({ type: "theme", theme: document.documentElement.dataset.theme ?? "auto" });

  addEventListener("message", (event) => {
    const message = event.data;
    if (event.source !== frame.contentWindow || event.origin !== origin || message?.assist !== 1) return;
    if (message.type === "ready") {
      tellTheme();
      post({ type: "locale", locale: document.documentElement.lang });
      tellTicket();
    } else if (message.type === "context") post({ type: "context", request: message.request, ...here() });
    else if (message.type === "insert") insert(message);
    else if (message.type === "focus_host") react.onFocus();
    else if (message.type === "show_message" && message.ticket === here().ticket) react.onMessage(Number(message.position));
  });

  /** @param {Record<string, any>} message */
  function insert(message) {
    const { source, ticket } = here();
    if (message.source !== source || message.ticket !== ticket) {
      return post({ type: "inserted", request: message.request, ok: false, error: t("insert.other_ticket", { ticket: ticket ?? "–" }) });
    }
    desk.from[desk.key] = message.suggestion_id ?? null;
    desk.compose(String(message.text));
    post({ type: "inserted", request: message.request, ok: true });
    react.onInsert();
  }

  desk.addEventListener("change", () => {
    const { source, ticket } = here();
    if (`${source}/${ticket}` === told) return;
    told = `${source}/${ticket}`;
    tellTicket();
  });
  document.addEventListener("assist-theme", tellTheme);
}
