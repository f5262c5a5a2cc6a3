// How delivery systems, what they ask and what they were told look and are said.
import type { CallerRequest, Integration } from '../../api/types-more.ts';
import type { Look } from '../../words/verdict.ts';

export const kind_words: Record<Integration['kind'], string> = {
  github: 'GitHub',
  gitlab: 'GitLab',
  flagger: 'Flagger',
  kubernetes: 'Kubernetes',
};

// It calls and is never called.
export const asks_by_address = (kind: Integration['kind']) => kind === 'flagger' || kind === 'kubernetes';

// "production as prod, staging", or what stands for any.
export function environments_of(row: Integration): string {
  const named = Object.entries(row.environments ?? {}).map(([theirs, ours]) =>
    theirs === ours ? ours : `${theirs} as ${ours}`,
  );
  if (row.environment) named.push(row.kind === 'kubernetes' && named.length ? `else ${row.environment}` : row.environment);
  if (row.merge_environment) named.push(`merge requests by ${row.merge_environment}`);
  return named.length ? named.join(', ') : 'environments of the same name';
}

const mode_looks: Record<NonNullable<Integration['mode']>, Look> = {
  enforce: { shape: 'square', tone: 'water', said: 'what does not pass is refused' },
  warn: { shape: 'ring', tone: 'amber', said: 'what does not pass is let in, with warnings' },
  shadow: { shape: 'ring', tone: 'amber', said: 'what does not pass is let in' },
};

export function state_of(row: Integration): { look: Look; word: string } {
  if (row.mode)
    return { look: mode_looks[row.mode], word: row.fail === 'open' ? `${row.mode}, fails open` : `${row.mode}, fails closed` };
  if (row.dead)
    return { look: { shape: 'diamond', tone: 'red', said: 'it refused answers for good' }, word: `${row.dead} given up` };
  if (row.pending)
    return { look: { shape: 'ring', tone: 'amber', said: 'requests wait for a verdict' }, word: `${row.pending} wait` };
  return { look: { shape: 'square', tone: 'water', said: 'nothing waits' }, word: 'nothing waits' };
}

const asking_words: Record<string, string> = {
  'protection-rule': 'may this deployment go on',
  deployment: 'may this deployment be approved',
  'status-check': 'is this merge request fit',
  test: 'who are we, as a test',
};

export function asked_words({ asked }: CallerRequest): string {
  const of = [asked.repository, asked.commit?.slice(0, 7)].filter(Boolean).join(' ');
  const to = asked.environment ? ` to ${asked.environment}` : '';
  return `${asking_words[asked.asking] ?? asked.asking}${of && `: ${of}`}${to}`;
}

const said_tones: Record<string, Look> = {
  approved: { shape: 'square', tone: 'water', said: 'it was let through' },
  passed: { shape: 'square', tone: 'water', said: 'it was let through' },
  rejected: { shape: 'diamond', tone: 'red', said: 'it was denied, or waited too long' },
  failed: { shape: 'diamond', tone: 'red', said: 'it was denied' },
};
const waits: Look = { shape: 'ring', tone: 'amber', said: 'the verdict is not settled' };
const dead: Look = { shape: 'triangle', tone: 'red', said: 'the system refused the answer for good' };
const answered: Look = { shape: 'square', tone: 'water', said: 'it was answered' };

export function said_look(row: CallerRequest): { look: Look; word: string } {
  if (row.state === 'dead') return { look: dead, word: 'given up' };
  if (row.state === 'pending') return { look: waits, word: row.said ? `waits, told ${row.said}` : 'waits' };
  return { look: said_tones[row.said] ?? answered, word: row.said || 'answered' };
}

export const recipe_of = (kind: Integration['kind']) =>
  kind === 'flagger' ? 'docs/how-to/gate-from-flux.md' : `docs/how-to/gate-from-${kind}.md`;
