import { stringify } from 'yaml';
import { type ClientAddresses, gatewayClient } from '../compose/gateway-client.js';
import type { AppPlan } from './app-process.js';
import { exampleApi, exampleClients } from './example-clients.js';
import type { OwnIssuer } from './options.js';
import type { Secrets } from './secrets.js';

/** The apps that the demo starts. */
export type AppName = 'idp' | 'gateway' | 'session-poller' | 'notes' | 'billing' | 'web';
/** The databases, each with its own owner. */
export type DatabaseName = 'hub' | 'idp' | 'notes' | 'billing';
/** The apps that connect to NATS. */
export type NatsUser = 'session-poller' | 'notes' | 'billing';
/** Ports by use; all on loopback. */
export interface Ports {
  readonly idp: number;
  readonly operator: number;
  readonly frontEnds: number;
  readonly poller: number;
  readonly notes: number;
  readonly billing: number;
  /** the timeline, and behind the gateway the front ends' pages */
  readonly web: number;
}

/** What the environment of every app is made from. */
export interface PlanInputs {
  readonly ports: Ports;
  readonly databases: Readonly<Record<DatabaseName, string>>;
  /** each as its own user */
  readonly natsUrls: Readonly<Record<NatsUser, string>>;
  readonly secrets: Secrets;
  /** the hub's, for reading what the timeline shows */
  readonly timelineDatabase: string;
  /** where apps are stopped and started */
  readonly controlUrl: string;
  /** undefined = the built-in identity provider */
  readonly ownIssuer: (OwnIssuer & { readonly clientSecret: string }) | undefined;
  /** the path of a secret file */
  readonly secretFile: (name: SecretFileName) => string;
}

/** Seconds between two probes of one session: short, so that the story does not keep a person waiting. */
export const pollIntervalS = 2;
/** Someone's own identity provider is asked less often than our own. */
export const ownIssuerPollIntervalS = 10;

/** The secret files that the apps read, and what stands in each. */
export type SecretFileName = keyof ReturnType<typeof secretFileContents>;

/** Addresses and the issuer identifier that follow from the ports. The two front ends are one gateway under two hosts, so two cookie jars. */
export function originsOf(ports: Ports) {
  return {
    idp: `http://localhost:${ports.idp}`,
    issuer: `http://localhost:${ports.idp}/`, // over plain http one browser SDK accepts only an issuer with the slash
    operator: `http://127.0.0.1:${ports.operator}`,
    frontEndA: `http://localhost:${ports.frontEnds}`,
    frontEndB: `http://127.0.0.1:${ports.frontEnds}`,
    poller: `http://127.0.0.1:${ports.poller}`,
    notes: `http://127.0.0.1:${ports.notes}`,
    billing: `http://127.0.0.1:${ports.billing}`,
    timeline: `http://localhost:${ports.web}`,
  } as const;
}

function clientAddresses(ports: Ports): ClientAddresses {
  const { frontEndA, frontEndB } = originsOf(ports);
  return { frontEnds: [frontEndA, frontEndB], gateway: frontEndA };
}

/** What the secret files hold; the names are those of the keys that read them. */
export function secretFileContents({ ports, secrets, ownIssuer }: Pick<PlanInputs, 'ports' | 'secrets' | 'ownIssuer'>) {
  return {
    IDP_OPERATOR_TOKEN: secrets.operatorToken,
    IDP_COOKIE_KEYS: secrets.cookieKey,
    IDP_SECRET_KEYS: secrets.idpSecretKeys,
    IDP_JWKS: JSON.stringify({ keys: [secrets.idpKey] }),
    IDP_CLIENTS: JSON.stringify([
      gatewayClient(clientAddresses(ports), secrets.clientSecret),
      ...exampleClients(secrets.exampleClientSecrets),
    ]),
    IDP_PEOPLE: JSON.stringify(secrets.people),
    CLIENT_SECRET: ownIssuer?.clientSecret ?? secrets.clientSecret,
    ASSERTION_KEYS: JSON.stringify(secrets.assertionKey),
    TOKEN_KEYS: secrets.tokenKeys,
    CONTROL_TOKEN: secrets.controlToken,
  } as const;
}

/** Says how each app is run: the identity provider first, the gateway last. */
export function planApps(inputs: PlanInputs): Readonly<Record<AppName, AppPlan>> {
  const origins = originsOf(inputs.ports);
  const app = (name: AppName, origin: string, env: Readonly<Record<string, string>>): AppPlan => ({
    name,
    origin,
    env: { HOST: '127.0.0.1', PORT: new URL(origin).port, ...env },
  });
  return {
    idp: app('idp', origins.idp, idpEnv(inputs)),
    notes: app('notes', origins.notes, serviceEnv(inputs, 'notes')),
    billing: app('billing', origins.billing, serviceEnv(inputs, 'billing')),
    'session-poller': app('session-poller', origins.poller, pollerEnv(inputs)),
    web: app('web', origins.timeline, webEnv(inputs)),
    gateway: app('gateway', origins.frontEndA, gatewayEnv(inputs)),
  };
}

