// Something real that nobody approved: a container of an image made on the spot, by podman or docker; none when neither is here.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Stranger {
  name: string;
  id: string;
  remove: () => void;
}

const run = (command: string, args: string[]) =>
  execFileSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  }).trim();

const runtimes = [
  {
    command: 'podman',
    before: ['--runtime', 'runc'],
    limits: ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'],
  },
  { command: 'docker', before: [], limits: [] },
];

function works(command: string): boolean {
  try {
    run(command, ['info']);
    return true;
  } catch {
    return false;
  }
}

// Why no container can be started here; empty when one can.
export function hindrance(): string {
  if (!runtimes.some((runtime) => works(runtime.command))) return 'neither podman nor docker works here';
  return '';
}

// An image of busybox and random bytes, so that its digest was never seen, running until removed.
export function start_stranger(): Stranger {
  const runtime = runtimes.find((each) => works(each.command));
  if (!runtime) throw new Error(hindrance());
  const name = `weir-page-${randomBytes(4).toString('hex')}`;
  const folder = mkdtempSync(join(tmpdir(), 'weir-page-'));
  try {
    mkdirSync(join(folder, 'bin'));
    copyFileSync('/bin/busybox', join(folder, 'bin/busybox'));
    writeFileSync(join(folder, 'unique'), randomBytes(64));
    run('tar', ['-C', folder, '-cf', `${folder}.tar`, '.']);
    run(runtime.command, ['import', `${folder}.tar`, `${name}:1`]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${folder}.tar`, { force: true });
  }
  const id = run(runtime.command, [
    ...runtime.before,
    'run',
    '-d',
    '--network=none',
    ...runtime.limits,
    '--name',
    name,
    `${name}:1`,
    '/bin/busybox',
    'sleep',
    '600',
  ]);
  const remove = () => {
    for (const args of [
      ['rm', '-f', name],
      ['rmi', '-f', `${name}:1`],
    ]) {
      try {
        run(runtime.command, args);
      } catch (error) {
        console.error(String(error));
      }
    }
  };
  return { name, id, remove };
}
