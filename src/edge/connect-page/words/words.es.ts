import { type Problem, shownScopes } from './told.ts';
import type { Words } from './words.en.ts';

/** Returns the provider's own words as a last sentence; nothing if it said nothing. */
function quoteProviderInSpanish({ said }: Problem): string {
  return said ? ` Su mensaje: «${said}»` : '';
}

/** The page in Spanish. */
export const spanish: Words = {
  title: (app) => `Conectar con ${app}`,
  for: 'Para el usuario',
  linkHint: (app) =>
    `${app} le pide que conecte sus cuentas. Continúe solo si usted es este usuario.`,
  linkGo: 'Continuar',
  intro:
    'Conecte las cuentas siguientes. Sus datos se guardan cifrados y se usan solo para esta aplicación.',
  progress: (done, all) => `${done} de ${all} conectadas`,
  search: 'Buscar',
  searchNone: 'La búsqueda no ha encontrado nada.',
  showAll: 'Mostrar todo',
  categories: {
    llm: 'Modelos de IA',
    vector_store: 'Bases de datos vectoriales',
    database: 'Bases de datos',
    graph: 'Bases de datos de grafos',
    document: 'Documentos',
    web_search: 'Búsqueda web',
    audio: 'Voz y audio',
    sandbox: 'Entornos aislados',
    mcp: 'Servidores MCP',
    http: 'Servicios web',
    cloud: 'Nube',
    oauth2: 'Cuentas',
    communication: 'Comunicación',
    crm: 'Clientes y ventas',
    productivity: 'Productividad',
    developer: 'Desarrollo',
    design: 'Diseño',
    marketing: 'Marketing',
    payments: 'Pagos',
    accounting: 'Contabilidad',
    commerce: 'Tiendas en línea',
    support: 'Atención al cliente',
    analytics: 'Analítica',
    storage: 'Almacenamiento de archivos',
    hr: 'Recursos humanos',
    social: 'Redes sociales',
    security: 'Seguridad',
    monitoring: 'Supervisión',
    data: 'Datos',
    calendar: 'Calendarios',
    other: 'Otros',
  },
  nothingAsked: 'Esta aplicación no pide nada en este momento.',
  pending: 'Pendiente',
  completed: 'Conectado',
  expired: 'Caducado',
  expiredHint: 'La conexión ya no funciona. Conéctela de nuevo.',
  missingScopes: (scopes) =>
    `No se concedieron algunos permisos${scopes}. Conecte de nuevo y concédalos todos.`,
  asksFor: (app) => `${app} pide estos permisos:`,
  whereToFind: (provider) => `Dónde encontrarlo en ${provider}`,
  newTab: '(se abre en una pestaña nueva)',
  account: (account) => `Cuenta: ${account}`,
  connectedOn: (date) => `Conectado el ${date}`,
  replace: 'Reemplazar',
  replaceHint: 'Lo que está conectado se conserva hasta que se guarde lo nuevo.',
  unchecked: (provider) =>
    `${provider} está conectado, pero no se ha podido comprobar si funciona.`,
  required: '(obligatorio)',
  optional: '(opcional)',
  advanced: 'Más ajustes',
  defaultChoice: (value) => `Predeterminado: ${value}`,
  choose: 'Elija una opción',
  show: 'Mostrar',
  hide: 'Ocultar',
  lines: 'Escriba un valor en cada línea.',
  jsonObject: 'Un objeto JSON, por ejemplo {"name": "valor"}.',
  pasteFile: 'Archivo JSON',
  pasteFileHint: 'Pegue el archivo JSON o elíjalo. Sus valores rellenan los campos siguientes.',
  chooseFile: 'Elegir un archivo',
  pasteUrl: 'Cadena de conexión',
  pasteUrlHint:
    'Si tiene una cadena de conexión, péguela. Sus partes rellenan los campos siguientes.',
  pasteDone: 'Los campos siguientes están rellenados. Compruébelos.',
  pasteUseless: 'Nada de este texto corresponde a los campos siguientes. Péguelo entero.',
  rowName: 'Nombre',
  rowValue: 'Valor',
  addRow: 'Añadir una fila',
  removeRow: 'Quitar',
  rows: 'Cada fila tiene un nombre y un valor.',
  moment: 'Fecha y hora con zona horaria, por ejemplo 2030-12-31T23:59:59+01:00.',
  save: 'Conectar',
  checking: 'Comprobando…',
  connectWith: (provider) => `Continuar a ${provider}`,
  viaPipedream: 'Irá a Pipedream y volverá aquí.',
  viaProvider: (provider) => `Irá a ${provider} y volverá aquí.`,
  disconnect: 'Desconectar',
  disconnectTitle: (title) => `¿Desconectar «${title}»?`,
  disconnectHint: (app) =>
    `${app} ya no podrá usar esta conexión. Los datos guardados se eliminarán.`,
  keep: 'Conservar',
  done: 'Todo listo',
  doneHint: (app) => `${app} tiene todo lo que pidió. Puede cerrar esta página.`,
  backTo: (app) => `Volver a ${app}`,
  leaving: (provider) => `Abriendo ${provider}…`,
  leavingLink: (host) => `Continuar a ${host}`,
  waiting: 'Esperando la confirmación. Esta página lo comprueba sola.',
  ownWindow:
    'Continúe en la ventana que se ha abierto. Esta página detecta cuándo termina. Si cerró la ventana, pulse el botón de nuevo.',
  windowBlocked:
    'Su navegador no ha abierto una ventana nueva. Si continúa en esta, perderá lo que escribió en otros apartados. Conéctelos primero o pulse el botón de nuevo para continuar aquí.',
  onlyOneCard:
    'Envíe un formulario antes de rellenar el siguiente. Lo escrito en otros formularios se pierde.',
  handoff: (provider) =>
    `${provider} se abre en una ventana nueva. Vuelva aquí después: esta página detecta cuándo termina.`,
  back: 'Volver',
  windowDone: 'Puede cerrar esta ventana.',
  windowFailed: 'Cierre esta ventana y vuelva a la página anterior.',
  notConnected: 'No conectado',
  waitedEnough: 'Todavía no ha llegado ninguna confirmación.',
  lookAgain: 'Comprobar de nuevo',
  fixErrors: 'Corrija los campos marcados. Escriba de nuevo las contraseñas y las claves.',
  connectedNow: (provider) => `${provider} está conectado.`,
  switchTitle: '¿Es usted?',
  switchHint: (app, user) =>
    `En este navegador se conectaron cuentas de otra persona. Este enlace es para el usuario ${user} de ${app}. Continúe solo si es usted.`,
  switchGo: 'Sí, continuar',
  staleForm: 'Este formulario no estaba actualizado. No se ha cambiado nada. Inténtelo de nuevo.',
  theProvider: 'El proveedor',
  problems: {
    access_denied: (provider, problem) =>
      `${provider} indica que usted no permitió el acceso. No se ha cambiado nada.${quoteProviderInSpanish(problem)}`,
    missing_scopes: (provider, { scopes = [] }) =>
      `No se concedieron algunos permisos${shownScopes(scopes)}. ${provider} los pedirá de nuevo cuando continúe. Concédalos todos.`,
    provider_not_configured: (provider) =>
      `${provider} todavía no está configurado para esta aplicación. Avise a los responsables de la aplicación.`,
    temporarily_unavailable: (provider, problem) =>
      `En este momento no se puede acceder a ${provider}. No se ha cambiado nada. Inténtelo de nuevo en unos minutos.${quoteProviderInSpanish(problem)}`,
    conflict: (provider) =>
      `${provider} no se ha conectado porque se cambió algo al mismo tiempo. Inténtelo de nuevo.`,
    linked_elsewhere: (provider) =>
      `${provider} se conectó con otro enlace, y este no puede reemplazarlo ni desconectarlo. No se ha cambiado nada. Si el otro enlace no era suyo, avise a los responsables de la aplicación.`,
    another_browser: (provider) =>
      `${provider} le devolvió en otro navegador, así que no se ha conectado nada. Inténtelo de nuevo sin cambiar de navegador.`,
    too_many: (provider) =>
      `${provider} no se ha conectado porque hubo demasiados intentos en un minuto. Espere un minuto e inténtelo de nuevo.`,
    other: (provider, { said }) =>
      `${provider} ha rechazado la conexión${said ? `: «${said}»` : ''}. No se ha cambiado nada. Inténtelo de nuevo. Si vuelve a ocurrir, avise a los responsables de la aplicación.`,
  },
  failures: {
    refused: {
      title: 'Este enlace ya no funciona',
      text: 'Ha caducado, fue revocado o está incompleto. Vuelva a la aplicación de la que viene y empiece allí de nuevo.',
    },
    taken: {
      title: 'Este enlace ya se ha abierto',
      text: 'Solo funciona en un navegador. Vuelva a ese navegador o empiece de nuevo en la aplicación de la que viene.',
    },
    foreign: {
      title: 'Use el enlace de nuevo',
      text: 'La petición no vino de nuestra página, así que no se ha cambiado nada. Abra el enlace que le dio la aplicación y pulse allí el botón.',
    },
    ended: {
      title: 'Su sesión ha terminado',
      text: 'No se ha perdido nada de lo que conectó. Vuelva a la aplicación de la que viene y empiece allí de nuevo.',
    },
    tooLarge: {
      title: 'Es demasiado largo',
      text: 'Lo que ha escrito es más largo de lo que aceptamos. No se ha cambiado nada. Vuelva atrás en su navegador, acórtelo e inténtelo de nuevo.',
    },
    tooMany: {
      title: 'Demasiados intentos',
      text: 'No se ha cambiado nada. Espere un minuto, vuelva atrás en su navegador e inténtelo de nuevo.',
    },
    planted: {
      title: 'Abra esto desde la propia página',
      text: 'Este paso solo funciona desde la página en la que empezó. Si alguien le envió este enlace, cierre esta ventana: no se ha cambiado nada. Si no, vuelva a la página de la que viene y pulse allí el botón.',
    },
    used: {
      title: 'Esto ya se ha abierto',
      text: 'Solo funciona una vez y durante diez minutos. Cierre esta ventana, vuelva a la página de la que viene y pulse allí el botón de nuevo.',
    },
    missing: {
      title: 'Aquí no hay nada',
      text: 'Vuelva a la aplicación de la que viene y empiece allí de nuevo.',
    },
    unavailable: {
      title: 'No estamos disponibles en este momento',
      text: 'Nuestra base de datos no responde. No se ha cambiado nada. Inténtelo de nuevo dentro de un momento.',
    },
    internal: {
      title: 'Algo ha salido mal',
      text: 'El fallo es nuestro. Inténtelo de nuevo. Si vuelve a ocurrir, avise a los responsables de la aplicación de la que viene.',
    },
  },
};
