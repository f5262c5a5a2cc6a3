// The shapes of docs/api.md, as the server answers them. Times are RFC 3339 in UTC.
import type { Environment } from './types-runtime.ts';

export type * from './types-runtime.ts';
export type * from './types-decide.ts';
export type * from './types-dbom.ts';
export type * from './types-resolve.ts';
export type * from './types-bill.ts';

export type Time = string;
export type Digest = string;
export type Id = string | number; // numbers where an entry's index is the id

export type Verdict =
  'approved' | 'explained' | 'unknown' | 'unapproved' | 'expired' | 'revoked' | 'changed' | 'early' | 'late';
export type Mark = Verdict | 'missing';
export type Severity = 'critical' | 'high' | 'medium' | 'low';

export interface Listed {
  next?: string | null;
}
export interface SentencePart {
  text: string;
  link?: string | null;
  emphasis?: string | boolean | null;
}

export interface Me {
  name: string;
  kind: 'person' | 'service';
  roles: string[];
  groups?: string[];
  organization: string;
  scopes: { flows: string[]; environments: string[] };
  server: { version: string; time: Time; url: string };
}

export interface Bead {
  name: string;
  type: string;
  artifact?: string | null;
  state: 'met' | 'failed' | 'missing' | 'extra';
  entry?: number | null;
}
export interface Trail {
  flow: string;
  name: string;
  commit?: string | null;
  branch?: string | null;
  url?: string | null;
  description?: string | null;
  author?: string | null;
  begun_at: Time;
  entry: number;
  artifacts: { name: string; digest: Digest }[];
  beads: Bead[];
  compliant: boolean;
  missing: string[];
}
export interface Requirement {
  name: string;
  type: string;
}
export interface Flow {
  name: string;
  service?: string | null;
  description?: string | null;
  template?: {
    attestations?: Requirement[];
    artifacts?: { name: string; attestations?: Requirement[] }[];
  } | null;
  entry: number;
  latest_trail: Trail | null;
  trails: number;
}

export interface IdentityLink {
  digest: Digest;
  relation: string;
  platform?: string | null;
  parent?: string | null;
}
export interface Attestation {
  entry: number;
  flow: string;
  trail: string;
  name: string;
  type: string;
  artifact?: Digest | null;
  compliant: boolean | null;
  summary?: Record<string, unknown> | null;
  signed: string;
  content_digest?: Digest | null;
  content_size?: number | null;
  description?: string | null;
  url?: string | null;
  recorded_at: Time;
  actor: string;
}
export interface Approval {
  id: Id;
  artifact: Digest;
  artifact_name?: string | null;
  environment: string;
  from?: Time | null;
  until?: Time | null;
  reason?: string | null;
  actor: string;
  adopted: boolean;
  recorded_at: Time;
  revoked_at?: Time | null;
  revoked_by?: string | null;
  state: 'active' | 'early' | 'expired' | 'revoked';
  entry: number;
}
export interface Organization {
  name: string;
  title: string;
  contact: string;
  origin: string;
  vkey: string;
  entry: number;
}
export interface Deployment {
  id: Id;
  artifact: Digest;
  artifact_name?: string | null;
  environment: string;
  state: 'expected' | 'observed' | 'ended' | 'missed';
  declared_at: Time;
  deadline?: Time | null;
  observed_at?: Time | null;
  ended_at?: Time | null;
  at_least?: number | null;
  alongside?: boolean;
  rollback?: boolean;
  rollback_target?: { artifact: string | null; name: string; why: string } | null; // of one that is not over, where asked
  running?: number | null;
  actor: string;
  entry: number;
  reason?: string;
  unwatched?: string;
}
export interface Run {
  environment: string;
  host: string;
  verdict: Verdict;
  started_at: Time;
  ended_at?: Time | null;
  count: number;
}
export interface ArtifactRow {
  digest: Digest;
  name: string;
  kind: string;
  flow?: string | null;
  trail?: string | null;
  commit?: string | null;
  created_at: Time;
  entry: number;
  service?: string | null;
  identity: IdentityLink[];
  running_in?: string[];
}
export interface Artifact extends ArtifactRow {
  attestations: Attestation[];
  approvals: Approval[];
  deployments: Deployment[];
  runs: Run[];
}

export interface Tile {
  id: string;
  verdict: Mark;
  name: string;
  count: number;
}
export interface Pool extends Environment {
  tiles: Tile[];
}
export interface Need {
  kind: 'incident' | 'approval' | 'request' | 'deployment' | 'exception' | 'proposal' | 'break-glass';
  id: Id;
  title: string;
  where?: string | null;
  owner?: string | null;
  tier?: string | number | null;
  since: Time;
  severity?: Severity | null;
}
export interface Trust {
  hosts_reporting: number;
  hosts: number;
  events_lost: number;
  scopes_excluded: number;
  channels: { name: string; last_delivery?: Time | { at: Time } | null }[];
  ledger: { size: number; checked_at?: Time | null; checkpoint_at?: Time | null; damage?: string };
  blind: string[];
}
export interface Overview {
  sentence: SentencePart[];
  counts?: Record<string, number>;
  river: Flow[];
  weir: { allowed: number; denied: number; p99_us: number | null };
  lake: Pool[];
  needs: Need[];
  trust: Trust;
  since: { from?: Time; starts: number; deployments: number; policy_changes: number };
  entries_per_minute: number[];
}

export interface LedgerEntry {
  index: number;
  type: string;
  at: Time;
  actor: string;
  subjects: string[];
  commitment?: string;
  leaf: string;
  leaf_hash: string;
  salt?: string;
  payload: unknown;
}
export interface Hit {
  kind: string;
  title: string;
  detail?: string | null;
  link: string;
}
export interface Channel {
  name: string;
  kind: string;
  url: string;
  state: string;
  secrets?: number;
  last_delivery?: { at: Time; status?: number | null; error?: string | null } | null;
  pending: number;
  dead: number;
  environments?: string[];
}
export interface Delivery {
  id: Id;
  channel: string;
  alert: Id;
  state: 'pending' | 'delivered' | 'dead';
  attempts: number;
  next_at?: Time | null;
  last_status?: number | null;
  last_error?: string | null;
}
export interface Account {
  name: string;
  kind: string;
  roles: string[];
  flows?: string[];
  environments?: string[];
  expires_at?: Time | null;
}
