import { useMe } from '../../api/queries.ts';
import { useApprovalRequest } from '../../api/queries-decide.ts';
import { Loaded, View } from '../../parts/view.tsx';
import { RequestBody } from './request-body.tsx';
import { sentence_of } from './request-words.ts';
import { Vote } from './vote.tsx';

// A request for approval: the release difference, who has consented, and who is still needed.
export default function Request({ id }: { id: string }) {
  const read = useApprovalRequest(id);
  const me = useMe();
  return (
    <Loaded read={read}>
      {(request) => (
        <View sentence={sentence_of(request)}>
          <RequestBody request={request} act={<Vote request={request} me={me.data} />} />
        </View>
      )}
    </Loaded>
  );
}
