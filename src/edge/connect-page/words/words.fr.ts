import { type Problem, shownScopes } from './told.ts';
import type { Words } from './words.en.ts';

/*
 * The spaces inside « » and before a colon, a question mark or an exclamation mark do not break (U+00A0).
 */

/** Returns the provider's own words as a last sentence; nothing if it said nothing. */
function quoteProviderInFrench({ said }: Problem): string {
  return said ? ` Son message : « ${said} »` : '';
}

/** The page in French. */
export const french: Words = {
  title: (app) => `Connexion à ${app}`,
  for: 'Pour l’utilisateur',
  linkHint: (app) =>
    `${app} vous demande de connecter des comptes. Continuez seulement si vous êtes cet utilisateur.`,
  linkGo: 'Continuer',
  intro:
    'Connectez les comptes ci-dessous. Vos données sont enregistrées sous forme chiffrée et ne servent qu’à cette application.',
  progress: (done, all) => `${done} sur ${all} connectés`,
  search: 'Rechercher',
  searchNone: 'La recherche n’a rien trouvé.',
  showAll: 'Tout afficher',
  categories: {
    llm: 'Modèles d’IA',
    vector_store: 'Bases vectorielles',
    database: 'Bases de données',
    graph: 'Bases de données de graphes',
    document: 'Documents',
    web_search: 'Recherche sur le Web',
    audio: 'Voix et audio',
    sandbox: 'Environnements isolés',
    mcp: 'Serveurs MCP',
    http: 'Services Web',
    cloud: 'Cloud',
    oauth2: 'Comptes',
    communication: 'Communication',
    crm: 'Clients et ventes',
    productivity: 'Productivité',
    developer: 'Développement',
    design: 'Design',
    marketing: 'Marketing',
    payments: 'Paiements',
    accounting: 'Comptabilité',
    commerce: 'Boutiques en ligne',
    support: 'Service client',
    analytics: 'Analyse',
    storage: 'Stockage de fichiers',
    hr: 'Ressources humaines',
    social: 'Réseaux sociaux',
    security: 'Sécurité',
    monitoring: 'Surveillance',
    data: 'Données',
    calendar: 'Agendas',
    other: 'Autres',
  },
  nothingAsked: 'Cette application ne demande rien pour le moment.',
  pending: 'À faire',
  completed: 'Connecté',
  expired: 'Expiré',
  expiredHint: 'La connexion ne fonctionne plus. Veuillez la refaire.',
  missingScopes: (scopes) =>
    `Certaines autorisations n’ont pas été accordées${scopes}. Connectez-vous de nouveau et accordez-les toutes.`,
  asksFor: (app) => `${app} demande ces autorisations :`,
  whereToFind: (provider) => `Où le trouver chez ${provider}`,
  newTab: '(s’ouvre dans un nouvel onglet)',
  account: (account) => `Compte : ${account}`,
  connectedOn: (date) => `Connecté le ${date}`,
  replace: 'Remplacer',
  replaceHint: 'Ce qui est connecté est conservé jusqu’à l’enregistrement du nouveau.',
  unchecked: (provider) =>
    `${provider} est connecté, mais son fonctionnement n’a pas pu être vérifié.`,
  required: '(obligatoire)',
  optional: '(facultatif)',
  advanced: 'Autres paramètres',
  defaultChoice: (value) => `Par défaut : ${value}`,
  choose: 'Veuillez choisir',
  show: 'Afficher',
  hide: 'Masquer',
  lines: 'Saisissez une valeur par ligne.',
  jsonObject: 'Un objet JSON, par exemple {"name": "valeur"}.',
  pasteFile: 'Fichier JSON',
  pasteFileHint:
    'Collez le fichier JSON ou choisissez-le. Ses valeurs remplissent les champs ci-dessous.',
  chooseFile: 'Choisir un fichier',
  pasteUrl: 'Chaîne de connexion',
  pasteUrlHint:
    'Si vous avez une chaîne de connexion, collez-la. Ses parties remplissent les champs ci-dessous.',
  pasteDone: 'Les champs ci-dessous sont remplis. Veuillez les vérifier.',
  pasteUseless: 'Rien dans ce texte ne correspond aux champs ci-dessous. Collez-le en entier.',
  rowName: 'Nom',
  rowValue: 'Valeur',
  addRow: 'Ajouter une ligne',
  removeRow: 'Retirer',
  rows: 'Chaque ligne comporte un nom et une valeur.',
  moment: 'Date et heure avec le fuseau horaire, par exemple 2030-12-31T23:59:59+01:00.',
  save: 'Connecter',
  checking: 'Vérification…',
  connectWith: (provider) => `Continuer vers ${provider}`,
  viaPipedream: 'Vous serez dirigé vers Pipedream, puis ramené ici.',
  viaProvider: (provider) => `Vous serez dirigé vers ${provider}, puis ramené ici.`,
  disconnect: 'Déconnecter',
  disconnectTitle: (title) => `Déconnecter « ${title} » ?`,
  disconnectHint: (app) =>
    `${app} ne pourra plus utiliser cette connexion. Les données enregistrées seront supprimées.`,
  keep: 'Conserver',
  done: 'Tout est prêt',
  doneHint: (app) => `${app} a tout ce qu’il faut. Vous pouvez fermer cette page.`,
  backTo: (app) => `Revenir à ${app}`,
  leaving: (provider) => `Ouverture de ${provider}…`,
  leavingLink: (host) => `Continuer vers ${host}`,
  waiting: 'En attente de confirmation. Cette page vérifie d’elle-même.',
  ownWindow:
    'Continuez dans la fenêtre qui s’est ouverte. Cette page détecte la fin. Si vous avez fermé la fenêtre, appuyez de nouveau sur le bouton.',
  windowBlocked:
    'Votre navigateur n’a pas ouvert de nouvelle fenêtre. Si vous continuez dans celle-ci, ce que vous avez saisi pour d’autres comptes sera perdu. Connectez-les d’abord, ou appuyez de nouveau sur le bouton pour continuer ici.',
  onlyOneCard:
    'Envoyez un formulaire avant de remplir le suivant. Ce qui est saisi dans les autres est perdu.',
  handoff: (provider) =>
    `${provider} s’ouvre dans une nouvelle fenêtre. Revenez ensuite ici : cette page détecte la fin.`,
  back: 'Retour',
  windowDone: 'Vous pouvez fermer cette fenêtre.',
  windowFailed: 'Fermez cette fenêtre et revenez à la page d’où vous venez.',
  notConnected: 'Non connecté',
  waitedEnough: 'Aucune confirmation n’est encore arrivée.',
  lookAgain: 'Vérifier de nouveau',
  fixErrors:
    'Veuillez corriger les champs signalés. Saisissez de nouveau les mots de passe et les clés.',
  connectedNow: (provider) => `${provider} est connecté.`,
  switchTitle: 'Est-ce bien vous ?',
  switchHint: (app, user) =>
    `Ce navigateur a servi à connecter les comptes d’une autre personne. Ce lien est destiné à l’utilisateur ${user} de ${app}. Continuez seulement si c’est vous.`,
  switchGo: 'Oui, continuer',
  staleForm: 'Ce formulaire n’était plus à jour. Rien n’a été modifié. Veuillez réessayer.',
  theProvider: 'Le fournisseur',
  problems: {
    access_denied: (provider, problem) =>
      `${provider} indique que vous n’avez pas autorisé l’accès. Rien n’a été modifié.${quoteProviderInFrench(problem)}`,
    missing_scopes: (provider, { scopes = [] }) =>
      `Certaines autorisations n’ont pas été accordées${shownScopes(scopes)}. ${provider} les redemandera quand vous continuerez. Accordez-les toutes.`,
    provider_not_configured: (provider) =>
      `${provider} n’est pas encore configuré pour cette application. Prévenez les responsables de l’application.`,
    temporarily_unavailable: (provider, problem) =>
      `${provider} est injoignable pour le moment. Rien n’a été modifié. Réessayez dans quelques minutes.${quoteProviderInFrench(problem)}`,
    conflict: (provider) =>
      `${provider} n’a pas été connecté, car autre chose a été modifié en même temps. Veuillez réessayer.`,
    linked_elsewhere: (provider) =>
      `${provider} a été connecté avec un autre lien, et celui-ci ne peut ni le remplacer ni le déconnecter. Rien n’a été modifié. Si l’autre lien n’était pas le vôtre, prévenez les responsables de l’application.`,
    another_browser: (provider) =>
      `${provider} vous a renvoyé dans un autre navigateur, donc rien n’a été connecté. Réessayez sans changer de navigateur.`,
    too_many: (provider) =>
      `${provider} n’a pas été connecté, car il y a eu trop de tentatives en une minute. Patientez une minute, puis réessayez.`,
    other: (provider, { said }) =>
      `${provider} a refusé la connexion${said ? ` : « ${said} »` : ''}. Rien n’a été modifié. Veuillez réessayer. Si cela se reproduit, prévenez les responsables de l’application.`,
  },
  failures: {
    refused: {
      title: 'Ce lien ne fonctionne plus',
      text: 'Il a expiré, a été révoqué ou est incomplet. Revenez à l’application d’où vous venez et recommencez de là.',
    },
    taken: {
      title: 'Ce lien a déjà été ouvert',
      text: 'Il ne fonctionne que dans un seul navigateur. Revenez à ce navigateur, ou recommencez depuis l’application d’où vous venez.',
    },
    foreign: {
      title: 'Veuillez rouvrir le lien',
      text: 'La demande ne venait pas de notre page, donc rien n’a été modifié. Ouvrez le lien que l’application vous a donné et appuyez sur le bouton.',
    },
    ended: {
      title: 'Votre session est terminée',
      text: 'Rien de ce que vous avez connecté n’est perdu. Revenez à l’application d’où vous venez et recommencez de là.',
    },
    tooLarge: {
      title: 'C’est trop long',
      text: 'Ce que vous avez saisi dépasse la longueur acceptée. Rien n’a été modifié. Revenez en arrière dans votre navigateur, raccourcissez le texte et réessayez.',
    },
    tooMany: {
      title: 'Trop de tentatives',
      text: 'Rien n’a été modifié. Patientez une minute, revenez en arrière dans votre navigateur et réessayez.',
    },
    planted: {
      title: 'Ouvrez ceci depuis la page elle-même',
      text: 'Cette étape ne fonctionne que depuis la page où elle a commencé. Si quelqu’un vous a envoyé ce lien, fermez cette fenêtre : rien n’a été modifié. Sinon, revenez à la page d’où vous venez et appuyez sur le bouton.',
    },
    used: {
      title: 'Ceci a déjà été ouvert',
      text: 'Cela ne fonctionne qu’une fois et pendant dix minutes. Fermez cette fenêtre, revenez à la page d’où vous venez et appuyez de nouveau sur le bouton.',
    },
    missing: {
      title: 'Il n’y a rien ici',
      text: 'Revenez à l’application d’où vous venez et recommencez de là.',
    },
    unavailable: {
      title: 'Nous sommes injoignables pour le moment',
      text: 'Notre base de données ne répond pas. Rien n’a été modifié. Réessayez dans un instant.',
    },
    internal: {
      title: 'Un problème est survenu',
      text: 'L’erreur vient de nous. Veuillez réessayer. Si cela se reproduit, prévenez les responsables de l’application d’où vous venez.',
    },
  },
};
