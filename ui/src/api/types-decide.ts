// Policies, decisions, windows, requests, exceptions and bills of materials, in the shapes of docs/api.md.
import type { Digest, Severity, Time } from './types.ts';

export type Mode = 'shadow' | 'warn' | 'enforce';
export interface Attachment {
  policy: string;
  environment: string;
  flow: string;
  mode: Mode;
  actor: string;
  attached_at: Time;
  entry: number;
}
export interface PolicyVersion {
  name: string;
  version: number;
  form: 'yaml' | 'rego';
  digest: Digest;
  source?: string;
  description: string;
  actor: string;
  created_at: Time;
  entry: number;
  proposal?: number | null; // that it follows from
}
export interface Policy extends PolicyVersion {
  attachments: Attachment[];
}

export type GateVerdict = 'allow' | 'deny' | 'warn' | 'undecided';
export type Outcome = 'satisfied' | 'violated' | 'excepted' | 'not-applicable' | 'no-evidence';
export interface RuleResult {
  id: string;
  policy: string; // empty: a rule that is built in
  mode: Mode;
  result: Outcome;
  message: string;
  who: string;
  fix: string;
  severity: Severity;
  controls: string[];
  evidence: number[];
  exception: number | null;
  next: Time | null;
}
export interface DecisionRow {
  entry: number;
  artifact: Digest;
  artifact_name: string;
  environment: string;
  change_class: string;
  purpose: 'start' | 'running';
  verdict: GateVerdict;
  decided_at: Time;
  current: boolean;
}
export interface DecisionWindow {
  verdict: 'open' | 'closed';
  window: string;
  reason: string;
  next_opening: Time | null;
  next_closing: Time | null;
  overridden: boolean;
}
export interface DecisionRecord {
  version: number;
  artifact: Digest;
  environment: string;
  verdict: GateVerdict;
  rules: RuleResult[];
  warnings: { policy: string; message: string }[];
  window: DecisionWindow | null;
  policies: { name: string; version: number; digest: Digest; mode: Mode }[];
  inputs: number[];
  input: Record<string, unknown>;
  engine: string;
  tzdata: string;
  advisories: Digest | null;
  decided_at: Time;
  next_evaluation_at: Time | null;
}
export interface Decision {
  entry: number;
  purpose: 'start' | 'running';
  change_class: string;
  record: DecisionRecord;
}

export interface Ballot {
  actor: string;
  vote: 'consent' | 'refuse';
  note: string;
  groups: string[];
  at: Time;
  entry: number;
}
export interface ReleaseSide {
  digest: Digest;
  name: string;
  flow: string;
  trail: string;
  commit: string;
  branch: string;
  author: string;
  running_since: Time | null;
}
interface EvidenceFact {
  entry: number;
  compliant: boolean | null;
}
export interface Changed {
  component: string;
  before: string[];
  after: string[];
}
export interface FlawChange {
  flaw: string;
  severity: string;
  components: string[];
  fixed: string;
  exploited: boolean;
}
export interface ReleaseDifference {
  before: ReleaseSide | null;
  after: ReleaseSide;
  evidence: { type: string; name: string; before: EvidenceFact | null; after: EvidenceFact | null }[];
  components: {
    added: Changed[];
    removed: Changed[];
    changed: Changed[];
    added_count: number;
    removed_count: number;
    changed_count: number;
    unchanged_count: number;
  } | null;
  configuration: { platform: string; setting: string; before: string[]; after: string[] }[] | null;
  vulnerabilities: {
    added: FlawChange[];
    removed: FlawChange[];
    added_count: number;
    removed_count: number;
    unchanged_count: number;
  } | null;
  commits: { commit: string; trail: string; branch: string; author: string; entry: number }[] | null; // between them
}
export interface ApprovalRequest {
  id: number;
  artifact: Digest;
  artifact_name: string;
  environment: string;
  from: Time | null;
  until: Time | null;
  reason: string;
  change: string;
  approvals: number;
  groups: string[];
  needed: number;
  votes: Ballot[];
  commit: string;
  tree: string;
  requester: string;
  requested_at: Time;
  expires_at: Time;
  state: 'open' | 'approved' | 'refused' | 'expired' | 'withdrawn';
  ended_at: Time | null;
  ended_note: string;
  approval: number | null;
  link: string;
  entry: number;
  difference?: ReleaseDifference;
}

