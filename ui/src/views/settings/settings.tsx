import { useMe, useOrganization } from '../../api/queries.ts';
import { Loaded, View } from '../../parts/view.tsx';
import { say } from '../../words/text.ts';
import { zone } from '../../words/time.ts';
import { Accounts } from './accounts.tsx';
import { Channels } from './channels.tsx';

// Who may do what, and where alerts go.
export default function Settings() {
  const read = useMe();
  const organization = useOrganization().data;
  return (
    <Loaded read={read}>
      {(me) => (
        <View
          sentence={[
            say(`You are ${me.name}, ${me.roles.join(' and ')} in ${organization?.title || me.organization}.`),
            say(organization?.contact ? ` Turn to ${organization.contact} about what stands here.` : ''),
            say(` Times are relative; the exact time is on hover, in UTC${zone === 'UTC' ? '' : ` and ${zone}`}.`),
          ]}>
          <Channels />
          <Accounts />
        </View>
      )}
    </Loaded>
  );
}
