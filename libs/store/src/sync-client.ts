/** A statement written as a tagged template: its values are bound, never pasted in. */
type Statement<T> = (query: TemplateStringsArray, ...values: unknown[]) => PromiseLike<T>;

/** What runs statements: a Prisma client, or a transaction of it. */
export interface SyncStatements {
  $queryRaw<T>(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<T>;
  readonly $executeRaw: Statement<number>;
}

/**
 * A Prisma client on Postgres whose schema has the models of `prisma/app/session-sync.prisma`: whichever was generated, with whatever
 * other models and extensions. Nothing of it is used but its statements, so that no generated type is needed here.
 */
export interface SyncClient extends SyncStatements {
  $transaction<R>(
    work: (transaction: SyncStatements) => Promise<R>,
    options?: { readonly maxWait?: number; readonly timeout?: number },
  ): Promise<R>;
}
