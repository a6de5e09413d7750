import type { ComplaintWords } from './complaints.en.ts';

/** The Dutch sentences for the problems of a field. Each tells the person what to do. */
export const dutchComplaints: ComplaintWords = {
  blank: (_, { label, isChoice }) =>
    isChoice ? `Kies een waarde voor “${label}”.` : `Vul “${label}” in.`,
  blank_beside: ({ given }, { label, quote }) =>
    `Vul ook “${label}” in: dat hoort bij ${given.map(quote).join(' en ')}.`,
  blank_without: ({ groups }, { label, quote }) =>
    `Vul “${label}” in, of anders ${groups.map((group) => group.map(quote).join(' met ')).join(' of ')}.`,
  blank_while: ({ field, value }, { label, quote }) =>
    `Vul “${label}” in: ${quote(field)} staat op ${value}.`,

  unknown_field: () => 'Dit veld is niet bekend.',
  not_text: () => 'Voer tekst in.',
  not_boolean: () => 'Kies ja of nee.',
  not_integer: () => 'Voer een geheel getal in.',
  not_positive_integer: () => 'Voer een geheel getal groter dan nul in.',
  not_number: () => 'Voer een getal in.',
  not_positive_number: () => 'Voer een getal groter dan nul in.',
  not_port: () => 'Voer een geheel getal van 1 tot en met 65535 in.',
  not_one_of: ({ values }) => `Kies een van deze waarden: ${values.join(', ')}.`,
  not_the_constant: ({ values }) => `Voer ${values.join(', ')} in.`,
  not_list: () => 'Voer op elke regel één waarde in, en minder regels.',
  not_scope: () =>
    'Voer op elke regel één machtiging in, zonder spaties, komma’s, aanhalingstekens, backslashes of accenten.',
  not_object: () => 'Voer een JSON-object in, bijvoorbeeld {"name": "waarde"}.',
  not_object_of_text: () => 'Voer in elke rij een naam en een waarde in, en elke naam één keer.',
  not_url: () => 'Voer een volledig adres in dat begint met https:// of http://.',
  not_datetime: () => 'Voer datum en tijd met tijdzone in, bijvoorbeeld 2030-12-31T23:59:59+01:00.',

  allowed_too_little: ({ reason }) =>
    reason === ''
      ? 'De dienst accepteert deze waarde, maar die geeft te weinig rechten.'
      : `De dienst accepteert deze waarde, maar die geeft te weinig rechten. De dienst zegt: ${reason}`,
  refused_by_service: ({ reason }) =>
    reason === ''
      ? 'De dienst weigert deze waarde. Controleer de waarde en voer die opnieuw in.'
      : `De dienst weigert deze waarde. De dienst zegt: ${reason}`,

  too_short: ({ minimum }) => `Voer minstens ${minimum} tekens in.`,
  too_long: ({ maximum }) => `Voer hooguit ${maximum} tekens in.`,
  holds_space: () => 'Verwijder de spaties en regeleinden.',
  wrong_pattern: () => 'Dit ziet er niet goed uit. Kopieer het opnieuw uit de dienst.',

  null_character: () => 'Verwijder het teken U+0000.',
  lone_surrogate: () => 'Verwijder het beschadigde teken, of kopieer de tekst opnieuw.',
  invisible_character: ({ character }) =>
    `Kopieer de waarde opnieuw: er staat een onzichtbaar teken in (${character}).`,
  too_deep: () => 'Gebruik minder niveaus van objecten in objecten.',
  inexact_number: () => 'Zet het getal tussen aanhalingstekens: JSON kan het niet exact weergeven.',
  enum_value: () => 'Zet de waarde tussen aanhalingstekens.',
  user_in_url: () => 'Verwijder de gebruikersnaam en het wachtwoord uit het adres.',
  password_in_url: () => 'Verwijder het wachtwoord: dit veld is niet geheim.',

  key_too_long: ({ maximum }) => `Plak alleen de privésleutel: hooguit ${maximum} tekens.`,
  key_missing: ({ begin }) =>
    `Plak een privésleutel in PEM, van “${begin}” tot en met de laatste regel.`,
  key_other_block: () => 'Plak een privésleutel in PEM. Dit is iets anders in PEM.',
  key_json_web_key: () => 'Plak de sleutel in PEM. Dit is een JSON Web Key.',
  key_json_file: () => 'Plak alleen de waarde van private_key. Dit is het hele JSON-bestand.',
  key_certificate: () => 'Plak de privésleutel. Dit is het certificaat ervan.',
  key_certificate_request: () => 'Plak de privésleutel. Dit is een certificaataanvraag.',
  key_certificates: () => 'Plak de privésleutel. Dit zijn certificaten.',
  key_public: () => 'Plak de privésleutel. Dit is de openbare sleutel.',
  key_public_ssh: () => 'Plak de privésleutel in PEM. Dit is een openbare SSH-sleutel.',
  key_encrypted: () => 'Plak de sleutel zonder wachtwoordzin. Deze is versleuteld.',
  key_openssh: () => 'Plak een sleutel in PKCS #8. Dit is een OpenSSH-sleutel.',
  key_dsa: () =>
    'Plak een RSA-sleutel of een sleutel met elliptische kromme. Dit is een DSA-sleutel.',
  key_curve_parameters: () => 'Plak alleen de privésleutel, zonder de parameters van de kromme.',
  key_pgp: () => 'Plak een privésleutel in PEM. Dit is een PGP-sleutel.',
  key_putty: () => 'Plak een privésleutel in PEM. Exporteer deze PuTTY-sleutel zo.',
  key_base64_twice: () => 'Decodeer de sleutel eerst: die is nog een keer in base64 gecodeerd.',
  key_without_lines: ({ begin, end }) => `Plak de sleutel met de regels “${begin}” en “${end}”.`,
  key_cut_off: ({ line }) => `Plak de hele sleutel: de regel “${line}” ontbreekt.`,
  key_wrong_first_line: () =>
    'Plak de sleutel vanaf de eerste regel, die met vijf streepjes begint.',
  key_several_blocks: () => 'Plak alleen de privésleutel. Dit is meer dan één blok.',
  key_in_text: ({ begin }) =>
    `Plak alleen de sleutel, van “${begin}” tot het eind van de laatste regel. Er staat andere tekst omheen.`,
  key_damaged: () =>
    'Kopieer de sleutel opnieuw: wat tussen de eerste en de laatste regel staat, is geen privésleutel.',
};
