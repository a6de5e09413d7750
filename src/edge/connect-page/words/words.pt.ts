import { type Problem, shownScopes } from './told.ts';
import type { Words } from './words.en.ts';

/** Returns the provider's own words as a last sentence; nothing if it said nothing. */
function quoteProviderInPortuguese({ said }: Problem): string {
  return said ? ` Mensagem: “${said}”` : '';
}

/** The page in Portuguese. */
export const portuguese: Words = {
  title: (app) => `Conectar a ${app}`,
  for: 'Para o usuário',
  linkHint: (app) =>
    `${app} pede que você conecte contas. Continue somente se você for este usuário.`,
  linkGo: 'Continuar',
  intro:
    'Conecte as contas abaixo. Seus dados são guardados de forma criptografada e usados somente para este aplicativo.',
  progress: (done, all) => `${done} de ${all} conectadas`,
  search: 'Pesquisar',
  searchNone: 'A pesquisa não encontrou nada.',
  showAll: 'Mostrar tudo',
  categories: {
    llm: 'Modelos de IA',
    vector_store: 'Bancos de dados vetoriais',
    database: 'Bancos de dados',
    graph: 'Bancos de dados de grafos',
    document: 'Documentos',
    web_search: 'Pesquisa na web',
    audio: 'Voz e áudio',
    sandbox: 'Ambientes isolados',
    mcp: 'Servidores MCP',
    http: 'Serviços web',
    cloud: 'Nuvem',
    oauth2: 'Contas',
    communication: 'Comunicação',
    crm: 'Clientes e vendas',
    productivity: 'Produtividade',
    developer: 'Desenvolvimento',
    design: 'Design',
    marketing: 'Marketing',
    payments: 'Pagamentos',
    accounting: 'Contabilidade',
    commerce: 'Lojas on-line',
    support: 'Atendimento ao cliente',
    analytics: 'Análise',
    storage: 'Armazenamento de arquivos',
    hr: 'Recursos humanos',
    social: 'Redes sociais',
    security: 'Segurança',
    monitoring: 'Monitoramento',
    data: 'Dados',
    calendar: 'Calendários',
    other: 'Outros',
  },
  nothingAsked: 'Este aplicativo não pede nada no momento.',
  pending: 'A fazer',
  completed: 'Conectado',
  expired: 'Expirado',
  expiredHint: 'A conexão não funciona mais. Conecte novamente.',
  missingScopes: (scopes) =>
    `Algumas permissões não foram concedidas${scopes}. Conecte novamente e conceda todas.`,
  asksFor: (app) => `${app} pede estas permissões:`,
  whereToFind: (provider) => `Onde encontrar em ${provider}`,
  newTab: '(abre em uma nova guia)',
  account: (account) => `Conta: ${account}`,
  connectedOn: (date) => `Conectado em ${date}`,
  replace: 'Substituir',
  replaceHint: 'O que está conectado permanece até que o novo seja guardado.',
  unchecked: (provider) =>
    `${provider} está conectado, mas não foi possível verificar se funciona.`,
  required: '(obrigatório)',
  optional: '(opcional)',
  advanced: 'Mais configurações',
  defaultChoice: (value) => `Padrão: ${value}`,
  choose: 'Escolha uma opção',
  show: 'Mostrar',
  hide: 'Ocultar',
  lines: 'Digite um valor em cada linha.',
  jsonObject: 'Um objeto JSON, por exemplo {"name": "valor"}.',
  pasteFile: 'Arquivo JSON',
  pasteFileHint: 'Cole o arquivo JSON ou escolha-o. Os valores dele preenchem os campos abaixo.',
  chooseFile: 'Escolher um arquivo',
  pasteUrl: 'String de conexão',
  pasteUrlHint:
    'Se você tem uma string de conexão, cole-a. As partes dela preenchem os campos abaixo.',
  pasteDone: 'Os campos abaixo estão preenchidos. Verifique-os.',
  pasteUseless: 'Nada neste texto corresponde aos campos abaixo. Cole o texto inteiro.',
  rowName: 'Nome',
  rowValue: 'Valor',
  addRow: 'Adicionar uma linha',
  removeRow: 'Remover',
  rows: 'Cada linha tem um nome e um valor.',
  moment: 'Data e hora com o fuso horário, por exemplo 2030-12-31T23:59:59-03:00.',
  save: 'Conectar',
  checking: 'Verificando…',
  connectWith: (provider) => `Continuar para ${provider}`,
  viaPipedream: 'Você irá para o Pipedream e voltará para cá.',
  viaProvider: (provider) => `Você irá para ${provider} e voltará para cá.`,
  disconnect: 'Desconectar',
  disconnectTitle: (title) => `Desconectar “${title}”?`,
  disconnectHint: (app) =>
    `${app} não poderá mais usar esta conexão. Os dados guardados serão excluídos.`,
  keep: 'Manter',
  done: 'Tudo pronto',
  doneHint: (app) => `${app} tem tudo o que pediu. Você pode fechar esta página.`,
  backTo: (app) => `Voltar para ${app}`,
  leaving: (provider) => `Abrindo ${provider}…`,
  leavingLink: (host) => `Continuar para ${host}`,
  waiting: 'Aguardando a confirmação. Esta página verifica sozinha.',
  ownWindow:
    'Continue na janela que se abriu. Esta página percebe quando você termina. Se você fechou a janela, pressione o botão novamente.',
  windowBlocked:
    'Seu navegador não abriu uma nova janela. Se você continuar nesta, perderá o que digitou em outros cartões. Conecte-os primeiro ou pressione o botão novamente para continuar aqui.',
  onlyOneCard:
    'Envie um formulário antes de preencher o próximo. O que foi digitado nos outros se perde.',
  handoff: (provider) =>
    `${provider} abre em uma nova janela. Volte para cá depois: esta página percebe quando você termina.`,
  back: 'Voltar',
  windowDone: 'Você pode fechar esta janela.',
  windowFailed: 'Feche esta janela e volte à página de onde você veio.',
  notConnected: 'Não conectado',
  waitedEnough: 'Nenhuma confirmação chegou ainda.',
  lookAgain: 'Verificar novamente',
  fixErrors: 'Corrija os campos marcados. Digite novamente as senhas e as chaves.',
  connectedNow: (provider) => `${provider} está conectado.`,
  switchTitle: 'É você?',
  switchHint: (app, user) =>
    `Este navegador foi usado para conectar contas de outra pessoa. Este link é para o usuário ${user} de ${app}. Continue somente se for você.`,
  switchGo: 'Sim, continuar',
  staleForm: 'Este formulário estava desatualizado. Nada foi alterado. Tente novamente.',
  theProvider: 'O provedor',
  problems: {
    access_denied: (provider, problem) =>
      `${provider} informa que você não permitiu o acesso. Nada foi alterado.${quoteProviderInPortuguese(problem)}`,
    missing_scopes: (provider, { scopes = [] }) =>
      `Algumas permissões não foram concedidas${shownScopes(scopes)}. ${provider} pede novamente quando você continuar. Conceda todas.`,
    provider_not_configured: (provider) =>
      `${provider} ainda não está configurado para este aplicativo. Avise os responsáveis pelo aplicativo.`,
    temporarily_unavailable: (provider, problem) =>
      `${provider} não está acessível no momento. Nada foi alterado. Tente novamente em alguns minutos.${quoteProviderInPortuguese(problem)}`,
    conflict: (provider) =>
      `${provider} não foi conectado, porque outra coisa foi alterada ao mesmo tempo. Tente novamente.`,
    linked_elsewhere: (provider) =>
      `${provider} foi conectado com outro link, e este não pode substituí-lo nem desconectá-lo. Nada foi alterado. Se o outro link não era seu, avise os responsáveis pelo aplicativo.`,
    another_browser: (provider) =>
      `${provider} trouxe você de volta em outro navegador, por isso nada foi conectado. Tente novamente sem mudar de navegador.`,
    too_many: (provider) =>
      `${provider} não foi conectado, porque houve tentativas demais em um minuto. Espere um minuto e tente novamente.`,
    other: (provider, { said }) =>
      `${provider} recusou a conexão${said ? `: “${said}”` : ''}. Nada foi alterado. Tente novamente. Se isso se repetir, avise os responsáveis pelo aplicativo.`,
  },
  failures: {
    refused: {
      title: 'Este link não funciona mais',
      text: 'Ele expirou, foi revogado ou está incompleto. Volte ao aplicativo de onde você veio e comece novamente por lá.',
    },
    taken: {
      title: 'Este link já foi aberto',
      text: 'Ele funciona em um só navegador. Volte a esse navegador ou comece novamente no aplicativo de onde você veio.',
    },
    foreign: {
      title: 'Use o link novamente',
      text: 'A solicitação não veio da nossa página, por isso nada foi alterado. Abra o link que o aplicativo deu a você e pressione o botão.',
    },
    ended: {
      title: 'Sua sessão terminou',
      text: 'Nada do que você conectou se perdeu. Volte ao aplicativo de onde você veio e comece novamente por lá.',
    },
    tooLarge: {
      title: 'O texto é longo demais',
      text: 'O que você digitou é mais longo do que aceitamos. Nada foi alterado. Volte no navegador, encurte o texto e tente novamente.',
    },
    tooMany: {
      title: 'Tentativas demais',
      text: 'Nada foi alterado. Espere um minuto, volte no navegador e tente novamente.',
    },
    planted: {
      title: 'Abra isto pela própria página',
      text: 'Esta etapa só funciona a partir da página em que começou. Se alguém enviou este link a você, feche esta janela: nada foi alterado. Caso contrário, volte à página de onde você veio e pressione o botão.',
    },
    used: {
      title: 'Isto já foi aberto',
      text: 'Só funciona uma vez e por dez minutos. Feche esta janela, volte à página de onde você veio e pressione o botão novamente.',
    },
    missing: {
      title: 'Não há nada aqui',
      text: 'Volte ao aplicativo de onde você veio e comece novamente por lá.',
    },
    unavailable: {
      title: 'Não estamos acessíveis no momento',
      text: 'Nosso banco de dados não responde. Nada foi alterado. Tente novamente em instantes.',
    },
    internal: {
      title: 'Algo deu errado',
      text: 'O erro é nosso. Tente novamente. Se isso se repetir, avise os responsáveis pelo aplicativo de onde você veio.',
    },
  },
};
