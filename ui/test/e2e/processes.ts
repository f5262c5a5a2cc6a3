// Processes of a test: in a temporary folder of their own, ended by their own ids, also when the test is interrupted.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const pause = (for_ms: number) => new Promise((done) => setTimeout(done, for_ms));

// The first true answer of `condition`; fails, naming what was awaited, when there is none in time.
export async function until<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  for_ms = 20_000,
): Promise<T> {
  const ends = performance.now() + for_ms;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (performance.now() > ends) throw new Error(`not within ${for_ms} ms: ${what}`);
    await pause(50);
  }
}

export interface Child {
  name: string;
  process: ChildProcess;
  text: () => string;
  runs: () => boolean;
}

export interface Place {
  folder: string;
  start: (name: string, command: string, args: string[]) => Child;
  closers: (() => void)[];
  close: () => Promise<void>;
}

const has_ended = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

function start(folder: string, name: string, command: string, args: string[], env: NodeJS.ProcessEnv): Child {
  const log = join(folder, `${name}.log`);
  const file = openSync(log, 'a');
  const child = spawn(command, args, { stdio: ['ignore', file, file], env, cwd: folder });
  closeSync(file);
  let failure = '';
  child.on('error', (error) => (failure = String(error)));
  return {
    name,
    process: child,
    text: () => failure + readFileSync(log, 'utf8').slice(-3000),
    runs: () => failure === '' && !has_ended(child),
  };
}

async function end({ name, process: child, runs, text }: Child, for_ms = 15_000) {
  if (!runs()) return;
  child.kill('SIGTERM');
  try {
    await until(`${name} ends`, () => has_ended(child), for_ms);
  } catch (error) {
    child.kill('SIGKILL');
    console.error(String(error), text());
  }
}

// What a container engine mounted below the folder and left there.
function unmount(folder: string) {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.reverse()) execFileSync('umount', ['--lazy', path], { stdio: 'ignore' });
}

// A folder and the processes that live in it, without the caller's settings of Weir.
export function make_place(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'weir-page-'));
  const children: Child[] = [];
  const closers: (() => void)[] = [];
  const env = Object.fromEntries(
    Object.entries({ ...process.env, HOME: folder }).filter(([name]) => !name.startsWith('WEIR_')),
  );
  const run_closers = () => {
    for (const closer of closers.splice(0).reverse()) closer();
  };
  const remove = () => {
    unmount(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  const at_exit = () => {
    run_closers();
    for (const child of children.reverse()) if (child.runs()) child.process.kill('SIGKILL');
    remove();
  };
  const interrupted = () => process.exit(1);
  process.on('exit', at_exit);
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  return {
    folder,
    closers,
    start: (name, command, args) => {
      const child = start(folder, name, command, args, env);
      children.push(child);
      return child;
    },
    close: async () => {
      run_closers();
      for (const child of children.reverse()) await end(child);
      process.off('exit', at_exit);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      remove();
    },
  };
}
