// One way to the server: every request carries the session's token; 401 ends the session; errors keep the server's words.
import { leave, session, type Session } from './session.ts';

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field?: string,
  ) {
    super(message);
  }
}

interface Options {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: unknown;
  signal?: AbortSignal | undefined;
  as?: Session;
}

export const address = (path: string, organization: string) =>
  `/v1/orgs/${encodeURIComponent(organization)}/${path}`;

export function query(values: Record<string, string | number | boolean | null | undefined>): string {
  const set = Object.entries(values).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  return set.length
    ? '?' + set.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')
    : '';
}

function fresh_key(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

async function failure(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string; field?: string } };
    return new ApiError(response.status, error.code, error.message, error.field);
  } catch {
    return new ApiError(
      response.status,
      'unavailable',
      `The server answered ${response.status} ${response.statusText}`,
    );
  }
}

export async function send(path: string, options: Options = {}): Promise<Response> {
  const who = options.as ?? session();
  if (!who) throw new ApiError(401, 'unauthenticated', 'Not signed in');
  const method = options.method ?? 'GET';
  const headers: Record<string, string> = { Authorization: `Bearer ${who.token}` };
  if (method !== 'GET') headers['Idempotency-Key'] = fresh_key();
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await fetch(address(path, who.organization), {
    method,
    headers,
    body: options.body === undefined ? null : JSON.stringify(options.body),
    signal: options.signal ?? null,
    cache: 'no-store',
    credentials: 'omit',
  });
  if (response.status === 401 && !options.as) leave('Your token was not accepted any more. Sign in again.');
  if (!response.ok) throw await failure(response);
  return response;
}

export async function json<T>(path: string, options: Options = {}): Promise<T> {
  const text = await (await send(path, options)).text();
  return (text ? JSON.parse(text) : {}) as T;
}

export async function text(path: string, options: Options = {}): Promise<string> {
  return (await send(path, options)).text();
}

export const words_of = (error: unknown): string =>
  error instanceof ApiError
    ? error.field
      ? `${error.message} (${error.field})`
      : error.message
    : error instanceof TypeError
      ? 'The server cannot be reached.'
      : String(error);
