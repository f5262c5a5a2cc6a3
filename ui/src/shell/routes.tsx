import { lazy } from 'react';
import { Link, Route, Switch } from 'wouter';
import { Empty } from '../parts/empty.tsx';
import { Overview } from '../views/overview/overview.tsx';

// Every view but the first is its own file, loaded when it is asked for.
const Environments = lazy(() => import('../views/environments/environments.tsx'));
const Environment = lazy(() => import('../views/environments/environment.tsx'));
const Flows = lazy(() => import('../views/flows/flows.tsx'));
const Flow = lazy(() => import('../views/flows/flow.tsx'));
const Trail = lazy(() => import('../views/flows/trail.tsx'));
const Artifacts = lazy(() => import('../views/artifacts/artifacts.tsx'));
const Artifact = lazy(() => import('../views/artifacts/artifact.tsx'));
const Approvals = lazy(() => import('../views/approvals/approvals.tsx'));
const ApprovalRequest = lazy(() => import('../views/approvals/request.tsx'));
const Exceptions = lazy(() => import('../views/exceptions/exceptions.tsx'));
const Exception = lazy(() => import('../views/exceptions/exception.tsx'));
const Policies = lazy(() => import('../views/policies/policies.tsx'));
const Policy = lazy(() => import('../views/policies/policy.tsx'));
const PolicyProposal = lazy(() => import('../views/policies/proposal.tsx'));
const Decisions = lazy(() => import('../views/decisions/decisions.tsx'));
const Decision = lazy(() => import('../views/decisions/decision.tsx'));
const Windows = lazy(() => import('../views/windows/windows.tsx'));
const Vulnerabilities = lazy(() => import('../views/vulnerabilities/vulnerabilities.tsx'));
const Vulnerability = lazy(() => import('../views/vulnerabilities/vulnerability.tsx'));
const Where = lazy(() => import('../views/vulnerabilities/where.tsx'));
const Components = lazy(() => import('../views/vulnerabilities/components.tsx'));
const Advisories = lazy(() => import('../views/advisories/advisories.tsx'));
const Impact = lazy(() => import('../views/impact/impact.tsx'));
const Campaigns = lazy(() => import('../views/campaigns/campaigns.tsx'));
const Campaign = lazy(() => import('../views/campaigns/campaign.tsx'));
const Alerts = lazy(() => import('../views/alerts/alerts.tsx'));
const Alert = lazy(() => import('../views/alerts/alert.tsx'));
const Incident = lazy(() => import('../views/alerts/incident.tsx'));
const Ledger = lazy(() => import('../views/ledger/ledger.tsx'));
const Entry = lazy(() => import('../views/ledger/entry.tsx'));
const Integrations = lazy(() => import('../views/integrations/integrations.tsx'));
const Settings = lazy(() => import('../views/settings/settings.tsx'));

export function Routes() {
  return (
    <Switch>
      <Route path="/">
        <Overview />
      </Route>
      <Route path="/wall">
        <Overview wall />
      </Route>
      <Route path="/environments">
        <Environments />
      </Route>
      <Route path="/environments/:name">
        {({ name }) => <Environment key={name} name={decodeURIComponent(name)} />}
      </Route>
      <Route path="/flows">
        <Flows />
      </Route>
      <Route path="/flows/:flow">{({ flow }) => <Flow key={flow} name={decodeURIComponent(flow)} />}</Route>
      <Route path="/flows/:flow/trails/:trail">
        {({ flow, trail }) => <Trail flow={decodeURIComponent(flow)} name={decodeURIComponent(trail)} />}
      </Route>
      <Route path="/artifacts">
        <Artifacts />
      </Route>
      <Route path="/artifacts/:digest">
        {({ digest }) => <Artifact key={digest} digest={decodeURIComponent(digest)} />}
      </Route>
      <Route path="/approvals">
        <Approvals />
      </Route>
      <Route path="/approval-requests/:id">{({ id }) => <ApprovalRequest key={id} id={id} />}</Route>
      <Route path="/exceptions">
        <Exceptions />
      </Route>
      <Route path="/exceptions/:id">{({ id }) => <Exception key={id} id={id} />}</Route>
      <Route path="/policies">
        <Policies />
      </Route>
      <Route path="/policies/:name">{({ name }) => <Policy key={name} name={decodeURIComponent(name)} />}</Route>
      <Route path="/policy-proposals/:id">{({ id }) => <PolicyProposal key={id} id={id} />}</Route>
      <Route path="/decisions">
        <Decisions />
      </Route>
      <Route path="/decisions/:entry">{({ entry }) => <Decision key={entry} entry={entry} />}</Route>
      <Route path="/windows">
        <Windows />
      </Route>
      <Route path="/vulnerabilities">
        <Vulnerabilities />
      </Route>
      <Route path="/vulnerabilities/:id">{({ id }) => <Vulnerability key={id} id={id} />}</Route>
      <Route path="/campaigns">
        <Campaigns />
      </Route>
      <Route path="/campaigns/:id">{({ id }) => <Campaign key={id} id={id} />}</Route>
      <Route path="/where">
        <Where />
      </Route>
      <Route path="/advisories">
        <Advisories />
      </Route>
      <Route path="/impact">
        <Impact />
      </Route>
      <Route path="/components">
        <Components />
      </Route>
      <Route path="/alerts">
        <Alerts />
      </Route>
      <Route path="/alerts/:id">{({ id }) => <Alert key={id} id={decodeURIComponent(id)} />}</Route>
      <Route path="/incidents/:id">{({ id }) => <Incident key={id} id={decodeURIComponent(id)} />}</Route>
      <Route path="/ledger">
        <Ledger />
      </Route>
      <Route path="/ledger/:index">{({ index }) => <Entry key={index} index={index} />}</Route>
      <Route path="/integrations">
        <Integrations />
      </Route>
      <Route path="/settings">
        <Settings />
      </Route>
      <Route>
        <Empty>
          Nothing lives at this address. <Link href="/">Back to the overview</Link>
        </Empty>
      </Route>
    </Switch>
  );
}
