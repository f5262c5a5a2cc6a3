// Reads of advisories of one's own, of integrations, and of what scans and API differences say of what runs.
import { query } from './client.ts';
import { useList, useRead } from './queries.ts';
import type * as t from './types-more.ts';

export const useOwnAdvisories = () => useList<t.OwnAdvisory>(['advisories'], 'advisories', 'advisories', {});
export const useIntegrations = () => useList<t.Integration>(['integrations'], 'integrations', 'integrations', {});
export const useCallerRequests = (name: string, state: string) =>
  useList<t.CallerRequest>(
    ['integrations', name, 'requests'],
    'requests',
    `integrations/${encodeURIComponent(name)}/requests`,
    { state },
  );
export const useScanWhere = (rule: string, environment: string) =>
  useRead<t.ScanWhere>(['scans', 'where', rule, environment], `scans/where${query({ rule, environment })}`, rule !== '');
export const useApiWhere = (environment: string, asked: boolean) =>
  useRead<t.ApiWhere>(['apis', 'where', environment], `apis/where${query({ environment })}`, asked);
