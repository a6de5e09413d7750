import { clip } from './clip.ts';

/** What the page says around the words of apps and of the catalogue. */
export type Words = Readonly<typeof english>;

export type ProblemCode = keyof Words['problems'];

/** What else is known of a problem. */
export type Problem = {
  /** The permissions that were left unticked. */
  scopes?: readonly string[] | undefined;
  /** The provider's own words. */
  said?: string | undefined;
};

/** Permissions as the end of a sentence names them; nothing where they are not known. */
export function shownScopes(scopes: readonly string[]): string {
  return scopes.length === 0 ? '' : `: ${clip(scopes.join(', '), 500)}`;
}

/** The provider's own words as a last sentence; nothing where it said nothing. */
function quote(lead: string, { said }: Problem): string {
  return said ? ` ${lead} “${said}”` : '';
}

/** The problem that a provider's code is. */
export function toProblem(words: Words, code: string | undefined): ProblemCode {
  const isKnown = code !== undefined && Object.hasOwn(words.problems, code);
  return isKnown ? (code as ProblemCode) : 'other'; // one of the keys, as was just looked at
}

const english = {
  title: (app: string) => `Connect to ${app}`,
  for: 'For the user',
  doorHint: (app: string) =>
    `${app} asks you to connect accounts. Continue only if you are this user.`,
  doorGo: 'Continue',
  intro: 'Connect what is asked for below. It is stored encrypted and used for this app alone.',
  progress: (done: number, all: number) => `${done} of ${all} connected`,
  nothingAsked: 'This app asks for nothing at the moment.',
  pending: 'To do',
  completed: 'Connected',
  expired: 'Expired',
  expiredHint: 'What was connected no longer works. Connect it anew.',
  missingScopes: (scopes: string) =>
    `Some permissions were left unticked${scopes}. Connect again, and allow all of them.`,
  required: '(required)',
  optional: '(optional)',
  advanced: 'More settings',
  defaultChoice: (value: string) => `Default: ${value}`,
  choose: 'Please choose',
  show: 'Show',
  hide: 'Hide',
  lines: 'One on each line.',
  jsonObject: 'A JSON object, such as {"name": "value"}.',
  moment: 'Date and time with the time zone, such as 2030-12-31T23:59:59Z.',
  save: 'Connect',
  connectWith: (provider: string) => `Continue to ${provider}`,
  reconnect: 'Connect anew',
  viaPipedream: 'You will be sent to Pipedream and come back here.',
  viaProvider: (provider: string) => `You will be sent to ${provider} and come back here.`,
  disconnect: 'Disconnect',
  disconnectTitle: (title: string) => `Disconnect “${title}”?`,
  disconnectHint: (app: string) => `${app} can no longer use it, and what is stored is deleted.`,
  keep: 'Keep it',
  done: 'All set',
  doneHint: (app: string) => `${app} has everything that it asked for. You can close this page.`,
  backTo: (app: string) => `Back to ${app}`,
  leaving: (provider: string) => `On to ${provider} …`,
  leavingLink: (host: string) => `Continue to ${host}`,
  waiting: 'Waiting for confirmation. This page looks again by itself.',
  ownWindow: 'Go on in the window that has opened. This page sees by itself when you are done.',
  handoff: (provider: string) =>
    `${provider} opens in a window of its own. Come back here afterwards: this page sees by itself when you are done.`,
  back: 'Back',
  windowDone: 'You can close this window.',
  windowFailed: 'Close this window, and go back to the page that you came from.',
  notConnected: 'Not connected',
  waitedEnough: 'No confirmation has arrived yet.',
  lookAgain: 'Look again',
  fixErrors: 'Please check what is marked below. Secrets must be typed again.',
  connectedNow: (provider: string) => `${provider} is connected.`,
  switchTitle: 'Is this you?',
  switchHint: (app: string, user: string) =>
    `In this browser somebody else’s accounts were being connected before. This link is for the user ${user} of ${app}. Go on only if that is you.`,
  switchGo: 'Yes, go on',
  staleForm: 'This form was no longer current. Nothing was changed; please try again.',
  theProvider: 'The provider',
  problems: {
    access_denied: (provider: string, problem: Problem) =>
      `${provider} says that you did not allow access. Nothing was changed.${quote('Its words:', problem)}`,
    missing_scopes: (provider: string, { scopes = [] }: Problem) =>
      `Some permissions were left unticked${shownScopes(scopes)}. ${provider} asks again when you continue: allow all of them.`,
    provider_not_configured: (provider: string, _: Problem) =>
      `${provider} is not set up for this app yet. Please tell the people who run the app.`,
    temporarily_unavailable: (provider: string, problem: Problem) =>
      `${provider} cannot be reached right now. Nothing was changed. Try again in a few minutes.${quote('Its words:', problem)}`,
    conflict: (provider: string, _: Problem) =>
      `${provider} was not connected: this link cannot replace what is there. Nothing was changed.`,
    other: (provider: string, { said }: Problem) =>
      `${provider} refused${said ? `: “${said}”` : ''}. Nothing was changed. Try again, or tell the people who run the app.`,
  },
  failures: {
    refused: {
      title: 'This link does not work any more',
      text: 'It has expired, was withdrawn, or is incomplete. Go back to the app that sent you here and start again from there.',
    },
    taken: {
      title: 'This link was opened already',
      text: 'It works in one browser only. Go back there, or start again from the app that sent you here.',
    },
    foreign: {
      title: 'Please use the link again',
      text: 'This was not sent from our page, so nothing was changed. Open the link that the app gave you, and press the button there.',
    },
    ended: {
      title: 'Your session has ended',
      text: 'Nothing that you connected was lost. Go back to the app that sent you here and start again from there.',
    },
    tooLarge: {
      title: 'That was too much',
      text: 'What was filled in is larger than can be taken. Nothing was changed. Go back in your browser, shorten it, and try again.',
    },
    tooMany: {
      title: 'That was too often',
      text: 'Nothing was changed. Wait a minute, go back in your browser, and try again.',
    },
    planted: {
      title: 'Please open this from the page itself',
      text: 'This link works only where it was made. If somebody sent it to you, close this window: nothing was changed. Otherwise go back to the page that you came from and press the button there.',
    },
    used: {
      title: 'This was opened already',
      text: 'It works once, and for ten minutes. Close this window, go back to the page that you came from, and press the button there again.',
    },
    missing: {
      title: 'There is nothing here',
      text: 'Go back to the app that sent you here and start again from there.',
    },
    unavailable: {
      title: 'We cannot be reached right now',
      text: 'Our database does not answer. Nothing was changed. Please try again in a moment.',
    },
    internal: {
      title: 'Something went wrong',
      text: 'The fault is ours. Please try again; if it stays, tell whoever runs the app that sent you here.',
    },
  },
};

