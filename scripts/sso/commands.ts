import { probeCalibrate } from './calibrate/probe-calibrate.js';
import type { Command } from './command.js';

/** Every command by its name. */
export const commands: Readonly<Record<string, Command>> = { 'probe-calibrate': probeCalibrate };
