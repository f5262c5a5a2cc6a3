// The deployment bill of materials (docs/formats/dbom.md), as the server answers it.
import type { Digest, Time } from './types.ts';

export interface DbomLine {
  kind: string;
  name: string;
  value?: string;
  state?: string;
  at?: Time;
  until?: Time;
  digest?: Digest;
  entries?: number[];
  basis: 'payload' | 'leaf' | 'claim';
  seal?: Digest;
}
export interface DbomComponent {
  name: string;
  purl?: string;
  version?: string;
}
export interface DbomDifference {
  artifact: Digest;
  name: string;
  compared: boolean;
  added: DbomComponent[];
  removed: DbomComponent[];
  changed: { name: string; purl?: string; version: string; was: string }[];
  evidence: { name: string; type: string; was: string; is: string }[];
  commits: DbomLine[];
}
export type DbomSection = 'what' | 'how' | 'where' | 'when' | 'who';
export interface Dbom extends Record<DbomSection, DbomLine[]> {
  version: number;
  artifact: { digest: Digest; kind: string; name: string };
  at: Time;
  environment: string;
  ledger: string;
  sentence: string;
  components: { content: Digest; entry: number; items: DbomComponent[]; total: number } | null;
  difference: DbomDifference | null;
  omitted?: { kind: string; count: number }[];
  entries: { index: number }[];
}
export interface SignedDbom {
  envelope: { payload: string; payloadType: string; signatures: { keyid: string; sig: string }[] };
  document: Dbom;
}
