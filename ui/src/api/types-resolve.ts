// What the API answers about flaws and components.
import type { Time } from './types.ts';

export type FindingState = 'opened' | 'closed' | 'reopened' | 'retracted';

export interface Vulnerability {
  id: number;
  cluster: string; // the flaw's name: its CVE where it has one
  component: string; // package URL, or a name where it has none
  state: FindingState;
  severity: string; // "" when no record is scored
  score: string;
  fixed: string;
  scope: 'exact' | 'inferred' | 'unscoped' | '';
  records: string[];
  summary: string;
  artifacts: number;
  opened_at: Time;
  changed_at: Time;
  entry: number;
  exploited: string; // since when it is known to be; "" when it isn't
  by_ransomware: boolean;
  epss: number | null;
  statement: FlawStatement | null; // that holds in general
  suppressed: number; // artifacts that are stated not affected, or fixed
  priority: Priority;
  due_at: Time | null;
  overdue: boolean;
}

// What somebody said of a flaw (VEX), and how it came to be recorded.
export interface FlawStatement {
  status: 'not_affected' | 'fixed' | 'under_investigation' | 'affected';
  justification: string;
  impact: string;
  action: string;
  author: string;
  authority: 'unknown' | 'supplier' | 'organization';
  attested_by: string;
  at: Time | null;
  artifact: string | null;
  attestation: number;
  outranked: number;
}

export interface Priority {
  points: number;
  terms: { name: string; points: number; points_max: number; because: string }[];
}

export interface BacklogSeverity {
  severity: string;
  agreed_us: number | null;
  open: number;
  overdue: number;
  reopened: number;
  exploited: number;
  suppressed: number;
  remedied: number;
  within_agreed: number;
  mean_us: number | null;
  median_us: number | null;
}

export interface Backlog {
  at: Time;
  open: number;
  overdue: number;
  exploited: number;
  post_deployment: number;
  severities: BacklogSeverity[];
}

export interface VulnerabilityStory {
  finding: Vulnerability;
  statements: { at: Time; until: Time | null; entry: number; statement: FlawStatement }[];
  history: { at: Time; entry: number; cause: string; state: FindingState; severity: string; fixed: string }[];
  artifacts: string[];
}

export interface Release {
  artifact: string;
  name: string;
  flow: string;
  trail: string;
  commit: string;
  recorded_at: Time;
  entry: number;
}

export interface WhereRow {
  workload: string;
  name: string;
  host: string;
  environment: string;
  verdict: string;
  since: Time;
  artifact: string;
  artifact_name: string;
  component: string;
  cluster: string;
  severity: string;
  fixed: string;
  service: string;
  team: string;
  first: Release | null;
  fixed_release: Release | null;
  accepted: { exception: number; until: Time; owner: string; reason: string } | null;
  exploited: string;
  epss: number | null;
  statement: FlawStatement | null;
  suppressed: boolean;
  kind?: 'artifact' | 'packages' | 'program'; // what has the component
  package?: string; // of a host's row, and of the workloads that are the package's own
  source?: string;
  exposure?: Exposure;
}

// From where it can be reached, as the agent of its host saw.
export interface Exposure {
  reach: 'none' | 'loopback' | 'internal' | 'unknown' | 'network';
  because: string;
  listens: string[];
  published: string[];
}

// What an agent told of the packages and Java programs of one host.
export interface Host {
  host: string;
  environment: string;
  reporter: string;
  distribution: string;
  packages: number;
  programs: number;
  open: number; // flaws
  read: boolean; // false: it came a moment ago
  taken_at: Time;
  entry: number;
}

export interface Uncovered {
  workload: string;
  name: string;
  host: string;
  environment: string;
  why: string;
}

export interface Where {
  query: string;
  coverage: { sentence: string; running: number; covered: number; uncovered: Uncovered[]; outdated?: Uncovered[] };
  components: number;
  artifacts: number;
  environments: string[];
  running: WhereRow[];
}

export interface Component {
  component: string;
  name: string;
  version: string;
  ecosystem: string;
  artifacts: number;
  open: string[];
}
