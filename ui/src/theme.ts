// The palette of the page for Mantine's controls. The page's own colours are the custom properties in styles/tokens.css.
import { createTheme, type MantineColorsTuple } from '@mantine/core';

const water: MantineColorsTuple = [
  '#eef6fb',
  '#cfe5f3',
  '#a9d0e8',
  '#7fb9dc',
  '#4aa8dd',
  '#2a7fb8',
  '#216a9c',
  '#1b5a86',
  '#17394d',
  '#0f2836',
];
const dark: MantineColorsTuple = [
  '#e6edf2',
  '#b9c5ce',
  '#8b9aa6',
  '#5b6a76',
  '#34424c',
  '#243038',
  '#151d23',
  '#11181d',
  '#0e1418',
  '#0a0f12',
];
const gray: MantineColorsTuple = [
  '#f4f6f7',
  '#eceff2',
  '#dde3e8',
  '#c6cfd6',
  '#a8b4be',
  '#84929e',
  '#5f6f7c',
  '#485661',
  '#2c3842',
  '#15202b',
];

export const theme = createTheme({
  primaryColor: 'water',
  primaryShade: { light: 6, dark: 6 },
  autoContrast: true,
  colors: { water, dark, gray },
  black: '#15202b',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Inter, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  defaultRadius: 6,
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  respectReducedMotion: true,
  components: { Button: { defaultProps: { fw: 500 } } },
  cursorType: 'pointer',
});
