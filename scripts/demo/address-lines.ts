import { registrationLines } from './own-issuer.js';
import type { OwnIssuer } from './options.js';
import type { Stack } from './start-stack.js';

/** Says where everything is and how to sign in, line by line. Tokens and client secrets are not among it. */
export function addressLines(stack: Stack, ownIssuer: OwnIssuer | undefined): readonly string[] {
  const { origins, secrets } = stack;
  const people = secrets.people.flatMap(({ name, login, password, totp_secret }) => [
    `  ${name.padEnd(18)}  sign in as ${login} with ${password}`,
    ...(totp_secret === undefined ? [] : [`  ${''.padEnd(18)}  and an authenticator app that knows ${totp_secret}`]),
  ]);
  const registration = [
    '  Register at your identity provider:',
    ...(ownIssuer === undefined ? [] : registrationLines(ownIssuer, origins.frontEndA, origins.frontEndB)).map(
      (line) => `    ${line}`,
    ),
  ];
  return [
    '',
    `  timeline               ${origins.timeline}`,
    `  front end A (Notes)    ${origins.frontEndA}`,
    `  front end B (Billing)  ${origins.frontEndB}`,
    `  identity provider      ${ownIssuer?.issuer ?? origins.issuer}`,
    ...(ownIssuer === undefined ? [`  account page           ${origins.idp}/account`] : []),
    `  services (their APIs)  ${origins.notes}, ${origins.billing}`,
    '',
    ...(ownIssuer === undefined ? people : registration),
    '',
  ];
}
