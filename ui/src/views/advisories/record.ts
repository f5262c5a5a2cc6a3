// What a person fills in, as the OSV record that is published.
export interface Filled {
  id: string;
  summary: string;
  ecosystem: string;
  name: string;
  introduced: string; // empty: every version from the first
  fixed: string; // empty: none is
  versions: string; // instead of a range: separated by spaces or commas
  alias: string;
  vector: string; // CVSS; empty: not scored
}

export const empty: Filled = {
  id: '',
  summary: '',
  ecosystem: 'npm',
  name: '',
  introduced: '',
  fixed: '',
  versions: '',
  alias: '',
  vector: '',
};

const cvss_type = (vector: string) =>
  vector.startsWith('CVSS:4') ? 'CVSS_V4' : vector.startsWith('CVSS:3') ? 'CVSS_V3' : 'CVSS_V2';

export function record_of(filled: Filled): Record<string, unknown> {
  const trimmed = Object.fromEntries(Object.entries(filled).map(([key, value]) => [key, value.trim()])) as unknown as Filled;
  const versions = trimmed.versions.split(/[\s,]+/).filter(Boolean);
  const events = [{ introduced: trimmed.introduced || '0' }, ...(trimmed.fixed ? [{ fixed: trimmed.fixed }] : [])];
  return {
    id: trimmed.id,
    summary: trimmed.summary,
    ...(trimmed.alias && { aliases: [trimmed.alias] }),
    ...(trimmed.vector && { severity: [{ type: cvss_type(trimmed.vector), score: trimmed.vector }] }),
    affected: [
      {
        package: { ecosystem: trimmed.ecosystem, name: trimmed.name },
        ...(versions.length ? { versions } : { ranges: [{ type: 'ECOSYSTEM', events }] }),
      },
    ],
  };
}

export const is_whole = (filled: Filled) =>
  [filled.id, filled.summary, filled.ecosystem, filled.name].every((value) => value.trim() !== '');

// What it will say, in words.
export function affected_words(filled: Filled): string {
  const versions = filled.versions.split(/[\s,]+/).filter(Boolean);
  if (versions.length) return `${filled.name} ${versions.join(', ')}`;
  const from = filled.introduced.trim() && filled.introduced.trim() !== '0' ? ` from ${filled.introduced.trim()}` : '';
  const until = filled.fixed.trim() ? ` before ${filled.fixed.trim()}` : '';
  return `${from || until ? '' : 'every version of '}${filled.name}${from}${until}`;
}
