import type { ServerResponse } from 'node:http';
import { type ReadToken, readToken } from './spoil-token.js';

/** The ID token of a redirect, of a form that posts itself, and of a web message. */
const ID_TOKEN = /\bid_token\b\W+(?:value\W+)?(eyJ[\w-]+\.[\w-]+\.[\w-]+)/;

/** An answer that has not been sent yet. */
interface Answer {
  body: unknown;
  readonly res: Pick<ServerResponse, 'getHeader' | 'setHeader'>;
}

/** Finds the ID token in an answer. */
export function idTokenOf({ body, res }: Answer): ReadToken | undefined {
  const text = isTokenAnswer(body) ? body.id_token : ID_TOKEN.exec(`${locationOf(res)} ${textOf(body)}`)?.[1];
  return text === undefined ? undefined : readToken(text);
}

/** Puts another ID token in its place. */
export function replaceIdToken(answer: Answer, before: string, after: string): void {
  const { body, res } = answer;
  const location = locationOf(res);
  if (location !== '') res.setHeader('location', location.replaceAll(before, after));
  if (isTokenAnswer(body)) answer.body = { ...body, id_token: after };
  else if (typeof body === 'string') answer.body = body.replaceAll(before, after);
}

function isTokenAnswer(body: unknown): body is { readonly id_token: string } {
  return typeof body === 'object' && body !== null && 'id_token' in body && typeof body.id_token === 'string';
}

function locationOf(res: Answer['res']): string {
  return textOf(res.getHeader('location'));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
