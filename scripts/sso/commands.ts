import type { Command } from './command.js';
import { dead, retry } from './dead-events.js';

/** Every command by its name. */
export const commands: Readonly<Record<string, Command>> = { dead, retry };
