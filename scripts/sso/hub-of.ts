import { readFile } from 'node:fs/promises';
import { HubDatabase } from '#store';
import { UsageError } from './command.js';

type Env = Readonly<Record<string, string | undefined>>;
const OPTION = '--database-url-file';

/** How the hub is named in every command's usage. */
export const HUB_USAGE = `[${OPTION} FILE]`;

/** Where commands find the hub, for `--help`. */
export const HUB_HELP = `The hub's Postgres database is HUB_DATABASE_URL, or what FILE holds (${OPTION} FILE).`;

/**
 * Opens the hub that the arguments or the environment name, and closes it afterwards.
 *
 * @param work is given the arguments that are left
 * @throws UsageError when no hub is named, or it can't be reached
 */
export async function withHub<T>(
  args: readonly string[],
  env: Env,
  work: (database: HubDatabase, rest: readonly string[]) => Promise<T>,
): Promise<T> {
  const { url, rest } = await readArguments(args, env);
  const database = new HubDatabase(url);
  try {
    await requireHub(database);
    return await work(database, rest);
  } finally {
    await database.$disconnect();
  }
}

async function requireHub(database: HubDatabase): Promise<void> {
  const find = database.$queryRaw<
    { readonly there: boolean }[]
  >`SELECT to_regclass('"SsoSession"') IS NOT NULL AS "there"`;
  const [found] = await find.catch((error: unknown) => {
    throw new UsageError("the hub's database can't be reached: check the URL, and that Postgres runs", {
      cause: error,
    });
  });
  if (found?.there !== true) throw new UsageError("the database is not the hub's, or has no tables yet: check the URL");
}

async function readArguments(args: readonly string[], env: Env) {
  const at = args.indexOf(OPTION);
  const file = at === -1 ? undefined : args[at + 1];
  if (at !== -1 && file === undefined) throw new UsageError(`${OPTION} wants the name of a file`);
  const rest = at === -1 ? args : args.filter((_, n) => n !== at && n !== at + 1);
  const unknown = rest.find((arg) => arg.startsWith('-'));
  if (unknown !== undefined) throw new UsageError(`there is no option ${unknown}`);
  const url = file === undefined ? env.HUB_DATABASE_URL : await readUrl(file);
  if (url === undefined || !URL.canParse(url))
    throw new UsageError(`set HUB_DATABASE_URL to the hub's Postgres URL, or name a file that has it with ${OPTION}`);
  return { url, rest };
}

async function readUrl(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new UsageError(`${file} can't be read`, { cause: error });
  }
}
