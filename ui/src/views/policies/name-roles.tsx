import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { useGroups } from '../../api/queries-decide.ts';
import { words_of } from '../../api/client.ts';
import { Effect, Form } from '../../forms/form.tsx';
import { Empty, Problem } from '../../parts/empty.tsx';
import { command } from '../../words/command.ts';
import { listed } from '../../words/text.ts';
import { useChange } from './use-change.ts';

// Which groups must consent to a change of a policy; one person of each.
export function NameRoles({ named, close }: { named: string[]; close: () => void }) {
  const groups = useGroups();
  const [chosen, setChosen] = useState(named);
  const name = useChange(
    {
      decides: true,
      method: 'PUT',
      path: 'policy-roles',
      body: { roles: chosen },
      proposal: { named_roles: chosen },
      done: chosen.length ? `A change needs the consent of ${listed(chosen)}` : 'A change needs nobody’s consent',
    },
    close,
  );
  const toggle = (group: string, on: boolean) =>
    setChosen(on ? [...chosen, group] : chosen.filter((each) => each !== group));
  return (
    <Form
      title="Whose consent a change of a policy needs"
      opened
      close={close}
      word={name.roles.length ? 'Propose it' : 'Name them'}
      busy={name.busy}
      submit={() => name.make()}>
      {groups.data && groups.rows.length === 0 && (
        <Empty command={command('group create security --member ann')}>Roles are groups of people; there are none yet.</Empty>
      )}
      {groups.rows.map((group) => (
        <Checkbox
          key={group.name}
          label={`${group.name}: ${listed(group.members) || 'nobody yet'}`}
          checked={chosen.includes(group.name)}
          onChange={(event) => toggle(group.name, event.currentTarget.checked)}
        />
      ))}
      <Effect>
        {chosen.length
          ? `A policy that decides somewhere changes only by a proposal, when ${chosen.length === 1 ? 'a person' : `${chosen.length} different people`} of ${listed(chosen)} consented. Proposals that are open keep the roles they were made with.`
          : 'Who may change policies changes them at once; a proposal needs one other such person.'}
        {name.roles.length > 0 && ` It holds once ${listed(name.roles)} consented.`}
      </Effect>
      {name.error && <Problem>{words_of(name.error)}</Problem>}
    </Form>
  );
}
