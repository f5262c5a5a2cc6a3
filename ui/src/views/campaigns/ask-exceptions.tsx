// The exceptions of some owners of a campaign, asked for at once: what they would cover is shown first, and another
// person grants each.
import { Checkbox, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useAct } from '../../api/act.ts';
import { json, words_of } from '../../api/client.ts';
import type { CampaignStory, ExceptionScope } from '../../api/types.ts';
import { Effect, Form } from '../../forms/form.tsx';
import { Problem } from '../../parts/empty.tsx';
import { counted } from '../../words/text.ts';
import { time_of } from '../../words/time.ts';

interface Asked {
  scopes: ExceptionScope[];
  skipped: { artifact_name: string; environment: string; why: string }[];
}

export function AskExceptions({ story, close }: { story: CampaignStory; close: () => void }) {
  const open = story.owners.filter((each) => each.open > 0);
  const [owners, setOwners] = useState<string[]>([]);
  const [told, setTold] = useState({ until: '14d', reason: '', control: '' });
  const [opened_at] = useState(Date.now); // or what is asked for would differ at every look
  const until = time_of(told.until, opened_at);
  const complete = Boolean(owners.length && until && told.reason && told.control);
  const path = `campaigns/${story.campaign.id}/exceptions`;
  const body = { owners, until, reason: told.reason, compensating_control: told.control };
  const [asked] = useDebouncedValue(complete ? JSON.stringify(body) : '', 300);
  const preview = useQuery({
    queryKey: ['fixed', 'campaign-exceptions', path, asked],
    queryFn: () => json<Asked>(`${path}?preview=true`, { method: 'POST', body: JSON.parse(asked) as unknown }),
    enabled: Boolean(asked),
  });
  const ask = useAct<void>({
    path: () => path,
    body: () => JSON.parse(asked) as unknown,
    done: () => `Exceptions of ${story.campaign.cluster} are asked for`,
  });
  const field = (name: keyof typeof told, label: string, placeholder: string) => (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={told[name]}
      onChange={(event) => setTold({ ...told, [name]: event.currentTarget.value })}
    />
  );
  return (
    <Form
      title={`Ask for exceptions of ${story.campaign.cluster}`}
      opened
      close={close}
      word="Ask for them"
      busy={ask.isPending}
      able={complete && Boolean(preview.data?.scopes.length) && asked === JSON.stringify(body)}
      submit={() => ask.mutate(undefined, { onSuccess: close })}>
      <Checkbox.Group label="Of these owners" value={owners} onChange={setOwners}>
        {open.map((each) => (
          <Checkbox
            key={each.owner}
            value={each.owner}
            label={`${each.owner || 'nobody'}: ${counted(each.open, 'workload')}`}
          />
        ))}
      </Checkbox.Group>
      {field('until', 'Until', '14d, 2026-12-24')}
      {field('reason', 'Reason', 'Why it cannot be mended now')}
      {field('control', 'What holds instead', 'The firewall lets nobody in')}
      {complete && (
        <Effect>
          {preview.error
            ? words_of(preview.error)
            : preview.data
              ? `It asks for ${counted(preview.data.scopes.length, 'exception')}, one for each artifact and environment` +
                (preview.data.skipped.length ? `; ${preview.data.skipped.length} asked for already` : '') +
                '. Another person grants each.'
              : 'Looking at what they would cover…'}
        </Effect>
      )}
      {ask.error && <Problem>{words_of(ask.error)}</Problem>}
    </Form>
  );
}
