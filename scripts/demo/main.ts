import { DemoFault } from './demo-fault.js';
import { firstInterruption } from './interrupt.js';
import { helpText, parseOptions, type DemoOptions } from './options.js';
import { Progress } from './progress.js';
import { namedFigures, noFigures, toJsonLine, type CheckResult } from './report.js';
import { runCompose } from './run-compose.js';
import { Interrupted, runStack, type DemoSurroundings } from './run-stack.js';
import { formatTable } from './table.js';

const EX_CONFIG = 78;
const progress = new Progress(process.stderr); // stdout belongs to results
const print = (line: string): void => void process.stdout.write(`${line}\n`);

function surroundings(): DemoSurroundings {
  const wish = firstInterruption(process, (exitCode) => process.exit(exitCode)); // the guardian stops the rest
  const interrupted = wish.then((interruption): never => {
    throw new Interrupted(interruption);
  });
  interrupted.catch(() => undefined); // it may come when nobody waits any more
  const desktop = { platform: process.platform, env: process.env, isTerminal: process.stdout.isTTY };
  return { progress, print, interrupted, desktop, workingDir: process.cwd(), now: () => new Date() };
}

function showResult(result: CheckResult, json: boolean): number {
  if (result.steps.length > 0) {
    print('');
    print(formatTable(result.steps, namedFigures(result.figures)));
    print('');
  }
  print(result.fault === undefined ? '  passed' : `  not passed\n    ${result.fault.join('\n    ')}`);
  if (json) print(toJsonLine(result));
  return result.fault === undefined ? 0 : 1;
}

function showFault(error: unknown, json: boolean): number {
  if (error instanceof Interrupted) return error.interruption.exitCode;
  const fault =
    error instanceof DemoFault ? error.message : error instanceof Error ? (error.stack ?? '') : String(error);
  const details = error instanceof DemoFault ? error.details : [];
  process.stderr.write(`\n${[fault, ...details].join('\n  ')}\n`);
  if (json) print(toJsonLine({ steps: [], figures: noFigures, fault: [fault] }));
  return 1;
}

async function run(options: DemoOptions): Promise<number> {
  const around = surroundings();
  try {
    const result =
      options.target === 'compose'
        ? await runCompose(process.env.COMPOSE_COMMAND ?? 'docker compose', around)
        : await runStack(options, around);
    return showResult(result, options.json);
  } catch (error) {
    return showFault(error, options.json);
  }
}

const parsed = parseOptions(process.argv.slice(2));
if (parsed.kind === 'help') {
  process.stdout.write(helpText);
  process.exit(0);
}
if (parsed.kind === 'faulty') {
  process.stderr.write(`${parsed.faults.join('\n')}\nnpm run demo -- --help lists every option.\n`);
  process.exit(EX_CONFIG);
}
process.exit(await run(parsed.options));
