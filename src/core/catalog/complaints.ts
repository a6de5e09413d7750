import type { IssueParams } from '../../platform/field-issues.ts';

/*
 * Everything that can be wrong with a config. A check names a code and its parameters; the API returns the
 * message below, after the path of the field, and the connect page words each code in the person's language.
 */

const nothing = 'cannot be blank';

const messages = {
  blank: () => nothing,
  blank_beside: ({ given }: { given: readonly string[] }) =>
    `${nothing} when ${given.join(' and ')} is given`,
  blank_without: ({ groups }: { groups: readonly (readonly string[])[] }) =>
    `${nothing} unless ${groups.map((group) => group.join(' with ')).join(' or ')} is given`,
  blank_while: ({ field, value }: { field: string; value: string }) =>
    `${nothing} when ${field} is ${value}`,

  unknown_field: () => 'is not a known field',
  not_text: () => 'must be text',
  not_boolean: () => 'must be true or false',
  not_integer: () => 'must be an integer',
  not_positive_integer: () => 'must be a positive integer',
  not_number: () => 'must be a number',
  not_positive_number: () => 'must be a positive number',
  not_port: () => 'must be an integer from 1 to 65535',
  not_one_of: ({ values }: { values: readonly string[] }) => `must be one of: ${values.join(', ')}`,
  not_the_constant: ({ values }: { values: readonly string[] }) => `must be ${values.join(', ')}`,
  not_list: () => 'must be a list of text',
  not_scope: () =>
    'must be one OAuth scope: no blanks, commas, quotes, backslashes or letters outside ASCII',
  not_object: () => 'must be an object',
  not_object_of_text: () => 'must be an object whose values are all text',
  not_url: () => 'must be an absolute http or https URL',
  not_datetime: () => 'must be a date and time with an offset, as in RFC 3339',

  too_short: ({ minimum }: { minimum: number }) => `must have at least ${minimum} characters`,
  too_long: ({ maximum }: { maximum: number }) => `cannot be longer than ${maximum} characters`,
  holds_space: () => 'cannot hold blanks or line breaks',
  wrong_pattern: () => 'does not have the form that the service uses: copy it again',
  allowed_too_little: ({ reason }: { reason: string }) =>
    reason === ''
      ? 'does not allow enough at the service'
      : `does not allow enough at the service: ${reason}`,
  refused_by_service: ({ reason }: { reason: string }) =>
    reason === '' ? 'was refused by the service' : `was refused by the service: ${reason}`,

  null_character: () => 'cannot hold the character U+0000',
  lone_surrogate: () => 'is not well-formed text',
  invisible_character: ({ character }: { character: string }) =>
    `holds the invisible character ${character}: copy it again`,
  too_deep: () => 'is nested too deeply',
  inexact_number: () => 'is a number that JSON cannot hold exactly: write it as text',
  enum_value: () => 'is an enum value, which JSON does not have: write it as text',
  user_in_url: () => 'cannot hold a user name or password',
  password_in_url: () => 'cannot hold a password',

  key_too_long: ({ maximum }: { maximum: number }) => `cannot be longer than ${maximum} characters`,
  key_missing: ({ begin }: { begin: string }) =>
    `must be a private key in PEM, from "${begin}" to its last line`,
  key_other_block: () => 'must be a private key in PEM; another block was found',
  key_json_web_key: () => 'holds a JSON Web Key: paste the key in PEM',
  key_json_file: () => 'holds a whole JSON file: paste only the value of its private_key',
  key_certificate: () => 'holds a certificate: paste the private key that belongs to it',
  key_certificate_request: () =>
    'holds a certificate request: paste the private key that belongs to it',
  key_certificates: () => 'holds certificates: paste the private key that belongs to them',
  key_public: () => 'holds a public key: paste the private one',
  key_public_ssh: () => 'holds a public key of SSH: paste the private key in PEM',
  key_encrypted: () => 'holds a key that is encrypted: paste it without its passphrase',
  key_openssh: () => 'holds an OpenSSH key: paste one in PKCS #8',
  key_dsa: () => 'holds a DSA key: paste an RSA key, or one of an elliptic curve',
  key_curve_parameters: () => 'holds parameters of a curve: paste only the private key',
  key_pgp: () => 'holds a PGP key: paste the private key in PEM',
  key_putty: () => 'holds a key of PuTTY: export it as a private key in PEM',
  key_base64_twice: () => 'is encoded in base64 once more: decode it first',
  key_without_lines: ({ begin, end }: { begin: string; end: string }) =>
    `lacks its lines "${begin}" and "${end}"`,
  key_cut_off: ({ line }: { line: string }) => `is cut off: its line "${line}" is missing`,
  key_wrong_first_line: () => 'has a first line that is not of PEM: it begins with five dashes',
  key_several_blocks: () => 'holds more than one block: paste only the private key',
  key_in_text: ({ begin }: { begin: string }) =>
    `has text around it: paste only from "${begin}" to the end of its last line`,
  key_damaged: () => 'is damaged: what is between its first and its last line is no private key',
};

type Messages = typeof messages;

export type ComplaintCode = keyof Messages;

/** The parameters of a code; undefined for a code without. */
export type ParamsOf<Code extends ComplaintCode> = Parameters<Messages[Code]>[0];

/** What is wrong with a value. */
export type Complaint = { code: ComplaintCode; params: IssueParams };

export const complaintCodes = Object.keys(messages) as ComplaintCode[]; // the keys of that object

/** Returns a complaint with the parameters that its code takes. */
export function complaint<Code extends ComplaintCode>(
  code: Code,
  ...[params]: Parameters<Messages[Code]>
): Complaint {
  return { code, params: params ?? {} };
}

/** Returns the message of a complaint that the API returns. */
export function messageOf({ code, params }: Complaint): string {
  const message: (params: never) => string = messages[code];
  return message(params as never); // complaint() has checked that they belong together
}
