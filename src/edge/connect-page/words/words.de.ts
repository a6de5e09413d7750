import { type Problem, shownScopes } from './told.ts';
import type { Words } from './words.en.ts';

/** Returns the provider's own words as a last sentence; nothing if it said nothing. */
function quoteProviderInGerman({ said }: Problem): string {
  return said ? ` Wörtlich: „${said}“` : '';
}

/** The page in German. */
export const german: Words = {
  title: (app) => `Mit ${app} verbinden`,
  for: 'Für den Benutzer',
  linkHint: (app) =>
    `${app} bittet Sie, Konten zu verbinden. Fahren Sie nur fort, wenn Sie dieser Benutzer sind.`,
  linkGo: 'Weiter',
  intro:
    'Verbinden Sie die Konten unten. Ihre Angaben werden verschlüsselt gespeichert und nur für diese App verwendet.',
  progress: (done, all) => `${done} von ${all} verbunden`,
  search: 'Suchen',
  searchNone: 'Ihre Suche hat nichts gefunden.',
  showAll: 'Alle anzeigen',
  categories: {
    llm: 'KI-Modelle',
    vector_store: 'Vektordatenbanken',
    database: 'Datenbanken',
    graph: 'Graphdatenbanken',
    document: 'Dokumente',
    web_search: 'Websuche',
    audio: 'Sprache und Audio',
    sandbox: 'Sandboxen',
    mcp: 'MCP-Server',
    http: 'Webdienste',
    cloud: 'Cloud',
    oauth2: 'Konten',
    communication: 'Kommunikation',
    crm: 'Kunden und Vertrieb',
    productivity: 'Produktivität',
    developer: 'Entwicklung',
    design: 'Design',
    marketing: 'Marketing',
    payments: 'Zahlungen',
    accounting: 'Buchhaltung',
    commerce: 'Onlineshops',
    support: 'Kundenservice',
    analytics: 'Analyse',
    storage: 'Dateispeicher',
    hr: 'Personal',
    social: 'Soziale Medien',
    security: 'Sicherheit',
    monitoring: 'Überwachung',
    data: 'Daten',
    calendar: 'Kalender',
    other: 'Sonstiges',
  },
  nothingAsked: 'Diese App benötigt im Moment nichts von Ihnen.',
  pending: 'Offen',
  completed: 'Verbunden',
  expired: 'Abgelaufen',
  expiredHint: 'Die Verbindung funktioniert nicht mehr. Bitte verbinden Sie neu.',
  missingScopes: (scopes) =>
    `Einige Berechtigungen wurden nicht angekreuzt${scopes}. Bitte verbinden Sie neu und erlauben Sie alle.`,
  asksFor: (app) => `${app} bittet um diese Berechtigungen:`,
  whereToFind: (provider) => `Zu finden bei ${provider}`,
  newTab: '(öffnet einen neuen Tab)',
  account: (account) => `Konto: ${account}`,
  connectedOn: (date) => `Verbunden am ${date}`,
  replace: 'Ersetzen',
  replaceHint: 'Was jetzt verbunden ist, bleibt, bis das Neue gespeichert ist.',
  unchecked: (provider) => `${provider} ist verbunden. Ob es funktioniert, ließ sich nicht prüfen.`,
  required: '(erforderlich)',
  optional: '(optional)',
  advanced: 'Weitere Einstellungen',
  defaultChoice: (value) => `Standard: ${value}`,
  choose: 'Bitte wählen',
  show: 'Anzeigen',
  hide: 'Verbergen',
  lines: 'Ein Eintrag pro Zeile.',
  jsonObject: 'Ein JSON-Objekt, etwa {"name": "wert"}.',
  pasteFile: 'JSON-Datei',
  pasteFileHint:
    'Fügen Sie die JSON-Datei ein, oder wählen Sie sie aus. Ihre Werte füllen die Felder darunter.',
  chooseFile: 'Datei auswählen',
  pasteUrl: 'Verbindungszeichenfolge',
  pasteUrlHint:
    'Wenn Sie eine Verbindungszeichenfolge haben, fügen Sie sie ein. Ihre Teile füllen die Felder darunter.',
  pasteDone: 'Die Felder darunter sind ausgefüllt. Bitte prüfen Sie sie.',
  pasteUseless: 'Nichts in diesem Text passt zu den Feldern darunter. Fügen Sie ihn ganz ein.',
  rowName: 'Name',
  rowValue: 'Wert',
  addRow: 'Zeile hinzufügen',
  removeRow: 'Entfernen',
  rows: 'Jede Zeile hat einen Namen und einen Wert.',
  moment: 'Datum und Uhrzeit mit Zeitzone, etwa 2030-12-31T23:59:59+01:00.',
  save: 'Verbinden',
  checking: 'Wird geprüft …',
  connectWith: (provider) => `Weiter zu ${provider}`,
  viaPipedream: 'Sie werden zu Pipedream weitergeleitet und kommen danach hierher zurück.',
  viaProvider: (provider) =>
    `Sie werden zu ${provider} weitergeleitet und kommen danach hierher zurück.`,
  disconnect: 'Trennen',
  disconnectTitle: (title) => `„${title}“ trennen?`,
  disconnectHint: (app) =>
    `${app} kann es dann nicht mehr verwenden. Die gespeicherten Daten werden gelöscht.`,
  keep: 'Behalten',
  done: 'Alles erledigt',
  doneHint: (app) => `${app} hat alles Nötige. Sie können diese Seite schließen.`,
  backTo: (app) => `Zurück zu ${app}`,
  leaving: (provider) => `Weiter zu ${provider} …`,
  leavingLink: (host) => `Weiter zu ${host}`,
  waiting: 'Die Bestätigung steht noch aus. Diese Seite prüft das von selbst.',
  ownWindow:
    'Machen Sie in dem Fenster weiter, das sich geöffnet hat. Diese Seite merkt, wenn Sie fertig sind. Wenn Sie das Fenster geschlossen haben, klicken Sie noch einmal auf die Schaltfläche.',
  windowBlocked:
    'Ihr Browser hat kein neues Fenster geöffnet. Wenn Sie hier weitermachen, geht verloren, was Sie bei anderen Konten eingegeben haben. Verbinden Sie zuerst diese, oder klicken Sie noch einmal auf die Schaltfläche, um hier weiterzumachen.',
  onlyOneCard:
    'Senden Sie ein Formular ab, bevor Sie das nächste ausfüllen: Eingaben in anderen Formularen gehen verloren.',
  handoff: (provider) =>
    `${provider} öffnet sich in einem neuen Fenster. Kommen Sie danach hierher zurück: Diese Seite merkt, wenn Sie fertig sind.`,
  back: 'Zurück',
  windowDone: 'Sie können dieses Fenster schließen.',
  windowFailed:
    'Schließen Sie dieses Fenster und gehen Sie zu der Seite zurück, von der Sie kommen.',
  notConnected: 'Nicht verbunden',
  waitedEnough: 'Es ist noch keine Bestätigung eingetroffen.',
  lookAgain: 'Noch einmal prüfen',
  fixErrors:
    'Bitte berichtigen Sie die markierten Felder. Passwörter und Schlüssel müssen Sie noch einmal eingeben.',
  connectedNow: (provider) => `${provider} ist verbunden.`,
  switchTitle: 'Sind Sie das?',
  switchHint: (app, user) =>
    `In diesem Browser wurden zuvor Konten einer anderen Person verbunden. Dieser Link ist für den Benutzer ${user} von ${app}. Fahren Sie nur fort, wenn Sie das sind.`,
  switchGo: 'Ja, weiter',
  staleForm:
    'Dieses Formular war nicht mehr aktuell. Es wurde nichts geändert. Bitte versuchen Sie es noch einmal.',
  theProvider: 'Der Anbieter',
  problems: {
    access_denied: (provider, problem) =>
      `${provider} meldet, dass Sie den Zugriff nicht erlaubt haben. Es wurde nichts geändert.${quoteProviderInGerman(problem)}`,
    missing_scopes: (provider, { scopes = [] }) =>
      `Einige Berechtigungen wurden nicht angekreuzt${shownScopes(scopes)}. ${provider} fragt noch einmal, wenn Sie fortfahren. Bitte erlauben Sie alle.`,
    provider_not_configured: (provider) =>
      `${provider} ist für diese App noch nicht eingerichtet. Bitte wenden Sie sich an die Betreiber der App.`,
    temporarily_unavailable: (provider, problem) =>
      `${provider} ist gerade nicht erreichbar. Es wurde nichts geändert. Bitte versuchen Sie es in einigen Minuten noch einmal.${quoteProviderInGerman(problem)}`,
    conflict: (provider) =>
      `${provider} wurde nicht verbunden, weil gleichzeitig etwas anderes geändert wurde. Bitte versuchen Sie es noch einmal.`,
    linked_elsewhere: (provider) =>
      `${provider} wurde mit einem anderen Link verbunden; dieser Link kann das weder ersetzen noch trennen. Es wurde nichts geändert. Wenn der andere Link nicht von Ihnen war, wenden Sie sich an die Betreiber der App.`,
    another_browser: (provider) =>
      `${provider} hat Sie in einem anderen Browser zurückgeleitet, daher wurde nichts verbunden. Bitte versuchen Sie es noch einmal, und bleiben Sie in diesem Browser.`,
    too_many: (provider) =>
      `${provider} wurde nicht verbunden, weil in einer Minute zu viel versucht wurde. Warten Sie eine Minute, und versuchen Sie es noch einmal.`,
    other: (provider, { said }) =>
      `${provider} hat abgelehnt${said ? `: „${said}“` : ''}. Es wurde nichts geändert. Bitte versuchen Sie es noch einmal. Wenn es wieder geschieht, wenden Sie sich an die Betreiber der App.`,
  },
  failures: {
    refused: {
      title: 'Dieser Link gilt nicht mehr',
      text: 'Er ist abgelaufen, wurde zurückgezogen oder ist unvollständig. Gehen Sie zurück zu der App, von der Sie kommen, und beginnen Sie dort neu.',
    },
    taken: {
      title: 'Dieser Link wurde schon geöffnet',
      text: 'Er gilt nur in einem Browser. Gehen Sie zu diesem Browser zurück, oder beginnen Sie neu in der App, von der Sie kommen.',
    },
    foreign: {
      title: 'Bitte öffnen Sie den Link noch einmal',
      text: 'Die Anfrage kam nicht von unserer Seite, daher wurde nichts geändert. Öffnen Sie den Link, den Sie von der App haben, und klicken Sie dort auf die Schaltfläche.',
    },
    ended: {
      title: 'Ihre Sitzung ist beendet',
      text: 'Was Sie verbunden haben, ist nicht verloren gegangen. Gehen Sie zurück zu der App, von der Sie kommen, und beginnen Sie dort neu.',
    },
    tooLarge: {
      title: 'Das ist zu lang',
      text: 'Ihre Eingabe ist länger, als wir annehmen. Es wurde nichts geändert. Gehen Sie im Browser zurück, kürzen Sie die Eingabe, und versuchen Sie es noch einmal.',
    },
    tooMany: {
      title: 'Das war zu oft',
      text: 'Es wurde nichts geändert. Warten Sie eine Minute, gehen Sie im Browser zurück, und versuchen Sie es noch einmal.',
    },
    planted: {
      title: 'Bitte öffnen Sie dies von der Seite aus',
      text: 'Dieser Schritt geht nur von der Seite aus, auf der er begonnen hat. Wenn Ihnen jemand diesen Link geschickt hat, schließen Sie dieses Fenster: Es wurde nichts geändert. Gehen Sie sonst zu der Seite zurück, von der Sie kommen, und klicken Sie dort auf die Schaltfläche.',
    },
    used: {
      title: 'Dies wurde schon geöffnet',
      text: 'Das geht nur einmal und zehn Minuten lang. Schließen Sie dieses Fenster, gehen Sie zu der Seite zurück, von der Sie kommen, und klicken Sie dort noch einmal auf die Schaltfläche.',
    },
    missing: {
      title: 'Hier ist nichts',
      text: 'Gehen Sie zurück zu der App, von der Sie kommen, und beginnen Sie dort neu.',
    },
    unavailable: {
      title: 'Wir sind gerade nicht erreichbar',
      text: 'Unsere Datenbank antwortet nicht. Es wurde nichts geändert. Bitte versuchen Sie es gleich noch einmal.',
    },
    internal: {
      title: 'Etwas ist schiefgegangen',
      text: 'Der Fehler liegt bei uns. Bitte versuchen Sie es noch einmal. Wenn es wieder geschieht, wenden Sie sich an die Betreiber der App, von der Sie kommen.',
    },
  },
};
