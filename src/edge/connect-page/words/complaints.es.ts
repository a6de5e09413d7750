import type { ComplaintWords } from './complaints.en.ts';

/** The Spanish sentences for the problems of a field. Each tells the person what to do. */
export const spanishComplaints: ComplaintWords = {
  blank: (_, { label, isChoice }) =>
    isChoice ? `Elija un valor para «${label}».` : `Rellene «${label}».`,
  blank_beside: ({ given }, { label, quote }) =>
    `Rellene también «${label}»: va junto con ${given.map(quote).join(' y ')}.`,
  blank_without: ({ groups }, { label, quote }) =>
    `Rellene «${label}», o bien ${groups.map((group) => group.map(quote).join(' con ')).join(' o ')}.`,
  blank_while: ({ field, value }, { label, quote }) =>
    `Rellene «${label}»: ${quote(field)} es ${value}.`,

  unknown_field: () => 'Este campo no se conoce.',
  not_text: () => 'Escriba un texto.',
  not_boolean: () => 'Elija sí o no.',
  not_integer: () => 'Escriba un número entero.',
  not_positive_integer: () => 'Escriba un número entero mayor que cero.',
  not_number: () => 'Escriba un número.',
  not_positive_number: () => 'Escriba un número mayor que cero.',
  not_port: () => 'Escriba un número entero del 1 al 65535.',
  not_one_of: ({ values }) => `Elija uno de estos: ${values.join(', ')}.`,
  not_the_constant: ({ values }) => `Escriba ${values.join(', ')}.`,
  not_list: () => 'Escriba un valor en cada línea, y menos líneas.',
  not_scope: () =>
    'Escriba un permiso en cada línea, sin espacios, comas, comillas, barras invertidas ni acentos.',
  not_object: () => 'Escriba un objeto JSON, por ejemplo {"name": "valor"}.',
  not_object_of_text: () =>
    'Escriba un nombre y un valor en cada fila, y cada nombre una sola vez.',
  not_url: () => 'Escriba una dirección completa que empiece por https:// o http://.',
  not_datetime: () =>
    'Escriba la fecha y la hora con zona horaria, por ejemplo 2030-12-31T23:59:59+01:00.',

  allowed_too_little: ({ reason }) =>
    reason === ''
      ? 'El servicio acepta este valor, pero no da permisos suficientes.'
      : `El servicio acepta este valor, pero no da permisos suficientes. Dice: ${reason}`,
  refused_by_service: ({ reason }) =>
    reason === ''
      ? 'El servicio rechaza este valor. Compruébelo e introdúzcalo de nuevo.'
      : `El servicio rechaza este valor. Dice: ${reason}`,

  too_short: ({ minimum }) => `Escriba al menos ${minimum} caracteres.`,
  too_long: ({ maximum }) => `Escriba como máximo ${maximum} caracteres.`,
  holds_space: () => 'Quite los espacios y los saltos de línea.',
  wrong_pattern: () => 'No parece correcto. Cópielo de nuevo del servicio.',

  null_character: () => 'Quite el carácter U+0000.',
  lone_surrogate: () => 'Quite el carácter dañado o copie el texto de nuevo.',
  invisible_character: ({ character }) =>
    `Cópielo de nuevo: contiene el carácter invisible ${character}.`,
  too_deep: () => 'Use menos niveles de objetos dentro de objetos.',
  inexact_number: () =>
    'Ponga el número entre comillas: JSON no puede representarlo con exactitud.',
  enum_value: () => 'Ponga el valor entre comillas.',
  user_in_url: () => 'Quite el nombre de usuario y la contraseña de la dirección.',
  password_in_url: () => 'Quite la contraseña: este campo no es secreto.',

  key_too_long: ({ maximum }) => `Pegue solo la clave privada: como máximo ${maximum} caracteres.`,
  key_missing: ({ begin }) =>
    `Pegue una clave privada en PEM, desde «${begin}» hasta su última línea.`,
  key_other_block: () => 'Pegue una clave privada en PEM. Esto es otra cosa en PEM.',
  key_json_web_key: () => 'Pegue la clave en PEM. Esto es una JSON Web Key.',
  key_json_file: () => 'Pegue solo el valor de private_key. Esto es el archivo JSON entero.',
  key_certificate: () => 'Pegue la clave privada. Esto es su certificado.',
  key_certificate_request: () => 'Pegue la clave privada. Esto es una solicitud de certificado.',
  key_certificates: () => 'Pegue la clave privada. Esto son certificados.',
  key_public: () => 'Pegue la clave privada. Esta es la clave pública.',
  key_public_ssh: () => 'Pegue la clave privada en PEM. Esto es una clave pública de SSH.',
  key_encrypted: () => 'Pegue la clave sin frase de contraseña. Esta está cifrada.',
  key_openssh: () => 'Pegue una clave en PKCS #8. Esto es una clave de OpenSSH.',
  key_dsa: () => 'Pegue una clave RSA o de curva elíptica. Esto es una clave DSA.',
  key_curve_parameters: () => 'Pegue solo la clave privada, sin los parámetros de su curva.',
  key_pgp: () => 'Pegue una clave privada en PEM. Esto es una clave PGP.',
  key_putty: () => 'Pegue una clave privada en PEM. Exporte así esta clave de PuTTY.',
  key_base64_twice: () => 'Decodifique primero la clave: está codificada una vez más en base64.',
  key_without_lines: ({ begin, end }) => `Pegue la clave con sus líneas «${begin}» y «${end}».`,
  key_cut_off: ({ line }) => `Pegue la clave entera: falta su línea «${line}».`,
  key_wrong_first_line: () =>
    'Pegue la clave desde su primera línea, que empieza con cinco guiones.',
  key_several_blocks: () => 'Pegue solo la clave privada. Esto contiene más de un bloque.',
  key_in_text: ({ begin }) =>
    `Pegue solo la clave, desde «${begin}» hasta el final de su última línea. Hay otro texto alrededor.`,
  key_damaged: () =>
    'Copie la clave de nuevo: lo que hay entre su primera y su última línea no es una clave privada.',
};
