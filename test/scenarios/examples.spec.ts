import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseSub } from '#session';
import { linkLibrary, packLibrary } from '../../scripts/pack-library/pack.js';
import { freePort } from '../../scripts/stack/free-port.js';
import { createRunFolder, type Guard, startGuard } from '../../scripts/stack/guard.js';
import { REPOSITORY } from '../../scripts/stack/repository.js';
import { freshDatabase } from '../support/databases.js';
import { endingOf, newSid, serviceForSuite } from '../support/service.js';
import { until } from '../support/until.js';
import { Visitor } from '../support/visitor.js';

describe('the examples, as processes, on the packed library', () => {
  const { suite } = serviceForSuite();
  let guard: Guard;
  let folder: string;
  beforeAll(async () => {
    folder = await createRunFolder('examples');
    guard = await startGuard(folder);
    await linkLibrary((await packLibrary(join(REPOSITORY, 'dist/package'))).folder);
  }, 60_000);
  afterAll(() => guard.stopAll());

  const run = async (name: string, env: Readonly<Record<string, string>> = {}, args: readonly string[] = []) => {
    const logFile = join(folder, `${name}.log`);
    const common = { PATH: process.env.PATH ?? '', ...suite().env, DATABASE_URL: await freshDatabase('app') };
    guard.spawn(process.execPath, [join(REPOSITORY, 'dist/examples', name, 'main.js'), ...args], {
      ...{ name, cwd: REPOSITORY, logFile, env: { ...common, ...env } },
    });
    return () => readFile(logFile, 'utf8').catch(() => '');
  };
  const runWithHttp = async (name: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const port = String(await freePort());
    const log = await run(name, { ...env, PORT: port });
    const origin = `http://127.0.0.1:${port}`;
    const isReady = () =>
      fetch(`${origin}/health/ready`).then(
        ({ ok }) => ok || undefined,
        () => undefined,
      );
    await until(`${name} has caught up`, isReady).catch(async (error: unknown) => {
      throw new Error(await log(), { cause: error });
    });
    return origin;
  };
  const problemOf = async (response: Response) => (await response.json()) as { readonly type: string };
  const untilRefused = (ask: () => Promise<Response>) =>
    until('it refuses', async () => {
      const answer = await ask();
      return answer.status === 401 ? answer : undefined;
    });

  it('ship the models that the library ships', async () => {
    const [copy, original] = await Promise.all(
      ['examples/prisma', 'prisma/app'].map((place) =>
        readFile(join(REPOSITORY, place, 'session-sync.prisma'), 'utf8'),
      ),
    );
    expect(copy).toBe(original);
  });

  it('http: a route that a signed-in person may ask, until the session ends', async () => {
    const origin = await runWithHttp('http');
    const sid = newSid();
    const authorization = `Bearer ${await suite().assertionOf(sid, { aud: 'orders' })}`;
    const ask = () => fetch(`${origin}/orders`, { headers: { authorization } });
    expect((await fetch(`${origin}/orders`)).status).toBe(401);
    const seen = await ask();
    expect([seen.status, await seen.json()]).toEqual([200, { sub: 'ana', orders: [] }]);
    await suite().publish(endingOf(sid));
    expect((await problemOf(await untilRefused(ask))).type).toBe('urn:sso:problem:session-ended');
  });

  it('express-session: the service’s own cookie counts until the session behind it ends, and no cookie from before', async () => {
    const origin = await runWithHttp('express-session', { COOKIE_SECRET: 'a-secret-of-the-test' });
    const sid = newSid();
    const visitor = new Visitor();
    const basket = () => visitor.get(`${origin}/basket`);
    expect((await basket()).status).toBe(401);
    const authorization = `Bearer ${await suite().assertionOf(sid, { aud: 'basket' })}`;
    const forged = { authorization: authorization.slice(0, -8) };
    expect((await visitor.send(`${origin}/sign-in`, { method: 'POST', headers: forged })).status).toBe(401);
    expect((await visitor.send(`${origin}/sign-in`, { method: 'POST', headers: { authorization } })).status).toBe(201);
    for (const visits of [1, 2]) expect(JSON.parse((await basket()).text)).toEqual({ sub: 'ana', visits });
    expect((await fetch(`${origin}/basket`, { headers: { authorization } })).status).toBe(401);
    await suite().publish(endingOf(sid));
    const refused = await until('the cookie counts no more', async () => {
      const seen = await basket();
      return seen.status === 401 ? seen : undefined;
    });
    expect(JSON.parse(refused.text)).toMatchObject({ type: 'urn:sso:problem:session-ended', reason: 'operator' });
  });

  it('worker: a job stops when the session that it was started in ends, and no other job does', async () => {
    const [ended, other] = [jobOf('ana'), jobOf('ben')];
    const log = await run(
      'worker',
      {},
      [ended, other].map((job) => JSON.stringify(job)),
    );
    const says = (line: string) => until(line, async () => (await log()).includes(line) || undefined);
    await Promise.all([says(`export.started sid=${ended.sid}`), says(`export.started sid=${other.sid}`)]);
    await suite().publish(endingOf(ended.sid));
    await says(`session.ended scope=session sid=${ended.sid} cause=operator`);
    await says(`export.over sid=${ended.sid} stopped=true`);
    expect(await log()).not.toContain(`export.over sid=${other.sid}`);
  });

  it('worker: when all sessions of a person end, their jobs stop; no later session’s, and nobody else’s', async () => {
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const jobs = [jobOf('ana'), jobOf('ana'), jobOf('ana', later), jobOf('ben'), jobOf('ben')];
    const log = await run(
      'worker',
      {},
      jobs.map((job) => JSON.stringify(job)),
    );
    const says = (line: string) => until(line, async () => (await log()).includes(line) || undefined);
    await Promise.all(jobs.map(({ sid }) => says(`export.started sid=${sid}`)));
    await suite().publish({ ...endingOf(newSid()), scope: 'subject', sid: undefined, sub: parseSub('ana')! });
    const isOver = ({ sid }: { readonly sid: string }) => says(`export.over sid=${sid} stopped=true`);
    await Promise.all(jobs.slice(0, 2).map(isOver));
    await suite().publish(endingOf(jobs[4]!.sid)); // what comes behind it has been heard, so it has been applied
    await isOver(jobs[4]!);
    for (const { sid } of jobs.slice(2, 4)) expect(await log()).not.toContain(`export.over sid=${sid}`);
  });
});

/** A job as a queue would hold it: whose session it was started in, and since when that is open. */
function jobOf(sub: string, openedAt = new Date(Date.now() - 60_000).toISOString()) {
  return { sid: newSid(), sub, openedAt };
}
