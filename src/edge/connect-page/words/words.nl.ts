import { type Problem, shownScopes } from './told.ts';
import type { Words } from './words.en.ts';

/** Returns the provider's own words as a last sentence; nothing if it said nothing. */
function quoteProviderInDutch({ said }: Problem): string {
  return said ? ` Het bericht: “${said}”` : '';
}

/** The page in Dutch. */
export const dutch: Words = {
  title: (app) => `Verbinden met ${app}`,
  for: 'Voor de gebruiker',
  linkHint: (app) =>
    `${app} vraagt u accounts te verbinden. Ga alleen verder als u deze gebruiker bent.`,
  linkGo: 'Doorgaan',
  intro:
    'Verbind de onderstaande accounts. Uw gegevens worden versleuteld opgeslagen en alleen voor deze app gebruikt.',
  progress: (done, all) => `${done} van ${all} verbonden`,
  search: 'Zoeken',
  searchNone: 'De zoekopdracht heeft niets gevonden.',
  showAll: 'Alles tonen',
  categories: {
    llm: 'AI-modellen',
    vector_store: 'Vectordatabases',
    database: 'Databases',
    graph: 'Graafdatabases',
    document: 'Documenten',
    web_search: 'Zoeken op internet',
    audio: 'Spraak en audio',
    sandbox: 'Sandboxen',
    mcp: 'MCP-servers',
    http: 'Webdiensten',
    cloud: 'Cloud',
    oauth2: 'Accounts',
    communication: 'Communicatie',
    crm: 'Klanten en verkoop',
    productivity: 'Productiviteit',
    developer: 'Ontwikkeling',
    design: 'Ontwerp',
    marketing: 'Marketing',
    payments: 'Betalingen',
    accounting: 'Boekhouding',
    commerce: 'Webwinkels',
    support: 'Klantenservice',
    analytics: 'Analyse',
    storage: 'Bestandsopslag',
    hr: 'Personeel',
    social: 'Sociale media',
    security: 'Beveiliging',
    monitoring: 'Bewaking',
    data: 'Gegevens',
    calendar: 'Agenda’s',
    other: 'Overig',
  },
  nothingAsked: 'Deze app vraagt op dit moment niets.',
  pending: 'Te doen',
  completed: 'Verbonden',
  expired: 'Verlopen',
  expiredHint: 'De verbinding werkt niet meer. Maak opnieuw verbinding.',
  missingScopes: (scopes) =>
    `Sommige machtigingen zijn niet verleend${scopes}. Maak opnieuw verbinding en verleen ze allemaal.`,
  asksFor: (app) => `${app} vraagt om deze machtigingen:`,
  whereToFind: (provider) => `Te vinden bij ${provider}`,
  newTab: '(opent in een nieuw tabblad)',
  account: (account) => `Account: ${account}`,
  connectedOn: (date) => `Verbonden op ${date}`,
  replace: 'Vervangen',
  replaceHint: 'Wat nu verbonden is, blijft staan tot het nieuwe is opgeslagen.',
  unchecked: (provider) =>
    `${provider} is verbonden, maar er kon niet worden gecontroleerd of het werkt.`,
  required: '(verplicht)',
  optional: '(optioneel)',
  advanced: 'Meer instellingen',
  defaultChoice: (value) => `Standaard: ${value}`,
  choose: 'Maak een keuze',
  show: 'Tonen',
  hide: 'Verbergen',
  lines: 'Voer op elke regel één waarde in.',
  jsonObject: 'Een JSON-object, bijvoorbeeld {"name": "waarde"}.',
  pasteFile: 'JSON-bestand',
  pasteFileHint: 'Plak het JSON-bestand of kies het. De waarden vullen de velden hieronder in.',
  chooseFile: 'Bestand kiezen',
  pasteUrl: 'Verbindingsreeks',
  pasteUrlHint:
    'Als u een verbindingsreeks hebt, plak die hier. De delen vullen de velden hieronder in.',
  pasteDone: 'De velden hieronder zijn ingevuld. Controleer ze.',
  pasteUseless: 'Niets in deze tekst past bij de velden hieronder. Plak de hele tekst.',
  rowName: 'Naam',
  rowValue: 'Waarde',
  addRow: 'Rij toevoegen',
  removeRow: 'Verwijderen',
  rows: 'Elke rij heeft een naam en een waarde.',
  moment: 'Datum en tijd met tijdzone, bijvoorbeeld 2030-12-31T23:59:59+01:00.',
  save: 'Verbinden',
  checking: 'Bezig met controleren…',
  connectWith: (provider) => `Doorgaan naar ${provider}`,
  viaPipedream: 'U gaat naar Pipedream en komt daarna hier terug.',
  viaProvider: (provider) => `U gaat naar ${provider} en komt daarna hier terug.`,
  disconnect: 'Verbinding verbreken',
  disconnectTitle: (title) => `Verbinding met “${title}” verbreken?`,
  disconnectHint: (app) =>
    `${app} kan de verbinding dan niet meer gebruiken. De opgeslagen gegevens worden verwijderd.`,
  keep: 'Behouden',
  done: 'Alles is klaar',
  doneHint: (app) => `${app} heeft alles wat nodig is. U kunt deze pagina sluiten.`,
  backTo: (app) => `Terug naar ${app}`,
  leaving: (provider) => `${provider} wordt geopend…`,
  leavingLink: (host) => `Doorgaan naar ${host}`,
  waiting: 'Wachten op bevestiging. Deze pagina controleert dat vanzelf.',
  ownWindow:
    'Ga verder in het venster dat is geopend. Deze pagina merkt wanneer u klaar bent. Hebt u dat venster gesloten, druk dan opnieuw op de knop.',
  windowBlocked:
    'Uw browser heeft geen nieuw venster geopend. Als u in dit venster verdergaat, raakt u kwijt wat u bij andere accounts hebt ingevuld. Verbind die eerst, of druk opnieuw op de knop om hier verder te gaan.',
  onlyOneCard:
    'Verstuur één formulier voordat u het volgende invult. Wat u in andere formulieren hebt ingevuld, gaat verloren.',
  handoff: (provider) =>
    `${provider} wordt in een nieuw venster geopend. Kom daarna hier terug: deze pagina merkt wanneer u klaar bent.`,
  back: 'Terug',
  windowDone: 'U kunt dit venster sluiten.',
  windowFailed: 'Sluit dit venster en ga terug naar de pagina waar u vandaan komt.',
  notConnected: 'Niet verbonden',
  waitedEnough: 'Er is nog geen bevestiging ontvangen.',
  lookAgain: 'Opnieuw controleren',
  fixErrors: 'Verbeter de gemarkeerde velden. Voer wachtwoorden en sleutels opnieuw in.',
  connectedNow: (provider) => `${provider} is verbonden.`,
  switchTitle: 'Bent u dit?',
  switchHint: (app, user) =>
    `Met deze browser zijn accounts van iemand anders verbonden. Deze link is voor de gebruiker ${user} van ${app}. Ga alleen verder als u dat bent.`,
  switchGo: 'Ja, doorgaan',
  staleForm: 'Dit formulier was verouderd. Er is niets gewijzigd. Probeer het opnieuw.',
  theProvider: 'De aanbieder',
  problems: {
    access_denied: (provider, problem) =>
      `${provider} meldt dat u geen toegang hebt gegeven. Er is niets gewijzigd.${quoteProviderInDutch(problem)}`,
    missing_scopes: (provider, { scopes = [] }) =>
      `Sommige machtigingen zijn niet verleend${shownScopes(scopes)}. ${provider} vraagt er opnieuw om als u doorgaat. Verleen ze allemaal.`,
    provider_not_configured: (provider) =>
      `${provider} is nog niet ingesteld voor deze app. Meld dit aan de beheerders van de app.`,
    temporarily_unavailable: (provider, problem) =>
      `${provider} is op dit moment niet bereikbaar. Er is niets gewijzigd. Probeer het over enkele minuten opnieuw.${quoteProviderInDutch(problem)}`,
    conflict: (provider) =>
      `${provider} is niet verbonden, omdat er tegelijk iets anders is gewijzigd. Probeer het opnieuw.`,
    linked_elsewhere: (provider) =>
      `${provider} is met een andere link verbonden, en deze link kan dat niet vervangen of verbreken. Er is niets gewijzigd. Was de andere link niet van u, meld dit dan aan de beheerders van de app.`,
    another_browser: (provider) =>
      `${provider} heeft u in een andere browser teruggestuurd, dus er is niets verbonden. Probeer het opnieuw in dezelfde browser.`,
    too_many: (provider) =>
      `${provider} is niet verbonden, omdat er binnen een minuut te veel pogingen waren. Wacht een minuut en probeer het opnieuw.`,
    other: (provider, { said }) =>
      `${provider} heeft geweigerd${said ? `: “${said}”` : ''}. Er is niets gewijzigd. Probeer het opnieuw. Gebeurt het nog eens, meld het dan aan de beheerders van de app.`,
  },
  failures: {
    refused: {
      title: 'Deze link werkt niet meer',
      text: 'De link is verlopen, ingetrokken of onvolledig. Ga terug naar de app waar u vandaan komt en begin daar opnieuw.',
    },
    taken: {
      title: 'Deze link is al geopend',
      text: 'De link werkt in één browser. Ga terug naar die browser, of begin opnieuw in de app waar u vandaan komt.',
    },
    foreign: {
      title: 'Gebruik de link opnieuw',
      text: 'Het verzoek kwam niet van onze pagina, dus er is niets gewijzigd. Open de link die u van de app hebt gekregen en druk daar op de knop.',
    },
    ended: {
      title: 'Uw sessie is beëindigd',
      text: 'Wat u hebt verbonden, is niet verloren gegaan. Ga terug naar de app waar u vandaan komt en begin daar opnieuw.',
    },
    tooLarge: {
      title: 'Dat is te lang',
      text: 'Wat u hebt ingevoerd, is langer dan wij accepteren. Er is niets gewijzigd. Ga terug in uw browser, kort het in en probeer het opnieuw.',
    },
    tooMany: {
      title: 'Te veel pogingen',
      text: 'Er is niets gewijzigd. Wacht een minuut, ga terug in uw browser en probeer het opnieuw.',
    },
    planted: {
      title: 'Open dit vanaf de pagina zelf',
      text: 'Deze stap werkt alleen vanaf de pagina waarop hij begon. Heeft iemand u deze link gestuurd, sluit dan dit venster: er is niets gewijzigd. Ga anders terug naar de pagina waar u vandaan komt en druk daar op de knop.',
    },
    used: {
      title: 'Dit is al geopend',
      text: 'Dit werkt maar één keer en tien minuten lang. Sluit dit venster, ga terug naar de pagina waar u vandaan komt en druk daar opnieuw op de knop.',
    },
    missing: {
      title: 'Hier is niets',
      text: 'Ga terug naar de app waar u vandaan komt en begin daar opnieuw.',
    },
    unavailable: {
      title: 'Wij zijn op dit moment niet bereikbaar',
      text: 'Onze database reageert niet. Er is niets gewijzigd. Probeer het zo dadelijk opnieuw.',
    },
    internal: {
      title: 'Er is iets misgegaan',
      text: 'De fout ligt bij ons. Probeer het opnieuw. Gebeurt het nog eens, meld het dan aan de beheerders van de app waar u vandaan komt.',
    },
  },
};