export interface ExceptionScope {
  environment: string;
  artifact: Digest | null;
  rule: string;
  policy: string;
  finding: string;
  workload: string;
  owner: string;
  reason: string;
  compensating_control: string;
  until: Time;
  ends_on: string[];
  evidence: string;
  workloads: { id: string; name: string; host: string }[];
  digests: Digest[];
}
export interface Exception {
  id: number;
  state: 'requested' | 'in-force' | 'refused' | 'ended';
  environment: string;
  artifact: Digest | null;
  artifact_name: string;
  rule: string;
  policy: string;
  finding: string;
  workload: string;
  owner: string;
  reason: string;
  compensating_control: string;
  until: Time;
  ends_on: string[];
  scope: ExceptionScope;
  scope_digest: Digest;
  renews: number | null;
  renewals: number;
  requester: string;
  requested_at: Time;
  granted: number | null;
  decided_by: string;
  decided_at: Time | null;
  decided_note: string;
  warn_at: Time;
  warned_at: Time | null;
  ended_at: Time | null;
  ended: string | null;
  ended_note: string;
  entry: number;
}
export interface BreakGlass {
  id: number;
  state: 'open' | 'over' | 'reviewed';
  artifact: Digest;
  artifact_name: string;
  environment: string;
  until: Time;
  reason: string;
  ticket: string;
  actor: string;
  opened_at: Time;
  approval: number | null;
  reviewed_at: Time | null;
  reviewed_by: string;
  note: string;
  entry: number;
}
export interface Group {
  name: string;
  description: string;
  members: string[];
  roles: string[];
  entry: number;
}

export interface WindowSelector {
  environments?: string[];
  flows?: string[];
  classes?: string[];
  tags?: Record<string, string>;
}
export interface OverrideTerms {
  roles?: string[];
  number?: number;
  ticket?: boolean;
  longest?: string;
}
export interface Window {
  name: string;
  kind: 'allow' | 'deny' | 'freeze';
  rrule?: string;
  cron?: string;
  start?: string;
  duration?: string;
  timezone?: string;
  from?: Time;
  until?: Time;
  selector?: WindowSelector;
  override?: OverrideTerms | null;
  reason?: string;
  open: boolean;
  opens: Time | null;
  closes: Time | null;
  actor: string;
  declared_at: Time;
  entry: number;
}
export interface Opening {
  from: Time;
  until: Time;
}
export interface WindowCalendar {
  from: Time;
  until: Time;
  windows: { name: string; kind: Window['kind']; openings: Opening[] }[];
}
export interface WindowState {
  environment: string;
  at: Time;
  verdict: 'open' | 'closed';
  window: string;
  kind: Window['kind'] | null;
  entry: number | null;
  next_opening: Time | null;
  next_closing: Time | null;
  overridden: boolean;
}
export interface Freeze {
  id: number;
  environment: string;
  active: boolean;
  from: Time;
  until: Time;
  incident: string;
  reason: string;
  actor: string;
  ended_at: Time | null;
  ended_by: string;
  ended_reason: string;
  entry: number;
}

// A change of a policy, before it counts.
export interface Voice {
  actor: string;
  voice: 'consent' | 'refuse' | 'comment';
  role: string; // empty: of a comment, or where no roles are named
  comment: string;
  at: Time;
  entry: number;
}
export interface PolicyProposal {
  id: number;
  title: string; // what it would change, in words
  policy: string; // empty: of the roles or a group
  state: 'open' | 'in-force' | 'refused' | 'withdrawn' | 'outdated';
  base_version: number; // 0: the policy is new
  version: number | null; // that followed
  form: 'yaml' | 'rego' | null;
  digest: Digest | null; // of a source; else one of the next three
  attachment: { environment?: string; flow?: string; mode?: Mode } | null; // without a mode: detached
  named_roles: string[] | null;
  group: { name: string; members: string[]; roles?: string[] } | null;
  description: string;
  roles: string[]; // groups whose consent it needs
  vacant: string[]; // those of them that had nobody left
  open_roles: string[]; // those that have not consented yet
  voices: Voice[];
  proposer: string;
  proposed_at: Time;
  ended_at: Time | null;
  ended_reason: string;
  entry: number;
}
export interface PolicyProposalShown extends PolicyProposal {
  source: string;
  base_source: string;
  difference: string;
  may_speak: string[]; // in which roles who is signed in may consent; one empty word where none are named
  simulation: Simulation | null; // of one that is open
}
export interface PolicyRoles {
  roles: string[];
  actor: string;
  named_at: Time | null;
  entry: number; // 0: none were ever named
}

export interface Flip {
  decision: number; // 0: what runs now without one
  artifact: Digest;
  name: string;
  environment: string;
  was: GateVerdict;
  is: GateVerdict;
  missing: { rule: string; policy: string; message: string; who: string; fix: string; next: Time | null }[];
}
export interface Simulation {
  decisions: number;
  to_pass: number;
  to_fail: number;
  verdicts: Partial<Record<GateVerdict, number>>;
  rules: Record<string, number>; // in how many decisions each is not met
  passes_anything: boolean;
  flips: Flip[];
  flips_total: number;
}
