// Reads of what decides: policies, decisions, requests, exceptions, windows, bills of materials.
import { query } from './client.ts';
import { useList, useRead } from './queries.ts';
import type * as t from './types.ts';

const path = encodeURIComponent;

export const usePolicies = () => useList<t.Policy>(['policies'], 'policies', 'policies', {});
export const usePolicy = (name: string) => useRead<t.Policy>(['policies', name], `policies/${path(name)}`);
export const usePolicyVersions = (name: string) =>
  useRead<{ versions: t.PolicyVersion[] }>(['policies', name, 'versions'], `policies/${path(name)}/versions?limit=1000`);
export const usePolicyVersion = (name: string, version: number | undefined) =>
  useRead<t.PolicyVersion>(
    ['fixed', 'policy', name, version],
    `policies/${path(name)}/versions/${version}`,
    version !== undefined,
  );
export const usePolicyProposals = (values: Record<string, string>) =>
  useList<t.PolicyProposal>(['policies', 'proposals'], 'policy-proposals', 'policy-proposals', values);
export const usePolicyProposal = (id: string) =>
  useRead<t.PolicyProposalShown>(['policies', 'proposals', id], `policy-proposals/${path(id)}`);
export const usePolicyRoles = () => useRead<t.PolicyRoles>(['policies', 'roles'], 'policy-roles');
export const useDecisions = (values: Record<string, string>) =>
  useList<t.DecisionRow>(['decisions'], 'decisions', 'decisions', values);
export const useDecision = (entry: string) =>
  useRead<t.Decision>(['fixed', 'decision', entry], `decisions/${path(entry)}`);
export const useApprovalRequests = (values: Record<string, string>) =>
  useList<t.ApprovalRequest>(['approval-requests'], 'approval-requests', 'approval-requests', values);
export const useApprovalRequest = (id: string) =>
  useRead<t.ApprovalRequest>(['approval-requests', id], `approval-requests/${path(id)}`);
export const useExceptions = (values: Record<string, string>) =>
  useList<t.Exception>(['exceptions'], 'exceptions', 'exceptions', values);
export const useException = (id: string) => useRead<t.Exception>(['exceptions', id], `exceptions/${path(id)}`);
export const useBreakGlass = () => useList<t.BreakGlass>(['break-glass'], 'break-glass', 'break-glass', {});
export const useGroups = () => useList<t.Group>(['groups'], 'groups', 'groups', {});
export const useWindows = () => useList<t.Window>(['windows'], 'windows', 'windows', {});
export const useFreezes = () => useList<t.Freeze>(['windows', 'freezes'], 'freezes', 'freezes', {});
export const useCalendar = (from: string, until: string) =>
  useRead<t.WindowCalendar>(['windows', 'calendar', from, until], `windows/calendar${query({ from, until })}`);
export const useDbom = (digest: string, environment: string) =>
  useRead<t.SignedDbom>(
    ['artifacts', digest, 'dbom', environment],
    `dboms/${path(digest)}${query({ environment })}`,
    Boolean(environment),
  );
