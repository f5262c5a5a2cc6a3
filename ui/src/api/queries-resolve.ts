// Reads of what resolves: flaws, where they run, and the components of bills of materials.
import { query } from './client.ts';
import { useList, useRead } from './queries.ts';
import type * as t from './types.ts';

export const useVulnerabilities = (values: Record<string, string>) =>
  useList<t.Vulnerability>(['vulnerabilities'], 'vulnerabilities', 'vulnerabilities', values);
export const useBacklog = () => useRead<t.Backlog>(['vulnerabilities', 'backlog'], 'vulnerabilities/backlog');
export const useVulnerability = (id: string) =>
  useRead<t.VulnerabilityStory>(['vulnerabilities', id], `vulnerabilities/${encodeURIComponent(id)}`);
export const useWhere = (asked: string, at: string) =>
  useRead<t.Where>(
    ['vulnerabilities', 'where', asked, at],
    `vulnerabilities/where${query({ query: asked, at })}`,
    asked !== '',
  );
export const useComponents = (asked: string) =>
  useRead<{ components: t.Component[] }>(
    ['vulnerabilities', 'components', asked],
    `components${query({ q: asked, limit: 200 })}`,
    asked.length > 1,
  );
