import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from './browser.js';

type Route = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const html = (response: ServerResponse, content: string, status = 200): void => {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(content);
};
const redirect = (response: ServerResponse, location: string, status = 303): void => {
  response.writeHead(status, { location }).end();
};

describe('the browser without a screen', () => {
  let server: Server;
  let port: number;
  const at = (path: string, host = 'localhost') => `http://${host}:${port}${path}`;
  const routes: Readonly<Record<string, Route>> = {
    '/start': (_request, response) => {
      response.setHeader('set-cookie', ['seen=1; Path=/; HttpOnly', 'only=start; Path=/start']);
      redirect(response, '/form');
    },
    '/form': (_request, response) => {
      html(
        response,
        `<form id="f" method="post" action="/sent?x=1&amp;y=2"><input type=hidden name="csrf" value="a&quot;b">
         <input name='login'><input type="password" name="secret"><input type="checkbox" name="stay">
         <button name="do" value="no" type="button">?</button></form>
         <button name="do" value="other" form="g">Other</button><button form="f" name="do" value="go">Go</button>`,
      );
    },
    '/sent': (request, response, body) => {
      html(response, JSON.stringify({ url: request.url, body, cookie: request.headers.cookie }));
    },
    '/refused': (_request, response) => {
      html(response, 'no', 400);
    },
    '/away': (_request, response) => {
      redirect(response, at('/cookies', '127.0.0.1'));
    },
    '/strict': (_request, response) => {
      response.setHeader('set-cookie', ['strict=1; SameSite=Strict', 'lax=1; SameSite=Lax', 'safe=1; Secure']);
      redirect(response, '/cookies');
    },
    '/cookies': (request, response) => {
      html(response, request.headers.cookie ?? '');
    },
    '/repeat': (_request, response) => {
      redirect(response, '/sent', 307);
    },
    '/repeat-form': (_request, response) => {
      html(response, '<form method="post" action="/repeat"><input name="a" value="1"></form>');
    },
    '/loop': (_request, response) => {
      redirect(response, '/loop');
    },
    '/json': (request, response) => {
      response.writeHead(401, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ csrf: request.headers['x-csrf'] }));
    },
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      void text(request).then((body) => {
        const route = routes[new URL(request.url ?? '/', 'http://x').pathname];
        if (route === undefined) response.writeHead(404).end();
        else route(request, response, body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  it('follows redirects, keeps cookies by path, and submits the form that it was shown', async () => {
    const browser = new Browser();
    const page = await browser.open(at('/start'));
    expect(page.url.href).toBe(at('/form'));
    const [form] = page.forms;
    const sent = await browser.submit(page, form!, { text: 'ana', password: 'p&w' });
    expect(JSON.parse(sent.html)).toEqual({
      url: '/sent?x=1&y=2',
      body: 'csrf=a%22b&login=ana&secret=p%26w&do=go',
      cookie: 'seen=1',
    });
  });

  it('remembers the pages that were shown, and no redirect or error', async () => {
    const browser = new Browser();
    await browser.open(at('/start'));
    await browser.open(at('/refused'));
    expect(browser.pagesShown.map(({ pathname }) => pathname)).toEqual(['/form']);
  });

  it('keeps the cookies of two hosts apart', async () => {
    const browser = new Browser();
    await browser.open(at('/start'));
    expect((await browser.open(at('/cookies', '127.0.0.1'))).html).toBe('');
    expect((await browser.open(at('/cookies'))).html).toBe('seen=1');
  });

  it('withholds strict cookies from a navigation that another site began', async () => {
    const browser = new Browser();
    await browser.open(at('/strict', '127.0.0.1'));
    expect((await browser.open(at('/cookies', '127.0.0.1'))).html).toContain('strict=1');
    expect((await browser.open(at('/away'))).html).not.toContain('strict=1');
    expect((await browser.open(at('/away'))).html).toContain('lax=1');
  });

  it('sends Secure cookies over plain http on this machine, as browsers do', async () => {
    const browser = new Browser();
    expect((await browser.open(at('/strict'))).html).toContain('safe=1');
  });

  it('repeats a form after a 307', async () => {
    const browser = new Browser();
    const page = await browser.open(at('/repeat-form'));
    const sent = await browser.submit(page, page.forms[0]!);
    expect(JSON.parse(sent.html)).toMatchObject({ body: 'a=1' });
  });

  it('asks for JSON as a script of the same origin', async () => {
    expect(await new Browser().ask(at('/json'))).toEqual({ status: 401, body: { csrf: '1' } });
    expect(await new Browser().ask(at('/cookies'))).toEqual({ status: 200, body: undefined });
  });

  it('says in words what it can not do', async () => {
    await expect(new Browser().open(at('/loop'))).rejects.toThrow('redirects for ever');
    await expect(new Browser().open('http://127.0.0.1:1/')).rejects.toThrow("can't be reached");
  });
});
