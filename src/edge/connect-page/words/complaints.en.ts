import type { ComplaintCode, ParamsOf } from '../../../core/catalog/complaints.ts';

/** The facts about a field that the sentences need. */
export type ComplainedField = {
  label: string;
  /** Whether a person chooses from a list. */
  isChoice: boolean;
  /** Returns the label of another field of the type, in quotes. */
  quote: (name: string) => string;
};

/** A sentence for each problem, in one language. The compiler reports a code without a sentence. */
export type ComplaintWords = {
  [Code in ComplaintCode]: (params: ParamsOf<Code>, field: ComplainedField) => string;
};

/** The English sentences for the problems of a field. Each tells the person what to do. */
export const englishComplaints: ComplaintWords = {
  blank: (_, { label, isChoice }) => `${isChoice ? 'Choose' : 'Enter'} your ${label}.`,
  blank_beside: ({ given }, { label, quote }) =>
    `Enter your ${label} as well: it belongs to ${given.map(quote).join(' and ')}.`,
  blank_without: ({ groups }, { label, quote }) =>
    `Enter your ${label}, or fill in ${groups.map((group) => group.map(quote).join(' with ')).join(' or ')}.`,
  blank_while: ({ field, value }, { label, quote }) =>
    `Enter your ${label}: ${quote(field)} is ${value}.`,

  unknown_field: () => 'This field is not known.',
  not_text: () => 'Enter text.',
  not_boolean: () => 'Choose yes or no.',
  not_integer: () => 'Enter a whole number.',
  not_positive_integer: () => 'Enter a whole number above zero.',
  not_number: () => 'Enter a number.',
  not_positive_number: () => 'Enter a number above zero.',
  not_port: () => 'Enter a whole number from 1 to 65535.',
  not_one_of: ({ values }) => `Choose one of these: ${values.join(', ')}.`,
  not_the_constant: ({ values }) => `Enter ${values.join(', ')}.`,
  not_list: () => 'Enter one value on each line, and fewer lines.',
  not_scope: () =>
    'Enter one scope on each line, without spaces, commas, quotes, backslashes or accents.',
  not_object: () => 'Enter a JSON object, such as {"name": "value"}.',
  not_object_of_text: () => 'Enter a name and a value in each row, and each name once.',
  not_url: () => 'Enter a whole address that begins with https:// or http://.',
  not_datetime: () => 'Enter a date and time with the time zone, such as 2030-12-31T23:59:59Z.',

  allowed_too_little: ({ reason }) =>
    reason === ''
      ? 'The service accepts this value, but it does not allow enough.'
      : `The service accepts this value, but it does not allow enough. It says: ${reason}`,
  refused_by_service: ({ reason }) =>
    reason === ''
      ? 'The service refuses this value. Check it, and enter it again.'
      : `The service refuses this value. It says: ${reason}`,

  too_short: ({ minimum }) => `Enter at least ${minimum} characters.`,
  too_long: ({ maximum }) => `Enter at most ${maximum} characters.`,
  holds_space: () => 'Remove the blanks and line breaks.',
  wrong_pattern: () => 'This does not look right. Copy it again from the service.',

  null_character: () => 'Remove the character U+0000.',
  lone_surrogate: () => 'Remove the damaged character, or copy the text again.',
  invisible_character: ({ character }) =>
    `Copy it again: it contains the invisible character ${character}.`,
  too_deep: () => 'Use fewer levels of objects inside objects.',
  inexact_number: () => 'Put the number in quotes: JSON cannot hold it exactly.',
  enum_value: () => 'Put the value in quotes.',
  user_in_url: () => 'Remove the user name and the password from the address.',
  password_in_url: () => 'Remove the password: this field is not secret.',

  key_too_long: ({ maximum }) => `Paste only the private key: at most ${maximum} characters.`,
  key_missing: ({ begin }) => `Paste a private key in PEM, from “${begin}” to its last line.`,
  key_other_block: () => 'Paste a private key in PEM. This is something else in PEM.',
  key_json_web_key: () => 'Paste the key in PEM. This is a JSON Web Key.',
  key_json_file: () => 'Paste only the value of private_key. This is the whole JSON file.',
  key_certificate: () => 'Paste the private key. This is its certificate.',
  key_certificate_request: () => 'Paste the private key. This is a certificate request.',
  key_certificates: () => 'Paste the private key. These are certificates.',
  key_public: () => 'Paste the private key. This is the public key.',
  key_public_ssh: () => 'Paste the private key in PEM. This is a public key of SSH.',
  key_encrypted: () => 'Paste the key without its passphrase. This one is encrypted.',
  key_openssh: () => 'Paste a key in PKCS #8. This is an OpenSSH key.',
  key_dsa: () => 'Paste an RSA key, or one of an elliptic curve. This is a DSA key.',
  key_curve_parameters: () => 'Paste only the private key, without the parameters of its curve.',
  key_pgp: () => 'Paste a private key in PEM. This is a PGP key.',
  key_putty: () => 'Paste a private key in PEM. Export this PuTTY key as one.',
  key_base64_twice: () => 'Decode the key first: it is encoded in base64 once more.',
  key_without_lines: ({ begin, end }) => `Paste the key with its lines “${begin}” and “${end}”.`,
  key_cut_off: ({ line }) => `Paste the whole key: its line “${line}” is missing.`,
  key_wrong_first_line: () => 'Paste the key from its first line, which begins with five dashes.',
  key_several_blocks: () => 'Paste only the private key. This has more than one block.',
  key_in_text: ({ begin }) =>
    `Paste only the key, from “${begin}” to the end of its last line. There is other text around it.`,
  key_damaged: () =>
    'Copy the key again: what is between its first and its last line is no private key.',
};
