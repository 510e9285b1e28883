import { DemoFault } from './demo-fault.js';
import { pollIntervalS } from './plan.js';
import type { AppProcess } from './app-process.js';
import type { Stack } from './start-stack.js';
import type { Target } from './target.js';

/** The stack that the demo started itself, as the story sees it. */
export function stackTarget({ origins, secrets, databases, apps }: Stack): Target {
  const processOf = (name: 'billing' | 'idp'): AppProcess => {
    const app = apps.get(name);
    if (app === undefined) throw new DemoFault(`${name} is not part of this demo.`);
    return app;
  };
  return {
    addresses: origins,
    operatorToken: secrets.operatorToken,
    people: secrets.people,
    assertionKey: secrets.assertionKey,
    databases,
    pollIntervalMs: pollIntervalS * 1000,
    stop: (name) => processOf(name).stop(),
    start: (name) => {
      processOf(name).start();
      return Promise.resolve();
    },
  };
}
