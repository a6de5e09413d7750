import {
  type messages,
  type PGlite,
  parse,
  protocol,
  type QueryOptions,
  type Results,
  type Transaction,
} from '@electric-sql/pglite';

/** How many statements are kept prepared; what comes after the last is parsed and planned each time. */
const prepared = 500;

type Statement = {
  name: string;
  /** The types of its parameters. */
  types: number[];
  /** What its columns are, before the rows of an answer. */
  columns: messages.BackendMessage[];
};

/**
 * Makes `query` of PGlite, which parses and plans every statement anew and takes six turns for it,
 * prepare each text when it is first run: its plan may be kept, and a run takes one turn.
 */
export function prepareStatements(pglite: PGlite): void {
  const statements = new PgliteStatements(pglite);
  pglite.query = (text, values, options) => statements.query(text, values, options);
  const begin = pglite.transaction.bind(pglite);
  pglite.transaction = (callback) =>
    begin((transaction) => {
      statements.prepareWithin(transaction);
      return callback(transaction);
    });
}

export class PgliteStatements {
  readonly #known = new Map<string, Statement>();
  readonly #pglite: PGlite;
  readonly #unprepared: PGlite['query'];
  #names = 0;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
    this.#unprepared = pglite.query.bind(pglite);
  }

  /** Runs outside any transaction, after what was begun before it. Throws PGlite's `DatabaseError`. */
  async query<Row>(text: string, values?: unknown[], options?: QueryOptions) {
    if (!this.#mayPrepare(text)) return this.#unprepared<Row>(text, values, options);
    const pglite = this.#pglite;
    await pglite._checkReady();
    const result = await pglite._runExclusiveTransaction(() =>
      this.#answer<Row>(text, values, options),
    );
    await pglite.syncToFs();
    return result;
  }

  /** Lets a transaction's queries run likewise. */
  prepareWithin(transaction: Transaction): void {
    const unprepared = transaction.query;
    transaction.query = async <Row>(text: string, values?: unknown[], options?: QueryOptions) => {
      if (transaction.closed || !this.#mayPrepare(text)) return unprepared(text, values, options);
      return this.#answer<Row>(text, values, options);
    };
  }

  #mayPrepare(text: string): boolean {
    return this.#known.size < prepared || this.#known.has(text);
  }

  async #answer<Row>(text: string, values: unknown[] = [], options?: QueryOptions) {
    const pglite = this.#pglite;
    const answer = await pglite._runExclusiveQuery(() => this.#run(text, values));
    return parse.parseResults(answer, pglite.parsers, options)[0] as Results<Row>;
  }

  async #run(text: string, values: unknown[]): Promise<messages.BackendMessage[]> {
    const { name, types, columns } = this.#known.get(text) ?? (await this.#prepare(text));
    const { bind, execute } = protocol.serialize;
    const texts = values.map((value, index) => this.#serialize(value, types[index] ?? 0));
    return [...columns, ...(await this.#send(bind({ statement: name, values: texts }), execute()))];
  }

  async #prepare(text: string): Promise<Statement> {
    const { parse: prepare, describe } = protocol.serialize;
    const name = `patchbay-${this.#names++}`;
    const answer = await this.#send(prepare({ name, text }), describe({ type: 'S', name }));
    const types = parse.parseDescribeStatementResults(answer);
    const columns = answer.filter((message) => message.name === 'rowDescription');
    const statement = { name, types, columns };
    this.#known.set(text, statement);
    return statement;
  }

  #serialize(value: unknown, type: number): string | null {
    if (value === null || value === undefined) return null;
    return this.#pglite.serializers[type]?.(value) ?? String(value);
  }

  #send(...parts: Uint8Array[]): Promise<messages.BackendMessage[]> {
    const message = Buffer.concat([...parts, protocol.serialize.sync()]);
    return this.#pglite.execProtocolStream(message, { syncToFs: false });
  }
}
