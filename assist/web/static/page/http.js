/** Requests to our own server, with errors that say what to do. */

/** An answer that was not a success. */
export class RequestError extends Error {
  /**
   * @param {number} status 0 when there was no answer at all
   * @param {{code?: string, message?: string, hint?: string}} body
   */
  constructor(status, body) {
    super(body.message ?? "");
    this.status = status;
    this.code = body.code ?? "error";
    this.hint = body.hint ?? "";
  }
}

/**
 * Send JSON and give the JSON that comes back; raises `RequestError`.
 * @param {string} method
 * @param {string} url
 * @param {unknown} [body]
 * @param {{bearer?: string | null}} [options]
 * @returns {Promise<any>}
 */
export async function send(method, url, body, { bearer = null } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (bearer) headers["Authorization"] = `Bearer ${bearer}`;
  let answer;
  try {
    answer = await fetch(url, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  } catch {
    throw new RequestError(0, { code: "offline" });
  }
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new RequestError(answer.status, data.error ?? {});
  return data;
}
