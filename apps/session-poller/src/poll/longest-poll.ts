import { REFRESH_LEASE_MS, REQUEST_LIMIT_MS } from '#idp-client';

/**
 * The longest that a poll takes between claim and record, in milliseconds, when each answer comes at the last moment: 40 s.
 *
 *     15 s  the refresh that is the question, or gets a token to ask with: 10 s for the request, 5 s to write down what came
 *     15 s  where it was refused, the refresh for the token that the confirmation asks with; else the question, 10 s
 *     10 s  the confirmation, where there is one
 *
 * Left out is what is fetched once for all sessions and remembered: the discovery document, keys, the token of an API of
 * sessions, and those whom that API is asked about to see whether it sees anybody. A poll that has to wait for these too may
 * outlive the lease. Then nothing goes wrong: its answer is void if the session was claimed again meanwhile.
 */
export const LONGEST_POLL_MS = 2 * REFRESH_LEASE_MS + REQUEST_LIMIT_MS;
