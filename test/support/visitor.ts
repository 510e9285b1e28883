import { CookieJar } from 'tough-cookie';

/** An answer, with its redirect unfollowed. */
export interface Seen {
  readonly status: number;
  readonly location: URL | undefined;
  readonly headers: Headers;
  readonly text: string;
}

/** A browser's cookies and nothing else: every request is the test's own. */
export class Visitor {
  readonly jar = new CookieJar();

  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Seen> {
    return this.send(url, { headers });
  }

  async send(url: string, init: RequestInit): Promise<Seen> {
    const cookie = await this.jar.getCookieString(url);
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...(init.headers as Record<string, string>), ...(cookie === '' ? {} : { cookie }) },
    });
    for (const line of response.headers.getSetCookie()) await this.jar.setCookie(line, url);
    const location = response.headers.get('location');
    return {
      status: response.status,
      location: location === null ? undefined : new URL(location, url),
      headers: response.headers,
      text: await response.text(),
    };
  }
}
