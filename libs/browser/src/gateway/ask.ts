/** What came back: `status` is 0 where nothing did. */
export interface Came {
  readonly status: number;
  readonly body: unknown;
}

/** Asks the gateway, by `POST` where there is something to send. Never rejects. */
export async function ask(url: string, timeoutMs: number, sent?: unknown): Promise<Came> {
  let status = 0;
  try {
    const response = await fetch(url, {
      method: sent === undefined ? 'GET' : 'POST',
      headers: { 'x-csrf': '1', ...(sent !== undefined && { 'content-type': 'application/json' }) },
      ...(sent !== undefined && { body: JSON.stringify(sent) }),
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    status = response.status;
    return { status, body: await response.json() };
  } catch {
    return { status, body: undefined };
  }
}
