import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { JWK } from 'jose';
import { SystemClock } from '#http';
import { type ClientAuthentication, IdpClient, IdpError } from '#idp-client';
import { OidcError } from '#oidc';
import { firstInterruption } from '../../demo/interrupt.js';
import { type Command, UsageError } from '../command.js';
import { conclude } from './conclude.js';
import { entryYaml } from './entry-yaml.js';
import { experiment, steps } from './experiment.js';
import { ExperimentFault } from './experiment-fault.js';
import type { Findings } from './findings.js';
import { Guide } from './guide.js';
import { help } from './help.js';
import type { Lab } from './lab.js';
import { type CalibrateOptions, readOptions } from './options.js';
import { conclusionLines } from './report.js';

const LAST_LOOK_MS = 5_000;
const REVOKING_MS = 3_000;

/** Finds out by an experiment how an IdP can be asked about sessions, and what that is worth. */
export const probeCalibrate: Command = {
  usage: '<issuer> --client-id ID --client-secret-file FILE [options]; --help tells which, and what to register',
  summary: 'tries on a real IdP which ways of asking tell that a session has ended, and prints the profile',
  help,
  async run(args, say) {
    const options = readOptions(args);
    const authentication = await readAuthentication(options);
    const stop = new AbortController();
    const stopped = firstInterruption(process, (code) => process.exit(code)).then(({ exitCode }) => exitCode);
    const guide = await Guide.open({ issuer: options.issuer, port: options.port, steps, say }).catch(usageOf);
    const lab = labOf(options, authentication, guide, stop.signal);
    try {
      return await Promise.race([calibrate(lab, say), stopped]);
    } finally {
      stop.abort();
      guide.close();
      await forget(lab);
    }
  },
};

async function calibrate(lab: Lab, say: (line: string) => void): Promise<number> {
  say(`Redirect URI to be registered for ${lab.options.clientId}: ${lab.guide.origin}/callback`);
  say(`Open ${lab.guide.origin}/ in a browser on this machine; it leads through the steps. Ctrl-C stops.`);
  try {
    const findings = await experiment(lab);
    await tell(lab, findings, say);
    return 0;
  } catch (error) {
    if (lab.signal.aborted) return 1; // whoever stopped it gives the exit code
    if (!(error instanceof ExperimentFault || error instanceof IdpError || error instanceof OidcError)) throw error;
    say(`\nThe experiment can't go on: ${error.message}`);
    return 1;
  }
}

async function tell({ options, guide }: Lab, findings: Findings, say: (line: string) => void): Promise<void> {
  const conclusion = conclude(findings);
  const yaml = entryYaml(findings, conclusion, { auth: options.auth, secretFile: resolve(options.clientSecretFile) });
  guide.begin(steps.length - 1);
  guide.note(...conclusionLines(findings, conclusion));
  const text = 'This stands in the terminal too; the page can be closed.';
  say(`\n${yaml}\n`);
  await guide.finish(
    { title: `Found: ${conclusion.method.value === 'none' ? 'only push tells' : conclusion.method.value}`, text },
    yaml,
    LAST_LOOK_MS,
  );
  if (options.json) say(JSON.stringify({ findings, conclusion, yaml }));
}

function labOf(
  options: CalibrateOptions,
  authentication: ClientAuthentication,
  guide: Guide,
  signal: AbortSignal,
): Lab {
  const { issuer, clientId, unsafePlainHttp, endpoints } = options;
  const clock = new SystemClock();
  const address = { issuer, unsafePlainHttp, internalOrigin: undefined };
  const client = new IdpClient({ ...address, clientId, authentication, endpoints }, clock);
  return { options, client, guide, clock, signal, given: new Set() };
}

async function readAuthentication({ auth, clientSecretFile }: CalibrateOptions): Promise<ClientAuthentication> {
  const text = await readFile(clientSecretFile, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`--client-secret-file: ${clientSecretFile} can't be read`, { cause });
  });
  if (auth !== 'private_key_jwt') return { method: auth, secret: text.trim() };
  try {
    return { method: auth, key: JSON.parse(text) as JWK };
  } catch {
    throw new UsageError('--client-secret-file: with private_key_jwt it holds a private JWK'); // its text stays out of it
  }
}

/** Refresh tokens that may still be good are given back. */
async function forget({ client, given }: Lab): Promise<void> {
  const signal = AbortSignal.timeout(REVOKING_MS);
  await Promise.all([...given].map((token) => client.revoke(token, signal)));
}

function usageOf(error: unknown): never {
  throw error instanceof ExperimentFault ? new UsageError(error.message, { cause: error }) : error;
}
