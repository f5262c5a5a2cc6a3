// The real server and the real agent on loopback, with a little history made by the real command line.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../src/api/types.ts';
import { until, type Place } from './processes.ts';

const binary = process.env['WEIR_BINARY'] ?? fileURLToPath(new URL('../../../build/weir', import.meta.url));

export interface Weir {
  url: string;
  token: string;
  ask: <T>(path: string) => Promise<T>;
  command: (...args: string[]) => string;
}

// Reads of the API with one token; paths are under the organization.
export const asker =
  (url: string, token: string) =>
  async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${url}/v1/orgs/default/${path}`, { headers: { Authorization: `Bearer ${token}` } });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };

async function free_port(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => probe.once('listening', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).status === 200;
  } catch {
    return false;
  }
}

export async function start_server(place: Place): Promise<Weir> {
  if (!existsSync(binary)) throw new Error(`${binary} is not there; make build`);
  const port = await free_port();
  const url = `http://127.0.0.1:${port}`;
  const data = join(place.folder, 'data');
  const server = place.start('server', binary, ['serve', '--listen', `127.0.0.1:${port}`, '--data', data]);
  await until('the server is ready', () => {
    if (!server.runs()) throw new Error(`the server ended: ${server.text()}`);
    return answers(url);
  });
  const token = readFileSync(join(data, 'admin.token'), 'utf8').trim();
  const env = { PATH: process.env['PATH'], HOME: place.folder, WEIR_URL: url, WEIR_TOKEN: token };
  return {
    url,
    token,
    ask: asker(url, token),
    command: (...args) => execFileSync(binary, args, { encoding: 'utf8', env, timeout: 120_000 }),
  };
}

// An agent for this host in the environment `host`, once its first report of everything has arrived.
export async function start_agent(place: Place, weir: Weir, options: string[]) {
  const state = join(place.folder, 'agent');
  mkdirSync(state, { mode: 0o700 });
  weir.command('env', 'create', 'host', '--kind', 'host');
  const token = join(state, 'join.token');
  writeFileSync(token, weir.command('env', 'join-token', 'host', '--quiet'), { mode: 0o600 });
  const agent = place.start('agent', binary, [
    ...['agent', '--server', weir.url, '--environment', 'host', '--state', state, '--token-file', token],
    ...options,
  ]);
  await until('the agent is live', async () => {
    if (!agent.runs()) throw new Error(`the agent ended: ${agent.text()}`);
    const { reporters, snapshot } = await weir.ask<Environment>('environments/host');
    return snapshot && reporters.some((each) => each.state === 'live' && each.sources?.length);
  });
}

// Ends with bytes of its own, so that nobody ever saw this content; an ELF image runs all the same.
function make_program(place: Place, name: string): string {
  const path = join(place.folder, name);
  copyFileSync('/bin/sleep', path);
  appendFileSync(path, randomBytes(16));
  chmodSync(path, 0o755);
  return path;
}

const template = `attestations: []
artifacts:
  - name: shop
    attestations:
      - {name: test, type: test}
      - {name: scan, type: scan}
`;
const junit = '<testsuite name="shop" tests="2"><testcase name="opens"/><testcase name="closes"/></testsuite>';

// Whatever else this host does meanwhile is no part of these tests.
function watch_only(command: Weir['command'], paths: string[]) {
  const add = ['env', 'scope', 'add', 'host', '--reason', 'only what the test starts'];
  command(...add, '--exclude', '--path', '**');
  for (const path of paths) command(...add, '--include', '--path', path);
}

// What ran is adopted; one program is recorded, tested, approved, declared and runs; another one runs without approval.
export async function make_history(place: Place, { command, ask }: Weir) {
  command('env', 'adopt', 'host', '--reason', 'seen when the watch began');
  const file = (name: string, text: string) => {
    writeFileSync(join(place.folder, name), text);
    return join(place.folder, name);
  };
  const shop = make_program(place, 'shop');
  const about = ['--flow', 'shop', '--trail', 'v1', '--name'];
  command('flow', 'create', 'shop', '--template', file('shop.yaml', template));
  command('trail', 'begin', 'v1', '--flow', 'shop', '--commit', '5f0c7d6e1b2a39485766554433221100ffeeddcc');
  command('attest', 'artifact', shop, ...about, 'shop');
  command('attest', 'junit', shop, ...about, 'test', '--file', file('junit.xml', junit));
  command('approve', shop, '--environment', 'host', '--reason', 'released');
  command('deploy', shop, '--environment', 'host');
  watch_only(command, [`${place.folder}/*`, 'localhost/**', '/usr/bin/sleep']);
  place.start('sleep', '/usr/bin/sleep', ['600']);
  place.start('shop', shop, ['600']);
  place.start('intruder', make_program(place, 'intruder'), ['600']);
  await until('the declared program is observed', async () => {
    const { deployments } = await ask<{ deployments: { state: string }[] }>('deployments');
    return deployments.some((each) => each.state === 'observed');
  });
  await until('the intruder raises an alert', async () => {
    const { alerts } = await ask<{ alerts: object[] }>('alerts?state=open&limit=1000');
    return alerts.some((each) => JSON.stringify(each).includes('/intruder'));
  });
}
