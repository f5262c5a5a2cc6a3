import { useMantineColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { make_editor } from './code.ts';
import styles from './policies.module.css';

interface EditorProps {
  value: string; // at the beginning; from then on the editor has the text. To put another one in, give it another key.
  label: string;
  change: (value: string) => void;
}

// The source of a policy in an editor that knows the fields of the form. It stands in a shadow tree of its own: there its
// styles are sheets made by script, which the page's policy allows, and no <style> elements, which it does not.
export default function Editor({ value, label, change }: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const said = useRef(change);
  said.current = change;
  const first = useRef(value);
  const { colorScheme } = useMantineColorScheme();
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    const made = make_editor(root, first.current, label, (text) => said.current(text));
    return () => {
      first.current = made.state.doc.toString();
      made.destroy();
    };
  }, [label, colorScheme]);
  return <div ref={host} className={styles.editor} />;
}
