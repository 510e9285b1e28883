import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { EventReader } from '../support/event-reader.js';
import { sendRaw } from '../support/raw-request.js';
import { until } from '../support/until.js';
import { FRONT_END, webForSuite } from '../support/web-suite.js';

describe('the timeline of the web app', () => {
  const suite = webForSuite();
  let [own, hub] = ['', new pg.Client()];
  beforeAll(async () => {
    own = suite().own;
    hub = new pg.Client({ connectionString: suite().hubUrl });
    await hub.connect();
  });
  afterAll(() => hub.end());

  const statusOf = async (answer: Promise<{ readonly status: number }>) => (await answer).status;

  describe('shows the hub', () => {
    const signIn = async (sub: string): Promise<string> => {
      const sid = uuidv7();
      const now = new Date();
      await hub.query(
        `INSERT INTO "SsoSession" ("id", "iss", "clientId", "sub", "idToken", "idTokenIssuedAt", "openedAt", "expiresAt", "idpCheckedAt", "tokensSince", "probeDueAt")
         VALUES ($1, 'i', 'c', $2, 'secret-token', $3, $3, $3::timestamptz + interval '1 hour', $3, $3, $3)`,
        [sid, sub, now],
      );
      await hub.query(
        `INSERT INTO "BrowserSession" ("id", "frontEnd", "ssoSessionId", "createdAt", "lastSeenAt", "expiresAt")
         VALUES ($1, $2, $3, $4, $4, $4)`,
        [randomUUID(), FRONT_END, sid, now],
      );
      return sid;
    };

    it('says so when it is away, goes on when it is back, and tells each thing once', async () => {
      const reader = await EventReader.open(`${own}/timeline/events`);
      const opened = () =>
        reader.entries.filter(({ content }) => content.kind === 'opened').map(({ content }) => content.sub);
      await signIn('before');
      await until('the sign-in is told', () => (opened().length === 1 ? true : undefined));
      suite().database.cut();
      await reader.heard('the hub is away', ({ content }) => content.state === 'away');
      await signIn('meanwhile');
      suite().database.to(suite().databasePort);
      await until(
        'the hub is back',
        () => reader.events.findLast(({ name }) => name === 'hub')?.content.state === 'here' || undefined,
      );
      await signIn('after');
      await until('all is told', () => (opened().length >= 3 ? true : undefined));
      expect(opened()).toEqual(['before', 'meanwhile', 'after']);
      const again = await EventReader.open(`${own}/timeline/events`, {
        'last-event-id': reader.entries.at(-2)?.id ?? '',
      });
      await until('the rest is told again', () => (again.entries.length === 1 ? true : undefined));
      expect(again.entries).toEqual(reader.entries.slice(-1));
      expect(JSON.stringify(reader.events)).not.toContain('secret-token');
      reader.close();
      again.close();
      expect(await suite().web.process.log()).toMatch(/hub\.away reason=.*\n[\s\S]*hub\.here/);
    });

    it('keeps nothing for a browser that does not read', async () => {
      const sids: string[] = [];
      for (let n = 0; n < 20; n += 1) sids.push(await signIn(`p${n}-${'x'.repeat(1_000)}`));
      const { port, host } = new URL(own);
      const socket = connect(Number(port), '127.0.0.1').pause();
      socket.on('error', () => undefined);
      socket.write(`GET /timeline/events HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
      const reader = await EventReader.open(`${own}/timeline/events`);
      for (let round = 0; round < 40; round += 1) {
        const before = reader.events.length;
        await hub.query(
          `INSERT INTO "BrowserSession" ("id", "frontEnd", "ssoSessionId", "createdAt", "lastSeenAt", "expiresAt")
           SELECT gen_random_uuid()::text, $1, s::uuid, now() + $3 * interval '1 s' + n * interval '1 ms', now(), now()
           FROM unnest($2::text[]) s, generate_series(1, 25) n`,
          [FRONT_END, sids, round],
        );
        await until('a look', () => (reader.events.length >= before + 500 ? true : undefined));
      }
      reader.close();
      let taken = 0;
      socket.on('data', (chunk) => (taken += chunk.length));
      await new Promise((resolve) => socket.once('close', resolve).resume());
      expect(taken).toBeLessThan(16_000_000);
      expect(await statusOf(sendRaw(own, '/panel'))).toBe(200);
    });
  });
});
