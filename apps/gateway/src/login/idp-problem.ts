import { problem, type Problem } from '#http';
import { IdpError } from '#idp-client';
import { OidcError } from '#oidc';

/** Gives the error answer for an IdP that could not be asked; undefined when the error is of another kind. */
export function idpProblemOf(error: unknown): Problem | undefined {
  if (error instanceof IdpError && error.code === 'IDP_REFUSED')
    return problem(
      502,
      'idp-refused',
      'The identity provider did not take the request to sign in',
      'Whoever runs this site should look at its client settings there; the log says more.',
    );
  if (error instanceof IdpError)
    return problem(503, 'idp-unavailable', "The identity provider can't be reached; try again in a moment");
  if (error instanceof OidcError)
    return problem(502, 'idp-unusable', 'What the identity provider says of itself can not be used');
  return undefined;
}
