import { clip, type Problem } from './told.ts';
import type { Words } from './words.en.ts';

/** Returns the provider's own words as a last sentence; nothing if it said nothing. */
function quoteProviderInJapanese({ said }: Problem): string {
  return said ? `メッセージ：「${said}」` : '';
}

/** Returns permissions in brackets; nothing if there are none. */
function scopesInBrackets(scopes: readonly string[]): string {
  return scopes.length === 0 ? '' : `（${clip(scopes.join('、'), 500)}）`;
}

/** The page in Japanese. */
export const japanese: Words = {
  title: (app) => `${app} への接続`,
  for: '対象ユーザー：',
  linkHint: (app) => `${app} がアカウントの接続を求めています。ご本人の場合のみ続けてください。`,
  linkGo: '続ける',
  intro:
    '以下のアカウントを接続してください。入力内容は暗号化して保存され、このアプリだけに使われます。',
  progress: (done, all) => `${all} 件中 ${done} 件が接続済み`,
  search: '検索',
  searchNone: '一致するものがありません。',
  showAll: 'すべて表示',
  categories: {
    llm: 'AI モデル',
    vector_store: 'ベクトルデータベース',
    database: 'データベース',
    graph: 'グラフデータベース',
    document: 'ドキュメント',
    web_search: 'ウェブ検索',
    audio: '音声',
    sandbox: 'サンドボックス',
    mcp: 'MCP サーバー',
    http: 'ウェブサービス',
    cloud: 'クラウド',
    oauth2: 'アカウント',
    communication: 'コミュニケーション',
    crm: '顧客・営業',
    productivity: '生産性',
    developer: '開発',
    design: 'デザイン',
    marketing: 'マーケティング',
    payments: '決済',
    accounting: '会計',
    commerce: 'オンラインショップ',
    support: 'カスタマーサポート',
    analytics: '分析',
    storage: 'ファイル保存',
    hr: '人事',
    social: 'ソーシャルメディア',
    security: 'セキュリティ',
    monitoring: '監視',
    data: 'データ',
    calendar: 'カレンダー',
    other: 'その他',
  },
  nothingAsked: '現在、このアプリが求めているものはありません。',
  pending: '未接続',
  completed: '接続済み',
  expired: '期限切れ',
  expiredHint: 'この接続は使えなくなりました。もう一度接続してください。',
  missingScopes: (scopes) =>
    `許可されていない権限があります${scopes}。もう一度接続し、すべて許可してください。`,
  asksFor: (app) => `${app} が求めている権限：`,
  whereToFind: (provider) => `${provider} で確認する`,
  newTab: '（新しいタブで開きます）',
  account: (account) => `アカウント：${account}`,
  connectedOn: (date) => `接続日：${date}`,
  replace: '置き換える',
  replaceHint: '新しいものが保存されるまで、現在の接続はそのまま残ります。',
  unchecked: (provider) =>
    `${provider} は接続されましたが、動作するかどうかは確認できませんでした。`,
  required: '（必須）',
  optional: '（任意）',
  advanced: 'その他の設定',
  defaultChoice: (value) => `既定値：${value}`,
  choose: '選択してください',
  show: '表示',
  hide: '隠す',
  lines: '1 行に 1 つずつ入力してください。',
  jsonObject: 'JSON オブジェクト。例：{"name": "値"}',
  pasteFile: 'JSON ファイル',
  pasteFileHint:
    'JSON ファイルの内容を貼り付けるか、ファイルを選択してください。下の欄に値が入ります。',
  chooseFile: 'ファイルを選択',
  pasteUrl: '接続文字列',
  pasteUrlHint: '接続文字列がある場合は貼り付けてください。下の欄に値が入ります。',
  pasteDone: '下の欄に入力しました。内容を確認してください。',
  pasteUseless: 'この文字列には下の欄に合う値がありません。全体を貼り付けてください。',
  rowName: '名前',
  rowValue: '値',
  addRow: '行を追加',
  removeRow: '削除',
  rows: '各行に名前と値を入力してください。',
  moment: 'タイムゾーン付きの日時。例：2030-12-31T23:59:59+09:00',
  save: '接続する',
  checking: '確認中…',
  connectWith: (provider) => `${provider} に進む`,
  viaPipedream: 'Pipedream に移動し、そのあとここに戻ります。',
  viaProvider: (provider) => `${provider} に移動し、そのあとここに戻ります。`,
  disconnect: '接続を解除',
  disconnectTitle: (title) => `「${title}」の接続を解除しますか？`,
  disconnectHint: (app) =>
    `${app} はこの接続を使えなくなります。保存されているデータは削除されます。`,
  keep: '解除しない',
  done: '完了しました',
  doneHint: (app) => `${app} に必要なものがすべて揃いました。このページを閉じてもかまいません。`,
  backTo: (app) => `${app} に戻る`,
  leaving: (provider) => `${provider} を開いています…`,
  leavingLink: (host) => `${host} に進む`,
  waiting: '確認を待っています。このページは自動的に確認します。',
  ownWindow:
    '開いたウィンドウで続けてください。完了すると、このページに反映されます。ウィンドウを閉じた場合は、もう一度ボタンを押してください。',
  windowBlocked:
    '新しいウィンドウを開けませんでした。このウィンドウで続けると、ほかの欄に入力した内容は失われます。先にそちらを接続するか、もう一度ボタンを押してここで続けてください。',
  onlyOneCard: 'フォームは 1 つずつ送信してください。ほかのフォームに入力した内容は失われます。',
  handoff: (provider) =>
    `${provider} が新しいウィンドウで開きます。終わったらここに戻ってください。完了すると、このページに反映されます。`,
  back: '戻る',
  windowDone: 'このウィンドウを閉じてもかまいません。',
  windowFailed: 'このウィンドウを閉じて、元のページに戻ってください。',
  notConnected: '接続されていません',
  waitedEnough: '確認がまだ届いていません。',
  lookAgain: 'もう一度確認する',
  fixErrors: '印の付いた欄を修正してください。パスワードとキーはもう一度入力してください。',
  connectedNow: (provider) => `${provider} を接続しました。`,
  switchTitle: 'ご本人ですか？',
  switchHint: (app, user) =>
    `このブラウザーでは、別の人のアカウントが接続されました。このリンクは ${app} のユーザー ${user} のものです。ご本人の場合のみ続けてください。`,
  switchGo: 'はい、続けます',
  staleForm: 'このフォームは古くなっていました。変更はありません。もう一度お試しください。',
  theProvider: 'プロバイダー',
  problems: {
    access_denied: (provider, problem) =>
      `${provider} によると、アクセスが許可されませんでした。変更はありません。${quoteProviderInJapanese(problem)}`,
    missing_scopes: (provider, { scopes = [] }) =>
      `許可されていない権限があります${scopesInBrackets(scopes)}。続けると ${provider} がもう一度確認します。すべて許可してください。`,
    provider_not_configured: (provider) =>
      `${provider} はこのアプリ用にまだ設定されていません。アプリの運営者に連絡してください。`,
    temporarily_unavailable: (provider, problem) =>
      `現在 ${provider} に接続できません。変更はありません。数分後にもう一度お試しください。${quoteProviderInJapanese(problem)}`,
    conflict: (provider) =>
      `同時に別の変更があったため、${provider} は接続されませんでした。もう一度お試しください。`,
    linked_elsewhere: (provider) =>
      `${provider} は別のリンクで接続されたため、このリンクでは置き換えも解除もできません。変更はありません。別のリンクに心当たりがない場合は、アプリの運営者に連絡してください。`,
    another_browser: (provider) =>
      `${provider} から別のブラウザーに戻ったため、何も接続されませんでした。同じブラウザーでもう一度お試しください。`,
    too_many: (provider) =>
      `1 分間の試行回数が多すぎたため、${provider} は接続されませんでした。1 分待ってから、もう一度お試しください。`,
    other: (provider, { said }) =>
      `${provider} に拒否されました${said ? `：「${said}」` : ''}。変更はありません。もう一度お試しください。繰り返し起きる場合は、アプリの運営者に連絡してください。`,
  },
  failures: {
    refused: {
      title: 'このリンクは使えなくなりました',
      text: '期限切れか、取り消されたか、不完全なリンクです。元のアプリに戻り、そこからやり直してください。',
    },
    taken: {
      title: 'このリンクはすでに開かれています',
      text: '1 つのブラウザーでのみ使えます。そのブラウザーに戻るか、元のアプリからやり直してください。',
    },
    foreign: {
      title: 'リンクをもう一度開いてください',
      text: 'このページからの要求ではなかったため、変更はありません。アプリから受け取ったリンクを開き、ボタンを押してください。',
    },
    ended: {
      title: 'セッションが終了しました',
      text: '接続したものは失われていません。元のアプリに戻り、そこからやり直してください。',
    },
    tooLarge: {
      title: '長すぎます',
      text: '入力内容が上限を超えています。変更はありません。ブラウザーで前に戻り、短くしてもう一度お試しください。',
    },
    tooMany: {
      title: '試行回数が多すぎます',
      text: '変更はありません。1 分待ってからブラウザーで前に戻り、もう一度お試しください。',
    },
    planted: {
      title: '元のページから開いてください',
      text: 'この操作は、始めたページからのみ行えます。このリンクを誰かから受け取った場合は、このウィンドウを閉じてください。変更はありません。それ以外の場合は、元のページに戻ってボタンを押してください。',
    },
    used: {
      title: 'すでに開かれています',
      text: '1 回だけ、10 分間のみ使えます。このウィンドウを閉じて元のページに戻り、もう一度ボタンを押してください。',
    },
    missing: {
      title: 'ここには何もありません',
      text: '元のアプリに戻り、そこからやり直してください。',
    },
    unavailable: {
      title: '現在つながりません',
      text: 'データベースが応答していません。変更はありません。しばらくしてからもう一度お試しください。',
    },
    internal: {
      title: '問題が発生しました',
      text: 'こちら側の不具合です。もう一度お試しください。繰り返し起きる場合は、元のアプリの運営者に連絡してください。',
    },
  },
};
