import type { SecretPlace } from '#config';
import { type IdpClient, type IdpEntry, idpOptionsOf, type Secrets, type SsfPollEntry } from '#idp-client';
import type { Clock } from '#session';
import {
  type ApiAuthorization,
  ClientCredentials,
  FixedToken,
  StreamApi,
  Transmitter,
  transmitterOptionsOf,
} from '#ssf';

/** How the security events of one IdP are fetched. Times in milliseconds. */
export interface SsfPolling {
  readonly transmitter: Transmitter;
  readonly api: StreamApi;
  /** id of the stream; undefined: ours, whatever its id, made if need be */
  readonly streamId: string | undefined;
  readonly maxEvents: number;
  readonly everyMs: number;
  readonly verifyEveryMs: number;
}

/** Makes what the entry says; undefined where events are not polled. @param client the entry's own: it knows the IdP's token endpoint */
export function ssfPollingOf(
  entry: IdpEntry,
  secrets: Secrets,
  client: IdpClient,
  clock: Clock,
): SsfPolling | undefined {
  const { ssf } = entry;
  if (ssf?.poll === undefined) return undefined;
  const { stream, maxEvents, everyS, verifyEveryS } = ssf.poll;
  const options = transmitterOptionsOf(entry, ssf);
  const authorization = authorizationOf(ssf.poll, { entry, secrets, client }, clock);
  return {
    transmitter: new Transmitter(options, clock),
    api: new StreamApi(options, authorization, clock),
    streamId: stream === 'create' ? undefined : stream,
    maxEvents,
    everyMs: everyS * 1000,
    verifyEveryMs: verifyEveryS * 1000,
  };
}

function authorizationOf(
  poll: SsfPollEntry,
  { entry, secrets, client }: { readonly entry: IdpEntry; readonly secrets: Secrets; readonly client: IdpClient },
  clock: Clock,
): ApiAuthorization {
  const secretOf = (place: SecretPlace | undefined) => (place === undefined ? undefined : secrets.get(place)) ?? '';
  if (poll.client === undefined) return new FixedToken(secretOf(poll.authorization));
  const { scope, tokenEndpoint } = poll;
  const named = () => (tokenEndpoint === undefined ? undefined : Promise.resolve(tokenEndpoint));
  return new ClientCredentials(
    {
      ...idpOptionsOf(entry, secrets, poll.client),
      scope,
      tokenEndpoint: () => named() ?? client.metadata().then((metadata) => metadata.tokenEndpoint),
    },
    clock,
  );
}