const german: Words = {
  title: (app) => `Mit ${app} verbinden`,
  for: 'Für den Benutzer',
  doorHint: (app) =>
    `${app} bittet Sie, Konten zu verbinden. Gehen Sie nur weiter, wenn Sie dieser Benutzer sind.`,
  doorGo: 'Weiter',
  intro:
    'Verbinden Sie, worum unten gebeten wird. Es wird verschlüsselt gespeichert und nur für diese App verwendet.',
  progress: (done, all) => `${done} von ${all} verbunden`,
  nothingAsked: 'Diese App bittet im Moment um nichts.',
  pending: 'Offen',
  completed: 'Verbunden',
  expired: 'Abgelaufen',
  expiredHint: 'Was verbunden war, gilt nicht mehr. Bitte neu verbinden.',
  missingScopes: (scopes) =>
    `Einige Berechtigungen wurden nicht angekreuzt${scopes}. Bitte neu verbinden und alle erlauben.`,
  required: '(erforderlich)',
  optional: '(optional)',
  advanced: 'Weitere Einstellungen',
  defaultChoice: (value) => `Standard: ${value}`,
  choose: 'Bitte wählen',
  show: 'Zeigen',
  hide: 'Verbergen',
  lines: 'Ein Eintrag pro Zeile.',
  jsonObject: 'Ein JSON-Objekt, etwa {"name": "wert"}.',
  moment: 'Datum und Uhrzeit mit Zeitzone, etwa 2030-12-31T23:59:59+01:00.',
  save: 'Verbinden',
  connectWith: (provider) => `Weiter zu ${provider}`,
  reconnect: 'Neu verbinden',
  viaPipedream: 'Sie werden zu Pipedream geleitet und kommen hierher zurück.',
  viaProvider: (provider) => `Sie werden zu ${provider} geleitet und kommen hierher zurück.`,
  disconnect: 'Trennen',
  disconnectTitle: (title) => `„${title}“ trennen?`,
  disconnectHint: (app) =>
    `${app} kann es dann nicht mehr verwenden; was gespeichert ist, wird gelöscht.`,
  keep: 'Behalten',
  done: 'Alles erledigt',
  doneHint: (app) => `${app} hat alles, worum gebeten wurde. Sie können diese Seite schließen.`,
  backTo: (app) => `Zurück zu ${app}`,
  leaving: (provider) => `Weiter zu ${provider} …`,
  leavingLink: (host) => `Weiter zu ${host}`,
  waiting: 'Die Bestätigung steht noch aus. Diese Seite sieht von selbst wieder nach.',
  ownWindow:
    'Machen Sie in dem Fenster weiter, das sich geöffnet hat. Diese Seite merkt von selbst, wenn Sie fertig sind.',
  handoff: (provider) =>
    `${provider} öffnet sich in einem eigenen Fenster. Kommen Sie danach hierher zurück: Diese Seite merkt von selbst, wenn Sie fertig sind.`,
  back: 'Zurück',
  windowDone: 'Sie können dieses Fenster schließen.',
  windowFailed:
    'Schließen Sie dieses Fenster und gehen Sie zu der Seite zurück, von der Sie kommen.',
  notConnected: 'Nicht verbunden',
  waitedEnough: 'Es ist noch keine Bestätigung da.',
  lookAgain: 'Noch einmal nachsehen',
  fixErrors: 'Bitte prüfen Sie, was unten markiert ist. Geheimes muss neu eingegeben werden.',
  connectedNow: (provider) => `${provider} ist verbunden.`,
  switchTitle: 'Sind Sie das?',
  switchHint: (app, user) =>
    `In diesem Browser wurden zuvor Konten eines anderen Benutzers verbunden. Dieser Link ist für den Benutzer ${user} von ${app}. Gehen Sie nur weiter, wenn Sie das sind.`,
  switchGo: 'Ja, weiter',
  staleForm: 'Dieses Formular war nicht mehr aktuell. Nichts wurde geändert; bitte noch einmal.',
  theProvider: 'Der Anbieter',
  problems: {
    access_denied: (provider, problem) =>
      `${provider} meldet, dass Sie den Zugriff nicht erlaubt haben. Nichts wurde geändert.${quote('Wörtlich:', problem)}`,
    missing_scopes: (provider, { scopes = [] }) =>
      `Einige Berechtigungen wurden nicht angekreuzt${shownScopes(scopes)}. ${provider} fragt noch einmal, wenn Sie fortfahren: Erlauben Sie alle.`,
    provider_not_configured: (provider) =>
      `${provider} ist für diese App noch nicht eingerichtet. Bitte sagen Sie es den Betreibern der App.`,
    temporarily_unavailable: (provider, problem) =>
      `${provider} ist gerade nicht erreichbar. Nichts wurde geändert. Bitte versuchen Sie es in einigen Minuten wieder.${quote('Wörtlich:', problem)}`,
    conflict: (provider) =>
      `${provider} wurde nicht verbunden: Dieser Link kann nicht ersetzen, was schon da ist. Nichts wurde geändert.`,
    other: (provider, { said }) =>
      `${provider} hat abgelehnt${said ? `: „${said}“` : ''}. Nichts wurde geändert. Versuchen Sie es erneut, oder sagen Sie es den Betreibern der App.`,
  },
  failures: {
    refused: {
      title: 'Dieser Link gilt nicht mehr',
      text: 'Er ist abgelaufen, zurückgezogen oder unvollständig. Gehen Sie zurück zu der App, von der Sie kommen, und beginnen Sie dort neu.',
    },
    taken: {
      title: 'Dieser Link wurde schon geöffnet',
      text: 'Er gilt nur in einem Browser. Gehen Sie dorthin zurück, oder beginnen Sie neu in der App, von der Sie kommen.',
    },
    foreign: {
      title: 'Bitte öffnen Sie den Link noch einmal',
      text: 'Dies kam nicht von unserer Seite; es wurde nichts geändert. Öffnen Sie den Link, den Sie von der App haben, und drücken Sie dort auf den Knopf.',
    },
    ended: {
      title: 'Ihre Sitzung ist beendet',
      text: 'Was Sie verbunden haben, ist nicht verloren. Gehen Sie zurück zu der App, von der Sie kommen, und beginnen Sie dort neu.',
    },
    tooLarge: {
      title: 'Das war zu viel',
      text: 'Was eingegeben wurde, ist größer, als angenommen werden kann. Nichts wurde geändert. Gehen Sie im Browser zurück, kürzen Sie es, und versuchen Sie es erneut.',
    },
    tooMany: {
      title: 'Das war zu oft',
      text: 'Es wurde nichts geändert. Warten Sie eine Minute, gehen Sie im Browser zurück, und versuchen Sie es erneut.',
    },
    planted: {
      title: 'Bitte öffnen Sie dies von der Seite aus',
      text: 'Dieser Link gilt nur dort, wo er entstanden ist. Hat ihn Ihnen jemand geschickt, schließen Sie dieses Fenster: Es wurde nichts geändert. Gehen Sie sonst zu der Seite zurück, von der Sie kommen, und drücken Sie dort auf den Knopf.',
    },
    used: {
      title: 'Dies wurde schon geöffnet',
      text: 'Es gilt einmal und zehn Minuten lang. Schließen Sie dieses Fenster, gehen Sie zu der Seite zurück, von der Sie kommen, und drücken Sie dort noch einmal auf den Knopf.',
    },
    missing: {
      title: 'Hier ist nichts',
      text: 'Gehen Sie zurück zu der App, von der Sie kommen, und beginnen Sie dort neu.',
    },
    unavailable: {
      title: 'Wir sind gerade nicht erreichbar',
      text: 'Unsere Datenbank antwortet nicht. Nichts wurde geändert. Bitte versuchen Sie es gleich noch einmal.',
    },
    internal: {
      title: 'Etwas ist schiefgegangen',
      text: 'Der Fehler liegt bei uns. Bitte versuchen Sie es erneut; wenn er bleibt, wenden Sie sich an die Betreiber der App.',
    },
  },
};

export const wordsByLanguage = { en: english, de: german };
