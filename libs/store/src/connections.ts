/** How a process holds connections to its database: never without a time limit, in milliseconds. */
export const CONNECTIONS = { max: 10, connectionTimeoutMillis: 5_000, query_timeout: 10_000 } as const;

/** How long a transaction waits for a connection, and may last, in milliseconds: a burst of endings on a busy machine is no fault. */
export const TRANSACTIONS = { maxWait: 10_000, timeout: 15_000 } as const;
