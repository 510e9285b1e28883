import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createRunFolder, startGuard, type Guard } from '../stack/guard.js';
import { endOf } from './app-process.js';
import { DemoFault } from './demo-fault.js';
import { envValues } from './env-values.js';
import type { Interruption } from './interrupt.js';
import { keepLogs } from './keep-logs.js';
import type { DemoOptions, OwnIssuer } from './options.js';
import { examineIssuer, readClientSecret } from './own-issuer.js';
import type { Progress } from './progress.js';
import type { CheckResult } from './report.js';
import { addressLines } from './address-lines.js';
import { openPage, type Desktop } from './open-page.js';
import { stackTarget } from './stack-target.js';
import { startStack, stopApps, type Stack } from './start-stack.js';
import { playOwnIssuerStory } from './story/own-issuer-story.js';
import { playStory } from './story/play-story.js';
import { writeEnv, type EnvFile } from './write-env.js';

/** What the demo needs from the process that runs it. */
export interface DemoSurroundings {
  readonly progress: Progress;
  /** writes a line of the result; progress goes elsewhere */
  readonly print: (line: string) => void;
  readonly workingDir: string;
  readonly now: () => Date;
  readonly desktop: Desktop;
  /** rejects with `Interrupted` when the person wants the demo to stop; never resolves */
  readonly interrupted: Promise<never>;
}

/** The person wants the demo to stop. */
export class Interrupted extends Error {
  constructor(readonly interruption: Interruption) {
    super(interruption.reason);
  }
}

type Issuer = (OwnIssuer & { readonly clientSecret: string }) | undefined;

/**
 * Runs the stack on this machine: until someone stops it, or with `check` until the story is played. Whatever happens,
 * every process that it started is gone when it settles.
 *
 * @returns the result of the check
 * @throws DemoFault when a part can't be had
 * @throws Interrupted when the person stopped it
 */
export async function runStack(options: DemoOptions, around: DemoSurroundings): Promise<CheckResult> {
  await expectWritable(options.writeEnv);
  const ownIssuer = await prepareOwnIssuer(options.ownIssuer, around.progress);
  const dir = await createRunFolder('demo');
  const guard = await startGuard(dir);
  let stack: Stack | undefined;
  let envFile: EnvFile | undefined;
  try {
    const start = startStack({ guard, dir, frontEndPort: options.frontEndPort, ownIssuer }, around.progress);
    stack = await Promise.race([start, around.interrupted]);
    if (options.writeEnv !== undefined) envFile = await writeEnv(options.writeEnv, envValues(stack, ownIssuer));
    if (options.open) openPage(around.desktop, stack.origins.timeline);
    if (!options.check) return await stayUp(stack, ownIssuer, dir, around);
    const result = await Promise.race([check(stack, ownIssuer, around.progress), around.interrupted]);
    return await explain(result, dir, around);
  } finally {
    await envFile?.remove();
    await around.progress.during('stopping everything', () => stopEverything(stack, guard));
  }
}

async function stayUp(stack: Stack, ownIssuer: Issuer, dir: string, around: DemoSurroundings): Promise<never> {
  for (const line of addressLines(stack, ownIssuer)) around.print(line);
  around.print(`  Everything runs; each app's log is in ${dir} until it stops. Ctrl-C stops it.`);
  let stopping = false;
  for (const app of stack.apps.values()) {
    app.onUnaskedEnd((code) => {
      if (stopping) return;
      void app.fault(`${app.name} has ended by itself (${endOf(code)}); the others go on.`).then((fault) => {
        tell(fault, around);
      });
    });
  }
  return around.interrupted.finally(() => (stopping = true));
}

/** People may end an app to see what happens, so this is news and no reason to stop. */
function tell({ message, details }: DemoFault, { progress }: DemoSurroundings): void {
  for (const line of ['', message, ...details]) progress.say(`  ${line}`);
}

function check(stack: Stack, ownIssuer: Issuer, progress: Progress): Promise<CheckResult> {
  return progress.during('playing the story', (detail) => {
    const onStep = ({ id, title }: { readonly id: string; readonly title: string }) => {
      detail(`${id}) ${title}`);
    };
    if (ownIssuer === undefined) return playStory(stackTarget(stack), onStep);
    return playOwnIssuerStory(stack.origins.frontEndA, ownIssuer, onStep);
  });
}

/** The logs of a check that did not pass must outlive the run's folder. */
async function explain(result: CheckResult, runDir: string, around: DemoSurroundings): Promise<CheckResult> {
  if (result.fault === undefined) return result;
  const kept = await keepLogs(runDir, around.workingDir, around.now());
  return { ...result, fault: [...result.fault, `logs: ${kept}`] };
}

async function stopEverything(stack: Stack | undefined, guard: Guard): Promise<void> {
  stack?.control.close();
  if (stack !== undefined) await stopApps(stack.apps);
  await guard.stopAll();
}

async function prepareOwnIssuer(given: OwnIssuer | undefined, progress: Progress): Promise<Issuer> {
  if (given === undefined) return undefined;
  const clientSecret = await readClientSecret(given);
  const { warnings } = await progress.during('asking your identity provider', () => examineIssuer(given));
  for (const warning of warnings) progress.say(`  note: ${warning}`);
  return { ...given, clientSecret };
}

/** Better said now than after a minute of work. */
async function expectWritable(envFile: string | undefined): Promise<void> {
  if (envFile === undefined) return;
  const folder = dirname(resolve(envFile));
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw new DemoFault(`--write-env ${envFile}: the folder ${folder} can't be written.`, [], { cause });
  });
}
