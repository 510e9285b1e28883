import { spawn } from 'node:child_process';

/** The machine, as far as it says whether somebody looks at a screen of it. */
export interface Desktop {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** whether a person reads what we print */
  readonly isTerminal: boolean;
}

/** Gives the command that opens an address in the person's browser; undefined where there is no person, or no screen. */
export function openerOf(
  { platform, env, isTerminal }: Desktop,
  address: string,
): readonly [command: string, ...args: string[]] | undefined {
  const isElsewhere = [env.CI, env.SSH_CONNECTION].some((value) => value !== undefined && value !== '');
  if (!isTerminal || isElsewhere) return undefined;
  if (platform === 'darwin') return ['open', address];
  if (platform === 'win32') return ['cmd', '/c', 'start', '""', address];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open', address] : undefined;
}

/** Opens an address in the person's browser, if there is one. That it could not be is no fault: the address is printed too. */
export function openPage(desktop: Desktop, address: string): void {
  const [command, ...args] = openerOf(desktop, address) ?? [];
  if (command === undefined) return;
  const child = spawn(command, args, { detached: true, stdio: 'ignore', windowsVerbatimArguments: true });
  child.on('error', () => undefined);
  child.unref();
}
