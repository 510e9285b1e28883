import { CookieJar } from 'tough-cookie';
import { DemoFault, networkReason } from './demo-fault.js';
import { formsOf, type HtmlForm } from './html-form.js';
import { parseJson } from './json.js';

/** Where a navigation ended. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly html: string;
  readonly forms: readonly HtmlForm[];
}

/** What a page's script got for its request. `body` is the parsed JSON, or undefined when it was none. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Visit {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly body?: URLSearchParams;
  readonly from?: URL;
}

const timeoutMs = 15_000;
const longestChain = 20;

/**
 * A browser without a screen: it keeps cookies as browsers do (host, path, Secure on loopback, SameSite), follows
 * redirects one by one, and remembers every page that a person would have seen. It runs no script.
 */
export class Browser {
  private readonly seen: URL[] = [];

  /** @param jar its cookies, for whoever looks at them or takes some away */
  constructor(private readonly jar = new CookieJar()) {}

  /** Every HTML page with status 200 that was shown, in order. */
  get pagesShown(): readonly URL[] {
    return this.seen;
  }

  /** Opens an address as if typed into the address bar. @throws DemoFault when it can't be reached or redirects for ever */
  open(address: string): Promise<Page> {
    return this.navigate({ url: new URL(address), method: 'GET' });
  }

  /**
   * Fills in and submits a form of a page that was shown: hidden fields are sent as they are.
   *
   * @param values by field name or, where no field has the name, by field type (`text`, `password`)
   * @param button the name of the button that is pressed; the first button when absent
   */
  submit(page: Page, form: HtmlForm, values: Readonly<Record<string, string>> = {}, button?: string): Promise<Page> {
    const body = new URLSearchParams();
    for (const { name, type, value } of form.fields) body.append(name, values[name] ?? values[type] ?? value);
    const pressed = form.buttons.find(({ name }) => button === undefined || name === button);
    if (pressed !== undefined && pressed.name !== '') body.set(pressed.name, pressed.value);
    const url = new URL(form.action, page.url);
    if (form.method === 'post') return this.navigate({ url, method: 'POST', body, from: page.url });
    url.search = body.toString();
    return this.navigate({ url, method: 'GET', from: page.url });
  }

  /** Asks for JSON as a script of the same origin does, with the header that proves that it is one. Follows no redirect. */
  async ask(address: string): Promise<Answer> {
    const url = new URL(address);
    const response = await this.send({ url, method: 'GET', from: url }, { accept: 'application/json', 'x-csrf': '1' });
    return { status: response.status, body: parseJson(await response.text()) };
  }

  /** Gives the value of a cookie that the browser holds for an address; empty when it holds none. */
  async cookie(address: string, name: string): Promise<string> {
    return (await this.jar.getCookies(address)).find(({ key }) => key === name)?.value ?? '';
  }

  private async navigate(first: Visit): Promise<Page> {
    let visit = first;
    for (let hops = 0; hops < longestChain; hops += 1) {
      const response = await this.send(visit, { accept: 'text/html,application/xhtml+xml' });
      const next = redirectOf(response, visit);
      if (next === undefined) {
        const page = await this.show(visit.url, response);
        const [, onward] = /<a id="on" href="([^"]+)"/.exec(page.html) ?? [];
        if (onward === undefined) return page; // else a page of the gateway that goes on by itself
        visit = { url: new URL(onward.replaceAll('&#38;', '&'), visit.url), method: 'GET', from: visit.url };
      } else {
        await response.body?.cancel();
        visit = next;
      }
    }
    throw new DemoFault(`${first.url.origin}${first.url.pathname} redirects for ever (${longestChain} times).`);
  }

  private async show(url: URL, response: Response): Promise<Page> {
    const html = await response.text();
    const isPage = response.headers.get('content-type')?.includes('html') === true;
    if (isPage && response.status === 200) this.seen.push(url);
    return { url, status: response.status, html, forms: isPage ? formsOf(html) : [] };
  }

  private async send(visit: Visit, headers: Readonly<Record<string, string>>): Promise<Response> {
    const { url, method, body } = visit;
    const cookie = await this.jar.getCookieString(url.href, { sameSiteContext: sameSiteContext(visit) });
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        ...headers,
        ...(cookie === '' ? {} : { cookie }),
        ...(method === 'POST' && visit.from !== undefined ? { origin: visit.from.origin } : {}),
      },
      ...(body === undefined ? {} : { body }),
    }).catch((cause: unknown) => {
      throw new DemoFault(`${url.origin} can't be reached (${networkReason(cause)}).`, [], { cause });
    });
    for (const line of response.headers.getSetCookie()) {
      await this.jar.setCookie(line, url.href, { ignoreError: true }); // a browser drops a bad cookie in silence
    }
    return response;
  }
}

/** 307 and 308 repeat the request; every other redirect becomes a GET. @see Fetch standard, HTTP-redirect fetch */
function redirectOf(response: Response, visit: Visit): Visit | undefined {
  const location = response.headers.get('location');
  if (response.status < 300 || response.status > 399 || location === null) return undefined;
  const url = new URL(location, visit.url);
  const from = visit.from ?? visit.url; // who started the chain decides what is cross-site
  return response.status === 307 || response.status === 308 ? { ...visit, url, from } : { url, method: 'GET', from };
}

/** Strict cookies go with requests from the same site only, lax ones with top-level GETs from anywhere. */
function sameSiteContext({ url, method, from }: Visit): 'strict' | 'lax' | 'none' {
  if (from === undefined || from.hostname === url.hostname) return 'strict';
  return method === 'GET' ? 'lax' : 'none';
}
