import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, address, words_of } from '../../api/client.ts';
import type { ApprovalRequest } from '../../api/types.ts';
import { Loaded, View } from '../../parts/view.tsx';
import { Login } from '../login/login.tsx';
import { RequestBody } from './request-body.tsx';
import { sentence_of } from './request-words.ts';
import styles from './approvals.module.css';

async function read_linked(token: string): Promise<ApprovalRequest> {
  const answer = await fetch(address(`approval-links/${encodeURIComponent(token)}`, 'default'), {
    cache: 'no-store',
    credentials: 'omit',
  });
  if (answer.ok) return (await answer.json()) as ApprovalRequest;
  throw new ApiError(answer.status, 'forbidden', 'This link shows nothing any more. Sign in to see the request.');
}

// One request for who holds its link and has no account: it shows, and never acts.
export default function ByLink({ token }: { token: string }) {
  const [signing, setSigning] = useState(false);
  const read = useQuery({ queryKey: ['fixed', 'link', token], queryFn: () => read_linked(token), retry: false });
  if (signing) return <Login />;
  const sign_in = (
    <Button onClick={() => setSigning(true)}>Sign in to consent or refuse</Button>
  );
  if (read.error)
    return (
      <main className={styles.reader}>
        <p role="alert">{words_of(read.error)}</p>
        {sign_in}
      </main>
    );
  return (
    <main className={styles.reader}>
      <Loaded read={read}>
        {(request) => (
          <View sentence={sentence_of(request).map(({ text, emphasis }) => ({ text, emphasis: emphasis ?? null }))}>
            <RequestBody request={request} linked={false} act={request.state === 'open' && sign_in} />
          </View>
        )}
      </Loaded>
    </main>
  );
}
