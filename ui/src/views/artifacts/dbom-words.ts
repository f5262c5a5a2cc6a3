// The bill of materials in words: its path from commit to workload, and what each of its lines says.
import type { Bead, Dbom, DbomLine, DbomSection, DecisionRow } from '../../api/types.ts';
import { ago } from '../../words/time.ts';
import type { Stop } from './path.tsx';

export const sections: [DbomSection, string][] = [
  ['what', 'What'],
  ['how', 'How'],
  ['where', 'Where'],
  ['when', 'When'],
  ['who', 'Who'],
];

const steps: [title: string, section: DbomSection, kind: string, always: boolean][] = [
  ['commit', 'what', 'commit', true],
  ['review', 'how', 'review', true],
  ['build', 'when', 'built', true],
  ['provenance', 'how', 'provenance', false],
  ['test', 'how', 'test', true],
  ['scan', 'how', 'scan', true],
  ['approve', 'how', 'approval', true],
  ['deploy', 'when', 'declared', true],
  ['run', 'where', 'workload', true],
];

const bad = new Set(['failed', 'revoked', 'expired', 'unapproved', 'changed', 'unknown']);
const open = new Set(['undecided', 'early', 'erased', 'incomplete']);
export const tone_of = (state: string | undefined) =>
  state && bad.has(state) ? 'red' : state && open.has(state) ? 'amber' : '';

// The last line of each name: a test that was repeated counts as it ended.
const newest = (lines: DbomLine[], kind: string) => [
  ...new Map(lines.filter((line) => line.kind === kind).map((line) => [line.name, line])).values(),
];

// Of several approvals one that holds is enough; of tests and scans each counts.
function combined(lines: DbomLine[], kind: string): Bead['state'] {
  const holds = lines.some((line) => !tone_of(line.state));
  if (kind === 'approval' && holds) return 'met';
  if (lines.some((line) => bad.has(line.state ?? ''))) return 'failed';
  return lines.some((line) => open.has(line.state ?? '')) ? 'extra' : 'met';
}

function first_words(line: DbomLine, kind: string): string {
  if (kind === 'commit') return line.name.slice(0, 7);
  if (['test', 'scan', 'review', 'provenance'].includes(kind)) return line.value?.split(', ')[0] || line.name;
  if (kind === 'approval') return line.state ?? 'given';
  return line.name;
}

function rest_words(line: DbomLine, kind: string, more: number, now: number): string[] {
  const parts = line.value?.split(', ') ?? [];
  const told = ['test', 'scan', 'review', 'provenance'].includes(kind) ? parts.slice(1, 2) : [];
  if (kind === 'approval') told.push(line.until ? `until ${line.until.slice(0, 10)}` : 'until revoked');
  if (kind === 'workload') told.push(line.state ?? '');
  if (line.at) told.push(ago(line.at, now));
  return [...told.filter(Boolean), ...(more ? [`and ${more} more`] : [])].slice(0, 2);
}

const evidence = new Set(['commit', 'review', 'build', 'provenance', 'test', 'scan']);

// Whether the flow's template and the gate have what they ask for, so that what is not recorded is not asked for.
const is_met = (dbom: Dbom, decision: DecisionRow | undefined) =>
  dbom.how.every((line) => line.kind !== 'required' || line.state === 'compliant') &&
  (!decision || decision.verdict === 'allow' || decision.verdict === 'warn');

export function stops_of_dbom(dbom: Dbom, decision: DecisionRow | undefined, now: number): Stop[] {
  const all_met = is_met(dbom, decision);
  const stops = steps.flatMap(([name, section, kind, always]): Stop[] => {
    const lines = newest(dbom[section], kind);
    const line = lines.at(-1);
    if (!line)
      return always
        ? [
            all_met && evidence.has(name)
              ? { name, state: 'unasked', first: 'nothing recorded', rest: ['nothing asks for it'] }
              : { name, state: 'missing', first: 'nothing recorded', rest: [] },
          ]
        : [];
    return [
      {
        name,
        state: combined(lines, kind),
        first: first_words(line, kind),
        rest: rest_words(line, kind, lines.length - 1, now),
      },
    ];
  });
  const gate: Stop | undefined = decision && {
    name: 'gate',
    state: decision.verdict === 'deny' ? 'failed' : decision.verdict === 'undecided' ? 'missing' : 'met',
    first: decision.verdict,
    rest: [ago(decision.decided_at, now), 'replayable'],
  };
  const before_deploy = stops.findIndex((stop) => stop.name === 'deploy');
  return gate ? [...stops.slice(0, before_deploy), gate, ...stops.slice(before_deploy)] : stops;
}

const by_kind: Record<string, (line: DbomLine) => string> = {
  identity: (line) =>
    [line.name === 'self' ? 'digest' : line.name, (line.value ?? '').replace('linux/', '')].filter(Boolean).join(' '),
  setting: (line) => line.name,
  artifact: (line) => line.value || 'artifact',
  required: () => 'template',
  'first-seen': () => 'first seen',
  attested: (line) => `${line.name} attested`,
};
const by_name = new Set(['test', 'scan', 'review', 'provenance', 'ticket', 'evidence', 'sbom']);

export const label_of = (line: DbomLine): string =>
  by_kind[line.kind]?.(line) ?? (by_name.has(line.kind) ? line.name : line.kind);

export const claims_in = (dbom: Dbom): number =>
  sections.flatMap(([section]) => dbom[section]).filter((line) => line.basis === 'claim').length;

export function proven_words(dbom: Dbom): string {
  const claims = claims_in(dbom);
  if (claims === 0) return ' Every line rests on a proven entry.';
  return claims === 1
    ? ' Every line rests on a proven entry but one, which is marked as a claim.'
    : ` Every line rests on a proven entry but ${claims}, which are marked as claims.`;
}
