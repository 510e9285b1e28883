import type { Command } from './command.js';
import { plan } from './plan.js';

/** Every command by its name. */
export const commands: Readonly<Record<string, Command>> = { plan };
