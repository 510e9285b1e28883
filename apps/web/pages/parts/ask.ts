const TIMEOUT_MS = 10_000;

/** What a service answered through the gateway. Silence is not a refusal. */
export type Answer =
  | { readonly kind: 'ok'; readonly body: unknown }
  /** nobody is signed in here, or no longer: the session knows why */
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown'; readonly title: string };

/** Asks a service through the gateway. Never rejects. */
export async function ask(path: string, body?: object): Promise<Answer> {
  try {
    const response = await fetch(path, {
      headers: { 'x-csrf': '1', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      cache: 'no-store',
      redirect: 'error',
    });
    if (response.status === 401) return { kind: 'refused' };
    const answer: unknown = await response.json();
    if (response.ok) return { kind: 'ok', body: answer };
    return { kind: 'unknown', title: `${titleOf(answer)} (${response.status}).` };
  } catch {
    return { kind: 'unknown', title: 'There was no answer.' };
  }
}

function titleOf(problem: unknown): string {
  const title = typeof problem === 'object' && problem !== null && 'title' in problem ? problem.title : undefined;
  return typeof title === 'string' ? title : 'It did not work';
}

/** Gives the list that an answer has under `name`; what is no list is an empty one. */
export function listIn(body: unknown, name: string): readonly unknown[] {
  const list = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return Array.isArray(list) ? list : [];
}

/** Gives a member of something that came from outside, as text. */
export function textIn(from: unknown, name: string): string {
  const value = typeof from === 'object' && from !== null ? (from as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
