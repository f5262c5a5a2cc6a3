// What the API answers about bills of materials as trees, and about campaigns.
import type { Time } from './types.ts';

export interface OpenFlaw {
  cluster: string;
  severity: string;
  fixed: string;
}

export interface BillNode {
  id: number; // its place in the document
  component: string;
  name: string;
  version: string;
  type: string;
  licences: string[];
  needs: number;
  needed_by: number;
  open: OpenFlaw[];
  worst_below: string; // of it and all it asks for
}

export interface BillLevel {
  attestation: number | null; // null: there is no bill that can be read
  problem: string;
  product: { name: string; version: string };
  total: number;
  direct: number;
  apart: number;
  flawed: number;
  found: number;
  components: BillNode[];
  next: string | null;
}

export interface BillWays {
  attestation: number;
  product: { name: string; version: string };
  component: BillNode;
  paths: { id: number; name: string; version: string }[][];
  more: boolean;
}

export type CampaignState = 'open' | 'overdue' | 'closed';
export type Standing = 'not-started' | 'fix-released' | 'accepted' | 'not-affected' | 'rolled-out';

export interface Campaign {
  id: number;
  cluster: string;
  records: string[];
  severity: string;
  summary: string;
  due: Time | null;
  note: string;
  opened_by: string;
  opened_at: Time;
  closed_at: Time | null;
  closed_by: string;
  closed_note: string;
  state: CampaignState;
  owners: number;
  owners_open: number;
  workloads: number;
  workloads_open: number;
  entry: number;
}

export interface CampaignOwner {
  owner: string;
  services: string[];
  standing: Standing;
  workloads: number;
  open: number;
  counts: { standing: Standing; workloads: number }[];
  environments: string[];
  artifacts: string[];
  components: string[];
  fixed: string[];
  fixed_releases: string[];
  exceptions: number[];
}

export interface BurnPoint {
  at: Time;
  running: number;
}

export interface CampaignStory {
  campaign: Campaign;
  coverage: { sentence: string; running: number; covered: number };
  owners: CampaignOwner[];
  burn_down: BurnPoint[];
}
