// How verdicts of the gate and results of rules look and are said. Told by shape and colour, never by colour alone.
import type { DecisionRecord, GateVerdict, Mode, Outcome, RuleResult, SentencePart } from '../api/types.ts';
import { counted, say } from './text.ts';
import type { Look } from './verdict.ts';

export const verdict_looks: Record<GateVerdict, Look> = {
  deny: { shape: 'diamond', tone: 'red', said: 'a rule that is enforced is violated' },
  undecided: { shape: 'ring', tone: 'amber', said: 'evidence is missing; undecided does not pass' },
  warn: { shape: 'triangle', tone: 'amber', said: 'passes, with a warning' },
  allow: { shape: 'square', tone: 'water', said: 'every rule that is enforced is met' },
};

export const outcome_looks: Record<Outcome, Look> = {
  violated: { shape: 'diamond', tone: 'red', said: 'the rule is not met' },
  'no-evidence': { shape: 'ring', tone: 'amber', said: 'nothing tells whether the rule is met' },
  excepted: { shape: 'hollow', tone: 'amber', said: 'not met, and an exception in force says that it may be' },
  satisfied: { shape: 'square', tone: 'water', said: 'the rule is met' },
  'not-applicable': { shape: 'grain', tone: 'quiet', said: 'the rule does not apply here' },
};

export const mode_said: Record<Mode, string> = {
  enforce: 'decides',
  warn: 'is said, and lets pass',
  shadow: 'is recorded, and changes nothing',
};

const order = Object.keys(outcome_looks) as Outcome[];
const modes: Mode[] = ['enforce', 'warn', 'shadow'];

// What keeps it from running stands first.
export const by_weight = (a: RuleResult, b: RuleResult) =>
  modes.indexOf(a.mode) - modes.indexOf(b.mode) ||
  order.indexOf(a.result) - order.indexOf(b.result) ||
  a.id.localeCompare(b.id);

export const is_open = (rule: RuleResult) => rule.result === 'violated' || rule.result === 'no-evidence';

// "payments-api may not run in production: 2 rules are not met."
export function verdict_sentence(record: DecisionRecord, name: string, running: boolean): SentencePart[] {
  const enforced = record.rules.filter((rule) => rule.mode === 'enforce');
  const count = (result: Outcome) => enforced.filter((rule) => rule.result === result).length;
  const [violated, silent, excepted] = [count('violated'), count('no-evidence'), count('excepted')];
  const where = say(record.environment, `/environments/${encodeURIComponent(record.environment)}`);
  const may = {
    allow: running ? ' may go on running in ' : ' may run in ',
    warn: running ? ' may go on running in ' : ' may run in ',
    deny: running ? ' should not go on running in ' : ' may not run in ',
    undecided: running ? ' is not known to be right in ' : ' may not run yet in ',
  }[record.verdict];
  const why = {
    allow: ': every rule is met.',
    warn: ', with a warning.',
    deny: `: ${counted(violated, 'rule is', 'rules are')} not met.`,
    undecided: `: evidence is missing for ${counted(silent, 'rule')}.`,
  }[record.verdict];
  const tone = verdict_looks[record.verdict].tone;
  return [
    say(name, `/artifacts/${record.artifact}`),
    say(may, undefined, record.verdict === 'allow' ? undefined : tone),
    where,
    say(why),
    say(record.verdict === 'deny' && silent ? ` Evidence is missing for ${counted(silent, 'more rule')}.` : ''),
    say(excepted ? ` ${counted(excepted, 'rule is', 'rules are')} excepted.` : ''),
  ];
}
