import type { ReactNode } from 'react';
import { Copy } from './copy.tsx';
import styles from './empty.module.css';

// A list with nothing in it teaches: what would stand here, and the one command that fills it.
export function Empty({ children, command }: { children: ReactNode; command?: string }) {
  return (
    <div className={styles.empty}>
      <p>{children}</p>
      {command && (
        <div className={styles.command}>
          <code>{command}</code>
          <Copy text={command} label="Copy the command" />
        </div>
      )}
    </div>
  );
}

export function Problem({ children }: { children: ReactNode }) {
  return (
    <div className={styles.problem} role="alert">
      {children}
    </div>
  );
}
