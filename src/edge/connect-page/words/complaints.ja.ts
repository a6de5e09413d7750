import type { ComplaintWords } from './complaints.en.ts';

/** The Japanese sentences for the problems of a field. Each tells the person what to do. */
export const japaneseComplaints: ComplaintWords = {
  blank: (_, { label, isChoice }) =>
    isChoice ? `「${label}」を選択してください。` : `「${label}」を入力してください。`,
  blank_beside: ({ given }, { label, quote }) =>
    `「${label}」も入力してください。${given.map(quote).join('と')}と組になっています。`,
  blank_without: ({ groups }, { label, quote }) =>
    `「${label}」、または${groups.map((group) => group.map(quote).join('と')).join('か')}を入力してください。`,
  blank_while: ({ field, value }, { label, quote }) =>
    `「${label}」を入力してください。${quote(field)}が ${value} になっています。`,

  unknown_field: () => 'この欄は登録されていません。',
  not_text: () => '文字を入力してください。',
  not_boolean: () => '「はい」か「いいえ」を選択してください。',
  not_integer: () => '整数を入力してください。',
  not_positive_integer: () => '1 以上の整数を入力してください。',
  not_number: () => '数値を入力してください。',
  not_positive_number: () => '0 より大きい数値を入力してください。',
  not_port: () => '1 から 65535 までの整数を入力してください。',
  not_one_of: ({ values }) => `次の中から選択してください：${values.join('、')}。`,
  not_the_constant: ({ values }) => `${values.join('、')} と入力してください。`,
  not_list: () => '1 行に 1 つずつ入力し、行数を減らしてください。',
  not_scope: () =>
    '1 行に 1 つずつ、空白・コンマ・引用符・バックスラッシュ・全角文字を使わずに入力してください。',
  not_object: () => 'JSON オブジェクトを入力してください。例：{"name": "値"}。',
  not_object_of_text: () => '各行に名前と値を入力してください。同じ名前は 1 回だけ使えます。',
  not_url: () => 'https:// または http:// で始まる完全なアドレスを入力してください。',
  not_datetime: () => 'タイムゾーン付きの日時を入力してください。例：2030-12-31T23:59:59+09:00。',

  allowed_too_little: ({ reason }) =>
    reason === ''
      ? 'サービスはこの値を受け付けましたが、権限が足りません。'
      : `サービスはこの値を受け付けましたが、権限が足りません。サービスからのメッセージ: ${reason}`,
  refused_by_service: ({ reason }) =>
    reason === ''
      ? 'サービスがこの値を拒否しました。確認して、もう一度入力してください。'
      : `サービスがこの値を拒否しました。サービスからのメッセージ: ${reason}`,

  too_short: ({ minimum }) => `${minimum} 文字以上で入力してください。`,
  too_long: ({ maximum }) => `${maximum} 文字以内で入力してください。`,
  holds_space: () => '空白と改行を削除してください。',
  wrong_pattern: () => '形式が正しくないようです。サービスからもう一度コピーしてください。',

  null_character: () => '文字 U+0000 を削除してください。',
  lone_surrogate: () => '壊れた文字を削除するか、もう一度コピーしてください。',
  invisible_character: ({ character }) =>
    `もう一度コピーしてください。見えない文字 ${character} が含まれています。`,
  too_deep: () => 'オブジェクトの入れ子を浅くしてください。',
  inexact_number: () => '数値を引用符で囲んでください。JSON では正確に表せません。',
  enum_value: () => '値を引用符で囲んでください。',
  user_in_url: () => 'アドレスからユーザー名とパスワードを削除してください。',
  password_in_url: () => 'パスワードを削除してください。この欄は秘密として扱われません。',

  key_too_long: ({ maximum }) => `秘密鍵だけを貼り付けてください（最大 ${maximum} 文字）。`,
  key_missing: ({ begin }) => `PEM 形式の秘密鍵を「${begin}」から最後の行まで貼り付けてください。`,
  key_other_block: () => 'PEM 形式の秘密鍵を貼り付けてください。これは PEM 形式の別のものです。',
  key_json_web_key: () => 'PEM 形式の鍵を貼り付けてください。これは JSON Web Key です。',
  key_json_file: () => 'private_key の値だけを貼り付けてください。これは JSON ファイル全体です。',
  key_certificate: () => '秘密鍵を貼り付けてください。これはその証明書です。',
  key_certificate_request: () => '秘密鍵を貼り付けてください。これは証明書要求です。',
  key_certificates: () => '秘密鍵を貼り付けてください。これは複数の証明書です。',
  key_public: () => '秘密鍵を貼り付けてください。これは公開鍵です。',
  key_public_ssh: () => 'PEM 形式の秘密鍵を貼り付けてください。これは SSH の公開鍵です。',
  key_encrypted: () => 'パスフレーズのない鍵を貼り付けてください。これは暗号化されています。',
  key_openssh: () => 'PKCS #8 形式の鍵を貼り付けてください。これは OpenSSH の鍵です。',
  key_dsa: () => 'RSA または楕円曲線の鍵を貼り付けてください。これは DSA の鍵です。',
  key_curve_parameters: () => '曲線のパラメーターを除き、秘密鍵だけを貼り付けてください。',
  key_pgp: () => 'PEM 形式の秘密鍵を貼り付けてください。これは PGP の鍵です。',
  key_putty: () =>
    'PEM 形式の秘密鍵を貼り付けてください。この PuTTY の鍵は PEM に書き出してください。',
  key_base64_twice: () => '先に鍵をデコードしてください。base64 で二重に符号化されています。',
  key_without_lines: ({ begin, end }) =>
    `「${begin}」と「${end}」の行を含めて鍵を貼り付けてください。`,
  key_cut_off: ({ line }) => `鍵全体を貼り付けてください。「${line}」の行がありません。`,
  key_wrong_first_line: () => '5 つのハイフンで始まる最初の行から鍵を貼り付けてください。',
  key_several_blocks: () => '秘密鍵だけを貼り付けてください。複数のブロックが含まれています。',
  key_in_text: ({ begin }) =>
    `「${begin}」から最後の行の終わりまで、鍵だけを貼り付けてください。前後に別の文字があります。`,
  key_damaged: () =>
    'もう一度鍵をコピーしてください。最初の行と最後の行の間が秘密鍵ではありません。',
};
