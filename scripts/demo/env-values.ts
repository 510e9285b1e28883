import { ownIssuerPollIntervalS, pollIntervalS } from './plan.js';
import type { OwnIssuer } from './options.js';
import { confidentialExamples, type Secrets } from './secrets.js';
import type { Stack } from './start-stack.js';

/**
 * Gives everything of a running demo that a script of one's own may need, by key. What belongs to the built-in identity
 * provider is left out when a person brought their own.
 */
export function envValues(
  stack: Stack,
  ownIssuer: (OwnIssuer & { readonly clientSecret: string }) | undefined,
): ReadonlyMap<string, string> {
  const { origins, secrets, databases, natsUrl, natsServiceUrl, natsUrls } = stack;
  const pid = (name: Parameters<typeof stack.apps.get>[0]): string => (stack.apps.get(name)?.pid ?? 0).toString();
  const intervalS = ownIssuer === undefined ? pollIntervalS : ownIssuerPollIntervalS;
  const builtIn = ownIssuer === undefined;
  return new Map<string, string>([
    ['IDP_ISSUER', ownIssuer?.issuer ?? origins.issuer],
    ...(builtIn
      ? ([
          ['IDP_OPERATOR_URL', origins.operator],
          ['IDP_OPERATOR_TOKEN', secrets.operatorToken],
        ] as const)
      : []),
    ['TIMELINE_URL', origins.timeline],
    ['FRONTEND_A', origins.frontEndA],
    ['FRONTEND_B', origins.frontEndB],
    ['CLIENT_ID', ownIssuer?.clientId ?? 'gateway'],
    ['CLIENT_SECRET', ownIssuer?.clientSecret ?? secrets.clientSecret],
    ...(builtIn ? [...people(secrets), ...examples(secrets)] : []),
    ['NATS_URL', natsUrl],
    ['NATS_SERVICE_URL', natsServiceUrl],
    ['NATS_POLLER_URL', natsUrls['session-poller']],
    ['NATS_NOTES_URL', natsUrls.notes],
    ['NATS_BILLING_URL', natsUrls.billing],
    ['HUB_DATABASE_URL', databases.hub],
    ['NOTES_DATABASE_URL', databases.notes],
    ['BILLING_DATABASE_URL', databases.billing],
    ['NOTES_URL', origins.notes],
    ['BILLING_URL', origins.billing],
    ['GATEWAY_PID', pid('gateway')],
    ['POLLER_PID', pid('session-poller')],
    ...(builtIn ? ([['IDP_PID', pid('idp')]] as const) : []),
    ['NOTES_PID', pid('notes')],
    ['BILLING_PID', pid('billing')],
    ['WEB_PID', pid('web')],
    ['POLL_INTERVAL_MS', (intervalS * 1000).toString()],
  ]);
}

type Pair = readonly [key: string, value: string];

const people = ({ people }: Secrets): readonly Pair[] =>
  people.flatMap(({ login, password, totp_secret }): readonly Pair[] => [
    [`${login.toUpperCase()}_LOGIN`, login],
    [`${login.toUpperCase()}_PASSWORD`, password],
    ...(totp_secret === undefined ? [] : [[`${login.toUpperCase()}_TOTP_SECRET`, totp_secret] as const]),
  ]);

/** The clients of example-clients.ts: `SPA_CLIENT_ID`, `CONF_CLIENT_ID`, `CONF_CLIENT_SECRET` and so on. */
const examples = ({ exampleClientSecrets }: Secrets): readonly Pair[] => [
  ['SPA_CLIENT_ID', 'spa'],
  ['SPA_CONSENT_CLIENT_ID', 'spa-consent'],
  ...confidentialExamples.flatMap((id): readonly Pair[] => {
    const prefix = id.toUpperCase().replace('-', '_');
    return [
      [`${prefix}_CLIENT_ID`, id],
      [`${prefix}_CLIENT_SECRET`, exampleClientSecrets[id]],
    ];
  }),
];
