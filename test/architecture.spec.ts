import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { importsOf, isShipped, readSources, type SourceFile } from './support/source-file.js';
import {
  type Allowed,
  hasNoDrawers,
  importsWhatIsGranted,
  isShort,
  leavesTheProcessToMain,
  type Rule,
  saysWhatItIs,
  staysInItsPart,
  thinksOnly,
} from './support/source-rules.js';

/**
 * Who may import what. A lib is named by its folder; what stands here it may import, and nothing else. Apps may import
 * every lib, never one another.
 */
const GRANTS: Readonly<Record<string, Allowed>> = {
  oidc: {
    jose: 'verifies and signs tokens; its remote key set is for idp-client and session-sync',
    zod: 'reads what others have written',
    'node:crypto': 'hashes, and makes unguessable bits',
  },
  session: {
    '#oidc': 'reads the answer to a refresh',
    zod: 'reads what others have written',
    'node:crypto': 'hashes ids for events and subjects',
  },
  config: {
    zod: 'a schema is the one description of a key',
    yaml: 'reads YAML, and says where in it',
    'node:fs': 'KEY_FILE names a file',
  },
  http: {
    '#config': 'PORT, HOST and LOG_FORMAT are the same keys in every app',
    '#session': 'implements the Clock port with the system clock',
    '@nestjs/common': 'health and problem answers are Nest controllers and filters',
    '@nestjs/core': 'makes the application',
    '@nestjs/platform-fastify': 'apps run on Fastify',
    fastify: 'types of requests and replies',
    'prom-client': 'the standard client of Prometheus: its text format and the figures of Node, one dependency',
    zod: 'describes its keys',
    'node:crypto': 'names requests',
    'node:http': 'type of a request as it comes off the wire',
    'node:net': 'tells IPv6 addresses',
  },
  'idp-client': {
    '#config': 'ISSUER and CLIENT_ID are the same keys in gateway and poller',
    '#oidc': 'the texts that it sends and the checks of what comes back',
    '#session': 'gives what it saw as a probe outcome',
    jose: "fetches the IdP's keys, and signs for private_key_jwt",
    'node:crypto': 'makes the id of a client assertion',
    'node:timers/promises': 'waits before it writes down once more what an IdP gave',
    zod: 'reads error answers',
    'node:http': 'asks an IdP, at a quarter of what fetch costs (ADR 47)',
    'node:https': 'the same',
    'node:net': 'the type of a socket',
    'node:zlib': 'reads what comes compressed all the same',
  },
  ssf: {
    '#idp-client': 'speaks HTTP under the rules of the IdP',
    '#oidc': 'verifies security event tokens',
    '#session': 'ends sessions through its ports',
    '@nestjs/common': "Nest's logger",
    jose: "reads the transmitter's keys",
    zod: 'reads what the transmitter says',
  },
  store: {
    '#session': 'implements its ports in Postgres',
    '@nestjs/common': 'modules that hold a connection',
    '@prisma/adapter-pg': 'Prisma on Postgres',
    pg: 'LISTEN, which Prisma does not have, and the road of the outbox',
    uuid: 'ids of rows, ordered by time',
    zod: 'reads TOKEN_KEYS',
  },
  bus: {
    '#session': 'sends the outbox, which is a port',
    '@nats-io/jetstream': 'JetStream',
    '@nats-io/transport-node': 'the connection to NATS',
    '@nestjs/common': "Nest's logger and filters",
    '@nestjs/microservices': 'the transport strategy is a server of Nest',
    rxjs: 'what Nest handlers give back',
    zod: 'reads NATS_URL',
    'node:fs': 'seeds, credentials and certificates are files',
  },
  'session-sync': {
    '#bus': 'events come over JetStream',
    '#config': 'the keys that every subscribing service has',
    '#oidc': 'verifies assertions',
    '#session': 'reads events, keeps app sessions through the port',
    '@nestjs/common': 'module, guard and decorators',
    '@nestjs/core': 'reads metadata of routes',
    '@nestjs/microservices': 'event patterns',
    jose: "fetches the gateway's keys",
    zod: 'describes its keys',
  },
  browser: {},
};

/** Libs that think: no I/O, no clock, no chance. */
const PURE = ['oidc', 'session'];

const RULES: Readonly<Record<string, Rule>> = {
  'an app imports no other app, and a lib is imported by its name': staysInItsPart,
  'a lib imports what the table grants to it': importsWhatIsGranted(GRANTS, [...PURE, 'config', 'browser']),
  'thinking is pure': thinksOnly(PURE),
  'only main.ts knows the process': leavesTheProcessToMain(['libs/config/src/load-config.ts']),
  'no folder is a drawer': hasNoDrawers,
  'no file is long': isShort,
  'names say what a thing is': saysWhatItIs,
};

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const sources = readSources(ROOT, ['apps', 'libs', 'scripts', 'test', 'bench']);
const breaches = (rule: Rule, files: readonly SourceFile[]) =>
  files.flatMap((file) => rule(file).map((breach) => `${file.path}: ${breach}`));

describe('the architecture', () => {
  it.each(Object.entries(RULES))('%s', (_name, rule) => {
    expect(breaches(rule, sources)).toEqual([]);
  });

  it('is tested on all there is', () => {
    const shipped = sources.filter(({ path }) => isShipped(path)).map(({ path }) => path);
    expect(shipped).toEqual(expect.arrayContaining(['libs/oidc/src/index.ts', 'apps/gateway/src/main.ts']));
    expect(shipped.length).toBeGreaterThan(100);
  });

  it('grants to libs no way to one another that none of them takes', () => {
    const taken = sources
      .filter(({ path }) => isShipped(path))
      .flatMap((file) => importsOf(file).map((specifier) => `${file.path.split('/')[1] ?? ''} ${specifier}`));
    const granted = Object.entries(GRANTS).flatMap(([lib, allowed]) =>
      Object.keys(allowed)
        .filter((name) => name.startsWith('#'))
        .map((name) => `${lib} ${name}`),
    );
    expect(granted.filter((edge) => !taken.includes(edge))).toEqual([]);
  });
});

