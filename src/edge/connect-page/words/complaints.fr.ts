import type { ComplaintWords } from './complaints.en.ts';

/** The French sentences for the problems of a field. Each tells the person what to do. */
export const frenchComplaints: ComplaintWords = {
  blank: (_, { label, isChoice }) =>
    isChoice ? `Choisissez une valeur pour « ${label} ».` : `Remplissez « ${label} ».`,
  blank_beside: ({ given }, { label, quote }) =>
    `Remplissez aussi « ${label} » : ce champ va avec ${given.map(quote).join(' et ')}.`,
  blank_without: ({ groups }, { label, quote }) =>
    `Remplissez « ${label} », ou bien ${groups.map((group) => group.map(quote).join(' avec ')).join(' ou ')}.`,
  blank_while: ({ field, value }, { label, quote }) =>
    `Remplissez « ${label} » : ${quote(field)} a la valeur ${value}.`,

  unknown_field: () => 'Ce champ n’est pas connu.',
  not_text: () => 'Saisissez du texte.',
  not_boolean: () => 'Choisissez oui ou non.',
  not_integer: () => 'Saisissez un nombre entier.',
  not_positive_integer: () => 'Saisissez un nombre entier supérieur à zéro.',
  not_number: () => 'Saisissez un nombre.',
  not_positive_number: () => 'Saisissez un nombre supérieur à zéro.',
  not_port: () => 'Saisissez un nombre entier de 1 à 65535.',
  not_one_of: ({ values }) => `Choisissez l’une de ces valeurs : ${values.join(', ')}.`,
  not_the_constant: ({ values }) => `Saisissez ${values.join(', ')}.`,
  not_list: () => 'Saisissez une valeur par ligne, et moins de lignes.',
  not_scope: () =>
    'Saisissez une autorisation par ligne, sans espaces, virgules, guillemets, barres obliques inverses ni accents.',
  not_object: () => 'Saisissez un objet JSON, par exemple {"name": "valeur"}.',
  not_object_of_text: () =>
    'Saisissez un nom et une valeur sur chaque ligne, et chaque nom une seule fois.',
  not_url: () => 'Saisissez une adresse complète qui commence par https:// ou http://.',
  not_datetime: () =>
    'Saisissez la date et l’heure avec le fuseau horaire, par exemple 2030-12-31T23:59:59+01:00.',

  allowed_too_little: ({ reason }) =>
    reason === ''
      ? 'Le service accepte cette valeur, mais elle ne donne pas assez de droits.'
      : `Le service accepte cette valeur, mais elle ne donne pas assez de droits. Il dit : ${reason}`,
  refused_by_service: ({ reason }) =>
    reason === ''
      ? 'Le service refuse cette valeur. Vérifiez-la et saisissez-la de nouveau.'
      : `Le service refuse cette valeur. Il dit : ${reason}`,

  too_short: ({ minimum }) => `Saisissez au moins ${minimum} caractères.`,
  too_long: ({ maximum }) => `Saisissez au plus ${maximum} caractères.`,
  holds_space: () => 'Retirez les espaces et les sauts de ligne.',
  wrong_pattern: () =>
    'Cette valeur ne semble pas correcte. Copiez-la de nouveau depuis le service.',

  null_character: () => 'Retirez le caractère U+0000.',
  lone_surrogate: () => 'Retirez le caractère endommagé, ou copiez de nouveau le texte.',
  invisible_character: ({ character }) =>
    `Copiez de nouveau la valeur : elle contient le caractère invisible ${character}.`,
  too_deep: () => 'Utilisez moins de niveaux d’objets imbriqués.',
  inexact_number: () =>
    'Mettez le nombre entre guillemets : JSON ne peut pas le représenter exactement.',
  enum_value: () => 'Mettez la valeur entre guillemets.',
  user_in_url: () => 'Retirez le nom d’utilisateur et le mot de passe de l’adresse.',
  password_in_url: () => 'Retirez le mot de passe : ce champ n’est pas secret.',

  key_too_long: ({ maximum }) => `Collez seulement la clé privée : au plus ${maximum} caractères.`,
  key_missing: ({ begin }) =>
    `Collez une clé privée au format PEM, de « ${begin} » jusqu’à sa dernière ligne.`,
  key_other_block: () => 'Collez une clé privée au format PEM. Ceci est autre chose au format PEM.',
  key_json_web_key: () => 'Collez la clé au format PEM. Ceci est une JSON Web Key.',
  key_json_file: () =>
    'Collez seulement la valeur de private_key. Ceci est le fichier JSON entier.',
  key_certificate: () => 'Collez la clé privée. Ceci est son certificat.',
  key_certificate_request: () => 'Collez la clé privée. Ceci est une demande de certificat.',
  key_certificates: () => 'Collez la clé privée. Ce sont des certificats.',
  key_public: () => 'Collez la clé privée. Ceci est la clé publique.',
  key_public_ssh: () => 'Collez la clé privée au format PEM. Ceci est une clé publique SSH.',
  key_encrypted: () => 'Collez la clé sans phrase secrète. Celle-ci est chiffrée.',
  key_openssh: () => 'Collez une clé au format PKCS #8. Ceci est une clé OpenSSH.',
  key_dsa: () => 'Collez une clé RSA ou à courbe elliptique. Ceci est une clé DSA.',
  key_curve_parameters: () => 'Collez seulement la clé privée, sans les paramètres de sa courbe.',
  key_pgp: () => 'Collez une clé privée au format PEM. Ceci est une clé PGP.',
  key_putty: () => 'Collez une clé privée au format PEM. Exportez ainsi cette clé PuTTY.',
  key_base64_twice: () => 'Décodez d’abord la clé : elle est encodée une fois de plus en base64.',
  key_without_lines: ({ begin, end }) =>
    `Collez la clé avec ses lignes « ${begin} » et « ${end} ».`,
  key_cut_off: ({ line }) => `Collez la clé entière : sa ligne « ${line} » manque.`,
  key_wrong_first_line: () =>
    'Collez la clé à partir de sa première ligne, qui commence par cinq tirets.',
  key_several_blocks: () => 'Collez seulement la clé privée. Ceci contient plusieurs blocs.',
  key_in_text: ({ begin }) =>
    `Collez seulement la clé, de « ${begin} » à la fin de sa dernière ligne. Il y a un autre texte autour.`,
  key_damaged: () =>
    'Copiez de nouveau la clé : ce qui est entre sa première et sa dernière ligne n’est pas une clé privée.',
};
