// How flaws look and are said.
import type { Exposure, FindingState, FlawStatement, Vulnerability, WhereRow } from '../../api/types.ts';
import type { Look } from '../../words/verdict.ts';

export const state_looks: Record<FindingState, Look> = {
  opened: { shape: 'diamond', tone: 'red', said: 'an advisory says that this version is affected' },
  reopened: { shape: 'diamond', tone: 'red', said: 'it was closed once and is open again' },
  closed: { shape: 'square', tone: 'water', said: 'no advisory says it of this component any more' },
  retracted: { shape: 'grain', tone: 'quiet', said: 'the advisory was withdrawn' },
};

const severity_looks: Record<string, Look> = {
  critical: { shape: 'diamond', tone: 'red', said: 'a score of 9.0 or more' },
  high: { shape: 'triangle', tone: 'red', said: 'a score of 7.0 to 8.9' },
  medium: { shape: 'triangle', tone: 'amber', said: 'a score of 4.0 to 6.9' },
  low: { shape: 'grain', tone: 'quiet', said: 'a score below 4.0' },
};
const unscored: Look = { shape: 'ring', tone: 'amber', said: 'nobody scored it: it may be anything' };

export const severity_look = (severity: string): Look => severity_looks[severity] ?? unscored;
export const severity_word = (severity: string) => severity || 'not scored';
export const severity_rank = (severity: string) => {
  const at = ['critical', 'high', 'medium', '', 'low', 'none'].indexOf(severity);
  return at < 0 ? 9 : at;
};

const status_words: Record<FlawStatement['status'], string> = {
  not_affected: 'not affected',
  fixed: 'fixed',
  under_investigation: 'under investigation',
  affected: 'affected',
};
export const status_word = (status: FlawStatement['status']) => status_words[status];
export const stated_look = (status: FlawStatement['status']): Look =>
  status === 'affected'
    ? { shape: 'diamond', tone: 'red', said: 'somebody says that it is affected' }
    : status === 'under_investigation'
      ? { shape: 'ring', tone: 'amber', said: 'somebody looks into it' }
      : { shape: 'square', tone: 'water', said: 'somebody says that it is not affected, or fixed: it raises no alarm' };

const reach_words: Record<Exposure['reach'], string> = {
  network: 'from the network',
  unknown: 'not known',
  internal: 'from its containers’ network',
  loopback: 'from its host alone',
  none: 'from nowhere',
};
export const reach_word = (row: WhereRow) => reach_words[row.exposure?.reach ?? 'unknown'];
export const reach_rank = (row: WhereRow) => Object.keys(reach_words).indexOf(row.exposure?.reach ?? 'unknown');

// "vulnerable code not present, says Acme".
export function reason_words(statement: FlawStatement): string {
  const why = statement.justification.replaceAll('_', ' ') || statement.impact || statement.action;
  const who = statement.author || statement.attested_by;
  return [why, who && `says ${who}`].filter(Boolean).join(', ');
}

export const is_suppressed = (row: Vulnerability) => row.suppressed > 0 && row.suppressed >= row.artifacts;

export const where_of = (asked: string) => `/where?query=${encodeURIComponent(asked)}`;

// "log4j-core 2.14.1" of "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar". A Go module's major version is no
// name by itself: "jwt/v4 v4.2.0".
export function component_words(component: string): string {
  if (!component.startsWith('pkg:')) return component;
  const plain = component.replace(/[?#].*$/, '');
  const at = plain.lastIndexOf('@');
  const path = at > 0 ? plain.slice(0, at) : plain;
  const segments = path.split('/');
  const name = decoded(segments.slice(/^v\d+$/.test(segments.at(-1) ?? '') && segments.length > 2 ? -2 : -1).join('/'));
  return at > 0 ? `${name} ${decoded(plain.slice(at + 1))}` : name;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// Whoever has to do something about it.
export const owner_of = (row: WhereRow) => row.service || row.team || '';
