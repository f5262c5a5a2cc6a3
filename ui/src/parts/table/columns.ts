// What a column of a table is: how it shows, sorts, filters and exports a row.
import type { ReactNode } from 'react';

export interface Column<Row> {
  id: string;
  header: string;
  show: (row: Row) => ReactNode;
  text: (row: Row) => string; // filtered by `id:words`, and exported
  order?: (row: Row) => number | string;
  wide?: boolean; // left out on narrow screens
  hidden?: boolean; // left out until chosen
  grow?: boolean;
  opens?: boolean; // what it shows is the row's link, which keys reach
}

export function csv<Row>(columns: Column<Row>[], rows: Row[]): string {
  const quoted = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const cell = (text: string) => quoted(/^[=+\-@\t]/.test(text) ? `'${text}` : text); // or a spreadsheet would compute it
  const lines = rows.map((row) => columns.map((column) => cell(column.text(row))).join(','));
  return [columns.map((column) => column.id).join(','), ...lines].join('\r\n') + '\r\n';
}

export function download(name: string, type: string, text: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
