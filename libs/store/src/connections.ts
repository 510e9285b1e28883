/** How a process holds connections to its database: never without a time limit, in milliseconds. */
export const CONNECTIONS = { max: 10, connectionTimeoutMillis: 5_000, query_timeout: 10_000 } as const;