function idpEnv({ ports, databases, secretFile }: PlanInputs) {
  return {
    IDP_ISSUER: originsOf(ports).issuer,
    IDP_OPERATOR_HOST: '127.0.0.1',
    IDP_OPERATOR_PORT: ports.operator.toString(),
    IDP_DATABASE_URL: databases.idp,
    IDP_PRIVATE_HOSTS_ALLOWED: 'localhost,127.0.0.1', // the clients' back channels are on loopback
    IDP_CROSS_SITE_FRAMES: 'true',
    IDP_APIS: JSON.stringify([exampleApi]),
    KEY_PUBLISHED_AHEAD_S: '40', // a bit longer than verifiers wait before they look at the key set again
    IDP_OPERATOR_TOKEN_FILE: secretFile('IDP_OPERATOR_TOKEN'),
    IDP_COOKIE_KEYS_FILE: secretFile('IDP_COOKIE_KEYS'),
    IDP_SECRET_KEYS_FILE: secretFile('IDP_SECRET_KEYS'),
    IDP_JWKS_FILE: secretFile('IDP_JWKS'),
    IDP_CLIENTS_FILE: secretFile('IDP_CLIENTS'),
    IDP_PEOPLE_FILE: secretFile('IDP_PEOPLE'),
  };
}

/** The gateway's front ends, IdP and services: the same gateway under two hosts. */
function frontEndsFile(inputs: PlanInputs): string {
  const { ports, ownIssuer, secretFile } = inputs;
  const origins = originsOf(ports);
  const site = {
    scopes: ownIssuer?.scopes ?? 'openid profile email',
    services: ['notes', 'billing'],
    pages: { upstream: `http://127.0.0.1:${ports.web}` },
  };
  return stringify({
    idps: {
      main: {
        issuer: ownIssuer?.issuer ?? origins.issuer,
        unsafePlainHttp: ownIssuer?.plainHttp ?? false,
        client: {
          id: ownIssuer?.clientId ?? 'gateway',
          auth: ownIssuer?.clientAuthMethod ?? 'client_secret_basic',
          secret: { file: secretFile('CLIENT_SECRET') },
        },
        profile: ownIssuer?.profile ?? 'session-sync',
        probe: { unsafeIntervalS: intervalS(inputs) },
        ...(ownIssuer === undefined ? { refreshTokens: 'stay' } : {}),
      },
    },
    services: { notes: { origin: origins.notes }, billing: { origin: origins.billing } },
    frontEnds: [
      { origin: origins.frontEndA, ...site },
      { origin: origins.frontEndB, ...site },
    ],
  });
}

function hubEnv({ databases, secretFile }: PlanInputs) {
  return { HUB_DATABASE_URL: databases.hub, TOKEN_KEYS_FILE: secretFile('TOKEN_KEYS') };
}

function gatewayEnv(inputs: PlanInputs) {
  const origins = originsOf(inputs.ports);
  return {
    ...hubEnv(inputs),
    FRONT_ENDS: frontEndsFile(inputs),
    GATEWAY_URL: origins.frontEndA,
    FIRST_PROBE_WITHIN_S: intervalS(inputs).toString(),
    ASSERTION_KEYS_FILE: inputs.secretFile('ASSERTION_KEYS'),
  };
}

function pollerEnv(inputs: PlanInputs) {
  return {
    ...hubEnv(inputs),
    IDPS: frontEndsFile(inputs),
    NATS_URL: inputs.natsUrls['session-poller'],
  };
}

function intervalS({ ownIssuer }: PlanInputs): number {
  return ownIssuer === undefined ? pollIntervalS : ownIssuerPollIntervalS;
}

function serviceEnv({ ports, databases, natsUrls, ownIssuer }: PlanInputs, name: 'notes' | 'billing') {
  const origins = originsOf(ports);
  return {
    DATABASE_URL: databases[name],
    NATS_URL: natsUrls[name],
    GATEWAY_URL: origins.frontEndA,
    GATEWAY_JWKS_URL: `${origins.frontEndA}/.well-known/jwks.json`,
    TRUSTED_ISSUER: ownIssuer?.issuer ?? origins.issuer,
  };
}

function webEnv({ ports, ownIssuer, timelineDatabase, controlUrl, secretFile }: PlanInputs) {
  const origins = originsOf(ports);
  const builtIn = ownIssuer === undefined;
  const services = [
    ...[`notes=${origins.notes}`, `billing=${origins.billing}`, `session-poller=${origins.poller}`],
    ...(builtIn ? [`idp=${origins.idp}`] : []),
  ];
  return {
    HUB_DATABASE_URL: timelineDatabase,
    TIMELINE_URL: origins.timeline,
    FRONT_ENDS: `notes=${origins.frontEndA},billing=${origins.frontEndB}`,
    SERVICES: services.join(','),
    CONTROL_URL: controlUrl,
    CONTROL_TOKEN_FILE: secretFile('CONTROL_TOKEN'),
    ...(builtIn
      ? { IDP_OPERATOR_URL: origins.operator, IDP_OPERATOR_TOKEN_FILE: secretFile('IDP_OPERATOR_TOKEN') }
      : {}),
  };
}
