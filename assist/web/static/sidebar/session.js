/** The sidebar's bearer token: got from the cookie session or by signing in, renewed before it runs out. */

import { RequestError, send } from "../page/http.js";

/** @import { Person } from "./protocol.js" */

const KEPT_AS = "assist.token";
// Renewed after this part of its life, so that a slow answer is not too late.
const RENEW_AT = 0.8;

/** Holds the token. A reload of the helpdesk's tab does not sign anybody out; closing it does. */
export class Session {
  /** @param {{onRenewed?: () => void, onEnded?: () => void}} [told] */
  constructor({ onRenewed = () => {}, onEnded = () => {} } = {}) {
    /** @type {string | null} */
    this.token = kept();
    /** @type {Person | null} */
    this.user = null;
    this._onRenewed = onRenewed;
    this._onEnded = onEnded;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._timer = undefined;
  }

  /**
   * Get a fresh token; gives whether there is one. Raises `RequestError` when the server could not be asked.
   * @returns {Promise<boolean>}
   */
  async renew() {
    try {
      this.take(await this._ask());
      return true;
    } catch (error) {
      if (!(error instanceof RequestError) || error.status !== 401) throw error;
      this.end();
      return false;
    }
  }

  /**
   * Sign in with credentials; raises `RequestError` with the reason.
   * @param {string} email
   * @param {string} password
   */
  async signIn(email, password) {
    this.take(await send("POST", "/api/token", { email, password }));
  }

  /** Forget the token. */
  end() {
    clearTimeout(this._timer);
    this.token = null;
    this.user = null;
    keep(null);
  }

  async _ask() {
    if (this.token) {
      try {
        return await send("POST", "/api/token", {}, { bearer: this.token });
      } catch (error) {
        if (!(error instanceof RequestError) || error.status !== 401) throw error;
      }
    }
    // The helpdesk may be on our own origin, with a cookie session.
    return send("POST", "/api/token", {});
  }

  /**
   * Use a token that was given.
   * @param {{token: string, expires_in: number, user: Person}} given
   */
  take({ token, expires_in, user }) {
    this.token = token;
    this.user = user;
    keep(token);
    this._later(expires_in * 1000 * RENEW_AT);
  }

  /** @param {number} ms */
  _later(ms) {
    clearTimeout(this._timer);
    this._timer = setTimeout(async () => {
      try {
        if (await this.renew()) this._onRenewed();
        else this._onEnded();
      } catch {
        this._later(15_000);
      }
    }, ms);
  }
}

function kept() {
  try {
    return sessionStorage.getItem(KEPT_AS);
  } catch {
    return null;
  }
}

/** @param {string | null} token */
function keep(token) {
  try {
    if (token) sessionStorage.setItem(KEPT_AS, token);
    else sessionStorage.removeItem(KEPT_AS);
  } catch {
    // A frame without storage signs in again after a reload.
  }
}
