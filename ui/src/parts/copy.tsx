import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import styles from './copy.module.css';

async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

// Copies `text`; says so for two seconds. With `worded` the label is shown.
export function Copy({ text, label, worded = false }: { text: string; label: string; worded?: boolean }) {
  const [done, setDone] = useState(false);
  const act = () => {
    void copy(text).then(() => {
      setDone(true);
      setTimeout(() => setDone(false), 2000);
    });
  };
  return (
    <button
      type="button"
      className={`${styles.copy} ${worded ? styles.worded : ''}`}
      aria-label={done ? 'Copied' : label}
      title={done ? 'Copied' : label}
      onClick={(event) => {
        event.preventDefault();
        event.stopPropagation();
        act();
      }}>
      {done ? <IconCheck size={14} /> : <IconCopy size={14} />}
      {worded && <span>{done ? 'Copied' : label}</span>}
    </button>
  );
}
