import { UsageError } from './command.js';
import { commands } from './commands.js';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const [name = '--help', ...args] = process.argv.slice(2);
const command = commands[name];
if (command !== undefined && !args.includes('--help')) {
  try {
    process.exitCode = await command.run(args, say, process.env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`sso ${name}: ${error.message}\nusage: npm run sso -- ${name} ${command.usage}\n`);
    process.exitCode = 64;
  }
} else {
  const known = name === '--help' || command !== undefined;
  if (!known) process.stderr.write(`sso: there is no command ${name}\n`);
  for (const [each, { usage, summary }] of Object.entries(commands))
    if (command === undefined || each === name) say(`npm run sso -- ${each} ${usage}\n    ${summary}`);
  if (command?.help !== undefined) say(`\n${command.help}`);
  process.exitCode = known ? 0 : 64;
}
