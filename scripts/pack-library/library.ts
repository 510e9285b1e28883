/** How the library is called outside. */
export const LIBRARY = '@session-sync/nestjs';

/** What each entry of the package gives: the lib whose index it is, or names of one. */
export interface EntryPoint {
  readonly lib: string;
  /** default: all that the lib exports */
  readonly names?: readonly string[];
}

/** The entries, by their path in the package. */
export const ENTRY_POINTS: Readonly<Record<string, EntryPoint>> = {
  index: { lib: 'session-sync' },
  prisma: { lib: 'store', names: ['prismaAppSessions'] },
};

/** What whoever uses it has already, and in which versions it was tried. */
export const PEERS: Readonly<Record<string, string>> = {
  '@nestjs/common': '^11.1.0 || ^12.0.0',
  '@nestjs/core': '^11.1.0 || ^12.0.0',
  '@nestjs/microservices': '^11.1.0 || ^12.0.0',
  'reflect-metadata': '^0.2.0',
  rxjs: '^7.8.0',
};

/** Files that are taken along as they are: where in the repository, and where in the package. */
export const ENCLOSED: Readonly<Record<string, string>> = {
  LICENSE: 'LICENSE',
  'libs/session-sync/package/README.md': 'README.md',
  'prisma/app/session-sync.prisma': 'prisma/session-sync.prisma',
  'prisma/app/session-sync.sql': 'prisma/session-sync.sql',
};
