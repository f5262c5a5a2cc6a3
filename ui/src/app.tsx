import { MantineProvider, mergeThemeOverrides } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { ApiError } from './api/client.ts';
import { useSession } from './api/session.ts';
import { link_token } from './api/link.ts';
import { Shell } from './shell/shell.tsx';
import tabs from './styles/tabs.module.css';
import { theme } from './theme.ts';
import { Login } from './views/login/login.tsx';

const is_final = (error: unknown) => error instanceof ApiError && error.status < 500 && error.status !== 429;

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5000,
      retry: (count, error) => count < 3 && !is_final(error),
      refetchOnWindowFocus: true,
    },
  },
});

const ByLink = lazy(() => import('./views/approvals/by-link.tsx'));

// Classes of style files stand here: the theme itself is read at build time too.
const styled = mergeThemeOverrides(theme, {
  components: { Tabs: { classNames: { list: tabs['list'], tab: tabs['tab'] } } },
});

// Styles come from files alone: the policy of the page forbids inline style elements.
export function App() {
  const session = useSession();
  if (!session) client.clear();
  return (
    <MantineProvider
      theme={styled}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
      withStaticClasses={false}>
      <QueryClientProvider client={client}>
        {session ? <Shell key={session.token} /> : <Door />}
      </QueryClientProvider>
    </MantineProvider>
  );
}

// Without a session: the sign-in, or what a link to an approval request shows.
function Door() {
  const token = link_token();
  if (!token) return <Login />;
  return (
    <Suspense fallback={null}>
      <ByLink token={token} />
    </Suspense>
  );
}
