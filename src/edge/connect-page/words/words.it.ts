import { type Problem, shownScopes } from './told.ts';
import type { Words } from './words.en.ts';

/** Returns the provider's own words as a last sentence; nothing if it said nothing. */
function quoteProviderInItalian({ said }: Problem): string {
  return said ? ` Messaggio: «${said}»` : '';
}

/** The page in Italian. */
export const italian: Words = {
  title: (app) => `Collegamento a ${app}`,
  for: 'Per l’utente',
  linkHint: (app) =>
    `${app} Le chiede di collegare degli account. Continui solo se è questo utente.`,
  linkGo: 'Continua',
  intro:
    'Colleghi gli account qui sotto. I dati inseriti sono conservati in forma cifrata e usati solo per questa app.',
  progress: (done, all) => `${done} di ${all} collegati`,
  search: 'Cerca',
  searchNone: 'La ricerca non ha trovato nulla.',
  showAll: 'Mostra tutto',
  categories: {
    llm: 'Modelli di IA',
    vector_store: 'Database vettoriali',
    database: 'Database',
    graph: 'Database a grafo',
    document: 'Documenti',
    web_search: 'Ricerca sul web',
    audio: 'Voce e audio',
    sandbox: 'Ambienti isolati',
    mcp: 'Server MCP',
    http: 'Servizi web',
    cloud: 'Cloud',
    oauth2: 'Account',
    communication: 'Comunicazione',
    crm: 'Clienti e vendite',
    productivity: 'Produttività',
    developer: 'Sviluppo',
    design: 'Design',
    marketing: 'Marketing',
    payments: 'Pagamenti',
    accounting: 'Contabilità',
    commerce: 'Negozi online',
    support: 'Assistenza clienti',
    analytics: 'Analisi',
    storage: 'Archiviazione di file',
    hr: 'Risorse umane',
    social: 'Social media',
    security: 'Sicurezza',
    monitoring: 'Monitoraggio',
    data: 'Dati',
    calendar: 'Calendari',
    other: 'Altro',
  },
  nothingAsked: 'Al momento questa app non chiede nulla.',
  pending: 'Da fare',
  completed: 'Collegato',
  expired: 'Scaduto',
  expiredHint: 'Il collegamento non funziona più. Lo rifaccia.',
  missingScopes: (scopes) =>
    `Alcune autorizzazioni non sono state concesse${scopes}. Ripeta il collegamento e le conceda tutte.`,
  asksFor: (app) => `${app} chiede queste autorizzazioni:`,
  whereToFind: (provider) => `Dove trovarlo in ${provider}`,
  newTab: '(si apre in una nuova scheda)',
  account: (account) => `Account: ${account}`,
  connectedOn: (date) => `Collegato il ${date}`,
  replace: 'Sostituisci',
  replaceHint: 'Ciò che è collegato resta finché il nuovo non è stato salvato.',
  unchecked: (provider) =>
    `${provider} è collegato, ma non è stato possibile verificare se funziona.`,
  required: '(obbligatorio)',
  optional: '(facoltativo)',
  advanced: 'Altre impostazioni',
  defaultChoice: (value) => `Predefinito: ${value}`,
  choose: 'Scegliere un’opzione',
  show: 'Mostra',
  hide: 'Nascondi',
  lines: 'Inserisca un valore per riga.',
  jsonObject: 'Un oggetto JSON, ad esempio {"name": "valore"}.',
  pasteFile: 'File JSON',
  pasteFileHint:
    'Incolli il file JSON oppure lo scelga. I suoi valori compilano i campi qui sotto.',
  chooseFile: 'Scegli un file',
  pasteUrl: 'Stringa di connessione',
  pasteUrlHint:
    'Se ha una stringa di connessione, la incolli. Le sue parti compilano i campi qui sotto.',
  pasteDone: 'I campi qui sotto sono compilati. Li verifichi.',
  pasteUseless: 'Nulla in questo testo corrisponde ai campi qui sotto. Lo incolli per intero.',
  rowName: 'Nome',
  rowValue: 'Valore',
  addRow: 'Aggiungi una riga',
  removeRow: 'Rimuovi',
  rows: 'Ogni riga ha un nome e un valore.',
  moment: 'Data e ora con il fuso orario, ad esempio 2030-12-31T23:59:59+01:00.',
  save: 'Collega',
  checking: 'Verifica in corso…',
  connectWith: (provider) => `Continua su ${provider}`,
  viaPipedream: 'Verrà indirizzato a Pipedream e poi riportato qui.',
  viaProvider: (provider) => `Verrà indirizzato a ${provider} e poi riportato qui.`,
  disconnect: 'Scollega',
  disconnectTitle: (title) => `Scollegare «${title}»?`,
  disconnectHint: (app) =>
    `${app} non potrà più usare questo collegamento. I dati salvati saranno eliminati.`,
  keep: 'Mantieni',
  done: 'Tutto pronto',
  doneHint: (app) => `${app} ha tutto ciò che ha chiesto. Può chiudere questa pagina.`,
  backTo: (app) => `Torna a ${app}`,
  leaving: (provider) => `Apertura di ${provider}…`,
  leavingLink: (host) => `Continua su ${host}`,
  waiting: 'In attesa di conferma. Questa pagina controlla da sola.',
  ownWindow:
    'Continui nella finestra che si è aperta. Questa pagina rileva quando ha finito. Se ha chiuso la finestra, prema di nuovo il pulsante.',
  windowBlocked:
    'Il browser non ha aperto una nuova finestra. Se continua in questa, perde ciò che ha inserito per altri account. Colleghi prima quelli, oppure prema di nuovo il pulsante per continuare qui.',
  onlyOneCard:
    'Invii un modulo prima di compilare il successivo. Ciò che ha inserito negli altri va perso.',
  handoff: (provider) =>
    `${provider} si apre in una nuova finestra. Poi torni qui: questa pagina rileva quando ha finito.`,
  back: 'Indietro',
  windowDone: 'Può chiudere questa finestra.',
  windowFailed: 'Chiuda questa finestra e torni alla pagina da cui proviene.',
  notConnected: 'Non collegato',
  waitedEnough: 'Non è ancora arrivata alcuna conferma.',
  lookAgain: 'Controlla di nuovo',
  fixErrors: 'Corregga i campi evidenziati. Inserisca di nuovo password e chiavi.',
  connectedNow: (provider) => `${provider} è collegato.`,
  switchTitle: 'È Lei?',
  switchHint: (app, user) =>
    `Questo browser è stato usato per collegare gli account di un’altra persona. Questo link è per l’utente ${user} di ${app}. Continui solo se è Lei.`,
  switchGo: 'Sì, continua',
  staleForm: 'Questo modulo non era aggiornato. Non è stato modificato nulla. Riprovi.',
  theProvider: 'Il fornitore',
  problems: {
    access_denied: (provider, problem) =>
      `${provider} segnala che l’accesso non è stato consentito. Non è stato modificato nulla.${quoteProviderInItalian(problem)}`,
    missing_scopes: (provider, { scopes = [] }) =>
      `Alcune autorizzazioni non sono state concesse${shownScopes(scopes)}. ${provider} le chiederà di nuovo quando continua. Le conceda tutte.`,
    provider_not_configured: (provider) =>
      `${provider} non è ancora configurato per questa app. Avvisi i responsabili dell’app.`,
    temporarily_unavailable: (provider, problem) =>
      `Al momento ${provider} non è raggiungibile. Non è stato modificato nulla. Riprovi tra qualche minuto.${quoteProviderInItalian(problem)}`,
    conflict: (provider) =>
      `${provider} non è stato collegato, perché nello stesso momento è cambiato qualcos’altro. Riprovi.`,
    linked_elsewhere: (provider) =>
      `${provider} è stato collegato con un altro link, e questo non può sostituirlo né scollegarlo. Non è stato modificato nulla. Se l’altro link non era Suo, avvisi i responsabili dell’app.`,
    another_browser: (provider) =>
      `${provider} L’ha riportata in un altro browser, quindi non è stato collegato nulla. Riprovi senza cambiare browser.`,
    too_many: (provider) =>
      `${provider} non è stato collegato, perché ci sono stati troppi tentativi in un minuto. Attenda un minuto e riprovi.`,
    other: (provider, { said }) =>
      `${provider} ha rifiutato il collegamento${said ? `: «${said}»` : ''}. Non è stato modificato nulla. Riprovi. Se succede di nuovo, avvisi i responsabili dell’app.`,
  },
  failures: {
    refused: {
      title: 'Questo link non funziona più',
      text: 'È scaduto, è stato revocato o è incompleto. Torni all’app da cui proviene e ricominci da lì.',
    },
    taken: {
      title: 'Questo link è già stato aperto',
      text: 'Funziona in un solo browser. Torni a quel browser, oppure ricominci dall’app da cui proviene.',
    },
    foreign: {
      title: 'Usi di nuovo il link',
      text: 'La richiesta non proveniva dalla nostra pagina, quindi non è stato modificato nulla. Apra il link ricevuto dall’app e prema il pulsante.',
    },
    ended: {
      title: 'La sessione è terminata',
      text: 'Nulla di ciò che ha collegato è andato perso. Torni all’app da cui proviene e ricominci da lì.',
    },
    tooLarge: {
      title: 'È troppo lungo',
      text: 'Ciò che ha inserito supera la lunghezza ammessa. Non è stato modificato nulla. Torni indietro nel browser, accorci il testo e riprovi.',
    },
    tooMany: {
      title: 'Troppi tentativi',
      text: 'Non è stato modificato nulla. Attenda un minuto, torni indietro nel browser e riprovi.',
    },
    planted: {
      title: 'Apra questo passaggio dalla pagina stessa',
      text: 'Questo passaggio funziona solo dalla pagina in cui è iniziato. Se qualcuno Le ha inviato questo link, chiuda la finestra: non è stato modificato nulla. Altrimenti torni alla pagina da cui proviene e prema il pulsante.',
    },
    used: {
      title: 'È già stato aperto',
      text: 'Funziona una sola volta e per dieci minuti. Chiuda questa finestra, torni alla pagina da cui proviene e prema di nuovo il pulsante.',
    },
    missing: {
      title: 'Qui non c’è nulla',
      text: 'Torni all’app da cui proviene e ricominci da lì.',
    },
    unavailable: {
      title: 'Al momento non siamo raggiungibili',
      text: 'Il nostro database non risponde. Non è stato modificato nulla. Riprovi tra poco.',
    },
    internal: {
      title: 'Qualcosa è andato storto',
      text: 'L’errore è nostro. Riprovi. Se succede di nuovo, avvisi i responsabili dell’app da cui proviene.',
    },
  },
};
