import { z } from 'zod';
import { parseJson } from '../json.js';
import type { Target } from '../target.js';
import { StoryFault } from './story-fault.js';

const Sessions = z.array(z.object({ id: z.string() })).min(1);
const timeoutMs = 10_000;

/**
 * Ends every session of a person at the IdP, as an operator, without anyone being told of it.
 *
 * @returns when the operator had the answer, on the clock of `performance.now()`
 */
export async function endSessionsQuietly(target: Target, login: string): Promise<number> {
  const listed = await operatorRequest(target, 'GET', `/admin/sessions?login=${login}`);
  const sessions = Sessions.safeParse(parseJson(listed.text));
  if (!sessions.success) throw new StoryFault(`the operator finds the sessions of ${login}`, listed.text.slice(0, 200));
  for (const { id } of sessions.data) {
    await operatorRequest(target, 'DELETE', `/admin/sessions/${encodeURIComponent(id)}?push=none`);
  }
  return performance.now();
}

async function operatorRequest({ addresses, operatorToken }: Target, method: 'GET' | 'DELETE', path: string) {
  const response = await fetch(addresses.operator + path, {
    method,
    headers: { authorization: `Bearer ${operatorToken}` },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  if (!response.ok) throw new StoryFault(`the operator API accepts ${method}`, `status ${response.status} ${text}`);
  return { text };
}
