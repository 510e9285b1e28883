import { problem } from '#http';
import type { ServiceState } from './panel-state.js';

const LOOK_TIMEOUT_MS = 2_000;
const CONTROL_TIMEOUT_MS = 30_000;

/** How services are stopped and started. */
export interface ServiceControl {
  /** who does it; undefined: the person, by typing a command */
  readonly by: { readonly origin: string; readonly token: string } | undefined;
  /** what to type, with `{service}` for the name */
  readonly commands: { readonly stop: string; readonly start: string } | undefined;
}

/** The services that can be away. */
export class Services {
  /** @param origins origin by name */
  constructor(
    private readonly origins: ReadonlyMap<string, string>,
    private readonly control: ServiceControl,
  ) {}

  states(): Promise<readonly ServiceState[]> {
    return Promise.all([...this.origins].map(([name, origin]) => this.stateOf(name, origin)));
  }

  /** @throws Problem 404 `service-unknown`, 409 `no-control`, 502 `control-failed` */
  async tell(name: string, wish: 'stop' | 'start'): Promise<void> {
    if (!this.origins.has(name)) throw problem(404, 'service-unknown', 'There is no such service');
    const { by } = this.control;
    if (by === undefined) throw problem(409, 'no-control', 'Services are not stopped and started from here');
    const response = await fetch(`${by.origin}/apps/${name}/${wish}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${by.token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(CONTROL_TIMEOUT_MS),
    }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok !== true)
      throw problem(502, 'control-failed', 'Whoever stops and starts the services did not do it');
  }

  private async stateOf(name: string, origin: string): Promise<ServiceState> {
    const state = await askHealth(origin);
    const { by, commands } = this.control;
    if (by !== undefined || commands === undefined) return { name, state };
    const forThis = (command: string) => command.replaceAll('{service}', name);
    return { name, state, commands: { stop: forThis(commands.stop), start: forThis(commands.start) } };
  }
}

async function askHealth(origin: string): Promise<ServiceState['state']> {
  try {
    const response = await fetch(`${origin}/health/ready`, {
      redirect: 'error',
      signal: AbortSignal.timeout(LOOK_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok ? 'ready' : 'not_ready';
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'not_ready' : 'stopped';
  }
}
