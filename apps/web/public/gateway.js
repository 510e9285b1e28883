/* global AbortController, AbortSignal, addEventListener, clearTimeout, crypto, document, fetch, location, setTimeout */

const TIMEOUT_MS = 10_000;

/**
 * Asks the gateway, or a service through it. Never throws, and never takes silence for a refusal: the answer's kind is
 * `ok` (with `body`), `signed_out`, `ended` (with `reason`) or `unknown` (with `title`).
 */
export async function ask(path, init) {
  try {
    const headers = { 'x-csrf': '1', 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(path, { ...init, headers, signal, cache: 'no-store', redirect: 'error' });
    const body = await response.json();
    if (response.ok) return { kind: 'ok', body };
    if (body.type === 'urn:sso:problem:not-signed-in') return { kind: 'signed_out' };
    if (body.type === 'urn:sso:problem:session-ended') return { kind: 'ended', reason: String(body.reason) };
    return { kind: 'unknown', title: `${body.title} (${response.status}).` };
  } catch {
    return { kind: 'unknown', title: 'There was no answer.' };
  }
}

/** Gives the claims of the person and the session by name, without keeping the session awake. */
export async function readUser() {
  const answer = await ask('/bff/user?slide=false');
  if (answer.kind !== 'ok') return answer;
  return { kind: 'ok', body: new Map(answer.body.map(({ type, value }) => [type, value])) };
}

/**
 * Asks the identity provider in a hidden frame whether it knows this browser; nothing is left of the frame.
 * The outcome is no identity: `signed_in` means that `readUser` is worth asking.
 */
export function signInInFrame() {
  const rid = crypto.randomUUID();
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.title = 'Silent sign-in';
  frame.referrerPolicy = 'no-referrer';
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin');
  frame.src = `/bff/silent-login?rid=${rid}`;
  return new Promise((resolve) => {
    const listening = new AbortController();
    const finish = (outcome) => {
      clearTimeout(limit);
      listening.abort();
      frame.remove();
      resolve(outcome);
    };
    const limit = setTimeout(finish, TIMEOUT_MS, 'timeout');
    const hear = (event) => {
      const ours = event.origin === location.origin && event.source === frame.contentWindow;
      const outcome = ours ? outcomeOf(event.data, rid) : undefined;
      if (outcome !== undefined) finish(outcome);
    };
    addEventListener('message', hear, { signal: listening.signal });
    document.body.append(frame);
  });
}

/** Reads the frame's message. `undefined`: it is not the one that we wait for. */
function outcomeOf(message, rid) {
  if (message?.source !== 'bff-silent-login' || message.v !== 1 || message.rid !== rid) return undefined;
  if (message.isLoggedIn === true) return 'signed_in';
  return message.isLoggedIn === false && typeof message.error === 'string' ? message.error : undefined;
}
