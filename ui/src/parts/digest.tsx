import { Link } from 'wouter';
import { short_digest } from '../words/text.ts';
import { Copy } from './copy.tsx';
import styles from './copy.module.css';

// A digest in twelve digits, linked to its artifact, the whole on hover, one click copies it.
export function Digest({ digest, linked = true }: { digest: string; linked?: boolean }) {
  const code = <code title={digest}>{short_digest(digest)}</code>;
  return (
    <span className={styles.digest}>
      {linked ? <Link href={`/artifacts/${digest}`}>{code}</Link> : code}
      <Copy text={digest} label={`Copy digest ${short_digest(digest)}`} />
    </span>
  );
}
