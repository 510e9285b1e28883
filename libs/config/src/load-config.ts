import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { toHelpText } from './describe-config.js';

/** Where configuration comes from; `main.ts` passes the process's own. */
export interface ConfigSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly argv: readonly string[];
}

/** One thing that is wrong with the configuration. */
export interface ConfigFault {
  readonly key: string;
  readonly message: string;
}

/**
 * The configuration can't be used. `faults` names every fault, not the first alone. Values are never repeated: a value may
 * hold a password.
 */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  constructor(
    readonly faults: readonly ConfigFault[],
    options?: ErrorOptions,
  ) {
    super(faults.map(({ key, message }) => `${key}: ${message}`).join('\n'), options);
    this.name = 'ConfigError';
  }
}

/**
 * Reads `schema`'s keys from the environment. `KEY_FILE` names a file that holds the value of `KEY`.
 * An empty variable or file counts as absent.
 *
 * @throws ConfigError (`CONFIG_INVALID`) that names every fault
 */
export function readConfig<S extends z.ZodObject>(schema: S, env: ConfigSource['env']): z.infer<S> {
  const faults: ConfigFault[] = [];
  const raw: Record<string, string> = {};
  for (const key of Object.keys(schema.shape)) {
    const value = readKey(key, env, faults);
    if (value !== undefined) raw[key] = value;
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const explained = new Set(faults.map(({ key }) => key)); // the file's fault says it better
    for (const issue of parsed.error.issues) {
      const key = String(issue.path[0] ?? '(configuration)');
      if (explained.has(key)) continue;
      const missing = raw[key] === undefined && issue.code !== 'custom';
      const emptyFile = env[`${key}_FILE`] ? `, and the file that ${key}_FILE names is empty` : '';
      faults.push({ key, message: missing ? `is required${emptyFile}` : `${placeOf(issue.path)}${issue.message}` });
    }
  }
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return parsed.data;
}

/** Says which part of a value with parts is meant, counted from 1 as people do. */
function placeOf([, ...path]: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `part ${step + 1}` : String(step)));
  return steps.length === 0 ? '' : `${steps.join(', ')}: `;
}

function readKey(key: string, env: ConfigSource['env'], faults: ConfigFault[]): string | undefined {
  const value = env[key] === '' ? undefined : env[key];
  const file = env[`${key}_FILE`];
  if (file === undefined || file === '') return value;
  if (value !== undefined) {
    faults.push({ key, message: `is set twice: ${key} and ${key}_FILE; remove one` });
    return undefined;
  }
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch {
    faults.push({ key, message: `${key}_FILE names ${file}, which can't be read` });
    return undefined;
  }
}

/**
 * Gives `main.ts` its configuration. `--help` prints every key and exits 0; a bad environment prints every fault
 * and exits 78 (EX_CONFIG). Nothing has been started by then.
 *
 * @param moreHelp what `--help` prints after the keys
 */
export function loadConfig<S extends z.ZodObject>(
  app: string,
  schema: S,
  source: ConfigSource,
  moreHelp = '',
): z.infer<S> {
  if (source.argv.includes('--help')) {
    process.stdout.write(`${toHelpText(app, schema)}${moreHelp}`);
    process.exit(0);
  }
  return orExit(app, () => readConfig(schema, source.env));
}

/** Runs what reads configuration; on a {@link ConfigError} prints every fault and exits 78 (EX_CONFIG). */
export function orExit<T>(app: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const lines = error.faults.map(({ key, message }) => `  ${key}: ${message}`);
    process.stderr.write(
      `${app}: the configuration can't be used:\n${lines.join('\n')}\nRun it with --help for every key.\n`,
    );
    process.exit(78);
  }
}
