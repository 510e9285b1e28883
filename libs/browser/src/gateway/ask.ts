/** What came back: `status` is 0 where nothing did. */
export interface Came {
  readonly status: number;
  readonly body: unknown;
}

/** Asks the gateway, by `POST` where there is something to send. Never rejects. */
export async function ask(url: string, timeoutMs: number, sent?: object): Promise<Came> {
  let status = 0;
  let body: unknown;
  try {
    const response = await fetch(url, {
      headers: { 'x-csrf': '1', 'content-type': 'application/json' },
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      ...(sent && { method: 'POST', body: JSON.stringify(sent) }),
    });
    status = response.status;
    body = await response.json();
  } catch {
    // not reached, or no JSON: nothing is learnt
  }
  return { status, body };
}
