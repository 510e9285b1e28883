import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Visitor } from './visitor.js';

/** An answer, as it came off the wire. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/**
 * Sends one request with exactly these headers, and the visitor's cookies: `fetch` would write Sec-Fetch-* and the path in
 * its own way.
 */
export async function ask(
  url: string,
  options: {
    readonly visitor?: Visitor;
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    /** instead of the path of `url`, byte for byte */
    readonly path?: string;
  } = {},
): Promise<PlainAnswer> {
  const { hostname, port, pathname, search } = new URL(url);
  const cookie = (await options.visitor?.jar.getCookieString(url)) ?? '';
  return new Promise((resolve, reject) => {
    const sent = request({
      ...{ hostname, port, path: options.path ?? `${pathname}${search}`, method: options.method ?? 'GET' },
      agent: false,
      headers: { ...(cookie === '' ? {} : { cookie }), ...options.headers },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      text(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: body });
      }, reject);
    });
    sent.end(options.body);
  });
}
