import { useQuery } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { Link } from 'wouter';
import { json, query } from '../../api/client.ts';
import { useHosts } from '../../api/queries-resolve.ts';
import type { Host } from '../../api/types.ts';
import { Empty } from '../../parts/empty.tsx';
import { Loaded } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { agent_command, command } from '../../words/command.ts';
import { counted } from '../../words/text.ts';
import { Copy } from '../../parts/copy.tsx';
import styles from './environments.module.css';

// What is installed on each host, and how much of it has a flaw.
export function Hosts({ environment }: { environment: string }) {
  const read = useHosts(environment);
  return (
    <section aria-label="Hosts">
      <Loaded read={read}>
        {(data) =>
          data.hosts.length === 0 ? (
            <Empty command={agent_command(environment)}>
              No agent has told what is installed here. It does where dpkg or rpm is.
            </Empty>
          ) : (
            <>
              {data.hosts.map((host) => (
                <Fragment key={host.host}>
                  <HostLine host={host} />
                  <News host={host} />
                </Fragment>
              ))}
            </>
          )
        }
      </Loaded>
    </section>
  );
}

function HostLine({ host }: { host: Host }) {
  const show = command(`host inventory ${host.host} --environment ${host.environment} --open`);
  return (
    <div className={`${styles.reporter} row apart`}>
      <span>
        <strong>{host.host}</strong>{' '}
        <span className="quiet">
          {host.distribution} · {counted(host.packages, 'package')}
          {host.programs > 0 && <> · {counted(host.programs, 'Java program')}</>} · taken <When at={host.taken_at} />
        </span>
      </span>
      <span>
        {!host.read ? (
          <span className="quiet">not read yet</span>
        ) : host.open > 0 ? (
          <Link href={`/vulnerabilities?environment=${encodeURIComponent(host.environment)}`} className="red">
            {counted(host.open, 'open flaw')}
          </Link>
        ) : (
          <span className="quiet">no flaw known</span>
        )}{' '}
        <Copy text={show} label={`Copy the command that shows ${host.host}`} />
      </span>
    </div>
  );
}

interface HostNews {
  since: string;
  news: { name: string; before: string; now: string }[];
}

const told = ({ name, before, now }: HostNews['news'][number]) =>
  !before ? `${name} ${now} came` : !now ? `${name} ${before} went` : `${name} went from ${before} to ${now}`;

// Packages that came, changed or went since Weir first saw the host; read when somebody opens it.
function News({ host }: { host: Host }) {
  const [open, setOpen] = useState(false);
  const read = useQuery({
    queryKey: [`environment:${host.environment}`, 'news', host.host],
    queryFn: () =>
      json<HostNews>(
        `hosts/${encodeURIComponent(host.host)}/news${query({ environment: host.environment })}`,
      ),
    enabled: open,
  });
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="quiet">What was installed since {host.host} was first seen</summary>
      {open && (
        <Loaded read={read}>
          {({ since, news }) => (
            <>
              <p className="quiet">
                first seen <When at={since} />
                {news.length === 0 && ': nothing came, changed or went'}
              </p>
              <ul>
                {news.map((each) => (
                  <li key={`${each.name} ${each.before} ${each.now}`}>
                    <code className="wrap">{told(each)}</code>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Loaded>
      )}
    </details>
  );
}
