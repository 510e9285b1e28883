import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';

/**
 * One Postgres for the whole run of Jest, with a migrated template database per owner. It starts when the first suite
 * asks for it, so that a run of pure tests pays nothing. Suites run in other processes; they ask over loopback HTTP,
 * at an address that only they are told, and get the superuser's URL. See databases.ts.
 *
 * Plain JavaScript on the build, since Jest does not resolve TypeScript imports here.
 */
export default async function globalSetup() {
  const secret = randomUUID();
  const databases = lazyDatabases();
  const server = createServer((request, response) => {
    const [, word, owner] = request.url.split('/');
    const answer = word === secret ? databases.templateFor(owner) : Promise.reject(new Error('who are you?'));
    answer.then(
      (adminUrl) => response.end(adminUrl),
      (error) => response.writeHead(500).end(error.message),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env.TEST_DATABASES_URL = `http://127.0.0.1:${server.address().port}/${secret}`;
  globalThis.stopTestDatabases = async () => {
    server.close();
    server.closeAllConnections();
    await databases.stop();
  };
}

function lazyDatabases() {
  const templates = new Map();
  let started;

  async function start() {
    const { createRunFolder, startGuard } = await built('guard');
    const { startPostgres } = await built('postgres');
    const dir = await createRunFolder('test');
    const guard = await startGuard(dir);
    try {
      return { guard, postgres: await startPostgres(guard, { dir, durable: false }) };
    } catch (error) {
      await guard.stopAll();
      throw error;
    }
  }

  async function makeTemplate(owner) {
    const { migrate } = await built('migrate');
    const { postgres } = await (started ??= start());
    await migrate(owner, await postgres.createDatabase(`template_${owner}`));
    return postgres.adminUrl;
  }

  return {
    templateFor(owner) {
      if (!templates.has(owner)) templates.set(owner, makeTemplate(owner));
      return templates.get(owner);
    },
    async stop() {
      const { guard } = (await started?.catch(() => undefined)) ?? {}; // the suites that asked have had the error
      await guard?.stopAll();
    },
  };
}

async function built(name) {
  try {
    return await import(`../../dist/scripts/stack/${name}.js`);
  } catch (cause) {
    throw new Error('a suite wants a database; this takes `npm run build` first', { cause });
  }
}
