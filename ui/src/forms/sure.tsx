import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Effect, Form } from './form.tsx';

interface SureProps {
  button: string;
  title: string;
  word: string;
  busy: boolean;
  act: (close: () => void) => void;
  children: ReactNode; // what it will do
}

// A button for what cannot be taken back: it says first what it will do, and does it on the second word.
export function Sure({ button, title, word, busy, act, children }: SureProps) {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
        {button}
      </Button>
      {open && (
        <Form title={title} opened close={close} word={word} busy={busy} submit={() => act(close)}>
          <Effect>{children}</Effect>
        </Form>
      )}
    </>
  );
}
