// Mantine would write its CSS variables into an inline <style>, which the page's content security policy forbids.
// This plugin computes the same variables from the theme at build time and serves them as a stylesheet,
// `virtual:mantine-variables.css`. Colours the page does not use are left out.
import {
  DEFAULT_THEME,
  convertCssVariables,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core';
import type { Plugin } from 'vite';
import { theme } from '../src/theme.ts';

const id = 'virtual:mantine-variables.css';
const resolved = '\0' + id;
const unused =
  /^--mantine-color-(pink|grape|violet|indigo|cyan|teal|green|lime|yellow|orange|blue|dark|gray|red)-\w/;
const used = /^--mantine-color-(dark|gray|red)-(\d|filled|light|outline|text)/;

const kept = (variables: Record<string, string>) =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => !unused.test(name) || used.test(name)));

export function mantineVariables(): Plugin {
  return {
    name: 'mantine-variables',
    resolveId: (source) => (source === id ? resolved : null),
    load(source) {
      if (source !== resolved) return null;
      const all = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme));
      const scheme = (name: string) => ({ '--mantine-color-scheme': name });
      return convertCssVariables({
        variables: kept(all.variables),
        light: { ...kept(all.light), ...scheme('light') },
        dark: { ...kept(all.dark), ...scheme('dark') },
      });
    },
  };
}
