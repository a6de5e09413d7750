import type { ComplaintWords } from './complaints.en.ts';

/** The German sentences for the problems of a field. Each tells the person what to do. */
export const germanComplaints: ComplaintWords = {
  blank: (_, { label, isChoice }) =>
    isChoice ? `Wählen Sie einen Wert für „${label}“.` : `Füllen Sie „${label}“ aus.`,
  blank_beside: ({ given }, { label, quote }) =>
    `Füllen Sie auch „${label}“ aus: Das gehört zu ${given.map(quote).join(' und ')}.`,
  blank_without: ({ groups }, { label, quote }) =>
    `Füllen Sie „${label}“ aus, oder ${groups.map((group) => group.map(quote).join(' mit ')).join(' oder ')}.`,
  blank_while: ({ field, value }, { label, quote }) =>
    `Füllen Sie „${label}“ aus: ${quote(field)} steht auf ${value}.`,

  unknown_field: () => 'Dieses Feld ist nicht bekannt.',
  not_text: () => 'Geben Sie Text ein.',
  not_boolean: () => 'Wählen Sie Ja oder Nein.',
  not_integer: () => 'Geben Sie eine ganze Zahl ein.',
  not_positive_integer: () => 'Geben Sie eine ganze Zahl über null ein.',
  not_number: () => 'Geben Sie eine Zahl ein.',
  not_positive_number: () => 'Geben Sie eine Zahl über null ein.',
  not_port: () => 'Geben Sie eine ganze Zahl von 1 bis 65535 ein.',
  not_one_of: ({ values }) => `Wählen Sie eines davon: ${values.join(', ')}.`,
  not_the_constant: ({ values }) => `Geben Sie ${values.join(', ')} ein.`,
  not_list: () => 'Geben Sie einen Wert pro Zeile ein, und weniger Zeilen.',
  not_scope: () =>
    'Geben Sie einen Scope pro Zeile ein, ohne Leerzeichen, Kommas, Anführungszeichen, Backslashes und Umlaute.',
  not_object: () => 'Geben Sie ein JSON-Objekt ein, etwa {"name": "wert"}.',
  not_object_of_text: () =>
    'Geben Sie in jeder Zeile einen Namen und einen Wert ein, und jeden Namen nur einmal.',
  not_url: () => 'Geben Sie eine vollständige Adresse ein, die mit https:// oder http:// beginnt.',
  not_datetime: () =>
    'Geben Sie Datum und Uhrzeit mit Zeitzone ein, etwa 2030-12-31T23:59:59+01:00.',

  allowed_too_little: ({ reason }) =>
    reason === ''
      ? 'Der Dienst nimmt diesen Wert an, erlaubt damit aber zu wenig.'
      : `Der Dienst nimmt diesen Wert an, erlaubt damit aber zu wenig. Er sagt: ${reason}`,
  refused_by_service: ({ reason }) =>
    reason === ''
      ? 'Der Dienst lehnt diesen Wert ab. Prüfen Sie ihn, und geben Sie ihn noch einmal ein.'
      : `Der Dienst lehnt diesen Wert ab. Er sagt: ${reason}`,

  too_short: ({ minimum }) => `Geben Sie mindestens ${minimum} Zeichen ein.`,
  too_long: ({ maximum }) => `Geben Sie höchstens ${maximum} Zeichen ein.`,
  holds_space: () => 'Entfernen Sie die Leerzeichen und Zeilenumbrüche.',
  wrong_pattern: () => 'Das sieht nicht richtig aus. Kopieren Sie es noch einmal aus dem Dienst.',

  null_character: () => 'Entfernen Sie das Zeichen U+0000.',
  lone_surrogate: () =>
    'Entfernen Sie das beschädigte Zeichen, oder kopieren Sie den Text noch einmal.',
  invisible_character: ({ character }) =>
    `Kopieren Sie den Wert noch einmal: Er enthält das unsichtbare Zeichen ${character}.`,
  too_deep: () => 'Verwenden Sie weniger Ebenen von Objekten in Objekten.',
  inexact_number: () =>
    'Setzen Sie die Zahl in Anführungszeichen: JSON kann sie nicht genau wiedergeben.',
  enum_value: () => 'Setzen Sie den Wert in Anführungszeichen.',
  user_in_url: () => 'Entfernen Sie Benutzernamen und Passwort aus der Adresse.',
  password_in_url: () => 'Entfernen Sie das Passwort: Dieses Feld ist nicht geheim.',

  key_too_long: ({ maximum }) =>
    `Fügen Sie nur den privaten Schlüssel ein: höchstens ${maximum} Zeichen.`,
  key_missing: ({ begin }) =>
    `Fügen Sie einen privaten Schlüssel in PEM ein, von „${begin}“ bis zu seiner letzten Zeile.`,
  key_other_block: () =>
    'Fügen Sie einen privaten Schlüssel in PEM ein. Dies ist etwas anderes in PEM.',
  key_json_web_key: () => 'Fügen Sie den Schlüssel in PEM ein. Dies ist ein JSON Web Key.',
  key_json_file: () => 'Fügen Sie nur den Wert von private_key ein. Dies ist die ganze JSON-Datei.',
  key_certificate: () => 'Fügen Sie den privaten Schlüssel ein. Dies ist das Zertifikat dazu.',
  key_certificate_request: () =>
    'Fügen Sie den privaten Schlüssel ein. Dies ist ein Zertifikatsantrag.',
  key_certificates: () => 'Fügen Sie den privaten Schlüssel ein. Dies sind Zertifikate.',
  key_public: () => 'Fügen Sie den privaten Schlüssel ein. Dies ist der öffentliche.',
  key_public_ssh: () =>
    'Fügen Sie den privaten Schlüssel in PEM ein. Dies ist ein öffentlicher Schlüssel von SSH.',
  key_encrypted: () => 'Fügen Sie den Schlüssel ohne Passphrase ein. Dieser ist verschlüsselt.',
  key_openssh: () => 'Fügen Sie einen Schlüssel in PKCS #8 ein. Dies ist ein OpenSSH-Schlüssel.',
  key_dsa: () =>
    'Fügen Sie einen RSA-Schlüssel oder einen einer elliptischen Kurve ein. Dies ist ein DSA-Schlüssel.',
  key_curve_parameters: () =>
    'Fügen Sie nur den privaten Schlüssel ein, ohne die Parameter seiner Kurve.',
  key_pgp: () => 'Fügen Sie einen privaten Schlüssel in PEM ein. Dies ist ein PGP-Schlüssel.',
  key_putty: () =>
    'Fügen Sie einen privaten Schlüssel in PEM ein. Exportieren Sie diesen PuTTY-Schlüssel so.',
  key_base64_twice: () =>
    'Dekodieren Sie den Schlüssel zuerst: Er ist noch einmal in Base64 kodiert.',
  key_without_lines: ({ begin, end }) =>
    `Fügen Sie den Schlüssel mit den Zeilen „${begin}“ und „${end}“ ein.`,
  key_cut_off: ({ line }) => `Fügen Sie den ganzen Schlüssel ein: Die Zeile „${line}“ fehlt.`,
  key_wrong_first_line: () =>
    'Fügen Sie den Schlüssel ab seiner ersten Zeile ein, die mit fünf Bindestrichen beginnt.',
  key_several_blocks: () =>
    'Fügen Sie nur den privaten Schlüssel ein. Dies ist mehr als ein Block.',
  key_in_text: ({ begin }) =>
    `Fügen Sie nur den Schlüssel ein, von „${begin}“ bis zum Ende seiner letzten Zeile. Darum herum steht anderer Text.`,
  key_damaged: () =>
    'Kopieren Sie den Schlüssel noch einmal: Zwischen der ersten und der letzten Zeile steht kein privater Schlüssel.',
};
