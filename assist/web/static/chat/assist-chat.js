/**
 * `<assist-chat>`: the customers' chatbot, by one script tag on any page:
 *
 *     <script type="module" src="https://assist.example/static/chat/assist-chat.js" data-brand="larkfell"></script>
 *
 * `data-brand`, `data-language`, `data-name`, `data-email`, `data-theme` (light, dark) and `data-endpoint` become
 * attributes of the element; a page may as well write the element itself. One file without imports, so that it also
 * works as a classic script where the page's origin may not read our modules. Its messages are in it for the same
 * reason. The page's origin must be in `ASSIST_CHAT_ORIGINS` unless it is the server's own.
 */
(() => {
  /** @typedef {{text: string, sources?: number[]}} Sentence */
  /** @typedef {{n: number, title: string, url: string | null, excerpt?: string}} Source */
  /** @typedef {{by: "customer" | "bot" | "note", text: string, sentences?: Sentence[], sources?: Source[]}} Item */
  /** @typedef {{session: string, token: string, disclosure: string, items: Item[], ended: boolean}} Conversation */

  /** @type {Record<string, Record<string, string>>} */
  const MESSAGES = {
    en: {
      open: "Help", title: "Ask us", close: "Close", say: "Your question", send: "Send", person: "Talk to a person",
      you: "You", bot: "AI assistant", sources: "From our help pages", opens: "Source {n}: {title}", thinking: "Looking it up …",
      email: "Your e-mail, for the answer (optional)", hand_off: "Send to a person", cancel: "Not now", again: "Try again",
      offline: "That did not go through. Check your connection and try again.", ended: "A person answers from here.",
      ticket: "Your reference is {ticket}.", starting: "One moment …",
    },
    de: {
      open: "Hilfe", title: "Fragen Sie uns", close: "Schließen", say: "Ihre Frage", send: "Senden", person: "Mit einem Menschen sprechen",
      you: "Sie", bot: "KI-Assistent", sources: "Aus unseren Hilfeseiten", opens: "Quelle {n}: {title}", thinking: "Ich sehe nach …",
      email: "Ihre E-Mail für die Antwort (freiwillig)", hand_off: "An einen Menschen geben", cancel: "Jetzt nicht", again: "Noch einmal",
      offline: "Das ist nicht angekommen. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.", ended: "Ab hier antwortet ein Mensch.",
      ticket: "Ihr Zeichen ist {ticket}.", starting: "Einen Moment …",
    },
  };
  const LIGHT = "--bg:#fff;--sunken:#f3f5f8;--line:#dfe3e9;--ink:#1b2330;--ink-2:#556070;--accent:#2557d6;--on-accent:#fff;--accent-bg:#e9effc;--bad:#b3261e;color-scheme:light;";
  const DARK = "--bg:#1a202a;--sunken:#232b37;--line:#3a4453;--ink:#e8ecf3;--ink-2:#aab4c3;--accent:#8fb0ff;--on-accent:#10192c;--accent-bg:#1f2b48;--bad:#ff9a92;color-scheme:dark;";
  const STYLE = `
    :host { ${LIGHT} all: initial; font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; }
    :host { ${LIGHT} }
    @media (prefers-color-scheme: dark) { :host(:not([theme=light])) { ${DARK} } }
    :host([theme=dark]) { ${DARK} }
    *, *::before, *::after { box-sizing: border-box; }
    [hidden] { display: none !important; }
    button, input, textarea { font: inherit; color: inherit; }
    button { cursor: pointer; border: 1px solid var(--line); background: var(--bg); color: var(--ink); border-radius: 6px; padding: 6px 11px; min-height: 34px; }
    button:hover { background: var(--sunken); }
    button:disabled { opacity: .55; cursor: default; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .primary { background: var(--accent); color: var(--on-accent); border-color: var(--accent); font-weight: 600; }
    .primary:hover:not(:disabled) { background: var(--accent); filter: brightness(.92); }
    .launch { border-radius: 99px; padding: 12px 20px; min-height: 48px; font-weight: 600; box-shadow: 0 6px 24px rgb(0 0 0 / 22%); }
    .panel { width: min(380px, calc(100vw - 24px)); height: min(600px, calc(100dvh - 40px)); display: flex; flex-direction: column; background: var(--bg); color: var(--ink); border: 1px solid var(--line); border-radius: 12px; box-shadow: 0 12px 40px rgb(0 0 0 / 24%); overflow: hidden; }
    header { display: flex; align-items: center; gap: 8px; padding: 10px 8px 10px 14px; border-bottom: 1px solid var(--line); }
    h2 { font-size: 15px; margin: 0; flex: 1; }
    header button { border-color: transparent; background: none; min-width: 34px; padding: 0; }
    .disclosure { margin: 0; padding: 8px 14px; font-size: 12px; background: var(--sunken); color: var(--ink-2); border-bottom: 1px solid var(--line); }
    .log { flex: 1; overflow-y: auto; padding: 14px; display: flex; flex-direction: column; gap: 10px; }
    .item { max-width: 88%; border-radius: 10px; padding: 8px 12px; background: var(--sunken); overflow-wrap: anywhere; white-space: pre-wrap; }
    .customer { align-self: flex-end; background: var(--accent-bg); }
    .note { align-self: center; background: none; color: var(--ink-2); font-size: 12px; text-align: center; padding: 0; }
    .note.bad { color: var(--bad); }
    .by { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    sup a { text-decoration: none; font-weight: 600; padding: 0 1px; }
    a { color: var(--accent); }
    .sources { margin: 8px 0 0; padding: 6px 0 0; border-top: 1px solid var(--line); font-size: 12px; white-space: normal; }
    .sources p { margin: 0; color: var(--ink-2); }
    .sources ol { margin: 2px 0 0; padding: 0; list-style: none; }
    form { border-top: 1px solid var(--line); padding: 10px 14px; display: grid; gap: 8px; }
    textarea, input { width: 100%; border: 1px solid var(--line); background: var(--bg); border-radius: 6px; padding: 8px; resize: none; }
    .row { display: flex; gap: 8px; justify-content: space-between; flex-wrap: wrap; }
    label { display: grid; gap: 4px; font-size: 12px; color: var(--ink-2); }
    @media (max-width: 460px) { :host { right: 12px; bottom: 12px; } }
  `;

  // A module has no `currentScript`; its tag is found by its address.
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript ?? document.querySelector('script[src*="assist-chat.js"]'));
  const home = new URL(script?.src ?? location.href).origin;

  class AssistChat extends HTMLElement {
    constructor() {
      super();
      /** @type {Conversation | null} */
      this._talk = null;
      this._root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this._root.adoptedStyleSheets = [sheet];
    }

    connectedCallback() {
      const language = (this.getAttribute("language") ?? document.documentElement.lang ?? "en").split("-")[0] ?? "en";
      this._messages = MESSAGES[language] ?? /** @type {Record<string, string>} */ (MESSAGES["en"]);
      this._language = language in MESSAGES ? language : "en";
      this._endpoint = this.getAttribute("endpoint") ?? `${home}/chatbot`;
      this._build();
    }

    /**
     * @param {string} key
     * @param {Record<string, string | number>} [values]
     */
    _t(key, values = {}) {
      return (this._messages?.[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
    }

    _build() {
      const t = this._t.bind(this);
      this._launch = make("button", { className: "launch primary", type: /** @type {const} */ ("button"), textContent: t("open"), onclick: () => this._show(true) });
      this._launch.setAttribute("aria-expanded", "false");
      const close = make("button", { type: "button", textContent: "✕", ariaLabel: t("close"), onclick: () => this._show(false) });
      this._disclosure = make("p", { className: "disclosure" });
      this._log = make("div", { className: "log", tabIndex: 0, ariaLabel: t("title") });
      this._log.setAttribute("role", "log");
      this._field = make("textarea", { rows: 2, maxLength: 4000, ariaLabel: t("say"), placeholder: t("say") });
      this._field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this._form?.requestSubmit();
      });
      this._sendButton = make("button", { className: "primary", textContent: t("send") });
      const person = make("button", { type: "button", textContent: t("person"), onclick: () => this._askForPerson() });
      this._form = make("form", { onsubmit: (event) => this._submit(event) }, this._field, make("div", { className: "row" }, person, this._sendButton));
      this._hand = this._handOffForm();
      this._panel = make("section", { className: "panel", hidden: true, ariaLabel: t("title"), onkeydown: (event) => event.key === "Escape" && this._show(false) },
        make("header", {}, make("h2", { textContent: t("title") }), close), this._disclosure, this._log, this._form, this._hand);
      this._root.replaceChildren(this._panel, this._launch);
    }

    _handOffForm() {
      const t = this._t.bind(this);
      const email = make("input", { type: "email", autocomplete: "email", value: this.getAttribute("email") ?? "" });
      const back = make("button", { type: "button", textContent: t("cancel"), onclick: () => this._swap(false) });
      return make("form", {
        hidden: true,
        onsubmit: (event) => {
          event.preventDefault();
          void this._handOff(email.value);
        },
      }, make("label", {}, t("email"), email), make("div", { className: "row" }, back, make("button", { className: "primary", textContent: t("hand_off") })));
    }

    /** @param {boolean} open */
    async _show(open) {
      if (!this._panel || !this._launch || !this._field) return;
      this._panel.hidden = !open;
      this._launch.hidden = open;
      this._launch.setAttribute("aria-expanded", String(open));
      if (!open) return this._launch.focus();
      this._field.focus();
      if (!this._talk) await this._begin();
    }

    async _begin() {
      this._talk = kept();
      if (this._talk) {
        this._disclose(this._talk.disclosure);
        this._talk.items.forEach((item) => this._draw(item));
        if (this._talk.ended) this._end();
        return;
      }
      this._disclose(this._t("starting"));
      try {
        const begun = await this._post("/sessions", {
          brand: this.getAttribute("brand"), language: this._language, name: this.getAttribute("name"), email: this.getAttribute("email"),
        });
        this._talk = { session: begun.session, token: begun.token, disclosure: begun.disclosure, items: [], ended: false };
        this._disclose(begun.disclosure);
        this._add({ by: "bot", text: begun.greeting });
      } catch (error) {
        this._disclose("");
        this._problem(error, () => this._begin());
      }
    }

    /** @param {SubmitEvent} event */
    async _submit(event) {
      event.preventDefault();
      const text = this._field?.value.trim();
      if (!text || !this._talk || !this._field) return;
      this._field.value = "";
      this._add({ by: "customer", text });
      await this._ask(crypto.randomUUID(), text);
    }

    /**
     * The same id makes a retry harmless.
     * @param {string} id
     * @param {string} text
     */
    async _ask(id, text) {
      const talk = /** @type {Conversation} */ (this._talk);
      const waiting = this._draw({ by: "note", text: this._t("thinking") });
      this._busy(true);
      /** @type {Item} */
      const item = { by: "bot", text: "", sentences: [], sources: [] };
      /** @type {HTMLElement | null} */
      let drawn = null;
      let handedOff = "";
      try {
        for await (const { event, data } of this._stream("/messages", { session: talk.session, id, text })) {
          if (event === "disclosure") this._disclose(data.disclosure);
          else if (event === "sources") item.sources = data.sources;
          else if (event === "delta") item.sentences?.push(data.sentence);
          else if (event === "done") Object.assign(item, { text: data.answer, sentences: data.sentences, sources: data.sources });
          else if (event === "error") throw Object.assign(new Error(data.message), data);
          if (event === "done") handedOff = data.handed_off ?? "";
          if (event !== "delta" && event !== "done") continue;
          const fresh = this._draw(item, drawn ?? waiting);
          drawn = fresh;
        }
        talk.items.push(item);
        keep(talk);
        if (handedOff) {
          // A person has it; how to reach the customer may still be unknown.
          this._add({ by: "note", text: handedOff });
          this._swap(true);
        }
      } catch (error) {
        (drawn ?? waiting).remove();
        this._problem(error, () => this._ask(id, text));
      } finally {
        this._busy(false);
      }
    }

    _askForPerson() {
      if (this._talk && !this._talk.ended) this._swap(true);
      else if (!this._talk) void this._begin();
    }

    /** @param {boolean} hand whether the hand-off form is shown instead of the question */
    _swap(hand) {
      if (!this._form || !this._hand) return;
      this._form.hidden = hand;
      this._hand.hidden = !hand;
      /** @type {HTMLElement | null} */ ((hand ? this._hand : this._form).querySelector("input, textarea"))?.focus();
    }

    /** @param {string} email */
    async _handOff(email) {
      const talk = /** @type {Conversation} */ (this._talk);
      try {
        const { ticket, message } = await this._post("/handoff", { session: talk.session, id: crypto.randomUUID(), email: email || null });
        talk.ended = true;
        this._add({ by: "note", text: `${message} ${this._t("ticket", { ticket })}` });
        this._end();
      } catch (error) {
        this._problem(error, () => this._handOff(email));
      }
    }

    _end() {
      this._swap(false);
      if (!this._form || !this._field) return;
      this._form.hidden = true;
      this._log?.focus();
    }

    /** @param {Item} item */
    _add(item) {
      this._talk?.items.push(item);
      if (this._talk) keep(this._talk);
      this._draw(item);
    }

    /**
     * Draw an item, in place of another when given.
     * @param {Item} item
     * @param {HTMLElement | null} [instead]
     */
    _draw(item, instead = null) {
      const drawn = make("div", { className: `item ${item.by}` });
      if (item.by !== "note") drawn.append(make("span", { className: "by", textContent: `${this._t(item.by === "bot" ? "bot" : "you")}: ` }));
      const sources = item.sources ?? [];
      if (item.sentences?.length) {
        item.sentences.forEach((sentence, index) => {
          drawn.append((index ? " " : "") + sentence.text, ...(sentence.sources ?? []).map((n) => this._citation(n, sources)));
        });
      } else drawn.append(item.text);
      const cited = sources.filter(({ n }) => item.sentences?.some((sentence) => sentence.sources?.includes(n)));
      if (cited.length) drawn.append(this._sources(cited));
      if (instead) instead.replaceWith(drawn);
      else this._log?.append(drawn);
      if (this._log) this._log.scrollTop = this._log.scrollHeight;
      return drawn;
    }

    /**
     * @param {number} n
     * @param {Source[]} sources
     */
    _citation(n, sources) {
      const source = sources.find((one) => one.n === n);
      const label = this._t("opens", { n, title: source?.title ?? "" });
      return make("sup", {}, source && safe(source.url)
        ? make("a", { href: source.url ?? "", target: "_blank", rel: "noopener", textContent: `[${n}]`, title: source.title, ariaLabel: label })
        : make("span", { textContent: `[${n}]`, title: label }));
    }

    /** @param {Source[]} sources */
    _sources(sources) {
      const entries = sources.map((source) => make("li", {}, `${source.n}. `,
        safe(source.url) ? make("a", { href: source.url ?? "", target: "_blank", rel: "noopener", textContent: source.title }) : source.title));
      return make("div", { className: "sources" }, make("p", { textContent: this._t("sources") }), make("ol", {}, ...entries));
    }

    /**
     * @param {unknown} error
     * @param {() => void} again
     */
    _problem(error, again) {
      const { code = "", message = "", hint = "" } = /** @type {{code?: string, message?: string, hint?: string}} */ (error);
      if (code === "not_signed_in" || code === "not_found") {
        // The session has gone: the next question begins a new one.
        forget();
        this._talk = null;
      }
      const text = code ? [message.charAt(0).toUpperCase() + message.slice(1), hint].filter(Boolean).join(". ") : this._t("offline");
      const note = make("div", { className: "item note bad" }, `${text} `);
      note.append(make("button", {
        type: "button", textContent: this._t("again"), onclick: () => {
          note.remove();
          if (this._talk) again();
          else void this._begin();
        },
      }));
      this._log?.append(note);
      if (this._log) this._log.scrollTop = this._log.scrollHeight;
    }

    /** @param {string} text */
    _disclose(text) {
      if (this._disclosure) this._disclosure.textContent = text;
    }

    /** @param {boolean} busy */
    _busy(busy) {
      if (this._sendButton) this._sendButton.disabled = busy;
    }

    /**
     * @param {string} path
     * @param {Record<string, unknown>} body
     * @param {string} [accept]
     */
    async _fetch(path, body, accept = "application/json") {
      /** @type {Record<string, string>} */
      const headers = { "Content-Type": "application/json", Accept: accept };
      if (this._talk) headers["Authorization"] = `Bearer ${this._talk.token}`;
      const answer = await fetch(this._endpoint + path, { method: "POST", headers, body: JSON.stringify(body), credentials: "omit" });
      if (answer.ok) return answer;
      const { error } = await answer.json().catch(() => ({ error: { code: "error", message: String(answer.status) } }));
      throw Object.assign(new Error(error.message), error);
    }

    /**
     * @param {string} path
     * @param {Record<string, unknown>} body
     * @returns {Promise<any>}
     */
    async _post(path, body) {
      return (await this._fetch(path, body)).json();
    }

    /**
     * Yield the server-sent events of a POST.
     * @param {string} path
     * @param {Record<string, unknown>} body
     * @returns {AsyncGenerator<{event: string, data: any}>}
     */
    async *_stream(path, body) {
      const answer = await this._fetch(path, body, "text/event-stream");
      const reader = /** @type {ReadableStream<BufferSource>} */ (/** @type {unknown} */ (answer.body)).pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        const blocks = (rest + (value ?? "")).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
          const event = /^event: (.*)$/m.exec(block)?.[1] ?? "message";
          const data = /^data: (.*)$/m.exec(block)?.[1];
          if (data) yield { event, data: JSON.parse(data) };
        }
        if (done) return;
      }
    }
  }

  /**
   * Make an element with properties and children.
   * @template {keyof HTMLElementTagNameMap} K
   * @param {K} tag
   * @param {Partial<HTMLElementTagNameMap[K]>} properties
   * @param {...(Node | string)} children
   * @returns {HTMLElementTagNameMap[K]}
   */
  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  /** @param {string | null} url */
  function safe(url) {
    return Boolean(url && /^https?:\/\//.test(url));
  }

  const KEPT_AS = "assist.chat";

  /** @returns {Conversation | null} */
  function kept() {
    try {
      return JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "null");
    } catch {
      return null;
    }
  }

  /** @param {Conversation} talk */
  function keep(talk) {
    try {
      sessionStorage.setItem(KEPT_AS, JSON.stringify(talk));
    } catch {
      // Without storage the conversation ends with the page.
    }
  }

  function forget() {
    try {
      sessionStorage.removeItem(KEPT_AS);
    } catch {
      // Nothing was kept.
    }
  }

  if (customElements.get("assist-chat")) return;
  customElements.define("assist-chat", AssistChat);
  if (document.querySelector("assist-chat")) return;
  const chat = document.createElement("assist-chat");
  for (const [name, value] of Object.entries(script?.dataset ?? {})) chat.setAttribute(name, value ?? "");
  document.body.append(chat);
})();
