import { connect } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GatewayUnderTest } from '../support/gateway.js';
import { getter, proxySuite } from '../support/proxy-suite.js';
import { until } from '../support/until.js';
import { exchange, headOf, open, type Upstream } from '../support/upstream.js';
import type { Visitor } from '../support/visitor.js';

describe('the proxy, as a process, and bodies: long ones, slow ones, and requests that are two in one', () => {
  const suite = proxySuite();
  const get = getter(suite);
  let service: Upstream;
  let gateway: GatewayUnderTest;
  let visitor: Visitor;
  beforeEach(() => {
    ({ service, gateway, visitor } = suite());
  });

  it('streams an upload as it comes, and takes one larger than any memory limit of ours', async () => {
    const upload = await open(visitor, gateway.a, '/bff/api/notes/up', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    const received: string[] = [];
    service.answer = (request, response) => {
      request.setEncoding('utf8').on('data', (chunk: string) => received.push(chunk));
      request.on('end', () => response.end(String(received.join('').length)));
    };
    const answered = headOf(upload);
    upload.write('first');
    await until('the first chunk is with the service', () => (received.join('') === 'first' ? true : undefined));
    for (let mebibyte = 0; mebibyte < 8; mebibyte += 1) upload.write('x'.repeat(1_048_576));
    upload.end();
    const response = await answered;
    expect([response.statusCode, String((await response.toArray())[0])]).toEqual([200, String(8 * 1_048_576 + 5)]);
  });

  it('streams events through at once, their headers first', async () => {
    let say: (text: string) => void = () => undefined;
    service.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      say = (text) => response.write(text);
    };
    const asked = await open(visitor, gateway.a, '/bff/api/notes/events');
    const answered = headOf(asked);
    asked.end();
    const response = await answered; // before any event
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      const heard = new Promise<string>((resolve) =>
        response.once('data', (chunk: Buffer) => {
          resolve(chunk.toString());
        }),
      );
      say(event);
      expect(await heard).toBe(event);
    }
    response.destroy();
  });

  it('tells the service when the browser has gone: before the answer, in a download, in an upload', async () => {
    let gone = 0;
    service.answer = (request, response) => {
      response.once('close', () => (gone += 1));
      if (request.url === '/download') response.write('x');
    };
    for (const [path, method] of [
      ['/wait', 'GET'],
      ['/download', 'GET'],
      ['/upload', 'POST'],
    ] as const) {
      const before = { gone, received: service.received.length };
      const asked = await open(visitor, gateway.a, `/bff/api/notes${path}`, { method });
      asked.on('error', () => undefined);
      const answered = path === '/download' ? headOf(asked) : undefined;
      if (path === '/upload') asked.write('x');
      else asked.end();
      await until('the service was asked', () => (service.received.length > before.received ? true : undefined));
      await answered;
      asked.destroy();
      await until(`the service sees that ${path} is over`, () => (gone > before.gone ? true : undefined));
    }
  });

  it('cuts the browser off when the service dies in the middle: half an answer never looks whole', async () => {
    service.answer = (_request, response) => {
      response.write('half');
      setImmediate(() => response.destroy());
    };
    await expect(get('/bff/api/notes/x')).rejects.toThrow();
  });

  it('does not let a fast service fill its memory for a browser that reads nothing', async () => {
    let sent = 0;
    service.answer = (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) sent += 65_536;
      };
      response.on('drain', more);
      more();
    };
    const asked = await open(visitor, gateway.a, '/bff/api/notes/endless');
    const answered = headOf(asked);
    asked.end();
    const response = await answered;
    response.pause();
    let [before, stoodStill] = [-1, 0];
    await until('the service stands still', async () => {
      stoodStill = before === sent ? stoodStill + 1 : 0;
      before = sent;
      await new Promise((resolve) => setImmediate(resolve));
      return stoodStill > 8 ? true : undefined;
    });
    expect(sent).toBeLessThan(32 * 1_048_576);
    asked.destroy();
  });

  describe('requests that are two in one', () => {
    const head = async (method = 'POST') =>
      `${method} /bff/api/notes/x HTTP/1.1\r\nHost: ${new URL(gateway.a).host}\r\nX-CSRF: 1\r\nCookie: ${await visitor.jar.getCookieString(gateway.a)}\r\n`;
    const send = async (bytes: string) => exchange(connect(gateway.app.port, '127.0.0.1'), bytes);

    it.each([
      ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
      ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
      ['chunks that are not last', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
      ['a length that is no number', 'Content-Length: +5\r\n\r\nhello'],
      ['a space before the colon', 'Content-Length : 5\r\n\r\nhello'],
      ['a bare line feed in a header', 'X-A: b\nContent-Length: 5\r\n\r\nhello'],
    ])('are refused: %s', async (_name, rest) => {
      const before = service.received.length;
      expect(await send(`${await head()}${rest}`)).toMatch(/^HTTP\/1\.1 400 /);
      expect(service.received.length).toBe(before);
    });

    it.each([
      ['DELETE', 'Connection: close, content-length\r\nContent-Length: 26\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n'],
      [
        'DELETE',
        'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n1a\r\nGET /smuggled HTTP/1.1\r\n\r\n\r\n0\r\n\r\n',
      ],
      ['GET', 'Connection: close\r\nContent-Length: 26\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n'],
      ['OPTIONS', 'Connection: close, content-length\r\nContent-Length: 26\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n'],
    ])('stay one: a %s whose body looks like a request', async (method, rest) => {
      const before = service.received.length;
      service.answer = (request, response) => void request.resume().once('end', () => response.end('ok'));
      expect(await send(`${await head(method)}${rest}`)).toMatch(/^HTTP\/1\.1 200 /);
      expect((await get('/bff/api/notes/after')).status).toBe(200);
      expect(service.received.slice(before).map(({ url }) => url)).toEqual(['/x', '/after']);
    });

    it('an offer to upgrade to something else is ignored, and the body is read', async () => {
      service.answer = (request, response) => void request.pipe(response);
      const offer =
        'Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQBAAAA\r\n';
      const answer = await send(`${await head()}${offer}Content-Length: 5\r\n\r\nhello`);
      expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*\r\nhello\r\n/);
      const headless = `POST /bff/api/notes/x HTTP/1.1\r\nHost: ${new URL(gateway.a).host}\r\n`;
      const forged = `Connection: close, Upgrade\r\nUpgrade: h2c\r\nOrigin: ${gateway.a}\r\nContent-Length: 0\r\n\r\n`;
      expect(await send(`${headless}${forged}`)).toMatch(/^HTTP\/1\.1 403 /);
    });

    it('a folded header is refused or stays one header', async () => {
      const before = service.received.length;
      const answer = await send(`${await head('GET')}X-A: b\r\n X-CSRF: 1\r\nConnection: close\r\n\r\n`);
      if (!answer.startsWith('HTTP/1.1 400')) expect(service.received.slice(before)).toHaveLength(1);
    });

    it('headers larger than 16 KiB are refused with 431', async () => {
      expect(await send(`${await head('GET')}X-Large: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    });
  });
});
