// Sends a webhook's form to the line, as Twilio would.

const PATIENCE_SECONDS = 15; // Twilio's own limit

/** Resolve to {ok, status, headers, text, milliseconds}; reject, in words, when the line cannot be reached or is late. */
export async function postForm(url, fields) {
  const began = performance.now();
  const patience = new AbortController();
  const late = new Error(`the line did not answer within ${PATIENCE_SECONDS} seconds`);
  const timer = setTimeout(() => patience.abort(late), PATIENCE_SECONDS * 1000);
  try {
    const reply = await fetch(url, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { "X-Phone-Page": "1" }, // no other site can send it in the visitor's name
      signal: patience.signal,
    });
    const text = await reply.text();
    const { ok, status, headers } = reply;
    return { ok, status, headers, text, milliseconds: performance.now() - began };
  } finally {
    clearTimeout(timer);
  }
}
