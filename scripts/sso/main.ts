import { type Command, UsageError } from './command.js';
import { commands } from './commands.js';
import { HUB_HELP } from './hub-of.js';

const HELP = ['--help', '-h', 'help'];
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const complain = (text: string): void => {
  process.stderr.write(`${text}\n`);
  process.exitCode = 64;
};

const [name = 'help', ...args] = process.argv.slice(2);
const command = commands[name];
if (HELP.includes(name)) sayAll();
else if (command === undefined)
  complain(
    `sso: there is no command ${name}; there are ${Object.keys(commands).join(', ')}\n"npm run sso" tells what they do`,
  );
else if (args.some((arg) => HELP.includes(arg))) sayOne(name, command);
else await run(name, command);

async function run(called: string, { usage, ...its }: Command): Promise<void> {
  try {
    process.exitCode = await its.run(args, say, process.env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(`sso ${called}: ${error.message}\nusage: npm run sso -- ${called} ${usage}`);
  }
}

function sayAll(): void {
  say('What an operator asks and orders: npm run sso -- <command>\n');
  for (const [each, { usage, summary }] of Object.entries(commands)) say(`  ${each} ${usage}\n      ${summary}`);
  say(`\n${HUB_HELP}\n"npm run sso -- <command> --help" tells more of one.`);
}

function sayOne(called: string, { usage, summary, help }: Command): void {
  say(`npm run sso -- ${called} ${usage}\n    ${summary}`);
  const more = help ?? (usage.includes('--database-url-file') ? HUB_HELP : undefined);
  if (more !== undefined) say(`\n${more}`);
}
