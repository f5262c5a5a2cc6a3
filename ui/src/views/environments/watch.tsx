import { useAct } from '../../api/act.ts';
import { useScopes } from '../../api/queries.ts';
import type { Environment, Reporter, ScopeRule } from '../../api/types.ts';
import { Sure } from '../../forms/sure.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Empty } from '../../parts/empty.tsx';
import { When } from '../../parts/when.tsx';
import { agent_command } from '../../words/command.ts';
import { counted, number } from '../../words/text.ts';
import styles from './environments.module.css';

// Who reports, by which means, what they can't see and how to grant it; and what was excluded on purpose.
export function Watch({ environment }: { environment: Environment }) {
  return (
    <div className={styles.cells}>
      <section aria-label="Reporters">
        <h3>Reporters</h3>
        {environment.reporters.length === 0 && (
          <Empty command={agent_command(environment.name)}>Nobody reports from here.</Empty>
        )}
        {environment.reporters.map((reporter) => (
          <ReporterLine key={reporter.id} reporter={reporter} />
        ))}
      </section>
      <Scopes environment={environment.name} />
    </div>
  );
}

function ReporterLine({ reporter }: { reporter: Reporter }) {
  return (
    <div className={styles.reporter}>
      <div className="row apart">
        <span>
          <strong>{reporter.host}</strong>{' '}
          <span className={reporter.state === 'silent' ? 'amber strong' : 'quiet'}>{reporter.state}</span>
        </span>
        <span className="quiet">
          last seen <When at={reporter.last_seen_at} />
          {reporter.sequence !== undefined && <> · report {number(reporter.sequence)}</>}
          {reporter.lag_us !== undefined && <> · {(reporter.lag_us / 1000).toFixed(1)} ms behind</>}
          {(reporter.events_lost ?? 0) > 0 && (
            <span className="amber"> · {counted(reporter.events_lost ?? 0, 'event')} lost</span>
          )}
        </span>
      </div>
      <ul className={`${styles.sources} plain`}>
        {(reporter.sources ?? []).map((source) => (
          <li key={source.watches + source.means + (source.detail ?? '')} className={styles.source}>
            <span>{source.watches}</span>
            <span className="quiet">{source.means}</span>
            <span className="wrap">
              {source.blind ? (
                <span className="amber">not seen: {source.blind}</span>
              ) : (
                <span className="quiet">{source.detail || 'all seen'}</span>
              )}
              {source.remedy && (
                <span>
                  {' '}
                  · {source.remedy} <Copy text={source.remedy} label="Copy the remedy" />
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const told = (rule: ScopeRule) =>
  (['path', 'user', 'unit', 'container'] as const)
    .filter((name) => rule[name])
    .map((name) => `${name} ${rule[name] ?? ''}`)
    .join(', ');

function Scopes({ environment }: { environment: string }) {
  const read = useScopes(environment);
  const end = useAct<string>({
    method: 'DELETE',
    path: (id) => `environments/${encodeURIComponent(environment)}/scopes/${encodeURIComponent(id)}`,
    done: () => 'The rule is ended',
  });
  const rules = read.data?.scopes ?? [];
  return (
    <section aria-label="Scope rules">
      <h3>What is not watched, on purpose</h3>
      {rules.length === 0 && <Empty>No scope rule: everything the reporters can see is watched.</Empty>}
      {rules.map((rule) => (
        <div key={rule.id} className={`${styles.reporter} row apart`}>
          <span className="wrap">
            <strong>{rule.effect}</strong> <code>{told(rule)}</code>
            <br />
            <span className="quiet">
              {rule.reason}
              {rule.expires_at && (
                <>
                  {' '}
                  · ends <When at={rule.expires_at} />
                </>
              )}
            </span>
          </span>
          <Sure
            button="End…"
            title="End this scope rule"
            word="End it"
            busy={end.isPending}
            act={(close) => rule.id && end.mutate(rule.id, { onSuccess: close })}>
            {rule.effect === 'exclude'
              ? `What matches ${told(rule)} is watched again, and is an alert where nobody approved it.`
              : `What matches ${told(rule)} is watched only where no other rule excludes it.`}
          </Sure>
        </div>
      ))}
    </section>
  );
}
