import { Link } from 'wouter';
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
                <HostLine key={host.host} host={host} />
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
