// Advisories of one's own, systems that ask the gate, and where results of scans and breaks of APIs run.
import type { Time } from './types.ts';
import type { Release, Uncovered } from './types-resolve.ts';

export interface OwnAdvisory {
  id: string;
  record: {
    summary?: string;
    aliases?: string[];
    affected?: { package?: { ecosystem?: string; name?: string } }[];
    modified?: Time;
  };
  published_by: string;
  published_at: Time;
  withdrawn_at: Time | null;
  reason: string; // why it was withdrawn
  entry: number;
}

export interface Integration {
  name: string;
  kind: 'github' | 'gitlab' | 'flagger' | 'kubernetes';
  base_url?: string;
  app_id?: string;
  environments?: Record<string, string>; // theirs to ours
  environment?: string;
  merge_environment?: string;
  mode?: 'shadow' | 'warn' | 'enforce'; // of kubernetes
  fail?: 'closed' | 'open';
  wait_us?: number;
  secrets?: number;
  pending: number;
  dead: number;
  entry: number;
}

export interface CallerRequest {
  id: number;
  integration: string;
  asked: { asking: string; repository?: string; commit?: string; environment?: string; ours?: string };
  state: 'pending' | 'answered' | 'dead';
  said: string;
  attempts: number;
  received_at: Time;
  next_at: Time;
  until: Time;
  answered_at: Time | null;
  last_status: number;
  last_error: string;
}

export interface ImpactCoverage {
  sentence: string;
  running: number;
  covered: number;
  uncovered: Uncovered[];
}

interface ImpactRow {
  workload: string;
  name: string;
  host: string;
  environment: string;
  since: Time;
  artifact: string;
  artifact_name: string;
  service: string;
  team: string;
}

export interface ScanRow extends ImpactRow {
  tool: string;
  rule: string;
  level: string;
  message: string;
  file: string;
  line: number;
  first: Release | null;
}
export interface ScanWhere {
  rule: string;
  coverage: ImpactCoverage;
  running: ScanRow[];
  more: boolean;
}

export interface ApiRow extends ImpactRow {
  role: 'provider' | 'consumer';
  api: string;
  other: string;
  before_version: string;
  after_version: string;
  breaking: number;
  breaks: { operation: string; place: string; what: string }[];
}
export interface ApiWhere {
  coverage: ImpactCoverage;
  running: ApiRow[];
  more: boolean;
}
