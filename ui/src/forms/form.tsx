import { Button, Modal } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import styles from './form.module.css';

interface FormProps {
  title: string;
  opened: boolean;
  close: () => void;
  submit: () => void;
  word: string;
  busy?: boolean;
  able?: boolean;
  wide?: boolean;
  children: ReactNode;
}

// A form in a dialog: fields, what it will do, and one button that says the verb.
export function Form({ title, opened, close, submit, word, busy = false, able = true, wide = false, children }: FormProps) {
  const act = (event: FormEvent) => {
    event.preventDefault();
    if (able) submit();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={title}
      lockScroll={false}
      size={wide ? 'xl' : 'lg'}
      closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={act} className={styles.form}>
        {children}
        <div className={styles.buttons}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={!able}>
            {word}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

// What the form will do, before it does it.
export function Effect({ children }: { children: ReactNode }) {
  return (
    <div className={styles.effect} aria-live="polite">
      {children}
    </div>
  );
}
