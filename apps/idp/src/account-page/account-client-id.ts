/** The account page as a client of this IdP. No other client may have its id. */
export const ACCOUNT_CLIENT_ID = 'idp-account';