const LINE = 'export const a = 1;\n';
const ONE_LIB = { only: { zod: 'reads' } };

/** What each rule must find, so that a rule that finds nothing is a rule that works. */
const PLANTED: readonly (readonly [name: string, rule: Rule, path: string, text: string])[] = [
  ['an app in an app', staysInItsPart, 'apps/a/src/x.ts', "import { b } from '../../b/src/b.js';"],
  ['a lib by its path', staysInItsPart, 'apps/a/src/x.ts', "import { b } from '../../../libs/b/src/index.js';"],
  ['a lib past its index', staysInItsPart, 'libs/a/src/x.ts', "export { b } from '#b/deep';"],
  ['a type of another app', staysInItsPart, 'apps/a/src/x/y.ts', "import type { B } from '../../../b/src/b.js';"],
  ['an app at run time', staysInItsPart, 'apps/a/src/x.ts', "const b = await import('../../b/src/b.js');"],
  ['an app by require', staysInItsPart, 'apps/a/src/x.ts', "const b = require('../../b/src/b.js');"],
  ['test support in shipped code', staysInItsPart, 'apps/a/src/x.ts', "import '../../../test/support/clock.js';"],
  ['an app in the test of another', staysInItsPart, 'apps/a/src/x.spec.ts', "import '../../b/src/b.js';"],
  ['a package', importsWhatIsGranted(ONE_LIB, []), 'libs/only/src/x.ts', "import { x } from '@nestjs/common/deep';"],
  ['a lib', importsWhatIsGranted(ONE_LIB, []), 'libs/only/src/x.ts', "import type { X } from '#store';"],
  ['a built-in', importsWhatIsGranted(ONE_LIB, ['only']), 'libs/only/src/x.ts', "import { x } from 'node:fs';"],
  ['a lib without grants', importsWhatIsGranted(ONE_LIB, []), 'libs/new/src/x.ts', LINE],
  ['fetch', thinksOnly(['a']), 'libs/a/src/x.ts', 'export const a = () => fetch(url);'],
  ['the clock', thinksOnly(['a']), 'libs/a/src/x.ts', 'export const a = () => Date.now();'],
  ['the clock as a Date', thinksOnly(['a']), 'libs/a/src/x.ts', 'export const a = new Date();'],
  ['a timer as a value', thinksOnly(['a']), 'libs/a/src/x.ts', 'export const a = { wait: setTimeout };'],
  ['chance', thinksOnly(['a']), 'libs/a/src/x.ts', "export const a = Math['random']();"],
  ['the global object', thinksOnly(['a']), 'libs/a/src/x.ts', 'export const a = globalThis.fetch;'],
  ['the environment', leavesTheProcessToMain([]), 'apps/a/src/config.ts', 'export const a = process.env.A;'],
  ['the process taken apart', leavesTheProcessToMain([]), 'apps/a/src/x.ts', 'const { env } = process;'],
  ['the process imported', leavesTheProcessToMain([]), 'libs/a/src/x.ts', "import { env } from 'node:process';"],
  ['argv', leavesTheProcessToMain(['libs/a/src/x.ts']), 'libs/a/src/x.ts', 'export const a = process.argv;'],
  ['exit', leavesTheProcessToMain([]), 'libs/a/src/x.ts', 'process.exit(1);'],
  ['utils', hasNoDrawers, 'apps/a/src/utils/x.ts', LINE],
  ['shared', hasNoDrawers, 'libs/shared/src/x.ts', LINE],
  ['251 lines', isShort, 'scripts/x.mjs', LINE.repeat(251)],
  ['a manager', saysWhatItIs, 'apps/a/src/x.ts', 'export class SessionManager {}'],
  ['data', saysWhatItIs, 'apps/a/src/x.ts', 'interface Data { readonly a: string }'],
  ['a file of helpers', saysWhatItIs, 'apps/a/src/token-helpers.ts', LINE],
];

const PERMITTED: readonly (readonly [name: string, rule: Rule, path: string, text: string])[] = [
  ['a lib by its name', staysInItsPart, 'apps/a/src/x.ts', "import { b } from '#b';"],
  ['a neighbour', staysInItsPart, 'apps/a/src/x/y.ts', "import { b } from '../b.js';"],
  ['test support in a test', staysInItsPart, 'libs/a/src/x.spec.ts', "import '../../../test/support/clock.js';"],
  ['words in a comment', thinksOnly(['a']), 'libs/a/src/x.ts', '// fetch, Date.now()\nexport const a = "process";'],
  ['a member named fetch', thinksOnly(['a']), 'libs/a/src/x.ts', 'export const a = (b: B) => b.fetch(new Date(0));'],
  ['the environment in main.ts', leavesTheProcessToMain([]), 'apps/a/src/main.ts', 'load(process.env);'],
  ['250 lines', isShort, 'scripts/x.mjs', LINE.repeat(250)],
  ['a database', saysWhatItIs, 'libs/a/src/hub-database.ts', 'export class HubDatabase {}'],
];

describe('the test of the architecture', () => {
  it.each(PLANTED)('finds %s', (_name, rule, path, text) => {
    expect(rule({ path, text })).toHaveLength(1);
  });

  it.each(PERMITTED)('permits %s', (_name, rule, path, text) => {
    expect(rule({ path, text })).toEqual([]);
  });
});
