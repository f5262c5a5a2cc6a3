import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { ApiError, json, words_of } from '../../api/client.ts';
import { enter, leave_reason } from '../../api/session.ts';
import type { Me } from '../../api/types.ts';
import { Copy } from '../../parts/copy.tsx';
import { Problem } from '../../parts/empty.tsx';
import { Logo } from '../../shell/logo.tsx';
import styles from './login.module.css';

const command = '. var/weir.env && echo "$WEIR_TOKEN"';

// Sign in with a token. It stays in this tab only.
export function Login() {
  const [token, setToken] = useState('');
  const [organization, setOrganization] = useState('default');
  const [problem, setProblem] = useState(leave_reason());
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const as = { token: token.trim(), organization: organization.trim() || 'default' };
    setBusy(true);
    try {
      await json<Me>('me', { as });
      enter(as);
    } catch (error) {
      setProblem(
        error instanceof ApiError && error.status === 401
          ? 'This token is not known here, or it has ended.'
          : words_of(error),
      );
      setBusy(false);
    }
  }

  return (
    <main className={styles.page}>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <div className={styles.brand}>
          <Logo size={30} />
          <h1>Weir</h1>
        </div>
        <p className="quiet">What runs, set against what was approved.</p>
        {problem && <Problem>{problem}</Problem>}
        <TextInput
          label="Token"
          type="password"
          name="token"
          autoComplete="current-password"
          autoFocus
          required
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          placeholder="weir_…"
        />
        <TextInput
          label="Organization"
          name="organization"
          autoComplete="organization"
          value={organization}
          onChange={(event) => setOrganization(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy} fullWidth>
          Sign in
        </Button>
        <div className={styles.hint}>
          <span className="quiet">
            The first token lies in <code>admin.token</code> in the data folder. After <code>make run</code>:
          </span>
          <span className={styles.command}>
            <code>{command}</code>
            <Copy text={command} label="Copy the command" />
          </span>
        </div>
      </form>
    </main>
  );
}
