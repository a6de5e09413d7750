/*
 * The words of the services in German that take an API key. Types share them, so that few have to be
 * translated. A name in quotation marks stays as the service shows it.
 */

/** The labels and descriptions of fields in German, by their English text. */
export const germanServiceTexts: Readonly<Record<string, string>> = {
  'API secret': 'API-Secret',
  'API token': 'API-Token',
  'Access key': 'Access Key',
  'Account ID': 'Konto-ID',
  'Account SID': 'Account SID',
  'Application ID': 'Application ID',
  'Application key': 'Application Key',
  'Application password': 'Anwendungspasswort',
  'Auth ID': 'Auth ID',
  'Auth token': 'Auth Token',
  'Bot token': 'Bot-Token',
  'Channel access token': 'Channel Access Token',
  'Cloud name': 'Cloud Name',
  'Consumer key': 'Consumer Key',
  'Consumer secret': 'Consumer Secret',
  'Content API key': 'Content API Key',
  'Data center': 'Rechenzentrum',
  'Database token': 'Datenbank-Token',
  Email: 'E-Mail-Adresse',
  'Integration token': 'Token der Integration',
  JWT: 'JWT',
  'Key ID': 'Key ID',
  'Key secret': 'Key Secret',
  'Personal API key': 'Persönlicher API-Schlüssel',
  'Personal access token': 'Persönliches Zugriffstoken',
  'Phone number ID': 'ID der Telefonnummer',
  'Private token': 'Privates Token',
  'Public key': 'Öffentlicher Schlüssel',
  Secret: 'Secret',
  'Secret key': 'Geheimer Schlüssel',
  'Server token': 'Server-Token',
  'Service account token': 'Token des Dienstkontos',
  'Service token': 'Service Token',
  'Service token ID': 'ID des Service Tokens',
  'Service user ID': 'ID des Dienstbenutzers',
  Shop: 'Shop',
  Site: 'Site',
  'Site token': 'Site-Token',
  'Store hash': 'Store Hash',
  Subdomain: 'Subdomain',
  Token: 'Token',
  'Token ID': 'Token-ID',
  'Token secret': 'Token Secret',
  'User key': 'User Key',
  Zone: 'Zone',

  'An API key with the rights that you need, not the master key.':
    'Ein API-Schlüssel mit den nötigen Rechten, nicht der Master Key.',
  'An administrator creates it in the settings under API.':
    'Wird von einem Administrator in den Einstellungen unter „API“ erstellt.',
  'Change it only if you use a server of your own.':
    'Nur ändern, wenn Sie einen eigenen Server verwenden.',
  'Change it only if your account is in another region.':
    'Nur ändern, wenn Ihr Konto in einer anderen Region liegt.',
  'Change it to https://api-free.deepl.com if the key ends in :fx.':
    'Auf https://api-free.deepl.com ändern, wenn der Schlüssel auf :fx endet.',
  'Change it to https://connect.squareupsandbox.com for a token of the sandbox.':
    'Für ein Token der Sandbox auf https://connect.squareupsandbox.com ändern.',
  'Choose api-sandbox for a token of the sandbox.': 'Für ein Token der Sandbox api-sandbox wählen.',
  'Choose sandbox-api for a key of the sandbox.':
    'Für einen Schlüssel der Sandbox sandbox-api wählen.',
  'Create a service account and copy its token.':
    'Erstellen Sie ein Dienstkonto und kopieren Sie sein Token.',
  'Create a service user in the settings under integrations.':
    'Erstellen Sie einen Dienstbenutzer in den Einstellungen unter „Integrations“.',
  'Create an app there and copy its token.':
    'Erstellen Sie dort eine App und kopieren Sie ihr Token.',
  'Create an integration there and copy its secret.':
    'Erstellen Sie dort eine Integration und kopieren Sie ihr Secret.',
  'Create it for a Power-Up under API key.': 'Wird für ein Power-Up unter „API key“ erstellt.',
  'Create it in the dashboard under API keys.': 'Wird im Dashboard unter „API keys“ erstellt.',
  'Create it in the developer settings.': 'Wird in den Einstellungen für Entwickler erstellt.',
  'Create it in the settings under API keys, as a console key.':
    'Wird in den Einstellungen unter „API keys“ als Console Key erstellt.',
  'Create it in the settings under API keys, as a key of the type user.':
    'Wird in den Einstellungen unter „API keys“ als Schlüssel der Art „User“ erstellt.',
  'Create it in the settings under API keys, as a private key.':
    'Wird in den Einstellungen unter „API keys“ als privater Schlüssel erstellt.',
  'Create it in the settings under API keys.':
    'Wird in den Einstellungen unter „API keys“ erstellt.',
  'Create it in the settings under API tokens.':
    'Wird in den Einstellungen unter „API tokens“ erstellt.',
  'Create it in the settings under API.': 'Wird in den Einstellungen unter „API“ erstellt.',
  'Create it in the settings under access tokens.':
    'Wird in den Einstellungen unter „Access tokens“ erstellt.',
  'Create it in the settings under application keys.':
    'Wird in den Einstellungen unter „Application keys“ erstellt.',
  'Create it in the settings under database tokens.':
    'Wird in den Einstellungen unter „Database tokens“ erstellt.',
  'Create it in the settings under integrations.':
    'Wird in den Einstellungen unter „Integrations“ erstellt.',
  'Create it in the settings under personal access tokens.':
    'Wird in den Einstellungen unter „Personal access tokens“ erstellt.',
  'Create it in the settings under security.':
    'Wird in den Einstellungen unter „Security“ erstellt.',
  'Create it in the settings under service tokens.':
    'Wird in den Einstellungen unter „Service tokens“ erstellt.',
  'Create it in your Atlassian account under security, API tokens, with scopes.':
    'Wird im Atlassian-Konto unter „Security“, „API tokens“ mit Scopes erstellt.',
  'Create it in your Atlassian account under security, API tokens.':
    'Wird im Atlassian-Konto unter „Security“, „API tokens“ erstellt.',
  'Create it in your account settings under API tokens, without a workspace.':
    'Wird in den Kontoeinstellungen unter „API tokens“ ohne Workspace erstellt.',
  'Create it in your app under credentials.': 'Wird in Ihrer App unter „Credentials“ erstellt.',
  'Create it in your profile under application passwords.':
    'Wird in Ihrem Profil unter „Anwendungspasswörter“ erstellt.',
  'Create it under integrations, API keys, as a key for servers.':
    'Wird unter „Integrations“, „API keys“ als Schlüssel für Server erstellt.',
  'Create it with vault token create.': 'Wird mit vault token create erstellt.',
  'Find it in the dashboard under API keys.': 'Steht im Dashboard unter „API keys“.',
  'Find it in the dashboard under developers, API keys. A restricted key works as well.':
    'Steht im Dashboard unter „Developers“, „API keys“. Ein eingeschränkter Schlüssel geht auch.',
  'Find it in the developer settings.': 'Steht in den Einstellungen für Entwickler.',
  'Find it in the settings of the project.': 'Steht in den Einstellungen des Projekts.',
  'Find it in the settings under API keys.': 'Steht in den Einstellungen unter „API keys“.',
  'Find it in the settings under API, as the API read access token.':
    'Steht in den Einstellungen unter „API“ als „API Read Access Token“.',
  'Find it in the settings under API.': 'Steht in den Einstellungen unter „API“.',
  'Find it in the settings under authentication.':
    'Steht in den Einstellungen unter „Authentication“.',
  'Find it in the settings, in the account or beside the bot.':
    'Steht in den Einstellungen beim Konto oder neben dem Bot.',
  'Find it in your app under credentials.': 'Steht in Ihrer App unter „Credentials“.',
  'Find it in your app.': 'Steht in Ihrer App.',
  'Find it in your profile.': 'Steht in Ihrem Profil.',
  'Find it on the API tokens page of the server.': 'Steht auf der Seite „API Tokens“ des Servers.',
  'Find it on the start page of the dashboard.': 'Steht auf der Startseite des Dashboards.',
  'Follow the link to a token beside the API key.':
    'Folgen Sie neben dem API-Schlüssel dem Link zu einem Token.',
  'It is shown once, when the key is created.':
    'Wird einmal angezeigt, wenn der Schlüssel erstellt wird.',
  'It stands beside the key.': 'Steht neben dem Schlüssel.',
  'Send /newbot to @BotFather, or /token for a bot that you have.':
    'Senden Sie @BotFather /newbot, oder /token für einen vorhandenen Bot.',
  'The REST endpoint of your instance.': 'Der REST-Endpunkt Ihrer Instanz.',
  'The address of your site or server.': 'Die Adresse Ihrer Website oder Ihres Servers.',
  'The data center: what follows the hyphen at the end of the key.':
    'Das Rechenzentrum: was am Ende des Schlüssels nach dem Bindestrich steht.',
  'The email address that you sign in with.': 'Die E-Mail-Adresse, mit der Sie sich anmelden.',
  'The environment that the key belongs to.': 'Die Umgebung, zu der der Schlüssel gehört.',
  'The page shows it to you when you are signed in.':
    'Die Seite zeigt ihn an, wenn Sie angemeldet sind.',
  'The part of the API path after /stores/.': 'Der Teil des API-Pfads nach /stores/.',
  'The part of your address before the first dot.': 'Der Teil Ihrer Adresse vor dem ersten Punkt.',
  'The region of your account.': 'Die Region Ihres Kontos.',
  'The username that you sign in with.': 'Der Benutzername, mit dem Sie sich anmelden.',
  'The zone: the first part of the address of your account.':
    'Die Zone: der erste Teil der Adresse Ihres Kontos.',
};
