import { probeCalibrate } from './calibrate/probe-calibrate.js';
import type { Command } from './command.js';
import { dead, retry } from './dead-events.js';

/** Every command by its name. */
export const commands: Readonly<Record<string, Command>> = { dead, 'probe-calibrate': probeCalibrate, retry };
