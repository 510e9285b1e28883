#!/usr/bin/env node
/**
 * Prisma's schema engine for machines that cannot download it: the engine's own WebAssembly build behind the
 * command line and the JSON-RPC that the stock Prisma CLI speaks to its native binary.
 *
 *     schema-engine.mjs --version
 *     schema-engine.mjs --datasource JSON cli can-connect-to-database | create-database | drop-database
 *     schema-engine.mjs [--datamodels FILE]... --datasource JSON          then one JSON-RPC request per line of stdin
 *
 * `prisma.config.ts` of each owner names this file as PRISMA_SCHEMA_ENGINE_BINARY. Postgres only. TypedSQL is not
 * supported: the WebAssembly build overflows its stack there.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { RepairedPrismaPg } from './schema-engine/adapter.mjs';
import { createDatabase, databaseName, dropDatabase, tryConnection } from './schema-engine/databases.mjs';
import { loadEngine } from './schema-engine/load-engine.mjs';

const args = process.argv.slice(2);
const valuesOf = (flag) => args.flatMap((arg, i) => (arg === flag ? [args[i + 1]] : []));
const datasource = JSON.parse(valuesOf('--datasource')[0] ?? '{}');
const datamodels = valuesOf('--datamodels').map((file) => [file, readFileSync(file, 'utf8')]);
const engineModule = loadEngine();
let engine;
let prints = 0;

if (args.includes('--version')) {
  console.log(`schema-engine-cli ${engineModule.version()}`);
} else if (args.includes('cli')) {
  process.exitCode = await runOneCommand(args[args.indexOf('cli') + 1]);
} else {
  await serve();
}

/** Runs a one-shot command. What came of it stands on stderr, in the native engine's log format. */
async function runOneCommand(command) {
  const url = datasource.url ?? args.find((arg) => /^postgres(ql)?:/.test(arg));
  log('INFO', 'Starting schema engine CLI'); // the Prisma CLI throws the first line of stderr away
  try {
    await {
      'can-connect-to-database': tryConnection,
      'create-database': createDatabase,
      'drop-database': dropDatabase,
    }[command](url);
    log('INFO', `${command}: done`);
    return 0;
  } catch (error) {
    const known = { '3D000': 'P1003', '28P01': 'P1000', 28000: 'P1000', '42P04': 'P1009' };
    log('ERROR', error.message || String(error), { error_code: known[error.code] ?? 'P1001', is_panic: false });
    return 1;
  }
}

function log(level, message, fields = {}) {
  // the CLI reads only lines of this target
  const line = {
    timestamp: new Date().toISOString(),
    level,
    fields: { message, ...fields },
    target: 'schema_engine::logger',
  };
  process.stderr.write(JSON.stringify(line) + '\n');
}

/** Answers JSON-RPC requests one after the other until stdin ends. */
async function serve() {
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, method, params } = JSON.parse(line);
    if (method === undefined) continue; // the CLI's answer to our own `print`
    try {
      send({ id, result: (await answer(method, params)) ?? {} });
    } catch (error) {
      const data = { is_panic: false, message: error?.message ?? String(error), error_code: error?.code ?? null };
      send({ id, error: { code: 4466, message: 'An error happened. Check the data field for details.', data } });
    }
  }
}

async function answer(method, params) {
  if (method === 'createDatabase') {
    await createDatabase(datasource.url);
    return { databaseName: databaseName(datasource.url) };
  }
  engine ??= await newEngine(); // not before it is needed: the database may have to be created first
  switch (method) {
    case 'getDatabaseVersion':
      return engine.version(params);
    case 'evaluateDataLoss': {
      // This call is never given the shadow database; it finds the schema it needs in the cache that devDiagnostic fills.
      await engine.devDiagnostic({ migrationsList: params.migrationsList, filters: params.filters });
      return engine.evaluateDataLoss(params);
    }
    case 'diff': {
      // The native engine prints the difference through the CLI; the WebAssembly build hands it back.
      const { exitCode, stdout } = await engine.diff(params);
      if (typeof stdout === 'string') send({ id: `print-${prints++}`, method: 'print', params: { content: stdout } });
      return { exitCode, stdout: null };
    }
    default:
      return engine[method](params);
  }
}

function newEngine() {
  const options = { datamodels: datamodels.length > 0 ? datamodels : undefined };
  const factory = bindMigrationAwareSqlAdapterFactory(new RepairedPrismaPg(datasource));
  return engineModule.SchemaEngine.new(options, () => undefined, factory);
}

function send(message) {
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n');
}
