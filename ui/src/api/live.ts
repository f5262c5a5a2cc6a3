// The stream of changes: `GET events`, read through fetch because EventSource cannot carry a token. Topics gather for a
// second, then the queries they make old are read again. A lost connection is said, with since when, and tried again.
import { QueryClient } from '@tanstack/react-query';
import { address } from './client.ts';
import { leave, session } from './session.ts';

export interface Connection {
  state: 'connecting' | 'live' | 'lost';
  since: number;
}

const gather_ms = 1000;
const silence_ms = 45_000;
const retry_ms = [1000, 2000, 4000, 8000, 15_000];

let connection: Connection = { state: 'connecting', since: Date.now() };
const listeners = new Set<() => void>();

function become(state: Connection['state']) {
  if (connection.state === state) return;
  connection = { state, since: Date.now() };
  for (const listener of listeners) listener();
}

export const connection_now = () => connection;
export function on_connection(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

// Splits a growing text into server-sent events; what is not yet complete stays for the next call.
export function take_events(buffer: string): { events: { id: string; data: string }[]; rest: string } {
  const blocks = buffer.replace(/\r\n/g, '\n').split('\n\n');
  const rest = blocks.pop() ?? '';
  const events = blocks.map((block) => {
    const field = (name: string) =>
      block
        .split('\n')
        .filter((line) => line.startsWith(name + ':'))
        .map((line) => line.slice(name.length + 1).trimStart())
        .join('\n');
    return { id: field('id'), data: field('data') };
  });
  return { events: events.filter((event) => event.data), rest };
}

export function is_old(key: readonly unknown[], topics: ReadonlySet<string>): boolean {
  const topic = String(key[0]);
  if (topic === 'fixed' || topic === 'me') return false;
  return (
    !topic.startsWith('environment:') || topics.has(topic) || topics.has('environments') || topics.has('*')
  );
}

function topics_of(data: string): string[] {
  try {
    return (JSON.parse(data) as { topics?: string[] }).topics ?? ['*'];
  } catch {
    return ['*'];
  }
}

// Follows the stream until `stop` is called.
export function follow(client: QueryClient): () => void {
  const ending = new AbortController();
  const topics = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last_id = '';

  const flush = () => {
    timer = undefined;
    const old = new Set(topics);
    topics.clear();
    void client.invalidateQueries({ predicate: (found) => is_old(found.queryKey, old) });
  };
  const gather = (found: string[]) => {
    for (const topic of found) topics.add(topic);
    timer ??= setTimeout(flush, gather_ms);
  };

  async function read_once(): Promise<void> {
    const who = session();
    if (!who) return;
    const attempt = new AbortController();
    let guard = setTimeout(() => attempt.abort(), silence_ms);
    const headers: Record<string, string> = {
      Authorization: `Bearer ${who.token}`,
      Accept: 'text/event-stream',
    };
    if (last_id) headers['Last-Event-ID'] = last_id;
    const signal = AbortSignal.any([attempt.signal, ending.signal]);
    try {
      const response = await fetch(address('events', who.organization), {
        headers,
        signal,
        cache: 'no-store',
      });
      if (response.status === 401) return leave('Your token was not accepted any more. Sign in again.');
      if (!response.ok || !response.body) return;
      if (connection.state === 'lost') gather(['*']);
      become('live');
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let buffer = '';
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(guard);
        guard = setTimeout(() => attempt.abort(), silence_ms);
        const { events, rest } = take_events(buffer + value);
        buffer = rest;
        for (const event of events) {
          if (event.id) last_id = event.id;
          gather(topics_of(event.data));
        }
      }
    } catch {
      // the caller says the connection is lost and tries again
    } finally {
      clearTimeout(guard);
    }
  }

  async function run() {
    let failures = 0;
    while (!ending.signal.aborted && session()) {
      const began = Date.now();
      await read_once();
      if (ending.signal.aborted || !session()) return;
      become('lost');
      failures = Date.now() - began > 30_000 ? 0 : failures + 1;
      const pause = retry_ms[Math.min(failures, retry_ms.length) - 1] ?? 1000;
      await new Promise((done) => setTimeout(done, pause));
    }
  }

  void run();
  return () => {
    ending.abort();
    clearTimeout(timer);
    become('connecting');
  };
}
