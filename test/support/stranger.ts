import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../../scripts/stack/free-port.js';
import type { Child, Guard } from '../../scripts/stack/guard.js';
import { REPOSITORY } from '../../scripts/stack/repository.js';
import { freshDatabase } from './databases.js';
import { until } from './until.js';

/** What somebody else's project is made with. */
export interface Surroundings {
  readonly nest: string;
  readonly typescript: string;
  readonly moduleFormat: 'esm' | 'cjs';
}

const PRISMA = '^7.10.0';
const LIBRARY = 'node_modules/@session-sync/nestjs';
const COMPILER_OPTIONS = {
  ...{ module: 'nodenext', moduleResolution: 'nodenext', target: 'ES2023', types: ['node'], strict: true },
  ...{ experimentalDecorators: true, emitDecoratorMetadata: true, esModuleInterop: true },
  ...{ rootDir: 'src', outDir: 'dist', skipLibCheck: false, noEmitOnError: false },
};

/** A Nest project outside this repository that has the packed library from npm. */
export class Stranger {
  private child: Child | undefined;

  private constructor(
    private readonly guard: Guard,
    private readonly folder: string,
  ) {}

  /** Makes the project in `folder`: installs, generates its Prisma client, compiles. @throws with the output of what failed */
  static async make(guard: Guard, folder: string, tarball: string, around: Surroundings): Promise<Stranger> {
    const project = new Stranger(guard, folder);
    await cp(join(REPOSITORY, 'test/stranger/src'), join(folder, 'src'), { recursive: true });
    await mkdir(join(folder, 'prisma'));
    await project.write('package.json', JSON.stringify(manifestOf(tarball, around)));
    await project.write('tsconfig.json', JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ['src'] }));
    await project.write('prisma.config.ts', "export default { schema: 'prisma' };\n");
    await project.write('prisma/schema.prisma', schemaOf(around));
    await project.run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']);
    await copyFile(join(folder, LIBRARY, 'prisma/session-sync.prisma'), join(folder, 'prisma/session-sync.prisma'));
    await project.run(process.execPath, ['node_modules/prisma/build/index.js', 'generate']);
    return project;
  }

  /** Gives what the compiler says of our declarations and of the project's sources; other people's are not ours to mend. */
  async compile(): Promise<readonly string[]> {
    const tsc = 'node_modules/typescript/bin/tsc';
    const output = await this.run(process.execPath, [tsc]).catch((error: unknown) =>
      String((error as { readonly stdout?: unknown }).stdout),
    );
    return output.split('\n').filter((line) => line.startsWith('src/') || line.startsWith(LIBRARY));
  }

  /** Gives a database that has the library's tables and no other. */
  async database(): Promise<string> {
    const url = await freshDatabase('app');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('CREATE SCHEMA orders');
    await client.query('SET search_path TO orders');
    await client.query(await readFile(join(this.folder, LIBRARY, 'prisma/session-sync.sql'), 'utf8'));
    await client.query(`ALTER ROLE CURRENT_USER SET search_path TO orders`);
    await client.end();
    return url;
  }

  /** Starts it and waits until it has caught up; gives its origin. */
  async start(env: Readonly<Record<string, string>>): Promise<string> {
    const port = String(await freePort());
    const logFile = join(this.folder, 'orders.log');
    const PATH = process.env.PATH ?? '';
    const child = this.guard.spawn(process.execPath, ['dist/main.js'], {
      ...{ name: 'orders', cwd: this.folder, logFile, env: { PATH, PORT: port, ...env } },
    });
    this.child = child;
    const ended = child.exited.then(async () => Promise.reject(new Error(await readFile(logFile, 'utf8'))));
    const origin = `http://127.0.0.1:${port}`;
    const ready = until('it has caught up', () =>
      fetch(`${origin}/health/ready`).then(
        ({ ok }) => ok || undefined,
        () => undefined,
      ),
    );
    await Promise.race([ready, ended]);
    ended.catch(() => undefined);
    return origin;
  }

  async stop(): Promise<void> {
    await this.child?.stop();
  }

  private write(path: string, text: string): Promise<void> {
    return writeFile(join(this.folder, path), text);
  }

  private async run(command: string, args: readonly string[]): Promise<string> {
    const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
    const engine = join(REPOSITORY, 'scripts/schema-engine.mjs'); // the native one is a download
    const env = { ...process.env, PATH, PRISMA_SCHEMA_ENGINE_BINARY: engine, CHECKPOINT_DISABLE: '1' };
    const { stdout } = await promisify(execFile)(command, args, { cwd: this.folder, env });
    return stdout;
  }
}

function manifestOf(tarball: string, { nest, typescript, moduleFormat }: Surroundings): object {
  const packages = ['common', 'core', 'microservices', 'platform-express'];
  return {
    ...{ name: 'orders', version: '1.0.0', private: true, type: moduleFormat === 'esm' ? 'module' : 'commonjs' },
    dependencies: {
      '@session-sync/nestjs': `file:${tarball}`,
      ...Object.fromEntries(packages.map((name) => [`@nestjs/${name}`, nest])),
      ...{ 'reflect-metadata': '^0.2.2', rxjs: '^7.8.2', '@prisma/client': PRISMA, '@prisma/adapter-pg': PRISMA },
    },
    devDependencies: { prisma: PRISMA, typescript, '@types/node': '^20.19.0' },
  };
}

const schemaOf = ({ moduleFormat }: Surroundings): string => `
generator client {
  provider     = "prisma-client"
  output       = "../src/generated"
  moduleFormat = "${moduleFormat}"
  importFileExtension = "js"
}
datasource db {
  provider = "postgresql"
}
`;
