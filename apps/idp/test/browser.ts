import { CookieJar } from 'tough-cookie';

/** An answer, with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** the redirect's target, resolved */
  readonly location: URL | undefined;
}

/** A person's browser, as far as the protocol sees it: cookies, forms, redirects one at a time. No scripts. */
export class Browser {
  readonly jar = new CookieJar();

  /**
   * @param always headers of each request, such as User-Agent
   * @param keeps whether this browser keeps the cookie of a `Set-Cookie` line
   */
  constructor(
    private readonly always: Readonly<Record<string, string>> = {},
    private readonly keeps: (line: string) => boolean = () => true,
  ) {}

  async get(url: string | URL, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send(url, {}, headers);
  }

  async post(
    url: string | URL,
    form: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return this.send(url, { method: 'POST', body: new URLSearchParams(form) }, headers);
  }

  /** Fills the first form of a page and submits it with its hidden fields and its button. */
  async submit(page: Answer, base: string | URL, fields: Readonly<Record<string, string>>): Promise<Answer> {
    const action = /<form[^>]* action="([^"]+)"/.exec(page.text)?.[1];
    if (action === undefined) throw new Error(`no form in ${page.text}`);
    const hidden = [...page.text.matchAll(/<input\s+type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"/g)];
    const preset = Object.fromEntries(hidden.map(([, name, value]) => [name ?? '', value ?? '']));
    return this.post(new URL(action, base), { ...preset, ...fields });
  }

  private async send(
    url: string | URL,
    init: RequestInit,
    extra: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const address = String(url);
    const cookie = await this.jar.getCookieString(address);
    const headers = { accept: 'text/html', ...this.always, ...extra, ...(cookie === '' ? {} : { cookie }) };
    const response = await fetch(address, { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie().filter(this.keeps)) await this.jar.setCookie(line, address);
    const location = response.headers.get('location');
    return {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      location: location === null ? undefined : new URL(location, address),
    };
  }
}
