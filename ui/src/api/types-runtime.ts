// What runs and what is wrong with it, in the shapes of docs/api.md.
import type { Digest, Id, Severity, SentencePart, Time, Verdict } from './types.ts';

export interface Reason {
  code: string;
  message: string;
  entry?: number | null;
}
export interface Origin {
  user?: string;
  login_user?: string;
  unit?: string;
  container?: string;
  runtime?: string;
  session?: number;
  pid?: number;
  directory?: string;
  parents?: { pid: number; name: string; user?: string }[];
}
export interface WorkloadInstance {
  id: string;
  started_at: Time;
  ended_at?: Time | null;
  origin?: Origin;
  arguments?: string[]; // where the environment allows them
}
export interface Workload {
  id: string | null;
  kind: 'process' | 'container' | 'file' | 'unit';
  name: string;
  host?: string | null;
  service?: string | null;
  digests: Digest[];
  started_at?: Time | null;
  count?: number;
  verdict: Verdict;
  reasons: Reason[];
  environment?: string;
  owner?: { user?: string | null; unit?: string | null; container?: string | null } | null;
  marks?: string[];
  package?: { name: string; version: string } | null;
  instances?: WorkloadInstance[];
}
export interface Source {
  watches: string;
  means: string;
  detail?: string;
  blind?: string;
  remedy?: string;
}
export interface Reporter {
  id: string;
  host: string;
  state: 'live' | 'silent' | 'replaced';
  last_seen_at?: Time | null;
  sequence?: number;
  lag_us?: number;
  events_lost?: number;
  sources?: Source[];
}
export interface Environment {
  name: string;
  kind: string;
  description?: string | null;
  entry?: number;
  snapshot?: number | null;
  sentence?: string | SentencePart[] | null;
  counts: Partial<Record<Verdict, number>>;
  reporters: Reporter[];
  missing?: number;
  alerts_open?: number;
  incidents_open?: number;
  adopted?: number;
  last_unapproved_start?: Time | null;
}
export interface Snapshot {
  number: number;
  from: Time;
  until?: Time | null;
  started: number;
  ended: number;
  count: number;
  entry?: number | null;
  digest?: Digest | null;
}
export interface Difference {
  from: unknown;
  to: unknown;
  started: Workload[];
  ended: Workload[];
  changed: { name: string; before: Workload; after: Workload }[];
  unchanged: number;
}
export interface ScopeRule {
  id?: string;
  effect: 'exclude' | 'include';
  path?: string;
  user?: string;
  unit?: string;
  container?: string;
  expires_at?: Time | null;
  reason?: string;
}
export interface Preview {
  silences: number;
  of: number;
}

export interface Alert {
  id: Id;
  incident?: Id | null;
  state: 'open' | 'acknowledged' | 'resolved';
  severity: Severity;
  cause: string;
  environment: string;
  workload?: Workload | null;
  started_at?: Time | null;
  opened_at: Time;
  resolved_at?: Time | null;
  acknowledged_at?: Time | null;
  acknowledged_by?: string | null;
  note?: string | null;
  title: string;
  story: { what: string; where: string; who: string; why: string; remedy: string };
  service?: string | null;
  owner?: string | null;
  runbook?: string | null;
  link?: string | null;
  entry: number;
}
export interface Incident {
  id: Id;
  state: 'open' | 'acknowledged' | 'resolved';
  severity: Severity;
  title: string; // who and where
  first: string; // what its first alert is about
  environment: string;
  host?: string | null;
  origin?: {
    user?: string;
    login_user?: string;
    unit?: string;
    container?: string;
    session?: number | string;
    directory?: string;
  } | null;
  alerts: number;
  open: number;
  opened_at: Time;
  updated_at: Time;
  service?: string | null;
  owner?: string | null;
  suggestion?: { rule: ScopeRule; silences: number; of: number } | null;
}
