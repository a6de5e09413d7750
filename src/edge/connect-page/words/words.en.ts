import type { ConnectionType } from '../../../core/catalog/catalog.ts';
import { type Problem, shownScopes } from './told.ts';

/** The page's own texts in one language. The compiler reports a language that lacks one. */
export type Words = Readonly<typeof english>;

type Category = ConnectionType['category'];

export type ProblemCode = keyof Words['problems'];

/** Returns the provider's own words as a last sentence; nothing if it said nothing. */
function quoteProvider({ said }: Problem): string {
  return said ? ` Its message: “${said}”` : '';
}

/** Returns the problem that a provider's code stands for. */
export function toProblem(code: string | undefined): ProblemCode {
  const isKnown = code !== undefined && Object.hasOwn(english.problems, code);
  return isKnown ? (code as ProblemCode) : 'other'; // hasOwn has just found it among the keys
}

/** The page in English. */
export const english = {
  title: (app: string) => `Connect to ${app}`,
  for: 'For the user',
  linkHint: (app: string) =>
    `${app} asks you to connect accounts. Continue only if you are this user.`,
  linkGo: 'Continue',
  intro:
    'Connect the accounts below. What you enter is stored encrypted and used for this app only.',
  progress: (done: number, all: number) => `${done} of ${all} connected`,
  search: 'Search',
  searchNone: 'Nothing matches your search.',
  showAll: 'Show all',
  categories: {
    llm: 'AI models',
    vector_store: 'Vector stores',
    database: 'Databases',
    graph: 'Graph databases',
    document: 'Documents',
    web_search: 'Web search',
    audio: 'Speech and audio',
    sandbox: 'Sandboxes',
    mcp: 'MCP servers',
    http: 'Web services',
    cloud: 'Cloud',
    oauth2: 'Accounts',
    communication: 'Communication',
    crm: 'Customers and sales',
    productivity: 'Productivity',
    developer: 'Development',
    design: 'Design',
    marketing: 'Marketing',
    payments: 'Payments',
    accounting: 'Accounting',
    commerce: 'Online shops',
    support: 'Customer support',
    analytics: 'Analytics',
    storage: 'File storage',
    hr: 'Human resources',
    social: 'Social media',
    security: 'Security',
    monitoring: 'Monitoring',
    data: 'Data',
    calendar: 'Calendars',
    other: 'Other',
  } satisfies Record<Category | 'other', string>,
  nothingAsked: 'This app does not ask for anything at the moment.',
  pending: 'To do',
  completed: 'Connected',
  expired: 'Expired',
  expiredHint: 'The connection no longer works. Please connect again.',
  missingScopes: (scopes: string) =>
    `Some permissions were not allowed${scopes}. Connect again and allow all of them.`,
  asksFor: (app: string) => `${app} asks for permission to:`,
  whereToFind: (provider: string) => `Find this at ${provider}`,
  newTab: '(opens in a new tab)',
  account: (account: string) => `Account: ${account}`,
  connectedOn: (date: string) => `Connected on ${date}`,
  replace: 'Replace',
  replaceHint: 'What is connected now stays until the new one is stored.',
  unchecked: (provider: string) =>
    `${provider} is connected, but it could not be checked whether this works.`,
  required: '(required)',
  optional: '(optional)',
  advanced: 'More settings',
  defaultChoice: (value: string) => `Default: ${value}`,
  choose: 'Please choose',
  show: 'Show',
  hide: 'Hide',
  lines: 'Enter one value on each line.',
  jsonObject: 'A JSON object, such as {"name": "value"}.',
  pasteFile: 'JSON file',
  pasteFileHint: 'Paste the JSON file, or choose it. Its values fill the fields below.',
  chooseFile: 'Choose a file',
  pasteUrl: 'Connection string',
  pasteUrlHint: 'If you have a connection string, paste it. Its parts fill the fields below.',
  pasteDone: 'The fields below are filled in. Please check them.',
  pasteUseless: 'Nothing in this text fits the fields below. Paste all of it.',
  rowName: 'Name',
  rowValue: 'Value',
  addRow: 'Add a row',
  removeRow: 'Remove',
  rows: 'Each row has a name and a value.',
  moment: 'Date and time with the time zone, such as 2030-12-31T23:59:59Z.',
  save: 'Connect',
  checking: 'Checking …',
  connectWith: (provider: string) => `Continue to ${provider}`,
  viaPipedream: 'You will be sent to Pipedream and come back here.',
  viaProvider: (provider: string) => `You will be sent to ${provider} and come back here.`,
  disconnect: 'Disconnect',
  disconnectTitle: (title: string) => `Disconnect “${title}”?`,
  disconnectHint: (app: string) =>
    `${app} can then no longer use it. The data that is stored for it is deleted.`,
  keep: 'Keep it',
  done: 'All set',
  doneHint: (app: string) => `${app} has everything that it asked for. You can close this page.`,
  backTo: (app: string) => `Back to ${app}`,
  leaving: (provider: string) => `Opening ${provider} …`,
  leavingLink: (host: string) => `Continue to ${host}`,
  waiting: 'Waiting for confirmation. This page checks by itself.',
  ownWindow:
    'Continue in the window that opened. This page notices when you are done. If you closed that window, press the button again.',
  windowBlocked:
    'Your browser did not open a new window. If you continue in this one, you lose what you typed in other cards. Connect those first, or press the button again to continue here.',
  onlyOneCard: 'Send one form before you fill in the next. You lose what you typed in other forms.',
  handoff: (provider: string) =>
    `${provider} opens in a new window. Come back here afterwards: this page notices when you are done.`,
  back: 'Back',
  windowDone: 'You can close this window.',
  windowFailed: 'Close this window and go back to the page that you came from.',
  notConnected: 'Not connected',
  waitedEnough: 'No confirmation has arrived yet.',
  lookAgain: 'Check again',
  fixErrors: 'Please correct the marked fields. Enter passwords and keys again.',
  connectedNow: (provider: string) => `${provider} is connected.`,
  switchTitle: 'Is this you?',
  switchHint: (app: string, user: string) =>
    `This browser was used to connect another person’s accounts. This link is for the user ${user} of ${app}. Continue only if that is you.`,
  switchGo: 'Yes, continue',
  staleForm: 'This form was out of date. Nothing was changed. Please try again.',
  theProvider: 'The provider',
  problems: {
    access_denied: (provider: string, problem: Problem) =>
      `${provider} says that you did not allow access. Nothing was changed.${quoteProvider(problem)}`,
    missing_scopes: (provider: string, { scopes = [] }: Problem) =>
      `Some permissions were not allowed${shownScopes(scopes)}. ${provider} asks again when you continue. Please allow all of them.`,
    provider_not_configured: (provider: string, _: Problem) =>
      `${provider} is not set up for this app yet. Please tell the people who run the app.`,
    temporarily_unavailable: (provider: string, problem: Problem) =>
      `${provider} cannot be reached right now. Nothing was changed. Please try again in a few minutes.${quoteProvider(problem)}`,
    conflict: (provider: string, _: Problem) =>
      `${provider} was not connected, because something else was changed at the same time. Please try again.`,
    linked_elsewhere: (provider: string, _: Problem) =>
      `${provider} was connected with another link, and this link cannot replace or disconnect it. Nothing was changed. If the other link was not yours, tell the people who run the app.`,
    another_browser: (provider: string, _: Problem) =>
      `${provider} sent you back in another browser, so nothing was connected. Please try again, and stay in this browser.`,
    too_many: (provider: string, _: Problem) =>
      `${provider} was not connected, because there were too many attempts within a minute. Wait a minute and try again.`,
    other: (provider: string, { said }: Problem) =>
      `${provider} refused${said ? `: “${said}”` : ''}. Nothing was changed. Please try again. If it happens again, tell the people who run the app.`,
  },
  failures: {
    refused: {
      title: 'This link no longer works',
      text: 'It has expired, was revoked or is incomplete. Go back to the app that sent you here and start again from there.',
    },
    taken: {
      title: 'This link was already opened',
      text: 'It works in one browser only. Go back to that browser, or start again from the app that sent you here.',
    },
    foreign: {
      title: 'Please use the link again',
      text: 'The request did not come from our page, so nothing was changed. Open the link that the app gave you and press the button there.',
    },
    ended: {
      title: 'Your session has ended',
      text: 'Nothing that you connected was lost. Go back to the app that sent you here and start again from there.',
    },
    tooLarge: {
      title: 'That is too long',
      text: 'What you entered is longer than we accept. Nothing was changed. Go back in your browser, shorten it and try again.',
    },
    tooMany: {
      title: 'Too many attempts',
      text: 'Nothing was changed. Wait a minute, go back in your browser and try again.',
    },
    planted: {
      title: 'Please open this from the page itself',
      text: 'This step works only from the page where it began. If somebody sent you this link, close this window: nothing was changed. Otherwise go back to the page that you came from and press the button there.',
    },
    used: {
      title: 'This was already opened',
      text: 'It works only once and for ten minutes. Close this window, go back to the page that you came from and press the button there again.',
    },
    missing: {
      title: 'There is nothing here',
      text: 'Go back to the app that sent you here and start again from there.',
    },
    unavailable: {
      title: 'We cannot be reached right now',
      text: 'Our database does not respond. Nothing was changed. Please try again in a moment.',
    },
    internal: {
      title: 'Something went wrong',
      text: 'The fault is ours. Please try again. If it happens again, tell the people who run the app that sent you here.',
    },
  },
};
