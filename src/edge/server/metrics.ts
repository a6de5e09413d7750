import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** What `/metrics` shows of one process. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'patchbay_http_request_duration_seconds',
    help: 'How long requests took, by edge, method and status.',
    labelNames: ['edge', 'method', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  return { registry, requests };
}

export type Metrics = ReturnType<typeof createMetrics>;
