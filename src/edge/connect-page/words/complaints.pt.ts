import type { ComplaintWords } from './complaints.en.ts';

/** The Portuguese sentences for the problems of a field. Each tells the person what to do. */
export const portugueseComplaints: ComplaintWords = {
  blank: (_, { label, isChoice }) =>
    isChoice ? `Escolha um valor para “${label}”.` : `Preencha “${label}”.`,
  blank_beside: ({ given }, { label, quote }) =>
    `Preencha também “${label}”: faz parte de ${given.map(quote).join(' e ')}.`,
  blank_without: ({ groups }, { label, quote }) =>
    `Preencha “${label}”, ou então ${groups.map((group) => group.map(quote).join(' com ')).join(' ou ')}.`,
  blank_while: ({ field, value }, { label, quote }) =>
    `Preencha “${label}”: ${quote(field)} é ${value}.`,

  unknown_field: () => 'Este campo não é conhecido.',
  not_text: () => 'Digite um texto.',
  not_boolean: () => 'Escolha sim ou não.',
  not_integer: () => 'Digite um número inteiro.',
  not_positive_integer: () => 'Digite um número inteiro maior que zero.',
  not_number: () => 'Digite um número.',
  not_positive_number: () => 'Digite um número maior que zero.',
  not_port: () => 'Digite um número inteiro de 1 a 65535.',
  not_one_of: ({ values }) => `Escolha um destes: ${values.join(', ')}.`,
  not_the_constant: ({ values }) => `Digite ${values.join(', ')}.`,
  not_list: () => 'Digite um valor em cada linha, e menos linhas.',
  not_scope: () =>
    'Digite uma permissão em cada linha, sem espaços, vírgulas, aspas, barras invertidas nem acentos.',
  not_object: () => 'Digite um objeto JSON, por exemplo {"name": "valor"}.',
  not_object_of_text: () => 'Digite um nome e um valor em cada linha, e cada nome uma única vez.',
  not_url: () => 'Digite um endereço completo que comece com https:// ou http://.',
  not_datetime: () =>
    'Digite a data e a hora com o fuso horário, por exemplo 2030-12-31T23:59:59-03:00.',

  allowed_too_little: ({ reason }) =>
    reason === ''
      ? 'O serviço aceita este valor, mas ele não dá permissões suficientes.'
      : `O serviço aceita este valor, mas ele não dá permissões suficientes. Ele diz: ${reason}`,
  refused_by_service: ({ reason }) =>
    reason === ''
      ? 'O serviço recusa este valor. Verifique-o e digite-o novamente.'
      : `O serviço recusa este valor. Ele diz: ${reason}`,

  too_short: ({ minimum }) => `Digite pelo menos ${minimum} caracteres.`,
  too_long: ({ maximum }) => `Digite no máximo ${maximum} caracteres.`,
  holds_space: () => 'Remova os espaços e as quebras de linha.',
  wrong_pattern: () => 'Não parece correto. Copie novamente do serviço.',

  null_character: () => 'Remova o caractere U+0000.',
  lone_surrogate: () => 'Remova o caractere danificado ou copie o texto novamente.',
  invisible_character: ({ character }) =>
    `Copie novamente: o valor contém o caractere invisível ${character}.`,
  too_deep: () => 'Use menos níveis de objetos dentro de objetos.',
  inexact_number: () =>
    'Coloque o número entre aspas: o JSON não consegue representá-lo com exatidão.',
  enum_value: () => 'Coloque o valor entre aspas.',
  user_in_url: () => 'Remova o nome de usuário e a senha do endereço.',
  password_in_url: () => 'Remova a senha: este campo não é secreto.',

  key_too_long: ({ maximum }) => `Cole somente a chave privada: no máximo ${maximum} caracteres.`,
  key_missing: ({ begin }) =>
    `Cole uma chave privada em PEM, de “${begin}” até a última linha dela.`,
  key_other_block: () => 'Cole uma chave privada em PEM. Isto é outra coisa em PEM.',
  key_json_web_key: () => 'Cole a chave em PEM. Isto é uma JSON Web Key.',
  key_json_file: () => 'Cole somente o valor de private_key. Isto é o arquivo JSON inteiro.',
  key_certificate: () => 'Cole a chave privada. Isto é o certificado dela.',
  key_certificate_request: () => 'Cole a chave privada. Isto é uma solicitação de certificado.',
  key_certificates: () => 'Cole a chave privada. Isto são certificados.',
  key_public: () => 'Cole a chave privada. Esta é a chave pública.',
  key_public_ssh: () => 'Cole a chave privada em PEM. Isto é uma chave pública de SSH.',
  key_encrypted: () => 'Cole a chave sem a frase secreta. Esta está criptografada.',
  key_openssh: () => 'Cole uma chave em PKCS #8. Isto é uma chave OpenSSH.',
  key_dsa: () => 'Cole uma chave RSA ou de curva elíptica. Isto é uma chave DSA.',
  key_curve_parameters: () => 'Cole somente a chave privada, sem os parâmetros da curva.',
  key_pgp: () => 'Cole uma chave privada em PEM. Isto é uma chave PGP.',
  key_putty: () => 'Cole uma chave privada em PEM. Exporte assim esta chave do PuTTY.',
  key_base64_twice: () =>
    'Decodifique a chave primeiro: ela está codificada mais uma vez em base64.',
  key_without_lines: ({ begin, end }) => `Cole a chave com as linhas “${begin}” e “${end}”.`,
  key_cut_off: ({ line }) => `Cole a chave inteira: falta a linha “${line}”.`,
  key_wrong_first_line: () =>
    'Cole a chave a partir da primeira linha, que começa com cinco hifens.',
  key_several_blocks: () => 'Cole somente a chave privada. Isto contém mais de um bloco.',
  key_in_text: ({ begin }) =>
    `Cole somente a chave, de “${begin}” até o fim da última linha dela. Há outro texto em volta.`,
  key_damaged: () =>
    'Copie a chave novamente: o que está entre a primeira e a última linha não é uma chave privada.',
};
