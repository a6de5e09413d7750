import type { ComplaintWords } from './complaints.en.ts';

/** The Italian sentences for the problems of a field. Each tells the person what to do. */
export const italianComplaints: ComplaintWords = {
  blank: (_, { label, isChoice }) =>
    isChoice ? `Scelga un valore per «${label}».` : `Compili «${label}».`,
  blank_beside: ({ given }, { label, quote }) =>
    `Compili anche «${label}»: va insieme a ${given.map(quote).join(' e ')}.`,
  blank_without: ({ groups }, { label, quote }) =>
    `Compili «${label}», oppure ${groups.map((group) => group.map(quote).join(' con ')).join(' o ')}.`,
  blank_while: ({ field, value }, { label, quote }) =>
    `Compili «${label}»: ${quote(field)} vale ${value}.`,

  unknown_field: () => 'Questo campo non è noto.',
  not_text: () => 'Inserisca un testo.',
  not_boolean: () => 'Scelga sì o no.',
  not_integer: () => 'Inserisca un numero intero.',
  not_positive_integer: () => 'Inserisca un numero intero maggiore di zero.',
  not_number: () => 'Inserisca un numero.',
  not_positive_number: () => 'Inserisca un numero maggiore di zero.',
  not_port: () => 'Inserisca un numero intero da 1 a 65535.',
  not_one_of: ({ values }) => `Scelga uno di questi: ${values.join(', ')}.`,
  not_the_constant: ({ values }) => `Inserisca ${values.join(', ')}.`,
  not_list: () => 'Inserisca un valore per riga, e meno righe.',
  not_scope: () =>
    'Inserisca un’autorizzazione per riga, senza spazi, virgole, virgolette, barre rovesciate o accenti.',
  not_object: () => 'Inserisca un oggetto JSON, ad esempio {"name": "valore"}.',
  not_object_of_text: () =>
    'Inserisca un nome e un valore in ogni riga, e ogni nome una sola volta.',
  not_url: () => 'Inserisca un indirizzo completo che inizi con https:// o http://.',
  not_datetime: () =>
    'Inserisca data e ora con il fuso orario, ad esempio 2030-12-31T23:59:59+01:00.',

  allowed_too_little: ({ reason }) =>
    reason === ''
      ? 'Il servizio accetta questo valore, ma non dà autorizzazioni sufficienti.'
      : `Il servizio accetta questo valore, ma non dà autorizzazioni sufficienti. Dice: ${reason}`,
  refused_by_service: ({ reason }) =>
    reason === ''
      ? 'Il servizio rifiuta questo valore. Lo controlli e lo inserisca di nuovo.'
      : `Il servizio rifiuta questo valore. Dice: ${reason}`,

  too_short: ({ minimum }) => `Inserisca almeno ${minimum} caratteri.`,
  too_long: ({ maximum }) => `Inserisca al massimo ${maximum} caratteri.`,
  holds_space: () => 'Rimuova gli spazi e le interruzioni di riga.',
  wrong_pattern: () => 'Non sembra corretto. Lo copi di nuovo dal servizio.',

  null_character: () => 'Rimuova il carattere U+0000.',
  lone_surrogate: () => 'Rimuova il carattere danneggiato, oppure copi di nuovo il testo.',
  invisible_character: ({ character }) =>
    `Lo copi di nuovo: contiene il carattere invisibile ${character}.`,
  too_deep: () => 'Usi meno livelli di oggetti dentro altri oggetti.',
  inexact_number: () =>
    'Metta il numero tra virgolette: JSON non può rappresentarlo con esattezza.',
  enum_value: () => 'Metta il valore tra virgolette.',
  user_in_url: () => 'Rimuova nome utente e password dall’indirizzo.',
  password_in_url: () => 'Rimuova la password: questo campo non è segreto.',

  key_too_long: ({ maximum }) => `Incolli solo la chiave privata: al massimo ${maximum} caratteri.`,
  key_missing: ({ begin }) =>
    `Incolli una chiave privata in PEM, da «${begin}» fino alla sua ultima riga.`,
  key_other_block: () => 'Incolli una chiave privata in PEM. Questo è altro in PEM.',
  key_json_web_key: () => 'Incolli la chiave in PEM. Questa è una JSON Web Key.',
  key_json_file: () => 'Incolli solo il valore di private_key. Questo è l’intero file JSON.',
  key_certificate: () => 'Incolli la chiave privata. Questo è il suo certificato.',
  key_certificate_request: () =>
    'Incolli la chiave privata. Questa è una richiesta di certificato.',
  key_certificates: () => 'Incolli la chiave privata. Questi sono certificati.',
  key_public: () => 'Incolli la chiave privata. Questa è la chiave pubblica.',
  key_public_ssh: () => 'Incolli la chiave privata in PEM. Questa è una chiave pubblica SSH.',
  key_encrypted: () => 'Incolli la chiave senza passphrase. Questa è cifrata.',
  key_openssh: () => 'Incolli una chiave in PKCS #8. Questa è una chiave OpenSSH.',
  key_dsa: () => 'Incolli una chiave RSA o a curva ellittica. Questa è una chiave DSA.',
  key_curve_parameters: () => 'Incolli solo la chiave privata, senza i parametri della sua curva.',
  key_pgp: () => 'Incolli una chiave privata in PEM. Questa è una chiave PGP.',
  key_putty: () => 'Incolli una chiave privata in PEM. Esporti così questa chiave di PuTTY.',
  key_base64_twice: () => 'Prima decodifichi la chiave: è codificata un’altra volta in base64.',
  key_without_lines: ({ begin, end }) =>
    `Incolli la chiave con le sue righe «${begin}» e «${end}».`,
  key_cut_off: ({ line }) => `Incolli la chiave intera: manca la riga «${line}».`,
  key_wrong_first_line: () =>
    'Incolli la chiave dalla sua prima riga, che inizia con cinque trattini.',
  key_several_blocks: () => 'Incolli solo la chiave privata. Qui c’è più di un blocco.',
  key_in_text: ({ begin }) =>
    `Incolli solo la chiave, da «${begin}» alla fine della sua ultima riga. Intorno c’è altro testo.`,
  key_damaged: () =>
    'Copi di nuovo la chiave: ciò che sta tra la prima e l’ultima riga non è una chiave privata.',
};
