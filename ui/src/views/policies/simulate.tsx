import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { json, words_of } from '../../api/client.ts';
import type { Flip, Mode, Simulation } from '../../api/types.ts';
import { Problem } from '../../parts/empty.tsx';
import { LookWord } from '../../parts/mark.tsx';
import { verdict_looks } from '../../words/decision.ts';
import { counted, number } from '../../words/text.ts';
import { time_of } from '../../words/time.ts';
import { form_of } from './form-of.ts';
import styles from './policies.module.css';

export interface Trial {
  name: string;
  source?: string; // else the newest version
  environment?: string;
  flow?: string;
  mode?: Mode;
  since?: string; // a span
}

// What would have been decided otherwise; the server decides again and records nothing.
export function useSimulation(trial: Trial, enabled: boolean) {
  const { since = '30d', source, ...rest } = trial;
  return useQuery({
    queryKey: ['fixed', 'simulation', trial],
    queryFn: () => {
      const from = Date.parse(time_of(since, 0) ?? '');
      return json<Simulation>('policies/simulate', {
        method: 'POST',
        body: {
          ...rest,
          ...(source !== undefined && { source, form: form_of(source) }),
          since: new Date(Date.now() - from).toISOString(),
        },
      });
    },
    enabled,
    retry: false,
  });
}

export function simulation_words(found: Simulation): string {
  if (found.decisions === 0) return 'Nothing was decided in that time, so nothing can be said.';
  const seen = `Of ${counted(found.decisions, 'decision')}, `;
  if (found.flips_total === 0) return `${seen}none would be another.`;
  const parts = [
    found.to_fail && `${counted(found.to_fail, 'release')} that could run would be held back`,
    found.to_pass && `${counted(found.to_pass, 'release')} that was held back could run`,
  ].filter(Boolean);
  return `${seen}${parts.join('; ') || `${number(found.flips_total)} would read otherwise`}.`;
}

// Every verdict that would flip, with what would be asked for, before anything is enforced.
export function Simulated({ trial, running }: { trial: Trial; running: boolean }) {
  const read = useSimulation(trial, running);
  if (!running) return null;
  if (read.error) return <Problem>{words_of(read.error)}</Problem>;
  if (!read.data) return <p className="quiet">Deciding again…</p>;
  return <Found found={read.data} />;
}

// What a simulation found: verdicts that flip, and the rules that are missed most.
export function Found({ found }: { found: Simulation }) {
  const unmet = Object.entries(found.rules).sort((a, b) => b[1] - a[1]);
  return (
    <section aria-label="Simulation" className={styles.simulation}>
      <p aria-live="polite">
        <strong className={found.to_fail ? 'red' : ''}>{simulation_words(found)}</strong>
        {found.decisions > 0 && !found.passes_anything && (
          <span className="red"> By itself it let nothing through: enforcing it would stop everything.</span>
        )}
      </p>
      {unmet.length > 0 && (
        <p className="quiet">
          Not met most often: {unmet.slice(0, 5).map(([rule, count]) => `${rule} (${number(count)})`).join(', ')}.
        </p>
      )}
      {found.flips.length > 0 && (
        <ul className="plain" aria-label="What would flip">
          {found.flips.slice(0, 30).map((flip, index) => (
            <Flipped key={index} flip={flip} />
          ))}
        </ul>
      )}
      {found.flips_total > 30 && <p className="quiet">and {number(found.flips_total - 30)} more</p>}
    </section>
  );
}

function Flipped({ flip }: { flip: Flip }) {
  return (
    <li className={styles.flip}>
      <span className="row">
        <LookWord look={verdict_looks[flip.was]} word={flip.was} />
        <span aria-hidden>→</span>
        <span className="hidden">would be</span>
        <LookWord look={verdict_looks[flip.is]} word={flip.is} strong />
      </span>
      <span>
        <Link href={`/artifacts/${flip.artifact}`}>{flip.name || 'an artifact'}</Link> in {flip.environment}
        {flip.decision > 0 && (
          <>
            {' '}
            <Link href={`/decisions/${flip.decision}`} className="quiet">
              entry {flip.decision}
            </Link>
          </>
        )}
      </span>
      <span className="quiet wrap">
        {flip.missing
          .slice(0, 2)
          .map((each) => `${each.rule}: ${each.message}`)
          .join('; ')}
      </span>
    </li>
  );
}
