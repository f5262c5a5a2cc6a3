import { Copy } from '../../parts/copy.tsx';
import { Effect } from '../../forms/form.tsx';

// A secret that the server will never show again.
export function Once({ what, secret }: { what: string; secret: string }) {
  return (
    <Effect>
      {what} Copy it now: it is shown once and kept hashed.
      <p className="wrap">
        <code>{secret}</code> <Copy text={secret} label="Copy the secret" />
      </p>
    </Effect>
  );
}
