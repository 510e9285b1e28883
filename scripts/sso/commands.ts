import type { Command } from './command.js';
import { discard, held, release } from './brake-commands.js';
import { status } from './status.js';

/** Every command by its name. */
export const commands: Readonly<Record<string, Command>> = { status, held, release, discard };
