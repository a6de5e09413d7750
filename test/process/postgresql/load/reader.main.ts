import { Agent, request } from 'node:http';

/*
 * Reads credentials a hundred times a second, without waiting for earlier reads, until it is told to
 * end; then prints how long each took, in milliseconds. It is its own process, so that the work of a test
 * does not delay its reads. Arguments: JSON with the server's URL, a credential and connections.
 */

const { url, authorization, ids }: { url: string; authorization: string; ids: string[] } =
  JSON.parse(process.argv[2] ?? '');
const agent = new Agent({ keepAlive: true });
/** A second: code that runs for the first time is slow. */
const warmingUp = 100;
const reads: Promise<number>[] = [];

function read(id: string): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent, headers: { authorization } };
    const sent = request(`${url}/v1/connections/${id}/credentials`, options, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`A read was answered ${answer.statusCode}.`));
      answer.resume().once('end', () => resolve(performance.now() - begun));
    });
    sent.once('error', reject).end();
  });
}

const timer = setInterval(() => reads.push(read(ids[reads.length % ids.length] ?? '')), 10);
process.stdout.write('reading\n');
process.once('SIGTERM', async () => {
  clearInterval(timer);
  const times = await Promise.all(reads);
  process.stdout.write(`${JSON.stringify(times.slice(warmingUp))}\n`);
  agent.destroy();
});
