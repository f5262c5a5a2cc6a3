// Every read of the page, one line each. The first part of a key is the topic whose change makes the data old (live.ts).
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { json, query, text } from './client.ts';
import { last_look } from './last-look.ts';
import type * as t from './types.ts';

const keep = { placeholderData: keepPreviousData };
const path = encodeURIComponent;

// Heartbeats are no entries and so no events: what shows when a reporter was last seen is read again by the clock.
const heartbeat_ms = 10_000;

export function useRead<T>(key: unknown[], from: string, enabled = true, again_ms: number | false = false) {
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => json<T>(from, { signal }),
    enabled,
    refetchInterval: again_ms,
    ...keep,
  });
}

export const useMe = () => useRead<t.Me>(['me'], 'me');
export const useOrganization = () => useRead<t.Organization>(['organization'], 'organization');
export const useOverview = () =>
  useRead<t.Overview>(['overview'], `overview${query({ since: last_look() })}`, true, heartbeat_ms);
export const useEnvironments = () =>
  useRead<{ environments: t.Environment[] }>(['environments'], 'environments?limit=1000', true, heartbeat_ms);
export const useEnvironment = (name: string) =>
  useRead<t.Environment | { environment: t.Environment }>(
    [`environment:${name}`],
    `environments/${path(name)}`,
  );
export const useWorkloads = (name: string, at: string) =>
  useRead<{ snapshot: number; at: t.Time; workloads: t.Workload[] }>(
    [`environment:${name}`, 'workloads', at],
    `environments/${path(name)}/workloads${query(at.startsWith('#') ? { snapshot: at.slice(1) } : { at })}`,
  );
// The newest, or those before a number.
export const useSnapshots = (name: string, before: string) =>
  useRead<{ snapshots: t.Snapshot[]; next?: string | null }>(
    [`environment:${name}`, 'snapshots', before],
    `environments/${path(name)}/snapshots${query({ limit: '500', cursor: before })}`,
  );
export const useDifference = (name: string, from: string, to: string) =>
  useRead<t.Difference>(
    [`environment:${name}`, 'diff', from, to],
    `environments/${path(name)}/diff${query({ from, to })}`,
    Boolean(from && to),
  );
export const useScopes = (name: string) =>
  useRead<{ scopes: t.ScopeRule[] }>([`environment:${name}`, 'scopes'], `environments/${path(name)}/scopes`);
export const useFlows = () => useRead<{ flows: t.Flow[] }>(['flows'], 'flows?limit=1000');
export const useFlow = (name: string) =>
  useRead<t.Flow | { flow: t.Flow }>(['flows', name], `flows/${path(name)}`);
export const useTrail = (flow: string, trail: string) =>
  useRead<t.Trail | { trail: t.Trail }>(['flows', flow, trail], `flows/${path(flow)}/trails/${path(trail)}`);
export const useArtifact = (digest: string) =>
  useRead<t.Artifact | { artifact: t.Artifact }>(['artifacts', digest], `artifacts/${path(digest)}`);
export const useChannels = () => useRead<{ channels: t.Channel[] }>(['channels'], 'channels');
export const useDeliveries = (channel: string) =>
  useRead<{ deliveries: t.Delivery[] }>(
    ['channels', 'deliveries', channel],
    `deliveries${query({ channel, limit: 200 })}`,
  );
export const useAccounts = () => useRead<{ accounts: t.Account[] }>(['accounts'], 'accounts');
export const useAlert = (id: string) =>
  useRead<t.Alert | { alert: t.Alert }>(['alerts', id], `alerts/${path(id)}`);
export const useIncident = (id: string) =>
  useRead<t.Incident | { incident: t.Incident }>(['incidents', id], `incidents/${path(id)}`);
export const useEntry = (index: string) =>
  useRead<t.LedgerEntry | { entry: t.LedgerEntry }>(
    ['fixed', 'entry', index],
    `ledger/entries/${path(index)}`,
  );
export const useSearch = (words: string) =>
  useRead<{ hits: t.Hit[] }>(['search', words], `search${query({ q: words })}`, words.length > 1);
export const useCheckpoint = () =>
  useQuery({
    queryKey: ['ledger', 'checkpoint'],
    queryFn: ({ signal }) => text('ledger/checkpoint', { signal }),
    ...keep,
  });

// A long list, page by page; `rows` grows as more is asked for.
export function useList<T>(key: unknown[], plural: string, from: string, values: Record<string, string>) {
  const answer = useInfiniteQuery({
    queryKey: [...key, values],
    queryFn: ({ signal, pageParam }) =>
      json<Record<string, unknown>>(from + query({ ...values, limit: 500, cursor: pageParam }), { signal }),
    initialPageParam: '',
    getNextPageParam: (last) => (last['next'] as string | null | undefined) || undefined,
    ...keep,
  });
  const rows = (answer.data?.pages ?? []).flatMap((page) => (page[plural] ?? []) as T[]);
  return { ...answer, rows };
}

export const useArtifacts = () => useList<t.ArtifactRow>(['artifacts'], 'artifacts', 'artifacts', {});
export const useTrails = (flow: string) =>
  useList<t.Trail>(['flows', flow, 'trails'], 'trails', `flows/${path(flow)}/trails`, {});
export const useApprovals = (values: Record<string, string>) =>
  useList<t.Approval>(['approvals'], 'approvals', 'approvals', values);
export const useAlerts = (values: Record<string, string>) =>
  useList<t.Alert>(['alerts'], 'alerts', 'alerts', values);
export const useIncidents = (values: Record<string, string>) =>
  useList<t.Incident>(['incidents'], 'incidents', 'incidents', values);

// Some resources answer bare, some inside their name; the page takes both.
export function inner<T extends object>(
  data: T | Record<string, T> | undefined,
  name: string,
): T | undefined {
  if (!data) return undefined;
  return name in data ? (data as Record<string, T>)[name] : (data as T);
}
