// Something real that nobody approved: a container of an image made on the spot, by a podman with a root of its own.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until, type Place } from './processes.ts';

export interface Engine {
  socket: string;
  run_stranger: () => Stranger;
}

export interface Stranger {
  name: string;
  id: string;
}

const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];

const run = (command: string, args: string[]) =>
  execFileSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  }).trim();

const on_path = (program: string) =>
  (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, program)));

// Why no container can be started here; empty when one can.
export function hindrance(): string {
  if (process.getuid?.() !== 0) return 'a real container needs root';
  const missing = ['podman', 'runc'].filter((program) => !on_path(program));
  return missing.length ? `a real container needs ${missing.join(' and ')}` : '';
}

// An image of busybox and random bytes, so that nobody has ever seen its digest.
function make_image(base: string[], folder: string, name: string) {
  const tree = join(folder, name);
  mkdirSync(join(tree, 'bin'), { recursive: true });
  copyFileSync('/bin/busybox', join(tree, 'bin/busybox'));
  writeFileSync(join(tree, 'unique'), randomBytes(64));
  run('tar', ['-C', tree, '-cf', `${tree}.tar`, '.']);
  run('podman', [...base, 'import', `${tree}.tar`, `local/${name}:1`]);
}

// podman's service on a socket; its containers are removed when the place closes.
export async function start_podman(place: Place): Promise<Engine> {
  const root = join(place.folder, 'podman');
  mkdirSync(root);
  const socket = join(root, 'podman.sock');
  const base = [
    ...['--root', join(root, 'storage'), '--runroot', join(root, 'run'), '--tmpdir', join(root, 'tmp')],
    ...['--storage-driver', 'overlay', '--runtime', 'runc', '--cgroup-manager', 'cgroupfs'],
    ...['--events-backend', 'file'],
  ];
  const service = place.start('podman', 'podman', [
    ...[...base, 'system', 'service', '--time', '0'],
    `unix://${socket}`,
  ]);
  await until("podman's socket", () => {
    if (!service.runs()) throw new Error(`podman ended: ${service.text()}`);
    return existsSync(socket);
  });
  return {
    socket,
    run_stranger: () => {
      const name = `stranger-${randomBytes(4).toString('hex')}`;
      make_image(base, place.folder, name);
      place.closers.push(() => run('podman', [...base, 'rm', '--force', '--time', '0', '--ignore', name]));
      const id = run('podman', [
        ...[...base, 'run', '--detach', '--network', 'none', ...limits, '--name', name, `local/${name}:1`],
        ...['/bin/busybox', 'sleep', '600'],
      ]);
      return { name, id };
    },
  };
}
