// What an exception is about, when it ends, and how that looks.
import type { BreakGlass, Exception } from '../../api/types.ts';
import { duration, moment } from '../../words/time.ts';
import type { Look } from '../../words/verdict.ts';

export const about = (exception: Exception) =>
  exception.rule
    ? `rule ${exception.rule}`
    : exception.finding
      ? `finding ${exception.finding}`
      : `workload ${exception.scope.workloads[0]?.name ?? exception.workload}`;

export const exception_looks: Record<Exception['state'], Look> = {
  requested: { shape: 'ring', tone: 'amber', said: 'asked for; nothing is excepted yet' },
  'in-force': { shape: 'hollow', tone: 'amber', said: 'in force' },
  refused: { shape: 'grain', tone: 'quiet', said: 'refused' },
  ended: { shape: 'grain', tone: 'quiet', said: 'over; what it covered counts again' },
};
export const glass_looks: Record<BreakGlass['state'], Look> = {
  open: { shape: 'diamond', tone: 'red', said: 'let in past the rules, until its end' },
  over: { shape: 'triangle', tone: 'amber', said: 'its time is over, and nobody has looked at it' },
  reviewed: { shape: 'grain', tone: 'quiet', said: 'somebody has looked at it' },
};

export const ends_words: Record<string, string> = {
  'fix-available': 'a fix is available',
  'known-exploitation': 'it is known to be exploited',
  'scope-growth': 'it would cover more than was shown',
  'evidence-change': 'there is newer evidence',
  'likelihood-rise': 'its exploitation became more likely',
  time: 'its time was over',
  renewed: 'it was renewed',
  person: 'somebody ended it',
};

// "5 days left", and whether that is soon.
export function left(exception: Exception, now: number): { words: string; soon: boolean } {
  const span = moment(exception.until) - now;
  if (span <= 0) return { words: 'over', soon: true };
  return { words: `${duration(span)} left`, soon: now >= moment(exception.warn_at) };
}
