// What the server read in a file of evidence (docs/formats/evidence.md), in words.
import type { Attestation, Bead } from '../api/types.ts';
import { listed, number } from './text.ts';

// Facts that describe the file and not what it found.
const about_the_file = new Set([
  ...['format', 'version', 'spec_version', 'serial', 'subject', 'subjects', 'total', 'suites', 'duration_us'],
  ...['signatures', 'subject_count', 'tools', 'executed'],
]);
const is_empty = (value: unknown) =>
  value === null || value === '' || (typeof value === 'object' && (!Array.isArray(value) || value.length === 0));
const is_told = ([name, value]: [string, unknown]) => !about_the_file.has(name) && !is_empty(value);

const fact = ([name, value]: [string, unknown]): string => {
  const words = name.replaceAll('_', ' ');
  if (typeof value === 'number') return `${number(value)} ${words}`;
  if (typeof value === 'boolean') return value ? words : `not ${words}`;
  if (!Array.isArray(value)) return `${words} ${String(value)}`;
  return value.every((each) => typeof each === 'string')
    ? `${words} ${listed(value)}`
    : `${number(value.length)} ${words}`;
};

// "1,204 passed, 0 failed" out of what the server read in the evidence; counts by kind are told singly.
export const summary_of = (summary: Attestation['summary']): string =>
  Object.entries(summary ?? {})
    .flatMap(([name, value]) => (name.startsWith('by_') ? Object.entries(value as object) : [[name, value]]))
    .map(([name, value]) => [String(name), value] as [string, unknown])
    .filter(is_told)
    .slice(0, 4)
    .map(fact)
    .join(', ');

// Evidence beyond what is required, of another artifact of the same run, adds no bead where its name stands already.
export const told_once = (beads: Bead[]) =>
  beads.filter(
    (bead) => bead.state !== 'extra' || !beads.some((each) => each.state !== 'extra' && each.name === bead.name),
  );
